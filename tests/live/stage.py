"""A world in which something has happened, and browsers before it: for looking at pages as people see them."""

from typing import Final

from playwright.async_api import Browser, BrowserContext, Page, expect
from tests.extensions.answering import timed_out
from tests.files.forms import body, comments, content_type, file, png
from tests.live import contents
from tests.live.browsing import DESK, PHONE
from tests.live.drawn import DRAWN
from tests.live.talking import talk
from tests.people import Tool, Visitor
from tests.world import World

from keypost.chat import service as chat
from keypost.chat.model import Chat, Party, PartyKind
from keypost.clock import MINUTE_MS
from keypost.db.tx import Tx
from keypost.extensions import consents
from keypost.extensions.manifest import Command, Developer
from keypost.extensions.model import App
from keypost.ids import PersonId
from keypost.people import service as people
from keypost.people.model import Person, Role
from keypost.tokens import service as tokens
from keypost.tokens.model import Told
from keypost_sdk.content import Message, Served

ALARMS: Final = "#alarms"
QUIET: Final = "#quiet"
NUMBERS: Final = "#numbers"
PICTURES: Final = "#pictures"
LONG: Final = "#a-channel-whose-name-goes-on-and-on-because-nobody-ever-said-stop"
LONG_TITLE: Final = f"International quality assurance for the {contents.WORD}"[:100]


class Stage:
    """#builds has messages of every usual kind, in #quiet nothing was said, and what is in a chat with a long name is
    as much as is allowed; in #talk people answer each other, `thread` is one of its threads. Ada has tokens in every
    state, Grace has none and was never asked for her consent, Konrad has a long name. `usual` is a tool of an extension
    as most are, `long` one of an extension with long names.
    """

    usual: Tool
    long: Tool
    konrad: Visitor
    thread: Chat

    def __init__(self, world: World, browser: Browser) -> None:
        self.world = world
        self._browser = browser
        self._contexts: dict[tuple[str, bool], BrowserContext] = {}

    async def furnish(self) -> None:
        world = self.world
        self.konrad = await world.visitor(await world.write(_konrad, world))
        await world.channel(QUIET[1:], world.ada, world.alan, self.konrad)
        await world.channel(ALARMS[1:], world.ada, world.grace)
        await world.channel(LONG[1:], world.ada, world.grace)
        await world.channel(PICTURES[1:], world.ada, world.grace)
        await world.channel(NUMBERS[1:], world.ada, world.grace)
        await self._make_tokens()
        await self._fill_builds()
        self.thread = await talk(world, self.usual)
        for content in contents.EXTREMES:
            await _say_as_extension(self.long, content)
        await self._fill_pictures()
        for content in DRAWN:
            await self.usual.say(NUMBERS, content)

    async def page_of(self, who: Visitor | None, *, by_finger: bool = False) -> Page:
        """A new page in the browser of that person, who is signed in; of nobody, for None."""
        name = (who.person.email if who is not None else "", by_finger)
        if name not in self._contexts:
            self._contexts[name] = await self._arrive(who, by_finger=by_finger)
        return await self._contexts[name].new_page()

    async def close(self) -> None:
        for context in self._contexts.values():
            await context.close()

    async def send_away(self, who: Visitor, name: str) -> None:
        """They take part in that chat no longer."""
        party = Party(PartyKind.PERSON, who.person.id)
        await self.world.write(chat.remove_member, self.world.server.chats, self.world.chat(name), party)

    async def answer_ada_late(self) -> None:
        """In #builds, and for her alone."""
        path = await timed_out(self.world, await self.world.tool(self.usual.app))
        answer = await self.world.stranger.post(path, contents.WHISPER)
        assert answer.status == 204, answer.text

    async def _arrive(self, who: Visitor | None, *, by_finger: bool) -> BrowserContext:
        """Without the pages' policy, or nothing could be looked up in them; and nothing moves."""
        context = await self._browser.new_context(
            viewport=PHONE if by_finger else DESK,
            locale="en-GB",
            timezone_id="UTC",
            reduced_motion="reduce",
            bypass_csp=True,
            is_mobile=by_finger,
            has_touch=by_finger,
        )
        if who is not None:
            page = await context.new_page()
            await page.goto(await who.sign_in_address())
            await page.get_by_role("button", name="Sign in as").click()
            await expect(page.locator("#chat")).to_be_visible()
            await page.close()
        return context

    async def _make_tokens(self) -> None:
        """Ada's: for the usual extension one that ends, one that was revoked and one that lives; one for the other."""
        world = self.world
        app = await world.running_extension(token=contents.SETTINGS, consented=False)
        await world.write(consents.give, world.ada.person, app.extension, app.extension.manifest.permissions)
        over, _ends, self.usual = [await world.tool(app) for _ in range(3)]
        await world.revoke(over)
        await world.told(app)
        alarms = await world.tool(app, origin=ALARMS, owner=world.grace, budget=60)
        await _say_as_extension(alarms, contents.ALARMS)
        self.long = await world.tool(await self._long_extension(), origin=LONG)
        await world.write(_give_tokens_a_past, world, over, self.usual, self.long)

    async def _long_extension(self) -> App:
        return await self.world.running_extension(
            "long",
            consented=False,
            title=LONG_TITLE,
            developer=Developer(name=contents.WORD, email=f"{'x' * 60}@{'sub.' * 30}example.com"),
            commands=(Command("l" * 20, hint=(contents.WORD * 2)[:100]),),
        )

    async def _fill_builds(self) -> None:
        world = self.world
        await world.grace.sign_in()
        await world.grace.say(world.id_of("#builds"), "Has anybody seen the second difference?")
        for content in contents.BY_TOKEN:
            await self.usual.say("#builds", content)
        await self.usual.say("#builds", contents.BY_BOT, query="?bot_unique_name=buildbot")
        for content in contents.BY_EXTENSION:
            await _say_as_extension(self.usual, content)
        await world.write(_edit_the_first, world)

    async def _fill_pictures(self) -> None:
        picture, table = file(png(960, 600), "readings of Tuesday.png"), file(b"a,b\n" * 800, f"{contents.WORD}.csv")
        said = comments('["The *second* difference, from noon on.", "All of it."]')
        form = body([picture, table, said])
        answer = await self.world.grace.post(f"/chats/{self.world.id_of(PICTURES)}/files", form, [content_type()])
        assert answer.status == 200, answer.text


async def _say_as_extension(tool: Tool, content: contents.Json) -> None:
    answer = await tool.event({"answer": content})
    assert answer.status == 200, answer.text


def _konrad(tx: Tx, world: World) -> Person:
    person = Person(
        org_id=world.org_id,
        id=PersonId(tx.new_id()),
        email=f"konrad.{'x' * 57}@{'sub.' * 30}example.com",
        first_name="Konrad Ernst Otto Emanuel",
        last_name=contents.WORD,
        role=Role.MEMBER,
    )
    return people.add_person(tx, world.server.people, person)


def _give_tokens_a_past(tx: Tx, world: World, over: Tool, usual: Tool, long: Tool) -> None:
    register = world.server.register
    tokens.note_told(tx, over.token, Told.GIVEN_UP)
    tokens.replace_live(tx, register, usual.token)
    for tool, names in (
        (over, ["engines/analytical"]),
        (usual, ["engines/difference", "engines/analytical"]),
        (long, [contents.PROJECT[:-2] + f"{number:02}" for number in range(40)]),
    ):
        serves = [Served(name=name, address=f"https://git.example.com/{name}") for name in names]
        tokens.set_serves(tx, register, world.org_id, tool.token.id, serves)


def _edit_the_first(tx: Tx, world: World) -> None:
    place = world.chat("#builds")
    first = chat.list_messages(tx, place.org_id, place.id, limit=100)[1]
    world.clock.move(MINUTE_MS)
    chat.edit(tx, place.org_id, place.id, first.id, Message(text=first.content.text + "\nIt *is* green now."))
