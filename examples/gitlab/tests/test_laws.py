"""Whatever GitLab sends, what comes out is a message that a server takes, or nothing, or a refusal."""

import itertools
import json
import types
from collections.abc import Iterator
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec
import pytest
from gitlab_events import EVENTS, EVERYTHING, render
from gitlab_events.kinds import KINDS, Wishes
from gitlab_events.payload import NUMBER_MAX, Count
from gitlab_world import body, cases, header
from hypothesis import given, settings
from hypothesis import strategies as st

from keypost_sdk import Message, Refuse, Reply, TableSlide

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
        "open",
        "delete",
        "2026-03-09",
    ]
)
# Longer than any limit of a message; text of that size is not worth drawing letter by letter.
# As long as a text may become before something is cut, so that the sum of many is what breaks a limit.
long = words.map(lambda word: (word * 400)[:400])
huge = words.map(lambda word: (word * 6_000)[:6_000])
urls = st.builds("https://x.example/{}".format, long | huge)
texts = words | long | huge | urls


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)

wishes = st.builds(Wishes, st.sets(st.sampled_from(sorted(KINDS))).map(frozenset), st.booleans())

NO_NEWS = {"pipeline": ("object_attributes", "status"), "build": ("build_status",)}
"""The events that say nothing while they are under way, and where they say that they are."""

GOES_ON = [name for name, renderer in EVENTS.items() if renderer.so_far]
UNDER_WAY = {case for case in cases() if case.endswith("__running")}

FORMS = list({renderer: name for name, renderer in EVENTS.items()}.values())
"""One event of each form: some differ in nothing but the name."""

PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: texts,
    int: st.integers(-(2**53), 2**53),
    bool: st.booleans(),
    float: st.floats(allow_nan=False, allow_infinity=False),
    type(None): st.none(),
    Count: st.integers(0, 10**12),
    Any: st.none() | texts | st.lists(texts, max_size=2) | st.integers(1, 2**70) | st.sampled_from(["approved"]),
}


def anything_like(kind: Any) -> st.SearchStrategy[Any]:
    """Values of a decoded type, with its optional members there and missing."""
    if kind in PLAIN:
        return PLAIN[kind]
    if get_origin(kind) is tuple:
        few = st.lists(anything_like(get_args(kind)[0]), max_size=3)
        return st.builds(lambda items, times: tuple(items * times), few, st.sampled_from([1, 1, 60]))
    if get_origin(kind) is dict:
        keys = st.sampled_from(["title", "labels", "due_date", "updated_at"]) | words
        return st.dictionaries(keys, anything_like(get_args(kind)[1]), max_size=6)
    if get_origin(kind) in {types.UnionType, Union}:
        return st.one_of([anything_like(member) for member in get_args(kind)])
    hints = get_type_hints(kind, include_extras=True)
    return st.builds(kind, **{name: anything_like(hints[name]) for name in kind.__struct_fields__})


def is_taken(message: Message) -> bool:
    """As a server reads it: the limits of the types, and the rules that span fields."""
    encoded = msgspec.json.encode(message)
    again = msgspec.json.decode(encoded, type=type(message))
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


def _sent(name: str, event: Any) -> str:
    """`event` as the event of this name: by `event_name` where that is all that GitLab sends."""
    named_by = "event_name" if "event_name" in event.__struct_fields__ else "object_kind"
    return json.dumps(msgspec.to_builtins(event) | {named_by: name})


def _status(name: str, sent: Any) -> Any:
    for member in NO_NEWS.get(name, ("nothing",)):
        sent = sent.get(member)
    return sent


@pytest.mark.parametrize("name", FORMS)
@settings(deadline=None, max_examples=40)
@given(st.data())
def test_any_event_of_a_known_form_is_a_message_unless_it_is_under_way(name: str, data: st.DataObject) -> None:
    sent = _sent(name, data.draw(anything_like(EVENTS[name].kind)))

    message = render("", sent)

    assert (message is None) == (_status(name, json.loads(sent)) == "running")
    assert message is None or is_taken(message)


@pytest.mark.parametrize("name", GOES_ON)
@settings(deadline=None, max_examples=40)
@given(st.data())
def test_any_event_of_a_thing_that_goes_on_says_how_it_stands(name: str, data: st.DataObject) -> None:
    event = data.draw(anything_like(EVENTS[name].kind))

    message = render("", _sent(name, event), Wishes())

    named = isinstance(event.project.id, int) and 0 < event.project.id <= NUMBER_MAX
    assert isinstance(message, Reply) == named
    assert message is None or is_taken(message)


@settings(deadline=None)
@given(texts, texts | json_values.map(json.dumps), wishes)
def test_any_body_is_a_message_or_nothing_or_refused(event: str, sent: str, wished: Wishes) -> None:
    try:
        message = render(event, sent, wished)
    except Refuse:
        return

    assert message is None or is_taken(message)


HOSTILE: tuple[Any, ...] = (
    None,
    True,
    -1,
    2**70,
    1.5,
    "",
    "*_`[a](https://evil.example){@all}" * 200,
    "https://x.example/" + "u" * 470,
    [],
    [None],
    ["a"] * 300,
    {},
    {"name": 5, "id": [], "title": {}},
)


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """To every member of a body, however deep."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in members:
        yield (*path, key)
        yield from _paths(inner, (*path, key))


def _holder(sent: Any, path: tuple[Any, ...]) -> Any:
    for key in path[:-1]:
        sent = sent[key]
    return sent


def _spoiled(sent: Any) -> Iterator[str]:
    """A body with each of its members missing once, and once each hostile value."""
    for path in list(_paths(sent)):
        holder, key = _holder(sent, path), path[-1]
        kept = holder[key]
        for value in HOSTILE:
            holder[key] = value
            yield json.dumps(sent)
        del holder[key]
        yield json.dumps(sent)
        holder.insert(key, kept) if isinstance(holder, list) else holder.update({key: kept})


@pytest.mark.parametrize("case", [case for case in cases() if "__" not in case])
def test_an_event_with_any_member_missing_or_spoiled_is_still_a_message(case: str) -> None:
    event = header(case)
    for sent in _spoiled(body(case)):
        message = render(event, sent)

        assert message is not None
        assert is_taken(message)


STEERING = {"object_kind", "event_name", "event_type", "action", "status", "build_status", "noteable_type"}
"""What these say decides what is shown; all other texts are only shown."""


def _swollen(value: Any, text: str, key: str = "") -> Any:
    """A body with each text as long as `text`, each address as long as one may be, each list twelve times as long."""
    if isinstance(value, dict):
        return {key: _swollen(inner, text, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_swollen(inner, text) for inner in value] * 12
    if not isinstance(value, str) or key in STEERING:
        return value
    return "https://x.example/" + "u" * 470 if value.startswith("http") else text


@pytest.mark.parametrize("text", ["*_~" * 300, "_a " * 300, "a](b " * 200, "漢" * 900, ("*x" * 100 + "\n") * 9])
def test_an_event_that_is_too_long_all_over_is_still_a_message_in_its_own_words(text: str) -> None:
    for case, one_message in itertools.product(cases(), (False, True)):
        wished = Wishes(frozenset(KINDS), one_message)
        message = render(header(case), json.dumps(_swollen(body(case), text)), wished)

        assert message is None or is_taken(message)
        assert (message is None) == (case in UNDER_WAY and not (one_message and case.startswith("pipeline")))
        assert message is None or not message.text.startswith("GitLab: ") or "__unknown" in case


@settings(deadline=None)
@given(st.sampled_from(cases()), st.data())
def test_an_event_with_some_members_changed_to_anything_is_a_message_or_nothing(case: str, data: st.DataObject) -> None:
    sent = body(case)
    for _ in range(data.draw(st.integers(1, 4))):
        path = data.draw(st.sampled_from(list(_paths(sent)) or [("object_kind",)]))
        _holder(sent, path)[path[-1]] = data.draw(json_values)

    for wished in (EVERYTHING, Wishes()):
        try:
            message = render(header(case), json.dumps(sent), wished)
        except Refuse:
            continue

        assert message is None or is_taken(message)
