"""Content that uses every field, and strategies for content that nobody would write."""

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

TOKEN_BUTTON: dict[str, Any] = {
    "label": "Create webhook",
    "hint": "Click to make a token",
    "type": "+",
    "key": "k1",
    "action": {
        "type": "invoke.function",
        "data": {"name": "authentication", "owner": "dev@example.com"},
        "confirm": {"title": "Token", "description": "For pushes", "input": {"type": "user_webhook_token"}},
    },
}
LINK_BUTTON: dict[str, Any] = {
    "label": "Open",
    "hint": "See it",
    "type": "-",
    "action": {"type": "open.url", "data": {"web": "https://example.com/1"}},
}
FULL: dict[str, Any] = {
    "text": "A *bold* word",
    "bot": {"name": "Builder", "image": "https://example.com/b.png"},
    "card": {"title": "Build 12", "theme": "modern-inline", "thumbnail": "https://img.example.com/t.png"},
    "slides": [
        {
            "type": "table",
            "title": "Stages",
            "data": {"headers": ["Stage", "Took s"], "rows": [{"Stage": "test", "Took s": 12.5}]},
            "buttons": [LINK_BUTTON],
        },
        {"type": "text", "title": "Log", "data": "```\nok\n```", "buttons": [TOKEN_BUTTON]},
    ],
    "buttons": [TOKEN_BUTTON, LINK_BUTTON],
    "sync_message": True,
}

Place = tuple[str | int, ...]


def places(value: Any, above: Place = ()) -> Iterator[Place]:
    """Where something stands in `value`, as the keys that lead there."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in pairs:
        yield (*above, key)
        yield from places(item, (*above, key))


def fresh(value: Any) -> Any:
    """A copy in which no two places are the same object."""
    return json.loads(json.dumps(value))


def with_changed(value: Any, place: Place, new: Any) -> Any:
    changed = fresh(value)
    holder = changed
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = new
    return changed


def without(value: Any, place: Place) -> Any:
    changed = fresh(value)
    holder = changed
    for key in place[:-1]:
        holder = holder[key]
    del holder[place[-1]]
    return changed


_MARKED = st.text(st.sampled_from("ab *_~`[](){}@#!-\n\r\t<>&\"'\\:/.h1é漢\u202e\x1b"), max_size=60)
_FORMATTED = st.lists(
    st.sampled_from(
        [
            "*",
            "_",
            "~",
            "`",
            "```",
            "\n",
            " ",
            "word",
            "[x](http://a.b)",
            "http://a.b/c",
            "!",
            "#",
            "###",
            "---",
            "{@all}",
        ]
    ),
    max_size=25,
).map("".join)
texts = st.one_of(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), _MARKED, _FORMATTED)

_scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), texts)
_names = st.one_of(
    st.sampled_from([*FULL, "label", "action", "type", "data", "web", "confirm", "input", "headers", "rows", "title"]),
    texts,
)
json_values = st.recursive(
    _scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=5), st.dictionaries(_names, inner, max_size=5)),
    max_leaves=20,
)
json_objects = st.dictionaries(_names, json_values, max_size=6)


@st.composite
def bent(draw: st.DrawFn) -> dict[str, Any]:
    """A full message of which some places hold something else."""
    value: dict[str, Any] = fresh(FULL)
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.sampled_from(list(places(value))))
        value = with_changed(value, place, draw(json_values))
        if not list(places(value)):
            break
    return value


def _cut(most: int, least: int = 0) -> st.SearchStrategy[str]:
    padding = "x" * least
    return texts.map(lambda text: (text.replace("\x00", "")[:most]) or padding)


_tables = st.lists(_cut(100), min_size=1, max_size=3, unique=True).flatmap(
    lambda headers: st.fixed_dictionaries(
        {
            "headers": st.just(headers),
            "rows": st.lists(
                st.fixed_dictionaries(
                    {header: st.one_of(_cut(200), st.none(), st.booleans(), st.floats(-1e6, 1e6)) for header in headers}
                ),
                max_size=3,
            ),
        }
    )
)
_buttons = st.lists(
    st.one_of(
        st.builds(lambda label, hint: {**TOKEN_BUTTON, "label": label, "hint": hint}, _cut(20, 1), _cut(100)),
        st.builds(lambda label, hint: {**LINK_BUTTON, "label": label, "hint": hint}, _cut(20, 1), _cut(100)),
    ),
    max_size=3,
)
_slides = st.one_of(
    st.fixed_dictionaries({"type": st.just("table"), "title": _cut(200), "data": _tables, "buttons": _buttons}),
    st.fixed_dictionaries({"type": st.just("text"), "title": _cut(200), "data": _cut(500, 1), "buttons": _buttons}),
)
good_messages = st.fixed_dictionaries(
    {"text": _cut(500)},
    optional={
        "card": st.fixed_dictionaries({"title": _cut(200)}),
        "slides": st.lists(_slides, max_size=3),
        "buttons": _buttons,
    },
)
