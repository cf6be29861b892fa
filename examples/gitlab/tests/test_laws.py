"""Whatever GitLab sends, what comes out is a message that a server takes, or nothing."""

import json
import types
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec
from gitlab_events import render
from gitlab_events.merge_request import MergeRequestEvent
from gitlab_events.payload import Count
from gitlab_events.pipeline import PipelineEvent
from gitlab_events.push import Push
from gitlab_world import body
from hypothesis import given, settings
from hypothesis import strategies as st

from keypost_sdk import Message, TableSlide

BODY_MAX = 256 * 1024
CONTROL = {chr(code) for code in range(32)} - {"\n"}

words = st.text(max_size=30) | st.sampled_from(
    [
        "",
        "*",
        "_a_",
        "`",
        "[a](https://evil.example)",
        "{@all}",
        "\x00",
        "refs/heads/main",
        "0" * 40,
        "success",
        "running",
    ]
)
# Longer than any limit of a message; text of that size is not worth drawing letter by letter.
# As long as a text may become before something is cut, so that the sum of many is what breaks a limit.
long = words.map(lambda word: (word * 400)[:400])
huge = words.map(lambda word: (word * 6_000)[:6_000])
urls = st.builds("https://x.example/{}".format, long | huge)
texts = words | long | huge | urls


PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: texts,
    int: st.integers(-(2**53), 2**53),
    bool: st.booleans(),
    float: st.floats(allow_nan=False, allow_infinity=False),
    type(None): st.none(),
    Count: st.integers(0, 10**12),
}


def anything_like(kind: Any) -> st.SearchStrategy[Any]:
    """Values of a decoded type, with its optional members there and missing."""
    if kind in PLAIN:
        return PLAIN[kind]
    if get_origin(kind) is tuple:
        few = st.lists(anything_like(get_args(kind)[0]), max_size=3)
        return st.builds(lambda items, times: tuple(items * times), few, st.sampled_from([1, 1, 60]))
    if get_origin(kind) in {types.UnionType, Union}:
        return st.one_of([anything_like(member) for member in get_args(kind)])
    hints = get_type_hints(kind, include_extras=True)
    return st.builds(kind, **{name: anything_like(hints[name]) for name in kind.__struct_fields__})


def is_taken(message: Message) -> bool:
    """As a server reads it: the limits of the types, and the rules that span fields."""
    encoded = msgspec.json.encode(message)
    again = msgspec.json.decode(encoded, type=Message)
    assert again == message
    assert len(encoded) <= BODY_MAX
    assert message.text.strip()
    for slide in message.slides:
        if isinstance(slide, TableSlide):
            assert all(row.keys() == set(slide.data.headers) for row in slide.data.rows)
    assert not CONTROL & set(_all_text(msgspec.to_builtins(message)))
    return True


def _all_text(value: Any) -> str:
    if isinstance(value, dict):
        return "".join(map(_all_text, value.values()))
    if isinstance(value, list | tuple):
        return "".join(map(_all_text, value))
    return str(value)


def _sent(kind: str, event: Any) -> str:
    return json.dumps({"object_kind": kind} | msgspec.to_builtins(event))


@settings(deadline=None)
@given(anything_like(Push))
def test_any_push_is_a_message(push: Push) -> None:
    message = render("Push Hook", _sent("push", push))

    assert message is not None
    assert is_taken(message)


@settings(deadline=None)
@given(anything_like(MergeRequestEvent))
def test_any_merge_request_is_a_message(event: MergeRequestEvent) -> None:
    message = render("Merge Request Hook", _sent("merge_request", event))

    assert message is not None
    assert is_taken(message)


@settings(deadline=None)
@given(anything_like(PipelineEvent))
def test_any_pipeline_is_a_message_unless_it_is_under_way(event: PipelineEvent) -> None:
    message = render("Pipeline Hook", _sent("pipeline", event))

    assert (message is None) == (event.object_attributes.status == "running")
    assert message is None or is_taken(message)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None)
@given(texts, texts | json_values.map(json.dumps))
def test_any_body_is_a_message_or_nothing(event: str, sent: str) -> None:
    message = render(event, sent)

    assert message is None or is_taken(message)


@settings(deadline=None)
@given(st.sampled_from(["push", "merge_request", "pipeline"]), st.data())
def test_a_known_event_with_one_member_changed_to_anything_is_a_message_or_nothing(
    name: str, data: st.DataObject
) -> None:
    sent = body(name)
    place = sent
    for _ in range(data.draw(st.integers(0, 2))):
        inner = [value for value in place.values() if isinstance(value, dict)]
        place = data.draw(st.sampled_from(inner)) if inner else place
    if place:
        place[data.draw(st.sampled_from(sorted(place)))] = data.draw(json_values)

    message = render("", json.dumps(sent))

    assert message is None or is_taken(message)
