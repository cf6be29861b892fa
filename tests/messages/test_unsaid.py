"""Who writes every field of what they send, also those in which they have nothing to say, says no more than others."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from msgspec import inspect
from tests.messages.samples import good_messages

from keypost.errors import Invalid
from keypost.messages.judging import Draft, judge_post
from keypost.messages.spellings import decode_content
from keypost.messages.unsaid import said

BUTTON: dict[str, Any] = {"label": "Open", "action": {"type": "open.url", "data": {"web": "https://a.example"}}}
CALLING: dict[str, Any] = {"type": "invoke.function", "data": {"name": "go"}}


def read(value: object) -> Draft:
    return decode_content(json.dumps(value).encode(), Draft)


def with_card(**fields: Any) -> dict[str, Any]:
    return {"card": {"title": "a", **fields}}


def with_button(**fields: Any) -> dict[str, Any]:
    return {"buttons": [BUTTON | fields]}


def with_action(**fields: Any) -> dict[str, Any]:
    return with_button(action=CALLING | fields)


def with_slide(kind: str, data: Any, **fields: Any) -> dict[str, Any]:
    return {"slides": [{"type": kind, "data": data, **fields}]}


TABLE: dict[str, Any] = {"headers": ["A"], "rows": [{"A": None}]}
PIE: list[dict[str, Any]] = [{"label": "a", "value": 1}]


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        *(({field: None}, {}) for field in Draft.__struct_fields__ if field != "text"),
        *(({field: ""}, {}) for field in ("bot", "card", "slides", "buttons", "references", "styles")),
        ({"bot": {}}, {}),
        ({"bot": {"name": "", "image": ""}}, {}),
        ({"bot": {"name": "CI", "image": ""}}, {"bot": {"name": "CI"}}),
        ({"styles": {"highlight": None, "background": "", "markdown": None}}, {}),
        (with_card(theme="", thumbnail="", buttons=None, sections=None, options=None, icon=None), with_card()),
        (with_card(sections=[{"title": None, "fields": None}]), with_card(sections=[{}])),
        (with_button(hint=None, type=None, key=None, arguments=None), with_button()),
        (with_button(arguments={"a": None, "b": ""}), with_button(arguments={"a": None, "b": ""})),
        (with_action(confirm=None), with_action()),
        (with_action(confirm={"title": "", "description": "", "emotion": ""}), with_action()),
        (
            with_action(data={"name": "go", "owner": ""}, confirm={"title": "a", "emotion": "", "mandatory": None}),
            with_action(confirm={"title": "a"}),
        ),
        (
            with_button(action={"type": "open.url", "data": {"web": "", "iOS": "app:1", "android": None}}),
            with_button(action={"type": "open.url", "data": {"iOS": "app:1"}}),
        ),
        (with_slide("text", "a", title=None, buttons=None, styles=None), with_slide("text", "a")),
        (with_slide("list", ["a"], styles={"type": ""}), with_slide("list", ["a"])),
        (with_slide("table", TABLE | {"styles": {"width": None, "sticky": None}}), with_slide("table", TABLE)),
        (with_slide("table", {"headers": ["A"], "rows": None}), with_slide("table", {"headers": ["A"]})),
        (with_slide("percentage_chart", PIE, styles={"preview": ""}), with_slide("percentage_chart", PIE)),
        (
            {"references": {"1": {"type": "button", "object": {"label": None, "action": CALLING}}}},
            {"references": {"1": {"type": "button", "object": {"action": CALLING}}}},
        ),
    ],
)
def test_what_says_nothing_is_as_if_it_were_not_there(sent: dict[str, Any], meant: dict[str, Any]) -> None:
    assert read({"text": "Hi"} | sent) == read({"text": "Hi"} | meant)


def test_a_text_that_is_null_is_missing() -> None:
    with pytest.raises(Invalid) as refused:
        judge_post(read({"text": None, "card": {"title": "a"}}))

    assert (refused.value.code, refused.value.sentence) == ("param_missing", "text is missing")


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        (with_button(label=None), "buttons[0].label is null; it must be text"),
        (with_button(label=""), "buttons[0].label is empty"),
        ({"buttons": [None]}, "buttons[0] is null; it must be an object"),
        ({"bot": {"name": "", "image": "https://a.example/a.png"}}, "bot.name is empty"),
        (with_action(confirm={"title": "", "input": {"type": "user_webhook_token"}}), "action.confirm.title is empty"),
        (with_slide("text", ""), "slides[0].data is empty"),
        (with_slide("list", None), "slides[0].data is null; it must be a list"),
        ({"slides": [{"type": "", "data": "a"}]}, "slides[0].type is empty"),
        ({"card": {"theme": "-"}}, 'card.theme is "-"'),
        ({"slides": [{"type": "table", "data": {"headers": [""], "rows": [{"A": 1}]}, "title": 5}]}, "slides[0].title"),
    ],
)
def test_what_is_needed_must_be_said(sent: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        read({"text": "Hi"} | sent)

    assert sentence in refused.value.sentence


@settings(deadline=None, max_examples=60)
@given(good_messages)
def test_what_fits_stays_as_it_is(value: dict[str, Any]) -> None:
    assert said(value, Draft) == value


@settings(deadline=None, max_examples=60)
@given(good_messages)
def test_a_message_with_null_in_every_other_field_says_the_same(value: dict[str, Any]) -> None:
    assert read(_filled(inspect.type_info(Draft), value)) == read(value)


def _filled(info: inspect.Type, value: Any) -> Any:
    """The value with null in each field of its types that it does not have and need not have."""
    match info, value:
        case inspect.Metadata(), _:
            return _filled(info.type, value)
        case inspect.UnionType(), _:
            fitting = (member for member in info.types if _takes(member, value))
            return _filled(next(fitting), value)
        case inspect.StructType(), dict():
            absent = {field.encode_name for field in info.fields if not field.required} - value.keys()
            known = {field.encode_name: field.type for field in info.fields}
            kept = {name: _filled(known[name], item) if name in known else item for name, item in value.items()}
            return kept | dict.fromkeys(absent)
        case ((inspect.VarTupleType() | inspect.ListType()), list()):
            return [_filled(info.item_type, item) for item in value]
        case inspect.DictType(), dict():
            return {name: _filled(info.value_type, item) for name, item in value.items()}
        case _:
            return value


def _takes(info: inspect.Type, value: Any) -> bool:
    if isinstance(info, inspect.Metadata):
        return _takes(info.type, value)
    if not isinstance(info, inspect.StructType):
        return not isinstance(value, dict)
    try:
        msgspec.convert(value, info.cls)
    except msgspec.ValidationError:
        return False
    return True
