import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.messages.samples import FULL

from keypost.pasted import checking
from keypost.pasted.checking import Checked, check, lines_of

EXAMPLE = Path(__file__).parents[2] / "examples" / "gitlab" / "extension.toml"
VENDORS_PAGE = """response = {
  // What the command answers.
  "text": "Click on the token generation button below!",
  "buttons": [{
    "label": "Create Webhook",
    "hint": "",
    "type": "+",
    "action": {
      "type": "invoke.function",
      "data": { "name": "authentication" },
      "confirm": { "title": "", "input": { "type": "user_webhook_token" } },
    },
  }],
};
return response;
"""
BUTTON: dict[str, Any] = {"label": "Go", "action": {"type": "invoke.function", "data": {"name": "go"}}}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["text", "buttons", "label", "action", "type", "data", "name", "slides", "title", "x y"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


def checked(value: Any) -> Checked:
    return check(json.dumps(value).encode())


def test_a_page_of_the_vendors_is_read_and_each_empty_field_is_named() -> None:
    found = check(VENDORS_PAGE.encode(), "pasted.txt")

    assert (found.taken_for, found.is_fine) == ("a message", False)
    assert lines_of(found, "pasted.txt") == [
        "pasted.txt:11: buttons[0].action.confirm.title is empty",
        "pasted.txt:6: hint: buttons[0].hint is empty",
    ]


def test_an_empty_hint_alone_is_no_reason_to_fail() -> None:
    found = check(VENDORS_PAGE.replace('"title": ""', '"title": "Generate token"').encode())

    assert found.is_fine
    assert [finding.path for finding in found.findings] == ["buttons[0].hint"]


def test_what_says_nothing_is_a_hint_and_no_reason_to_fail() -> None:
    found = checked(
        {"text": "a", "slides": None, "card": {"title": "b", "theme": ""}, "buttons": [{**BUTTON, "key": None}]}
    )

    assert found.is_fine
    assert [finding.path for finding in found.findings] == ["slides", "card.theme", "buttons[0].key"]


@pytest.mark.parametrize(
    ("value", "taken_for"),
    [
        (BUTTON, "a button"),
        ([BUTTON], "a list of 1 button"),
        ([BUTTON, BUTTON], "a list of 2 buttons"),
        ({"text": "a"}, "a message"),
        ({"type": "banner", "text": "a"}, "a banner"),
        ({"type": "message_edit", "text": "a"}, "an edit of a message"),
        ({"type": "button", "object": {"action": BUTTON["action"]}}, "a button inside a text"),
        ({"name": "polls", "title": "Polls", "developer": {"name": "A", "email": "a@x"}}, "a manifest"),
    ],
)
def test_it_says_what_it_took_it_for(value: Any, taken_for: str) -> None:
    found = checked(value)

    assert (found.taken_for, found.is_fine) == (taken_for, True)


@pytest.mark.parametrize("value", [{}, [], [1], {"x": 1}, 5, "text", None])
def test_what_is_nothing_of_that_is_told_what_there_could_be(value: Any) -> None:
    found = checked(value)

    assert (found.taken_for, found.is_fine) == ("", False)
    assert "a button has a label and an action" in found.findings[0].sentence


@pytest.mark.parametrize(
    ("value", "sentences"),
    [
        ({**BUTTON, "label": ""}, ["label is empty"]),
        ({**BUTTON, "label": "x" * 21}, ["label has 21 characters; 20 is the most"]),
        ({"label": "x"}, ["action is missing"]),
        ([BUTTON, {"label": "x"}], ["buttons[1].action is missing"]),
        ([BUTTON] * 6, ["buttons has 6 entries; 5 is the most"]),
        ({**BUTTON, "confirm": {}}, ["confirm has no effect here: it belongs into action"]),
        ({**BUTTON, "icon": "star"}, ["icon has no effect here: Keypost does not know it"]),
        (
            {"text": " ", "buttons": [BUTTON]},
            ["text is missing or empty; a post needs one, a handler's answer does not"],
        ),
        ({"text": "a\ud800"}, ["text has half of a surrogate pair"]),
        ({"text": "a", "slides": [{"type": "chart"}]}, ['slides[0].type is "chart"; it can be']),
        (
            {"text": 5, "buttons": [{"label": 5}]},
            ["text is a number", "buttons[0].action is missing", "buttons[0].label is"],
        ),
        (
            {"slides": [{"type": "table", "data": {"headers": ["a"], "rows": [{"b": 1}]}}]},
            ["slides[0].data.rows[0].b is not one of the headers", "text is missing or empty"],
        ),
    ],
)
def test_each_wrong_field_is_named_from_what_was_pasted(value: Any, sentences: list[str]) -> None:
    found = sorted(finding.sentence for finding in checked(value).findings)

    for sentence in sentences:
        assert any(said.startswith(sentence) for said in found), found


def test_a_full_message_is_fine() -> None:
    assert [finding for finding in checked(FULL).findings if not finding.is_hint] == []


def test_a_manifest_of_the_house_is_fine() -> None:
    found = check(EXAMPLE.read_bytes(), EXAMPLE.name)

    assert (found.taken_for, found.findings) == ("a manifest", ())


def test_a_manifest_is_named_with_lines() -> None:
    text = """name = "polls"
title = "Polls"

[developer]
name = "A"

[[commands]]
name = "a"

[[commands]]
hint = "b"
"""

    assert lines_of(check(text.encode(), "extension.toml"), "extension.toml")[:2] == [
        "extension.toml:4: developer.email is missing",
        "extension.toml:10: commands[1].name is missing",
    ]


def test_toml_is_known_by_its_content_too() -> None:
    assert check(EXAMPLE.read_bytes()).taken_for == "a manifest"


def test_toml_that_is_none_is_named_with_its_line() -> None:
    [found] = check(b'name = "polls"\ntitle = \n', "extension.toml").findings

    assert found.line == 2
    assert found.sentence.startswith("it is not TOML: ")


@pytest.mark.parametrize("content", [b"\xff\xfe", b"\xff", "{}".encode("utf-16")])
def test_what_is_not_utf_8_is_said(content: bytes) -> None:
    assert check(content).findings[0].sentence == "it is not UTF-8 at byte 0"


@given(json_values)
def test_whatever_is_pasted_is_judged(value: Any) -> None:
    found = checked(value)

    assert found.taken_for or not found.is_fine
    for finding in found.findings:
        assert "The body" not in finding.sentence
        assert finding.line == 1


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode), st.sampled_from(["", "x.toml", "x.json"]))
def test_whatever_the_bytes_nothing_is_raised(content: bytes, name: str) -> None:
    assert isinstance(check(content, name), Checked)


def test_so_many_troubles_are_not_all_told() -> None:
    found = checked({"text": "a", "slides": [{"type": "list", "data": [5] * 4_000}]})

    assert len(found.findings) == checking.FINDINGS_MAX


def test_another_spelling_is_taken_and_named() -> None:
    confirm = {"title": "Sure?", "mandatory": "true", "buttontext": "Go"}
    button = {**BUTTON, "action": {**BUTTON["action"], "confirm": confirm}}

    found = checked(
        {"text": "a", "card": '{"title": "b"}', "slides": [{"type": "image", "data": ["/a"]}], "buttons": [button]}
    )

    assert found.is_fine
    assert [finding.sentence for finding in found.findings] == [
        "card is text, read as the JSON in it",
        "slides[0].type is read as images",
        "buttons[0].action.confirm.buttontext is read as button_label",
        "buttons[0].action.confirm.mandatory is read as true",
    ]


def test_what_is_packed_into_a_text_is_judged_too() -> None:
    found = checked({"text": "a", "card": '{"title": 7}'})

    assert [finding.sentence for finding in found.findings if not finding.is_hint] == [
        "card.title is a number; it must be text"
    ]
