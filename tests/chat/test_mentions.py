"""Whom a mention means, as far as all readers may know, and who may call everybody."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

import pytest
from tests.extensions.answering import pressed, repeating, timed_out
from tests.extensions.pressing import newest
from tests.files.forms import body, comments, content_type, file
from tests.founding import person_named
from tests.people import Tool, Visitor, posting_path
from tests.world import World

from keypost.caller import Scope
from keypost.chat import service as chat
from keypost.chat.model import Party, PartyKind
from keypost.extensions.manifest import TokenRequest, Verb
from keypost.ids import read_message, show_channel
from keypost.people.model import Role
from keypost.routes import ROUTES
from keypost.web.family import Family
from keypost.web.routing import Route

MENTION: Final = re.compile(r'<span class="mention[^>]*>[^<]*</span>')
BOT: Final = "/bots/"
FILES: Final = "/files"


async def test_a_mention_shows_what_people_teams_and_channels_are_called(world: World) -> None:
    team = await world.team(7, world.grace)
    grace, general = world.grace.person, world.chat("#general")
    written = (
        f"{{@{grace.id}}} {{@GRACE@example.com}} {{@{team}}} {{#{show_channel(general.id)}}} {{#general}} {{@all}}"
    )
    await world.ada.arrive()

    answer = await world.ada.say(world.id_of("#builds"), written)

    assert answer.status == 200, answer.text
    person = f'<span class="mention" data-person="{grace.id}" dir="auto">@Grace Hopper</span>'
    assert await mentions(world.ada, world.id_of("#builds")) == [
        person,
        person,
        '<span class="mention" data-team="7" dir="auto">@Team</span>',
        f'<span class="mention" data-channel="{show_channel(general.id)}" dir="auto">#general</span>',
        '<span class="mention" data-channel="general" dir="auto">#general</span>',
        '<span class="mention mention-all" dir="auto">@all</span>',
    ]


async def test_who_is_named_in_passing_has_their_name_and_is_not_called(world: World) -> None:
    grace = world.grace.person

    shown = await said(world, f"[G.](zohoid:{grace.id}) [G.](mail:{grace.email}) [G.](zohoid:4711)")

    name = '<span class="mention mention-silent" dir="auto">Grace Hopper</span>'
    assert shown == [name, name]


@pytest.mark.parametrize("written", ["{@4711}", "{@nobody@example.com}", "{#nowhere}", "{#O4711}", "{@buildbot}"])
async def test_what_names_nothing_stays_as_it_was_written(world: World, written: str) -> None:
    (shown,) = await said(world, written)

    assert f">{written}</span>" in shown


async def test_a_channel_is_named_only_where_every_reader_takes_part_in_it(world: World) -> None:
    builds = show_channel(world.chat("#builds").id)

    (in_general,) = await said(world, f"{{#{builds}}}", "#general")
    (in_direct,) = await said(world, f"{{#{builds}}}", "direct")

    assert in_general == f'<span class="mention" data-channel="{builds}" dir="auto">{{#{builds}}}</span>'
    assert in_direct == f'<span class="mention" data-channel="{builds}" dir="auto">#builds</span>'


async def test_a_guest_learns_of_nobody_whom_they_do_not_share_the_chat_with(world: World) -> None:
    guest = await a_guest(world, "#builds")
    alan, team = world.alan.person, await world.team(7, world.alan)

    shown = await said(
        world, f"{{@{alan.email}}} {{@{alan.id}}} {{@{team}}} {{@{world.grace.person.id}}} {{@{guest.person.id}}}"
    )

    assert [">" + part.split(">")[1].removesuffix("</span") for part in shown] == [
        f">{{@{alan.email}}}",
        f">{{@{alan.id}}}",
        ">{@7}",
        ">@Grace Hopper",
        ">@Gus Guest",
    ]


async def test_nothing_of_another_organisation_is_named(world: World) -> None:
    foreigner = await world.foreigner()
    theirs = world.chat("#general", foreigner.person.org_id)
    stranger = foreigner.person

    channel = show_channel(theirs.id)

    shown = await said(world, f"{{@{stranger.id}}} [S.](zohoid:{stranger.id}) {{#{channel}}}")

    assert shown == [
        f'<span class="mention" dir="auto">{{@{stranger.id}}}</span>',
        f'<span class="mention" data-channel="{channel}" dir="auto">{{#{channel}}}</span>',
    ]


async def test_a_live_reader_gets_what_the_page_has(world: World) -> None:
    await world.grace.sign_in()
    async with world.grace.watching() as stream:
        page = await said(world, f"{{@{world.grace.person.id}}} {{@all}}")
        happened = await stream.next()

    assert happened is not None
    assert MENTION.findall(happened.data["html"]) == page


async def test_a_member_calls_everybody_from_the_page_and_a_guest_does_not(world: World) -> None:
    guest = await a_guest(world, "#builds")

    for text in ("{@all} in", "*go {@available}*"):
        refused = await guest.say(world.id_of("#builds"), text)
        assert (refused.status, refused.refused_with) == (403, "mention_not_allowed")
    await said(world, "{@all} in")

    assert await world.texts_in("#builds") == ["{@all} in"]


async def test_a_guests_token_calls_nobody_whatever_it_says(world: World) -> None:
    guest = await a_guest(world, "#builds")
    program = await world.program(guest, Scope.POST, Scope.MENTION_ALL)
    carried = [("Authorization", f"Bearer {program.api_token}")]

    answer = await program.post(posting_path("#builds"), {"text": "{@all}"}, carried)

    assert answer.refused_with == "mention_not_allowed"
    assert await world.texts_in("#builds") == []


@pytest.mark.parametrize("place", ["direct", "#builds"])
async def test_a_team_is_called_in_channels_alone(world: World, place: str) -> None:
    team = await world.team(7, world.grace)
    await world.ada.arrive()

    answer = await world.ada.say(world.id_of(place), f"{{@{team}}}")

    assert answer.refused_with == ("" if place == "#builds" else "team_mention_not_allowed")
    assert len(await world.messages_in(place)) == (place == "#builds")


@pytest.mark.parametrize("place", ["direct", "#builds"])
async def test_a_thread_calls_teams_where_its_chat_does(world: World, place: str) -> None:
    team, standup, chat_id = await world.team(7, world.grace), await world.tool(), world.id_of(place)
    root = (await standup.say(chat_id, {"text": "Hello", "sync_message": True})).json["message_id"]
    await standup.say(chat_id, {"text": "Hello", "thread_message_id": root})
    message_id = read_message(root)
    assert message_id is not None
    thread = world.server.chats.find_thread_on(world.org_id, message_id)
    assert thread is not None

    answer = await standup.say(thread.shown_id, f"{{@{team}}}")

    assert answer.refused_with == ("" if place == "#builds" else "team_mention_not_allowed")


EVERYWHERE: Final[list[dict[str, Any]]] = [
    {"text": "! _so {@all}_"},
    {"text": "x", "card": {"title": "*{@all}*"}},
    {"text": "x", "card": {"title": "?", "theme": "poll", "options": [{"text": "a"}, {"text": "{@all}"}]}},
    {"text": "x", "slides": [{"type": "table", "data": {"headers": ["A"], "rows": [{"A": "{@available}"}]}}]},
    {"text": "x", "slides": [{"type": "text", "data": "a\n# {@all}"}]},
    {"text": "x", "slides": [{"type": "list", "data": ["a", "{@all}"]}]},
    {"text": "x", "slides": [{"type": "label", "title": "{@all}", "data": [{"A": "b"}]}]},
    {"text": "x", "slides": [{"type": "label", "data": [{"A": "{@all}"}]}]},
    {"text": "[Go {@all}](https://a.b)"},
]


@pytest.mark.parametrize("content", EVERYWHERE)
async def test_wherever_formatting_works_everybody_is_called(lasting_world: World, content: dict[str, Any]) -> None:
    answer = await (await lasting_world.standing_tool()).say("#builds", content)

    assert (answer.status, answer.refused_with) == (403, "mention_not_allowed")
    assert await lasting_world.messages_in("#builds") == []


async def test_code_calls_nobody(world: World) -> None:
    answer = await (await world.tool()).say("#builds", "`{@all}` ```{@all}```")

    assert answer.status == 204


@dataclass(frozen=True)
class Doors:
    """All ways by which content comes into a chat with rights that a token or its extension has."""

    world: World
    tool: Tool

    async def walk(self, text: str) -> list[str]:
        """Puts the text in by each of them; answers the names of those by which it is stored."""
        entered = []
        for name, enter in self.all().items():
            before = await self.stored(text)
            await enter(text)
            if await self.stored(text) > before:
                entered.append(name)
        return entered

    def all(self) -> dict[str, Callable[[str], Awaitable[object]]]:
        posts = [route for route in ROUTES if route.family is not None and route.family.name.endswith("_POST")]
        own: dict[str, Callable[[str], Awaitable[object]]] = {route.path: self.by(route) for route in posts}
        edits = [route for route in ROUTES if route.family is Family.EDIT]
        own |= {f"edit {route.path}": self.editing(route) for route in edits}
        return own | {
            "as a bot": lambda text: self.tool.say("#builds", text, query="?bot_unique_name=buildbot"),
            "handler": lambda text: self.tool.event({"answer": {"text": text}}),
            "handler with a key": lambda text: self.tool.event({"answer": {"text": text, "collapse_key": "k"}}),
            "button": lambda text: pressed(self.world, self.tool, {"text": text}),
            "button that edits": lambda text: pressed(self.world, self.tool, {"type": "message_edit", "text": text}),
            "late": self.late,
            "late edit": self.late_edit,
        }

    def by(self, route: Route) -> Callable[[str], Awaitable[object]]:
        builds = self.world.chat("#builds")
        name = "standup" if BOT in route.path else "builds"
        given = {
            "name": name,
            "channel": show_channel(builds.id),
            "chat": builds.shown_id,
            "person": "grace@example.com",
        }
        path = route.path.format(**given)
        address = f"{path}?appkey={self.tool.app.appkey}" if BOT in path else path
        if path.endswith(FILES):
            return lambda text: self.tool.carry(address, body([file(b"x"), comments(text)]), [content_type()])
        return lambda text: self.tool.carry(
            address, {"text": text, "card": {"title": "Card", "theme": "modern-inline"}}
        )

    def editing(self, route: Route) -> Callable[[str], Awaitable[object]]:
        async def edit(text: str) -> None:
            await self.tool.say("#builds", "as it was")
            message = await newest(self.world)
            path = route.path.format(chat=self.world.id_of("#builds"), message=message)
            await self.tool.send("PUT", path, {"text": text}, [("X-Keypost-Token", self.tool.secret)])

        return edit

    async def late(self, text: str) -> None:
        path = await timed_out(self.world, await self.others())
        await self.world.stranger.post(path, {"text": text})

    async def late_edit(self, text: str) -> None:
        await self.tool.event({"answer": repeating({})})
        message_id = read_message(await newest(self.world))
        pressed = next(each for each in await self.world.messages_in("#builds") if each.id == message_id)
        path = await timed_out(self.world, await self.others(), pressed=pressed)
        await self.world.stranger.post(path, {"type": "message_edit", "text": text})

    async def others(self) -> Tool:
        """With a token of its own, which a failure ends."""
        return await self.world.tool(self.tool.app)

    async def stored(self, text: str) -> int:
        mine = self.world.server.chats.list_of(self.world.org_id, self.world.ada.person.id)
        found = [await self.world.read(chat.list_messages, place.org_id, place.id, limit=1000) for place in mine]
        return sum(message.content.text == text for messages in found for message in messages)


async def test_no_door_lets_everybody_be_called_by_who_may_not(world: World) -> None:
    doors = Doors(world, await world.tool(await world.running_extension()))

    assert await doors.walk("{@all}") == []
    assert await doors.walk("nobody") == list(doors.all())


async def test_every_door_is_open_to_who_may_call_everybody(world: World) -> None:
    asks = TokenRequest(verbs=frozenset(Verb))
    doors = Doors(world, await world.tool(await world.running_extension(token=asks)))

    assert await doors.walk("{@all}") == list(doors.all())


async def test_a_handler_speaks_with_the_rights_of_its_token_and_a_button_with_its_extensions(world: World) -> None:
    app = await world.running_extension(token=TokenRequest(verbs=frozenset(Verb)))
    older = await world.tool(app, scope=frozenset({Scope.POST, Scope.INCOMING}))

    await older.event({"answer": {"text": "{@all} by the token"}})
    await pressed(world, older, {"text": "{@all} by the extension"})

    assert [text for text in await world.texts_in("#builds") if "{@all}" in text] == ["{@all} by the extension"]


async def test_a_refused_answer_is_told_to_who_asked(world: World) -> None:
    tool = await world.tool(await world.running_extension())

    answer = await pressed(world, tool, {"text": "{@all}"})

    assert answer.json["banner"]["status"] == "failure"
    assert "calls everybody" in answer.json["banner"]["text"]


async def said(world: World, text: str, place: str = "#builds") -> list[str]:
    """Ada says it; answers the mentions that the page shows then."""
    await world.ada.arrive()
    answer = await world.ada.say(world.id_of(place), text)
    assert answer.status == 200, answer.text
    return await mentions(world.ada, world.id_of(place))


async def mentions(who: Visitor, chat_id: str) -> list[str]:
    page = await who.get(f"/chats/{chat_id}", [("Accept", "text/html")])
    return MENTION.findall(page.text)


async def a_guest(world: World, place: str) -> Visitor:
    """Signed in, in one channel."""
    guest = await world.visitor(await world.write(person_named, world.server, world.org_id, "Gus", "Guest", Role.GUEST))
    party = Party(PartyKind.PERSON, guest.person.id)
    await world.write(chat.add_member, world.server.chats, world.chat(place), party)
    await guest.arrive()
    return guest
