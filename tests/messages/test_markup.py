from time import thread_time

import pytest
from hypothesis import given, settings
from tests.messages.samples import texts

from keypost.messages.emoji_codes import find_emoji
from keypost.messages.html import compose
from keypost.messages.markup import OPEN_MARKS_MAX, parse, parse_inline
from keypost.messages.mentions import calls_of
from keypost.messages.plain import text_of
from keypost.messages.tree import (
    AnyMention,
    Block,
    Break,
    ChannelMention,
    Code,
    CodeBlock,
    Emoji,
    Inline,
    Instant,
    Link,
    Mention,
    MentionOfAll,
    Rule,
    SilentMention,
    Styled,
    Text,
)
from keypost_sdk.content import Copied, Copy, InstantButton, Message, Reference

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
        ("a\n---\nb", "<p>a</p><hr><p>b</p>"),
        ("a\r\nb\rc\n\n\nd", "<p>a<br>b<br>c</p><p>d</p>"),
        (
            "[l]($1) [f](invoke.function|Name) [j](javascript:alert(1)) [e]()",
            "<p>[l]($1) [f](invoke.function|Name) [j](javascript:alert(1)) [e]()</p>",
        ),
        (
            "*_~all three~_* and *`c`*",
            "<p><strong><em><del>all three</del></em></strong> and <strong><code>c</code></strong></p>",
        ),
        (
            ":smile::+1: *:tada:* (:de:)",
            "<p>\U0001f604\U0001f44d <strong>\U0001f389</strong> (\U0001f1e9\U0001f1ea)</p>",
        ),
        ("\U0001f604 stays", "<p>\U0001f604 stays</p>"),
        (":e_mail_x: :: : smile: :smile", "<p>:e_mail_x: :: : smile: :smile</p>"),
        ("12:30:45 std:b:x 10:100:2 a:on:", "<p>12:30:45 std:b:x 10:100:2 a:on:</p>"),
        (":*x*: :_a_:", "<p>:<strong>x</strong>: :<em>a</em>:</p>"),
        ("`:smile:` ```:smile:```", "<p><code>:smile:</code> </p><pre><code>:smile:</code></pre>"),
        ("<b>&amp;", "<p>&lt;b&gt;&amp;amp;</p>"),
    ],
)
def test_formatting_is_read_as_the_wire_writes_it(text: str, html: str) -> None:
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


@pytest.mark.parametrize("text", ["# Big\n### Small\n##middle", "#Big\n###Small\n##middle"])
def test_headings_are_large_and_small(text: str) -> None:
    assert shown(text) == (
        '<p class="heading-large"><strong>Big</strong></p>'
        '<p class="heading-small"><strong>Small</strong></p><p>##middle</p>'
    )


@pytest.mark.parametrize(
    ("text", "mention"),
    [
        ("{@all}", MentionOfAll("all")),
        ("{@available}", MentionOfAll("available")),
        ("{@ALL}", Mention("ALL")),
        ("{@12}", Mention("12")),
        ("{@a_b@c.d}", Mention("a_b@c.d")),
        ("{@:smile:}", Mention(":smile:")),
        ("{#O12}", ChannelMention("O12")),
        ("{#all}", ChannelMention("all")),
        ("[Ada L. *x*](zohoid:12)", SilentMention("Ada L. *x*", "zohoid", "12")),
        ("[Ada](mail:ada@example.com)", SilentMention("Ada", "mail", "ada@example.com")),
    ],
)
def test_a_mention_says_how_it_was_written(text: str, mention: AnyMention) -> None:
    assert parse_inline(f"a {text}, b") == (Text("a "), mention, Text(", b"))
    assert mention.written == text


@pytest.mark.parametrize(
    "text", ["{@}", "{# }", "{@a b}", "{@{a}", "{all}", "[ ](zohoid:1)", "[a](zohoid:)", "[a](zoho:1)"]
)
def test_what_names_nobody_stays_text(text: str) -> None:
    assert not any(isinstance(piece, AnyMention) for piece in parse_inline(text))


@pytest.mark.parametrize("text", ["`{@all}`", "```\n{@all}\n```", "[{@all}](zohoid:1)", "http://a.b/{@all}"])
def test_code_addresses_and_names_call_nobody(text: str) -> None:
    assert "MentionOfAll(" not in repr(parse(text))


@pytest.mark.parametrize(
    "text", ["*_{@all}_*", "[go {@all}](http://a.b)", "[{@all}]($1)", "! {@all}", "#{@all}", "x\n{@all}"]
)
def test_everybody_is_called_from_anywhere_else(text: str) -> None:
    message = Message(text=text, references={"1": Reference("button", InstantButton(action=Copy(Copied("x"))))})

    assert [*calls_of(message)] == [MentionOfAll("all")]


def test_the_address_of_a_link_has_no_emoji_and_its_label_may() -> None:
    assert parse_inline("[:x: a](http://b.c/:x:) http://b.c/:x:d") == (
        Link("http://b.c/:x:", (Emoji("x", "\u274c"), Text(" a"))),
        Text(" "),
        Link("http://b.c/:x:d", (Text("http://b.c/:x:d"),)),
    )


def test_plain_text_has_the_emoji_too() -> None:
    assert text_of("*Done* :tada:\n# :x:") == "Done \U0001f389\n\u274c"


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
    assert visible_characters(written(parse(text))) == visible_characters(text)


@settings(deadline=None, max_examples=200)
@given(texts)
def test_plain_text_is_what_is_written_but_for_emoji(text: str) -> None:
    blocks = parse(text)

    for emoji in emojis(blocks):
        assert find_emoji(emoji.code) == emoji.text
    if not emojis(blocks) and "](" not in text:
        assert text_of(text) == written(blocks)


def written(blocks: tuple[Block, ...]) -> str:
    return "\n".join(written_block(block) for block in blocks)


def written_block(block: Block) -> str:
    match block:
        case Rule():
            return "---"
        case CodeBlock(text):
            return text
        case _:
            return "".join(map(written_piece, block.inside))


def written_piece(piece: Inline) -> str:
    match piece:
        case Break():
            return "\n"
        case Styled() | Link() | Instant():
            return "".join(map(written_piece, piece.inside))
        case Text() | Code():
            return piece.text
        case _:
            return piece.written


def emojis(found: object) -> list[Emoji]:
    if isinstance(found, Emoji):
        return [found]
    inner = found if isinstance(found, tuple) else getattr(found, "inside", ())
    return [emoji for piece in inner for emoji in emojis(piece)]


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
    ":", ":a", ":a:", ":a: ", ":smile", ":smile:", ":_1:", "::a", "{@all}", "{#a}", "{@a ", "[a](zohoid:1)",
    "[a](mail:", "[a](zohoid:1",
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
