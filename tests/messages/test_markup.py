from time import thread_time

import pytest
from hypothesis import given, settings
from tests.messages.samples import texts

from keypost.messages.html import compose
from keypost.messages.markup import OPEN_MARKS_MAX, parse, parse_inline
from keypost.messages.plain import text_of
from keypost.messages.tree import Inline, Instant, Link, Mention, Styled, Text
from keypost_sdk.content import Message

SMALL = 1_000
GROWTH = 16
LINEAR_ENOUGH = 6 * GROWTH  # What grows with the square would need sixteen times as much, whatever else runs here.


def shown(text: str) -> str:
    return compose(Message(text=text), anchor="m").replace(' dir="auto"', "")[
        len('<div class="text">') : -len("</div>")
    ]


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*x* _y_ ~z~", "<p><strong>x</strong> <em>y</em> <del>z</del></p>"),
        ("*a _b ~c~_*", "<p><strong>a <em>b <del>c</del></em></strong></p>"),
        ("(*x*), _y_!", "<p>(<strong>x</strong>), <em>y</em>!</p>"),
        ("*one *two* three*", "<p><strong>one <strong>two</strong> three</strong></p>"),
        ("*a _b* c_", "<p><strong>a _b</strong> c_</p>"),
        ("snake_case_name and 2*3*4 and a~b~c", "<p>snake_case_name and 2*3*4 and a~b~c</p>"),
        ("_snake_case_", "<p><em>snake_case</em></p>"),
        ("__init__ ** *** * x * *", "<p>__init__ ** *** * x * *</p>"),
        ("*open\nclosed*", "<p>*open<br>closed*</p>"),
        ("`a*b*` and `c", "<p><code>a*b*</code> and `c</p>"),
        ("``", "<p>``</p>"),
        ("a ```b *c*``` d", "<p>a </p><pre><code>b *c*</code></pre><p> d</p>"),
        ("```\none\n\ntwo\n```", "<pre><code>one\n\ntwo</code></pre>"),
        ("a ```b", "<p>a ```b</p>"),
        ("!one\n! *two*\nthree", "<blockquote>one<br><strong>two</strong></blockquote><p>three</p>"),
        ("!", "<p>!</p>"),
        ("# Big\n### Small\n##middle", None),
        ("a\n---\nb", "<p>a</p><hr><p>b</p>"),
        ("a\r\nb\rc\n\n\nd", "<p>a<br>b<br>c</p><p>d</p>"),
        ("{@all} {@a_b@c.d} {#12} {x}", None),
        (
            "[l]($1) [n](zohoid:1) [j](javascript:alert(1)) [e]()",
            "<p>[l]($1) [n](zohoid:1) [j](javascript:alert(1)) [e]()</p>",
        ),
        (":smile: :e_mail_x:", "<p>:smile: :e_mail_x:</p>"),
        ("<b>&amp;", "<p>&lt;b&gt;&amp;amp;</p>"),
    ],
)
def test_formatting_is_read_as_the_wire_writes_it(text: str, html: str | None) -> None:
    if html is not None:
        assert shown(text) == html


def test_a_reference_of_the_message_is_a_button_and_any_other_is_text() -> None:
    assert parse_inline("a [b *c*]($1) [d]($2) [ ]($1) [e]($01) [f](1)", {"1"}) == (
        Text("a "),
        Instant("1", (Text("b "), Styled("bold", (Text("c"),)))),
        Text(" [d]($2) [ ]($1) [e]($01) [f](1)"),
    )


@pytest.mark.parametrize(
    "text", ["x\n[a]($1)", "# [a]($1)", "### [a]($1)", "! [a]($1)", "*_[a]($1)_*", "```b``` [a]($1)"]
)
def test_a_button_may_stand_in_any_line(text: str) -> None:
    assert "Instant(" in repr(parse(text, {"1"}))


@pytest.mark.parametrize("text", ["`[a]($1)`", "```[a]($1)```", "[a [b]($1)](http://c.d)", "[a]( $1)", "[a]\n($1)"])
def test_code_and_links_hold_no_button(text: str) -> None:
    assert "Instant(" not in repr(parse(text, {"1"}))


def test_headings_are_large_and_small() -> None:
    assert shown("# Big\n### Small\n##middle") == (
        '<p class="heading-large"><strong>Big</strong></p>'
        '<p class="heading-small"><strong>Small</strong></p><p>##middle</p>'
    )


def test_mentions_stay_as_written() -> None:
    assert parse_inline("{@all} {@a_b@c.d} {#12} {x}") == (
        Mention("{@all}"),
        Text(" "),
        Mention("{@a_b@c.d}"),
        Text(" "),
        Mention("{#12}"),
        Text(" {x}"),
    )


@pytest.mark.parametrize(
    ("text", "address", "label"),
    [
        ("[a *b*](https://x.y/z?q=1&r=_2_)", "https://x.y/z?q=1&r=_2_", (Text("a "), Styled("bold", (Text("b"),)))),
        ("[[CI] 12](http://x.y)", "http://x.y", (Text("[CI] 12"),)),
        ("[w](https://x.y/a_(b))", "https://x.y/a_(b)", (Text("w"),)),
        ("[m](mailto:a@b.c)", "mailto:a@b.c", (Text("m"),)),
        ("[t](TEL:+491)", "TEL:+491", (Text("t"),)),
    ],
)
def test_a_labelled_link(text: str, address: str, label: tuple[Inline, ...]) -> None:
    assert parse_inline(text) == (Link(address, label),)


@pytest.mark.parametrize(
    ("text", "address", "rest"),
    [
        ("http://x.y.", "http://x.y", "."),
        ("https://x.y/a_(b)).", "https://x.y/a_(b)", ")."),
        ("https://x.y/a_b_c?d=*e", "https://x.y/a_b_c?d=*e", ""),
        ("https://münchen.de/ü!", "https://münchen.de/ü", "!"),
    ],
)
def test_a_bare_address_is_a_link_without_the_punctuation_after_it(text: str, address: str, rest: str) -> None:
    assert parse_inline(text) == (Link(address, (Text(address),)), *([Text(rest)] if rest else []))


def test_a_bare_address_may_stand_in_bold() -> None:
    assert parse_inline("*http://x.y*") == (Styled("bold", (Link("http://x.y", (Text("http://x.y"),)),)),)


@pytest.mark.parametrize(
    "text",
    [
        "xhttp://a.b",
        "http://",
        "https://<b>",
        "ftp://a.b",
        "javascript:http",
        "[ ](http://a.b)",
        "[a](http://\u202ea.b)",
    ],
)
def test_what_is_no_safe_address_stays_text(text: str) -> None:
    assert parse_inline(text) == (Text(text),)


def test_stray_marks_do_not_switch_formatting_off() -> None:
    *_, last = parse_inline("~/a ~/b ~/c ~/d ~/e ~/f ~/g ~/h ~/i *bold*")

    assert last == Styled("bold", (Text("bold"),))


def depth(pieces: tuple[Inline, ...]) -> int:
    return max((1 + depth(piece.inside) for piece in pieces if isinstance(piece, Styled | Link | Instant)), default=0)


def test_nesting_is_bounded() -> None:
    assert depth(parse_inline("*a " * 1_000 + "b* " * 1_000)) == OPEN_MARKS_MAX


def visible_characters(text: str) -> str:
    return "".join(character for character in text if not character.isspace() and character not in "*_~`#!-[]()")


@settings(deadline=None, max_examples=500)
@given(texts.filter(lambda text: "](" not in text))
def test_no_visible_character_is_lost(text: str) -> None:
    assert visible_characters(text_of(text)) == visible_characters(text)


@settings(deadline=None, max_examples=300)
@given(texts)
def test_reading_never_fails_and_stays_shallow(text: str) -> None:
    parse(text, {"1", "2"})

    assert depth(parse_inline(text, {"1", "2"})) <= 2 * OPEN_MARKS_MAX + 1


ATTACKS = [
    "*", "*a ", "*a _b ~c ", "* ", "a*", "_a_", "*a*", "`", "`a", "`` ", "```", "```a", "[", "[a", "[a]", "[[a] ",
    "[a](", "[a]($", "[a]($1", "[a]($1)", "[[a]($1) ", "[a](x", "[a](x(", "[a](b)",
    "[a](http://x", "[[a](b)", "]", "](", "(", ")", "{", "{@", "{@a", "http://", "http://a",
    "xhttp://a", "http://a.b ", "http://a)", "http://a(", "http://a*", "!", "!a\n", "#", "# a\n", "---\n", "\n", "\r",
    " ", "a", "<", "&", "*`", "*[", "_*[a](http://b.c)", "[*a ", "*a http://b) ",
]  # fmt: skip


def cheapest(text: str) -> float:
    def once() -> float:
        start = thread_time()
        parse(text, {"1"})
        return thread_time() - start

    return min(once() for _ in range(3))


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("prefix", ["", "[", "[a](", "`"])
def test_reading_takes_linear_time(prefix: str, attack: str) -> None:
    small, large = (prefix + attack * (size // len(attack)) for size in (SMALL, SMALL * GROWTH))

    assert cheapest(large) < LINEAR_ENOUGH * max(cheapest(small), 1e-4)
