"""What a message may hold is taken and read back as it was sent, and one step further is refused: fact by fact."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

import msgspec
import pytest
from tests.messages.samples import COPY_BUTTON, LINK_BUTTON
from tests.people import Tool
from tests.world import World

from keypost.messages.html import compose
from keypost_sdk.content import Message

Content: TypeAlias = dict[str, Any]

LONG_TEXT: Final = 10_000
LABEL: Final = "A label"
ROW: Final = {"A": "1", "B": "2"}
ASKING: Final = {"type": "invoke.function", "data": {"name": "close"}, "confirm": {"title": "Close it?"}}
PIE: Final = [{"label": "é" * 20, "value": number + 0.5} for number in range(5)]
GRAPH: Final = [
    {"category": f"{number:é>20}", "values": [{"label": "x" * 20, "value": -number}] * 20} for number in range(5)
]


def card(**fields: Any) -> Content:
    return {"card": fields}


def prompt(**fields: Any) -> Content:
    return card(**{"theme": "prompt", "title": "Sure?", "buttons": [LINK_BUTTON], **fields})


def poll(*options: str, **fields: Any) -> Content:
    return card(**{"theme": "poll", "title": "Tea?", "options": [{"text": option} for option in options], **fields})


def slide(kind: str, data: Any, **more: Any) -> Content:
    return {"slides": [{"type": kind, "data": data, **more}]}


def table(*rows: Content, **styles: Any) -> Content:
    data = {"headers": ["A", "B"], "rows": list(rows or [ROW])}
    return slide("table", data | ({"styles": styles} if styles else {}))


def graph(preview: str, **axes: Any) -> Content:
    return slide("graph", GRAPH, styles={"preview": preview, **axes})


def button(**fields: Any) -> Content:
    return {"buttons": [{"label": LABEL, "action": COPY_BUTTON["action"], **fields}]}


def doing(kind: str, **data: Any) -> Content:
    return button(action={"type": kind, "data": data})


def asking(**fields: Any) -> Content:
    return button(action=ASKING | {"confirm": {"title": "Close it?", **fields}})


def instant(action: Content) -> Content:
    return {"text": "[Go]($1)", "references": {"1": {"type": "button", "object": {"action": action}}}}


TAKEN: Final[Mapping[str, Sequence[Content]]] = {
    "CONTENT-6": [{"buttons": [LINK_BUTTON] * 5}],
    "CONTENT-8": [
        {"styles": {"highlight": True}},
        {"styles": {"markdown": False}},
        *({"styles": {"background": colour}} for colour in ("red", "yellow", "green", "blue", "grey")),
    ],
    "CONTENT-11": [
        card(title="é" * 200, theme="modern-inline"),
        card(title="a", theme="basic"),
        card(title="a", thumbnail="https://img.example/a.png"),
    ],
    "CONTENT-43": [card(title="a", thumbnail=path) for path in ("/pictures/a.png", "pictures/a.png", "../a.png?b=c:d")],
    "CONTENT-12": [card(title="a", icon="https://img.example/i.png", color="#3346c4", preview="compact")],
    "CONTENT-13": [poll("Yes", "No"), poll(*["é" * 100] * 10)],
    "CONTENT-14": [
        card(title="a", theme="modern-inline", sections=[{"title": "b", "fields": [{"title": "c", "value": "d"}]}])
    ],
    "CONTENT-15": [prompt()],
    "CONTENT-16": [card(title="a"), card(thumbnail="https://img.example/a.png")],
    "CONTENT-17": [slide("text", "a", title="b", buttons=[LINK_BUTTON])],
    "CONTENT-18": [table({"A": "1", "B": "2"}, {"B": "3", "A": "4"})],
    "CONTENT-19": [
        table(width=[60, 40]),
        *(table(sticky={"rows": rows, "columns": columns}) for rows, columns in ((1, 1), (2, 2), (1, 2))),
    ],
    "CONTENT-20": [
        slide("list", ["a", "b"]),
        *(
            slide("list", ["a"], styles={"type": style})
            for style in (*("circle", "square", "decimal", "lower-alpha", "upper-alpha", "lower-roman", "upper-roman"),)
        ),
    ],
    "CONTENT-21": [slide("label", [{"Branch": "main"}, {"Jobs": "3"}])],
    "CONTENT-22": [slide("label", [{"label": "Branch", "value": "main"}, {"label": "Jobs", "value": "3"}])],
    "CONTENT-23": [slide("images", ["https://img.example/a.png", "https://img.example/b.png"])],
    "CONTENT-24": [slide("text", "a\nb")],
    "CONTENT-25": [
        slide("percentage_chart", PIE),
        *(slide("percentage_chart", PIE, styles={"preview": kind}) for kind in ("doughnut", "semi_doughnut")),
    ],
    "CONTENT-26": [
        slide("graph", GRAPH),
        graph("trend", x_axis="x" * 20, y_axis="y" * 20),
        graph("vertical_stacked_bar"),
    ],
    "CONTENT-28": [
        button(label="é" * 20, hint="é" * 100, type="+", key="é" * 100),
        button(type="-"),
        card(title="a", buttons=[LINK_BUTTON | {"label": "é" * 30}]),
    ],
    "CONTENT-29": [button()],
    "CONTENT-45": [button(arguments={"issue": "12", "labels": [1, None]})],
    "CONTENT-31": [
        doing("invoke.function", name="close"),
        {"buttons": [{"label": LABEL, "action": ASKING}]},
    ],
    "CONTENT-32": [
        *(doing("open.url", web=web) for web in ("http://a.b", "tel:+49", "sms:+49", "sip:a@b")),
        doing("open.url", web="https://a.b/" + "x" * 244, windows="w" * 256, iOS="i" * 256, android="a" * 256),
    ],
    "CONTENT-33": [doing("preview.url", url="https://a.b/" + "x" * 488)],
    "CONTENT-34": [
        *(doing("system.api", api=f"{api}/12") for api in ("audiocall", "videocall", "startchat", "invite")),
        doing("system.api", api="locationpermission"),
        doing("system.api", api="joinchannel/O12"),
        doing("system.api", api="set_reminder", params={"content": "a", "date_time": "2026-11-25T09:00"}),
    ],
    "CONTENT-35": [doing("copy", text="é" * 200)],
    "CONTENT-36": [doing("invoke.bot", bot_name="build", message="status 12")],
    "CONTENT-37": [
        instant(ASKING),
        instant(COPY_BUTTON["action"]),
        instant({"type": "system.api", "data": {"api": "startchat/12"}}),
    ],
    "CONTENT-38": [
        asking(
            title="é" * 100,
            description="é" * 100,
            input="é" * 300,
            button_label="é" * 100,
            cancel_button_label="é" * 100,
            emotion="negative",
            mandatory=True,
        ),
        asking(emotion="neutral"),
    ],
    "CONTENT-39": [asking(input="Why?", mandatory=True)],
    "CONTENT-41": [asking(input={"type": "user_webhook_token"})],
}
"""By fact: what is read back as it was sent."""

OTHERWISE: Final[Mapping[str, Sequence[tuple[Content, Content]]]] = {
    "CONTENT-45": [(button(arguments='{"issue": "12"}'), button(arguments={"issue": "12"}))],
    "BODY-13": [
        ({"card": '{"title": "a"}'}, card(title="a")),
        ({"slides": '[{"type": "text", "data": "a"}]'}, slide("text", "a")),
        ({"buttons": msgspec.json.encode([COPY_BUTTON]).decode()}, {"buttons": [COPY_BUTTON]}),
    ],
    "BODY-15": [({"bot_name": "CI", "anything": {"at": ["all"]}}, {})],
    "CONTENT-20": [
        (slide("list", ["a"], styles={"type": "disc"}), slide("list", ["a"], styles={})),
        (slide("list", ["a"], styles={"type": "bulleted"}), slide("list", ["a"], styles={})),
    ],
    "CONTENT-23": [(slide("image", ["https://img.example/a.png"]), slide("images", ["https://img.example/a.png"]))],
    "CONTENT-25": [
        (slide("percentage_chart", PIE, styles={"preview": "pie"}), slide("percentage_chart", PIE, styles={}))
    ],
    "CONTENT-26": [(graph("vertical_bar"), slide("graph", GRAPH, styles={}))],
    "CONTENT-27": [
        (
            graph("trend", x_axis={"title": "Day"}, y_axis={"title": "Minutes"}),
            graph("trend", x_axis="Day", y_axis="Minutes"),
        )
    ],
    "CONTENT-30": [
        (button(id="1", button_id="2", name="a", url="https://a.b", icon="i", section_id="3"), button()),
    ],
    "CONTENT-31": [
        (
            doing("invoke.function", name="close", owner="dev@example.com", location="optional"),
            doing("invoke.function", name="close"),
        )
    ],
    "CONTENT-33": [(doing("preview.url", web="https://a.b"), doing("preview.url", url="https://a.b"))],
    "CONTENT-39": [
        (asking(input="Why?", mandatory="true"), asking(input="Why?", mandatory=True)),
        (asking(input="Why?", mandatory="false"), asking(input="Why?")),
    ],
    "CONTENT-40": [
        (asking(button_text="Go"), asking(button_label="Go")),
        (asking(buttontext="Go"), asking(button_label="Go")),
    ],
}
"""By fact: what is read back in the one spelling that is stored."""

REFUSED: Final[Mapping[str, Sequence[tuple[Content, str]]]] = {
    "CONTENT-6": [({"buttons": [LINK_BUTTON] * 6}, "buttons has 6")],
    "CONTENT-8": [({"styles": {"background": "pink"}}, "styles.background")],
    "CONTENT-11": [(card(title="x" * 201), "card.title has 201"), (card(title="a", theme="form"), "card.theme")],
    "CONTENT-13": [
        (poll("Yes"), "card.options has 1"),
        (poll(*["x"] * 11), "card.options has 11"),
        (poll("Yes", "x" * 101), "card.options[1].text has 101"),
        (poll("Yes", "No", title=""), "card.title is missing"),
    ],
    "CONTENT-15": [(prompt(title=""), "card.title is missing"), (prompt(buttons=[]), "card.buttons is missing")],
    "CONTENT-18": [
        (table({"A": "1", "C": "2"}), "slides[0].data.rows[0].C"),
        (table({"A": "1"}), "slides[0].data.rows[0].B is missing"),
    ],
    "CONTENT-19": [
        (table(width=[60, 39]), "slides[0].data.styles.width adds up to 99"),
        (table(width=[100]), "slides[0].data.styles.width has 1"),
        (table(sticky={"rows": 3}), "slides[0].data.styles.sticky.rows"),
    ],
    "CONTENT-20": [(slide("list", ["a"], styles={"type": "roman"}), "slides[0].styles.type")],
    "CONTENT-25": [
        (slide("percentage_chart", [*PIE, PIE[0]]), "slides[0].data has 6"),
        (slide("percentage_chart", [{"label": "x" * 21, "value": 1}]), "slides[0].data[0].label has 21"),
        (slide("percentage_chart", [{"label": "x", "value": "y"}]), "slides[0].data[0].value"),
    ],
    "CONTENT-26": [
        (slide("graph", [*GRAPH, GRAPH[0]]), "slides[0].data has 6"),
        (slide("graph", [GRAPH[0] | {"category": "x" * 21}]), "slides[0].data[0].category has 21"),
        (slide("graph", [{"category": "x", "values": [{"label": "y", "value": 1}] * 21}]), "values has 21"),
    ],
    "CONTENT-28": [
        (button(label="x" * 21), "buttons[0].label has 21"),
        (button(hint="x" * 101), "buttons[0].hint has 101"),
        (button(key="x" * 101), "buttons[0].key has 101"),
        (button(type="!"), "buttons[0].type"),
        (card(title="a", buttons=[LINK_BUTTON | {"label": "x" * 31}]), "card.buttons[0].label has 31"),
    ],
    "CONTENT-32": [
        (doing("open.url", **{place: "https://a.b/" + "x" * 245}), f"buttons[0].action.data.{place} has 257")
        for place in ("web", "windows", "iOS", "android")
    ],
    "CONTENT-33": [(doing("preview.url", url="https://a.b/" + "x" * 489), "buttons[0].action.data.url has 501")],
    "CONTENT-35": [(doing("copy", text="x" * 201), "buttons[0].action.data.text has 201")],
    "CONTENT-37": [
        (instant(LINK_BUTTON["action"]), "references.1.object.action.type"),
        (instant({"type": "invoke.bot", "data": {"bot_name": "a", "message": "b"}}), "references.1.object.action.type"),
    ],
    "CONTENT-38": [
        (asking(title="x" * 101), "buttons[0].action.confirm.title has 101"),
        (asking(description="x" * 101), "buttons[0].action.confirm.description has 101"),
        (asking(input="x" * 301), "buttons[0].action.confirm.input has 301"),
        (asking(button_label="x" * 101), "buttons[0].action.confirm.button_label has 101"),
        (asking(cancel_button_label="x" * 101), "buttons[0].action.confirm.cancel_button_label has 101"),
        (asking(emotion="angry"), "buttons[0].action.confirm.emotion"),
    ],
    "CONTENT-41": [(asking(input={"type": "password"}), "buttons[0].action.confirm.input.type")],
}
"""By fact: what goes one step too far, and how the refusal names it."""


@pytest.mark.parametrize("fact", TAKEN)
async def test_what_a_message_may_hold_is_read_back_as_it_was_sent(lasting_world: World, fact: str) -> None:
    standup = await lasting_world.tool()

    for content in TAKEN[fact]:
        assert await read_back(lasting_world, standup, content) == {"text": "Hi"} | content
    await lasting_world.revoke(standup)


@pytest.mark.parametrize("fact", OTHERWISE)
async def test_what_is_spelled_otherwise_is_read_as_what_it_means(lasting_world: World, fact: str) -> None:
    standup = await lasting_world.tool()

    for sent, meant in OTHERWISE[fact]:
        assert await read_back(lasting_world, standup, sent) == {"text": "Hi"} | meant
    await lasting_world.revoke(standup)


@pytest.mark.parametrize("fact", REFUSED)
async def test_one_step_further_is_refused_by_its_path(lasting_world: World, fact: str) -> None:
    standup = await lasting_world.tool()
    before = await lasting_world.messages_in("#builds")

    for content, sentence in REFUSED[fact]:
        answer = await standup.say("#builds", {"text": "Hi"} | content)
        assert answer.status == 400
        assert sentence in answer.sentence
    assert await lasting_world.messages_in("#builds") == before
    await lasting_world.revoke(standup)


async def test_one_address_of_the_newer_wire_takes_a_text_of_twice_the_length(world: World) -> None:
    standup = await world.tool()
    long, place = "é" * LONG_TEXT, world.id_of("#general")

    taken = await standup.carry(f"/api/v3/chats/{place}/messages", {"text": long})
    refused = [
        await standup.carry(f"/api/v3/chats/{place}/messages", {"text": f"{long}x"}),
        await standup.carry(f"/api/v2/chats/{place}/message", {"text": long}),
        await standup.carry("/api/v3/channelsbyname/general/messages", {"text": long}),
    ]

    assert taken.status == 204
    assert [(answer.status, answer.refused_with) for answer in refused] == [(400, "text_length_exceeded")] * 3
    assert await world.texts_in("#general") == [long]


async def test_a_message_has_twenty_slides_at_most(world: World) -> None:
    standup = await world.tool()
    slides = slide("text", "a")["slides"]

    taken = await standup.say("#general", {"text": "Hi", "slides": slides * 20})
    refused = await standup.say("#general", {"text": "Hi", "slides": slides * 21})

    assert (taken.status, refused.status) == (204, 400)
    assert "slides has 21" in refused.sentence


@pytest.mark.parametrize(
    ("styles", "shown"),
    [
        ({"highlight": True}, "highlighted"),
        ({"background": "blue"}, "tint-blue"),
        ({"markdown": False}, "*as it is*"),
        ({"markdown": True}, "<strong>as it is</strong>"),
    ],
)
def test_a_message_is_shown_in_its_style(styles: Content, shown: str) -> None:
    def html(content: Content) -> str:
        return compose(msgspec.convert({"text": "*as it is*"} | content, Message), anchor="m1")

    assert shown in html({"styles": styles})
    assert (shown in html({})) == (styles == {"markdown": True})


def test_formatting_works_in_titles_cells_and_slides() -> None:
    content = {
        "card": {
            "title": "*card*",
            "sections": [{"title": "*section*", "fields": [{"title": "a", "value": "*field*"}]}],
        },
        "slides": [
            {"type": "text", "title": "*title*", "data": "*text*"},
            {"type": "table", "data": {"headers": ["a"], "rows": [{"a": "*cell*"}]}},
            {"type": "list", "data": ["*entry*"]},
            {"type": "label", "data": [{"a": "*value*"}]},
        ],
    }

    html = compose(msgspec.convert(content, Message), anchor="m1")

    for written in ("card", "section", "field", "title", "text", "cell", "entry", "value"):
        assert f"<strong>{written}</strong>" in html


async def read_back(world: World, tool: Tool, content: Content) -> Content:
    """What a reader gets of it."""
    posted = await tool.say("#builds", {"text": "Hi", "sync_message": True} | content)
    assert posted.status == 200, posted.text
    (row,) = (await world.ada.read(world.id_of("#builds"), limit=1)).json["data"]
    assert row["id"] == posted.json["message_id"]
    found: Content = row["content"]
    return found
