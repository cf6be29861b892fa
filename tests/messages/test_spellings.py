"""What senders spell otherwise is read as the one thing it means, and stored in one spelling."""

import json
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from tests.messages.samples import FULL, bent, good_messages, json_values

from keypost.errors import Invalid
from keypost.messages.decoding import DEPTH_MAX, NODES_MAX, decode
from keypost.messages.judging import Draft, content_of
from keypost.messages.spellings import PACKED, Respelling, decode_content
from keypost.webhooks.bots import BotDraft
from keypost.webhooks.editing import EditDraft
from keypost_sdk.content import Reply


def read(value: dict[str, Any]) -> Any:
    return json.loads(msgspec.json.encode(content_of(decode_content(json.dumps(value).encode(), Draft))))


def refusal_of(value: dict[str, Any]) -> tuple[str, str]:
    with pytest.raises(Invalid) as caught:
        decode_content(json.dumps(value).encode(), Draft)
    return caught.value.code, caught.value.sentence


def notes_on(value: dict[str, Any]) -> list[tuple[str, str]]:
    spelling = Respelling()
    spelling.message(value)
    return spelling.notes


def slide_of(slide: dict[str, Any]) -> Any:
    return read({"slides": [slide]})["slides"][0]


@settings(deadline=None, max_examples=60)
@given(good_messages)
def test_what_is_spelled_as_the_types_have_it_stays_as_it_is(value: dict[str, Any]) -> None:
    assert Respelling().message(value) is value


@settings(deadline=None, max_examples=60)
@given(good_messages)
def test_a_message_says_the_same_with_its_parts_packed_into_texts(value: dict[str, Any]) -> None:
    packed = {key: json.dumps(part) if key in PACKED else part for key, part in value.items()}

    assert decode_content(json.dumps(packed).encode(), Draft) == decode(json.dumps(value).encode(), Draft)


@settings(deadline=None, max_examples=60)
@given(bent())
def test_whatever_comes_is_read_or_refused(value: dict[str, Any]) -> None:
    with suppress(Invalid):
        once = decode_content(json.dumps(value).encode(), Draft)

        assert decode(msgspec.json.encode(once), Draft) == once


@settings(deadline=None, max_examples=60)
@given(json_values)
def test_no_value_anywhere_makes_it_fall(value: Any) -> None:
    slides = [{"type": kind, "data": value, "styles": value} for kind in ("list", "table", "graph", "percentage_chart")]

    button = {"action": {"type": "preview.url", "data": value, "confirm": value}}

    for message in (dict.fromkeys(PACKED, value), {"slides": slides, "buttons": [button, value]}):
        with suppress(Invalid):
            Respelling().message(message)


def test_what_is_packed_is_refused_by_its_path() -> None:
    assert refusal_of({"text": "a", "card": '{"title": 7}'}) == (
        "invalid_inputs",
        "card.title is a number; it must be text",
    )
    assert refusal_of({"text": "a", "slides": "[1, "}) == (
        "invalid_json",
        "slides is not JSON: it ends too early, at byte 4",
    )
    assert refusal_of({"text": "a", "buttons": "none"})[1] == "buttons is text; it must be a list"
    assert refusal_of({"text": "a", "card": '{"title": "\\u0000"}'})[1] == "card.title has a NUL character"
    assert refusal_of({"text": "a", "card": '{"x": "\\ud800"}'})[1] == "card.x has half of a surrogate pair"
    assert refusal_of({"text": "a", "card": '{"x": 9007199254740993}'})[1].startswith("card.x is a number beyond 2^53")


def test_what_is_packed_is_bounded_as_if_it_were_not() -> None:
    deep = "[" * DEPTH_MAX + "]" * DEPTH_MAX
    wide = json.dumps([0] * (NODES_MAX + 1))

    assert "nested too deep" in refusal_of({"text": "a", "slides": deep})[1]
    assert f"more than {NODES_MAX} values" in refusal_of({"text": "a", "slides": wide})[1]
    assert "nested too deep" in refusal_of({"text": "a", "slides": "[" * 100_000})[1]


def test_a_slide_has_one_spelling() -> None:
    assert slide_of({"type": "image", "data": ["/a.png"]})["type"] == "images"
    listed = slide_of({"type": "list", "data": ["a", 7], "styles": {"type": "bulleted"}})
    assert (listed["data"], listed["styles"].get("type", "disc")) == (["a", "7"], "disc")
    table = {"headers": ["A", 2], "rows": [{"A": 1, "2": 2}]}
    assert slide_of({"type": "table", "data": table, "styles": {"width": [60, 40]}})["data"] == {
        "headers": ["A", "2"],
        "rows": [{"A": 1, "2": 2}],
        "styles": {"width": [60, 40]},
    }


def test_styles_inside_of_a_table_count_more_than_those_beside_it() -> None:
    table = {"headers": ["A"], "styles": {"width": [100]}}

    assert slide_of({"type": "table", "data": table, "styles": {"width": [50, 50]}})["data"] == table


def test_a_chart_takes_its_numbers_as_text_and_its_names_as_numbers() -> None:
    assert slide_of({"type": "percentage_chart", "data": [{"label": 2026, "value": " 12.5 "}]})["data"] == [
        {"label": "2026", "value": 12.5}
    ]
    graph = {
        "type": "graph",
        "data": [{"category": 1, "values": [{"label": 2, "value": "-3"}]}],
        "styles": {"x_axis": {"title": "Day"}, "y_axis": "Minutes"},
    }
    assert slide_of(graph) == {
        "type": "graph",
        "data": [{"category": "1", "values": [{"label": "2", "value": -3}]}],
        "styles": {"x_axis": "Day", "y_axis": "Minutes"},
    }
    assert refusal_of({"slides": [{"type": "percentage_chart", "data": [{"label": "a", "value": "NaN"}]}]})[1] == (
        "slides[0].data[0].value is text; it must be a number"
    )


def test_a_button_has_one_spelling() -> None:
    confirm = {"title": "Sure?", "input": "Why", "mandatory": "true", "buttontext": "Go"}
    call = {"type": "invoke.function", "data": {"name": "go"}, "confirm": confirm}
    look = {"type": "preview.url", "data": {"web": "https://example.com"}}

    found = read(
        {
            "buttons": [{"label": "a", "action": call, "arguments": '{"n": 1}'}, {"label": "b", "action": look}],
            "references": {"1": {"type": "button", "object": {"action": call}}},
            "styles": {"markdown": "false", "highlight": "true"},
        }
    )

    asked = {"title": "Sure?", "input": "Why", "mandatory": True, "button_label": "Go"}
    assert found["buttons"][0]["action"]["confirm"] == asked
    assert found["buttons"][0]["arguments"] == {"n": 1}
    assert found["references"]["1"]["object"]["action"]["confirm"] == asked
    assert found["buttons"][1]["action"]["data"] == {"url": "https://example.com"}
    assert found["styles"] == {"markdown": False, "highlight": True}


@pytest.mark.parametrize(("word", "meant"), [("true", True), ("True", True), ("FALSE", False)])
def test_a_switch_may_come_as_a_word(word: str, meant: bool) -> None:
    switches = ("sync_message", "mark_as_read", "post_in_parent")

    said = decode_content(json.dumps({"text": "a", **dict.fromkeys(switches, word)}).encode(), Draft)
    to_bot = decode_content(json.dumps({"text": "a", "broadcast": word}).encode(), BotDraft)
    edit = decode_content(json.dumps({"text": "a", "notify_edit": word}).encode(), EditDraft)

    assert [getattr(said, name) for name in switches] == [meant] * 3
    assert (to_bot.broadcast, edit.notify_edit) == (meant, meant)


@pytest.mark.parametrize("word", ["yes", "1", "trues", 1, []])
def test_no_other_word_is_a_switch(word: object) -> None:
    assert refusal_of({"text": "a", "sync_message": word})[1].endswith("it must be true or false")


@pytest.mark.parametrize("view", ["popup", "navigation", "ephemeral"])
def test_a_view_is_for_the_eyes_of_who_asked(view: str) -> None:
    assert decode_content(json.dumps({"text": "a", "view": view}).encode(), Reply).view == "ephemeral"


def test_each_other_spelling_is_noted_with_its_path() -> None:
    assert notes_on({"card": "{}", "slides": [{"type": "image"}]}) == [
        ("card", "is text, read as the JSON in it"),
        ("slides[0].type", "is read as images"),
    ]
    assert notes_on(FULL) == []
