"""What a post may show is read back as it was sent, but for what is not for readers."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.world import World

from keypost.messages.plain import visible

LETTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
WORD = st.characters(categories=["L", "N"])
SHORT = 12


def line(most: int) -> st.SearchStrategy[str]:
    """Short, or as long as may be: of a few words said again and again, for what is drawn has to be little."""
    return st.text(LETTERS, min_size=1, max_size=min(most, SHORT)) | st.text(WORD, min_size=1, max_size=5).map(
        lambda word: (word * most)[:most]
    )


def said(most: int) -> st.SearchStrategy[str]:
    """As `line`, and more than spaces."""
    return line(most).map(lambda text: text if text.strip() else "x")


def few(entry: st.SearchStrategy[Any], most: int) -> st.SearchStrategy[list[Any]]:
    """One or two, or as many as may be, all alike: a message with much of everything is too much to draw."""
    return st.lists(entry, min_size=1, max_size=2) | entry.map(lambda one: [one] * most)


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Any of the fields; those that are there are not at their default, for that would not be read back."""
    return st.fixed_dictionaries({}, optional=fields)


PATHS = st.text(st.sampled_from("abcXYZ0189-._~/?=&%"), max_size=SHORT)
WEB = PATHS.map(lambda path: f"https://example.com/{path}")
CONFIRM = st.builds(
    lambda title, rest: {"title": title, **rest},
    said(100),
    some(
        description=line(100),
        input=st.just({"type": "user_webhook_token"}) | line(300),
        button_label=line(100),
        cancel_button_label=line(100),
        emotion=st.sampled_from(["neutral", "negative"]),
        mandatory=st.just(True),
    ),
)
CALL = st.builds(
    lambda name, owner, rest: {"type": "invoke.function", "data": {"name": name} | owner, **rest},
    line(30),
    some(owner=st.just("dev@example.com")),
    some(confirm=CONFIRM),
)
DEVICES = some(windows=line(200), iOS=line(200), android=line(200))
LINK = st.builds(lambda web, rest: {"type": "open.url", "data": {"web": web, **rest}}, WEB, DEVICES) | DEVICES.filter(
    bool
).map(lambda rest: {"type": "open.url", "data": rest})
PREVIEW = WEB.map(lambda url: {"type": "preview.url", "data": {"url": url}})
TELLING = st.builds(
    lambda name, message: {"type": "invoke.bot", "data": {"bot_name": name, "message": message}},
    line(100),
    line(1000).filter(str.strip),
)
SYSTEM = st.builds(
    lambda api, rest: {"type": "system.api", "data": {"api": api, **rest}},
    st.sampled_from(["audiocall/12", "videocall/12", "startchat/12", "invite/12", "joinchannel/O1", "set_reminder"]),
    some(params=some(content=line(1000), date_time=line(40)).filter(bool)),
)
ACTIONS = LINK | PREVIEW | TELLING | SYSTEM
COPY = said(200).map(lambda text: visible(text, keep="\r\n\t")[:200])
COPYING = COPY.map(lambda text: {"type": "copy", "data": {"text": text}})
CELL = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(-1e15, 1e15, allow_nan=False)
    | st.text(LETTERS, max_size=SHORT)
)
REST_OF_BUTTON = some(
    hint=line(100),
    type=st.sampled_from("+-"),
    key=line(100),
    arguments=st.dictionaries(line(20), CELL | st.lists(CELL, max_size=2), min_size=1, max_size=3),
)


def button(actions: st.SearchStrategy[Any], most: int, least: int = 1) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda label, action, rest: {"action": action, **({"label": label} if label else {}), **rest},
        said(most) if least else st.just("") | line(most),
        actions,
        REST_OF_BUTTON,
    )


BUTTONS = few(button(CALL | ACTIONS | COPYING, 20), 5)
CARD_BUTTONS = few(button(CALL | ACTIONS | COPYING, 30), 5)
REFERENCES = st.dictionaries(
    st.sampled_from(["1", "2", "12"]),
    button(CALL | COPYING | SYSTEM, 20, least=0).map(lambda found: {"type": "button", "object": found}),
    min_size=1,
)


def table_styles(columns: int) -> st.SearchStrategy[dict[str, Any]]:
    widths = st.lists(st.integers(1, 20), min_size=columns - 1, max_size=columns - 1)
    return some(
        width=widths.map(lambda found: [*found, 100 - sum(found)]),
        sticky=some(rows=st.integers(1, 2), columns=st.integers(1, 2)).filter(bool),
    ).filter(bool)


NUMBER = st.integers(-(10**15), 10**15) | st.floats(-1e15, 1e15)
SHARE = st.fixed_dictionaries({"label": st.text(LETTERS, max_size=20), "value": NUMBER.map(abs)})
CATEGORY = st.fixed_dictionaries(
    {
        "category": line(20),
        "values": st.lists(st.fixed_dictionaries({"label": line(20), "value": NUMBER}), min_size=1, max_size=4),
    }
)
HEADERS = st.lists(line(20), min_size=1, max_size=3, unique=True)
TABLE = HEADERS.flatmap(
    lambda headers: st.builds(
        lambda rows, rest: {"headers": headers, "rows": rows, **rest},
        few(st.fixed_dictionaries(dict.fromkeys(headers, CELL)), 3),
        some(styles=table_styles(len(headers))),
    )
)
REST_OF_SLIDE = some(title=line(200), buttons=BUTTONS)
LABEL = st.builds(lambda name, value: {name: value}, line(100), CELL) | st.fixed_dictionaries(
    {"label": CELL, "value": CELL}
)
NOTHING: st.SearchStrategy[dict[str, Any]] = st.just({})
LIST_STYLE = st.sampled_from(["circle", "square", "decimal", "lower-alpha", "lower-roman"]).map(
    lambda name: {"styles": {"type": name}}
)

RING = st.sampled_from(["doughnut", "semi_doughnut"]).map(lambda name: {"styles": {"preview": name}})
GRAPH = st.builds(
    lambda preview, axes: {"styles": {"preview": preview, **axes}},
    st.sampled_from(["trend", "vertical_stacked_bar"]),
    some(x_axis=line(20), y_axis=line(20)),
)


def slide(
    kind: str, data: st.SearchStrategy[Any], more: st.SearchStrategy[dict[str, Any]] = NOTHING
) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(lambda data, rest, more: {"type": kind, "data": data, **rest, **more}, data, REST_OF_SLIDE, more)


SLIDE = (
    slide("table", TABLE)
    | slide("text", line(5000))
    | slide("list", few(line(1000), 3), NOTHING | LIST_STYLE)
    | slide("label", few(LABEL, 3))
    | slide("images", few(WEB, 3))
    | slide("percentage_chart", few(SHARE, 5), NOTHING | RING)
    | slide("graph", few(CATEGORY, 5), NOTHING | GRAPH)
)
BOT = st.builds(lambda name, rest: {"name": name, **rest}, line(100), some(image=WEB))
SECTION = st.builds(
    lambda fields, rest: {"fields": fields, **rest},
    st.lists(st.fixed_dictionaries({"title": st.text(LETTERS, max_size=100), "value": CELL}), min_size=1, max_size=3),
    some(title=line(200)),
)
CARD = some(
    sections=st.lists(SECTION, min_size=1, max_size=2),
    icon=line(200),
    color=line(50),
    preview=line(200),
    title=line(200),
    theme=st.sampled_from(["basic", "modern-inline"]),
    thumbnail=WEB,
    buttons=CARD_BUTTONS,
).map(lambda card: card or {"title": "x"})
POLL = st.builds(
    lambda title, options: {"theme": "poll", "title": title, "options": [{"text": text} for text in options]},
    said(200),
    st.lists(said(100), min_size=2, max_size=3) | said(100).map(lambda one: [one] * 10),
)
CONTENT = st.builds(
    lambda text, rest: {"text": text, **rest},
    said(5000),
    some(
        bot=BOT,
        card=CARD | POLL,
        slides=few(SLIDE, 3),
        buttons=BUTTONS,
        references=REFERENCES,
        styles=some(
            highlight=st.just(True),
            background=st.sampled_from(["red", "yellow", "green", "blue", "grey"]),
            markdown=st.just(False),
        ).filter(bool),
    ),
)
UNKNOWN = st.dictionaries(st.sampled_from(["z", "x", "Text"]), CELL, max_size=2)


@settings(max_examples=50)
@given(content=CONTENT, unknown=UNKNOWN)
async def test_what_is_taken_is_read_back_equal(
    lasting_world: World, content: dict[str, Any], unknown: dict[str, Any]
) -> None:
    world, standup = lasting_world, await lasting_world.standing_tool()

    posted = await standup.say("#general", {**unknown, **content, "sync_message": True})

    assert posted.status == 200, posted.text
    (row,) = (await world.ada.read(world.id_of("#general"), limit=1)).json["data"]
    assert row["id"] == posted.json["message_id"]
    assert row["content"] == without_owners(content)


def without_owners(content: Any) -> Any:
    if isinstance(content, list):
        return [without_owners(item) for item in content]
    if not isinstance(content, dict):
        return content
    if content.get("type") == "invoke.function":
        return content | {"data": {"name": content["data"]["name"]}}
    return {key: without_owners(value) for key, value in content.items()}
