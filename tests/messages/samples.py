"""Content that uses every field, and strategies for content that nobody would write."""

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from keypost.messages.plain import visible

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
COPY_BUTTON: dict[str, Any] = {
    "label": "Copy hash",
    "action": {"type": "copy", "data": {"text": "d77df84"}},
}
ASKING_BUTTON: dict[str, Any] = {
    "label": "Say why and close it all",
    "hint": "Closes it",
    "type": "-",
    "key": "close",
    "arguments": {"issue": 12, "labels": ["a", "b"], "deep": {"er": None}},
    "action": {
        "type": "invoke.function",
        "data": {"name": "close", "owner": "dev@example.com"},
        "confirm": {
            "title": "Close?",
            "description": "For good",
            "input": "Why",
            "button_label": "Close",
            "cancel_button_label": "Keep",
            "emotion": "negative",
            "mandatory": True,
        },
    },
}
LOOK_BUTTON: dict[str, Any] = {
    "hint": "In the chat",
    "action": {"type": "invoke.function", "data": {"name": "look", "owner": "dev@example.com"}},
}
PREVIEW_BUTTON: dict[str, Any] = {
    "label": "Look inside",
    "action": {"type": "preview.url", "data": {"url": "https://example.com/report"}},
}
BOT_BUTTON: dict[str, Any] = {
    "label": "Ask the bot",
    "hint": "For its opinion",
    "action": {"type": "invoke.bot", "data": {"bot_name": "build", "message": "status 12"}},
}
CALLING_BUTTON: dict[str, Any] = {
    "label": "Remind me",
    "action": {
        "type": "system.api",
        "data": {"api": "set_reminder", "params": {"content": "Look again", "date_time": "2026-11-25T09:00"}},
    },
}
DEVICE_BUTTON: dict[str, Any] = {
    "label": "In the app",
    "action": {
        "type": "open.url",
        "data": {
            "web": "https://example.com/app",
            "windows": "app:12",
            "iOS": "app://build/12",
            "android": "app://build/12",
        },
    },
}
POLL: dict[str, Any] = {
    "title": "Ship it?",
    "theme": "poll",
    "options": [{"text": "Now"}, {"text": "After *lunch*"}],
}
FULL: dict[str, Any] = {
    "text": "A *bold* word. [Look]($1)",
    "bot": {"name": "Builder", "image": "https://example.com/b.png"},
    "card": {
        "title": "Build 12",
        "theme": "modern-inline",
        "thumbnail": "https://img.example.com/t.png",
        "icon": "https://img.example.com/i.png",
        "color": "#3346c4",
        "preview": "compact",
        "sections": [
            {"title": "Where", "fields": [{"title": "Branch", "value": "main"}, {"title": "Jobs", "value": 3}]},
            {"fields": [{"title": "Passed", "value": True}]},
        ],
        "buttons": [ASKING_BUTTON, BOT_BUTTON],
    },
    "slides": [
        {
            "type": "table",
            "title": "Stages",
            "data": {
                "headers": ["Stage", "Took s"],
                "rows": [{"Stage": "test", "Took s": 12.5}],
                "styles": {"width": [62.5, 37.5], "sticky": {"rows": 2, "columns": 1}},
            },
            "buttons": [LINK_BUTTON],
        },
        {"type": "text", "title": "Log", "data": "```\nok\n```", "buttons": [TOKEN_BUTTON]},
        {
            "type": "list",
            "title": "Steps",
            "styles": {"type": "lower-alpha"},
            "data": ["First", "then [copy]($2)"],
            "buttons": [COPY_BUTTON],
        },
        {"type": "label", "title": "Facts", "data": [{"Branch": "main"}, {"label": "Jobs", "value": 3}]},
        {"type": "images", "title": "Charts", "data": ["https://img.example.com/charts/one.png?size=2", "/two.png"]},
        {
            "type": "percentage_chart",
            "title": "Outcomes",
            "data": [{"label": "Passed", "value": 97}, {"label": "Failed", "value": 2.5}],
            "styles": {"preview": "semi_doughnut"},
            "buttons": [PREVIEW_BUTTON],
        },
        {
            "type": "graph",
            "title": "Minutes",
            "data": [
                {"category": "build", "values": [{"label": "Mon", "value": 3}, {"label": "Tue", "value": -2.5}]},
                {"category": "test", "values": [{"label": "Tue", "value": 9}]},
            ],
            "styles": {"preview": "trend", "x_axis": "Day", "y_axis": "Minutes"},
            "buttons": [CALLING_BUTTON],
        },
    ],
    "buttons": [TOKEN_BUTTON, LINK_BUTTON, DEVICE_BUTTON],
    "references": {
        "1": {"type": "button", "object": LOOK_BUTTON},
        "2": {"type": "button", "object": COPY_BUTTON},
        "3": {"type": "button", "object": CALLING_BUTTON},
    },
    "styles": {"highlight": True, "background": "yellow"},
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


_MARKED = st.text(st.sampled_from("ab1$ *_~`[](){}@#!-\n\r\t<>&\"'\\:/.h1é漢\u202e\x1b"), max_size=60)
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
            "[y]($1)",
            "[*z*]($2)",
            "[n]($3)",
            "http://a.b/c",
            "!",
            "#",
            "###",
            "---",
            "{@all}",
            "{@12}",
            "{@ada@example.com}",
            "{#O12}",
            "[n](zohoid:12)",
            ":smile:",
            ":a:",
        ]
    ),
    max_size=25,
).map("".join)
texts = st.one_of(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), _MARKED, _FORMATTED)

_scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), texts)
_names = st.one_of(
    st.sampled_from([*FULL, "label", "action", "type", "data", "web", "confirm", "input", "headers", "rows", "title"]),
    st.sampled_from(["object", "1", "arguments", "mandatory", "styles", "value", "theme"]),
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


def _said(most: int) -> st.SearchStrategy[str]:
    return _cut(most, 1).map(lambda text: text if text.strip() else "x")


_label_values = st.one_of(_cut(200), st.none(), st.booleans(), st.floats(-1e6, 1e6))
_web = st.sampled_from(
    [
        'https://example.com/1?a=<b>&c="d"\'',
        "http://a@b/c/d.png#e",
        "HTTPS://[::1]/x\u202egnp.exe",
        "tel:+49",
        "sip:a@b",
        "https://x/'><script>",
        "https://%",
    ]
)
_images = st.sampled_from(
    ["https://img.example/a/b.png?c=d", "/local/<i>.png", "http://a\\@b/c", "https:///", "https://h"]
)
_confirms = st.fixed_dictionaries(
    {"title": _said(100)},
    optional={
        "description": _cut(100),
        "input": st.one_of(_cut(300), st.just({"type": "user_webhook_token"}), st.none()),
        "button_label": _cut(100),
        "cancel_button_label": _cut(100),
        "emotion": st.sampled_from(["positive", "neutral", "negative"]),
        "mandatory": st.booleans(),
    },
)
_calls = st.fixed_dictionaries(
    {"type": st.just("invoke.function"), "data": st.fixed_dictionaries({"name": _cut(30, 1)})},
    optional={"confirm": _confirms},
)
_copies = st.just("one\r\n\ttwo\r") | _said(200).map(lambda text: visible(text, keep="\r\n\t")[:200])
_copying = st.fixed_dictionaries({"type": st.just("copy"), "data": st.fixed_dictionaries({"text": _copies})})
_devices = st.dictionaries(st.sampled_from(["windows", "iOS", "android"]), _cut(256, 1), min_size=1)
_previewing = _web.filter(lambda web: web.lower().startswith("http")).map(
    lambda url: {"type": "preview.url", "data": {"url": url}}
)
_telling = st.builds(
    lambda name, message: {"type": "invoke.bot", "data": {"bot_name": name, "message": message}},
    _cut(100, 1),
    _said(200),
)
_calling = st.sampled_from(["audiocall/1", "joinchannel/é<b>", "locationpermission", "set_reminder"]).map(
    lambda api: {"type": "system.api", "data": {"api": api}}
)
_webs = st.fixed_dictionaries({"web": _web})
_opening = (_devices | _webs).map(lambda data: {"type": "open.url", "data": data})


def _button(actions: st.SearchStrategy[Any], label: st.SearchStrategy[str] | None) -> st.SearchStrategy[dict[str, Any]]:
    """Without a label the one in the text stands for it."""
    return st.fixed_dictionaries(
        {"action": actions} if label is None else {"action": actions, "label": label},
        optional={
            "hint": _cut(100),
            "type": st.sampled_from(["+", "-", ""]),
            "key": _cut(100),
            "arguments": st.dictionaries(_cut(20), _label_values, max_size=3),
        },
    )


def _buttons(most: int) -> st.SearchStrategy[list[dict[str, Any]]]:
    label = _said(most)
    return st.lists(_button(_calls | _copying | _opening | _previewing | _telling | _calling, label), max_size=3)


def _slide(kind: str, data: st.SearchStrategy[Any], **more: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    fields = {"type": st.just(kind), "title": _cut(200), "data": data, "buttons": _buttons(20)}
    return st.fixed_dictionaries(fields, optional=more)


_widths: dict[int, list[list[float]]] = {1: [[100]], 2: [[1, 99], [12.5, 87.5]], 3: [[33.3, 33.3, 33.4]]}
_stuck = st.dictionaries(st.sampled_from(["rows", "columns"]), st.integers(0, 2))


def _table_styles(columns: int) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional={"width": st.sampled_from(_widths[columns]), "sticky": _stuck})


_tables = st.lists(_cut(100), min_size=1, max_size=3, unique=True).flatmap(
    lambda headers: st.fixed_dictionaries(
        {
            "headers": st.just(headers),
            "rows": st.lists(st.fixed_dictionaries(dict.fromkeys(headers, _label_values)), max_size=3),
        },
        optional={"styles": _table_styles(len(headers))},
    )
)
_numbers = st.integers(-(10**15), 10**15) | st.floats(-1e15, 1e15)
_shares = st.fixed_dictionaries({"label": _cut(20), "value": st.just(0) | _numbers.map(abs)})
_graph_values = st.fixed_dictionaries({"label": st.sampled_from(["a", "b"]) | _cut(20), "value": _numbers})
_categories = st.fixed_dictionaries({"category": _cut(20), "values": st.lists(_graph_values, min_size=1, max_size=4)})
_graph_styles = st.fixed_dictionaries(
    {"preview": st.sampled_from(["trend", "vertical_bar", "vertical_stacked_bar"])},
    optional={"x_axis": _cut(20), "y_axis": _cut(20)},
)
_pairs = st.one_of(
    st.dictionaries(_cut(100), _label_values, min_size=1, max_size=1),
    st.fixed_dictionaries({"label": _label_values, "value": _label_values}),
)
_list_styles = st.sampled_from(
    ["disc", "circle", "square", "decimal", "lower-alpha", "upper-alpha", "lower-roman", "upper-roman"]
)
_slides = st.one_of(
    _slide("table", _tables),
    _slide("text", _cut(500, 1)),
    _slide("list", st.lists(_cut(200), min_size=1, max_size=4), styles=st.fixed_dictionaries({"type": _list_styles})),
    _slide("label", st.lists(_pairs, min_size=1, max_size=4)),
    _slide("images", st.lists(_images, min_size=1, max_size=3)),
    _slide(
        "percentage_chart",
        st.lists(_shares, min_size=1, max_size=5),
        styles=st.fixed_dictionaries({"preview": st.sampled_from(["pie", "doughnut", "semi_doughnut"])}),
    ),
    _slide("graph", st.lists(_categories, min_size=1, max_size=5), styles=_graph_styles),
)
_fields = st.fixed_dictionaries({"title": _cut(100), "value": _label_values})
_sections = st.fixed_dictionaries({"fields": st.lists(_fields, max_size=3)}, optional={"title": _cut(200)})
_cards = st.one_of(
    st.fixed_dictionaries({}, optional={"title": _cut(200), "thumbnail": _images, "buttons": _buttons(30)}),
    st.fixed_dictionaries(
        {"title": _cut(200), "theme": st.sampled_from(["basic", "modern-inline"])},
        optional={"sections": st.lists(_sections, max_size=2)},
    ),
    st.fixed_dictionaries(
        {
            "title": _said(200),
            "theme": st.just("prompt"),
            "buttons": _buttons(30).filter(bool),
        }
    ),
)
_polls = st.fixed_dictionaries(
    {
        "title": _said(200),
        "theme": st.just("poll"),
        "options": st.lists(st.fixed_dictionaries({"text": _said(100)}), min_size=2, max_size=4),
    }
)
_references = st.dictionaries(
    st.sampled_from(["1", "2", "007"]),
    st.fixed_dictionaries({"type": st.just("button"), "object": _button(_calls | _copying | _calling, None)}),
)
_styles = st.fixed_dictionaries(
    {},
    optional={
        "highlight": st.booleans(),
        "background": st.sampled_from(["red", "yellow", "green", "blue", "grey"]),
        "markdown": st.booleans(),
    },
)
good_messages = st.fixed_dictionaries(
    {"text": _said(500)},
    optional={
        "card": _cards | _polls,
        "slides": st.lists(_slides, max_size=3),
        "buttons": _buttons(20),
        "references": _references,
        "styles": _styles,
    },
)
