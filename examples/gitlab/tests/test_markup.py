import re

import pytest
from gitlab_events.markup import HAIR_SPACE, address, bold, buttons, code, cut, link, plain, quote, sha
from hypothesis import given, settings
from hypothesis import strategies as st

H = HAIR_SPACE
signs = st.sampled_from([*"*_~`[](){}@#!-$ \n\tab1é漢/:.…\x00\u202e", "https://x.example/"])
hostile = st.lists(signs, max_size=80).map("".join)
texts = hostile | st.text()
OPENS = re.compile(r"(?<![^\W_])(?<!([*_~]))([*_~])(?!\2)(?=\S|\Z)")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Rename mill_op to snake_case, 2*3*4", "Rename mill_op to snake_case, 2*3*4"),
        ("*urgent* read this", f"*{H}urgent* read this"),
        ("_now_ and ~then~", f"_{H}now_ and ~{H}then~"),
        ("run `make`", "run 'make'"),
        ("```box```", "'''box'''"),
        ("[free money](https://evil.example)", f"[free money]{H}(https://evil.example)"),
        ("[press]($1)", f"[press]{H}($1)"),
        ("hello {@all} {#1}", f"hello {{{H}@all}} {{{H}#1}}"),
        ("two\nlines\r\n\tand\x00more\u202eevil", "two lines and more evil"),
        ("  spaces   are few ", "spaces are few"),
        ("ends with *", f"ends with *{H}"),
        (None, ""),
    ],
)
def test_a_strangers_text_loses_its_power_and_stays_readable(written: str | None, shown: str) -> None:
    assert plain(written) == shown


@settings(deadline=None)
@given(texts)
def test_nothing_in_a_strangers_text_can_begin_formatting(text: str) -> None:
    found = plain(text)

    assert not OPENS.search(found)
    assert "`" not in found
    assert "](" not in found
    assert "{@" not in found
    assert "{#" not in found


@settings(deadline=None)
@given(texts, st.integers(1, 60))
def test_a_text_is_cut_to_what_was_asked_for(text: str, most: int) -> None:
    assert len(cut(text, most)) <= most
    assert len(plain(text, most)) <= 2 * most
    assert len(bold(text, most)) <= 2 * most + 2
    assert len(code(text, most)) <= 2 * most + 2
    assert "\n" not in plain(text) + bold(text) + code(text) + link(text, "https://x.example")


def test_a_longer_text_is_quoted_line_by_line() -> None:
    assert quote("# Title\r\n\n- one\n! two\n   \n> three") == "! Title\n! - one\n! ! two\n! > three"
    assert quote("\n".join("abcdefghij")) == "\n".join(f"! {sign}" for sign in "abcdefgh…")
    assert quote(" \n\n") == quote("") == quote(None) == ""


@settings(deadline=None)
@given(texts | texts.map(lambda text: "\n".join([text] * 30)))
def test_every_line_of_a_quote_is_in_the_quote(text: str) -> None:
    lines = quote(text).split("\n")

    assert len(quote(text)) <= 3_300
    assert lines == [""] or all(line.startswith("! ") and line[2:].strip() for line in lines)
    assert not any(OPENS.search(line[2:]) or "`" in line or "](" in line for line in lines)


def test_an_address_is_shown_whole_or_not_at_all() -> None:
    assert cut("see https://x.example/abc", 24) == "see…"
    assert cut("see https://x.example/abc", 25) == "see https://x.example/abc"


@settings(deadline=None)
@given(texts)
def test_bold_and_code_close_where_they_should(text: str) -> None:
    assert re.fullmatch(r"(\*[^*\s](.*[^*\s])?\*)?", bold(text))
    assert re.fullmatch(r"(`[^`]+`)?", code(text))
    assert "](" not in code(text)


@settings(deadline=None)
@given(texts, texts)
def test_a_link_is_one_link_or_none(label: str, url: str) -> None:
    for shown in (link(label, url), link(label, f"https://x.example/{url}"), sha(label, f"https://x.example/{url}")):
        assert shown.count("](") <= 1
        if "](" in shown:
            assert re.fullmatch(r"\[[^\[\]]+\]\(https?://[^\s()<>`]+\)", shown)


@pytest.mark.parametrize(
    ("url", "is_one"),
    [
        ("https://gitlab.keypost.example/a/b/-/tree/x%20y?z=1#L3", True),
        ("HTTP://127.0.0.1:8080/", True),
        ("https://x.example/a(b)", True),
        ("javascript:alert(1)", False),
        ("//x.example", False),
        ("https://x.example/a b", False),
        ("https://x.example/`", False),
        ("https://x.example/\u202e", False),
        ("https://", False),
        (None, False),
    ],
)
def test_only_a_web_address_is_an_address(url: str | None, is_one: bool) -> None:
    assert bool(address(url)) is is_one


@settings(deadline=None)
@given(texts)
def test_every_button_has_an_address_that_fits(url: str) -> None:
    for button in buttons(("A", url), ("B", f"https://x.example/{url}"), ("C", f"https://x.example/{url * 40}")):
        assert len(button.action.data.web) <= 256  # type: ignore[union-attr]
