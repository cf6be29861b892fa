"""The pages on which people look after their tokens, and admins after everybody's."""

import re
from html.parser import HTMLParser

import pytest
from sqlalchemy import update
from tests.extensions.pressing import accepted
from tests.people import Answer, Tool, Visitor
from tests.world import World

from keypost.chat import service as chat
from keypost.chat.model import Party, PartyKind
from keypost.db.tables import tokens as rows
from keypost.db.tx import Tx
from keypost.extensions.manifest import LifeHandler, Option, TokenRequest, TokenSetting
from keypost.ids import show_message, show_token
from keypost.tokens import service as tokens
from keypost_sdk.content import Served

HTML = [("Accept", "text/html")]
EVENTS = TokenSetting(
    name="events",
    title="Which events are shown",
    type="choices",
    default=("push",),
    options=(Option("push", "Pushes"), Option("issue", "Issues")),
)
QUIET = TokenSetting(name="quiet", title="One message each", type="switch", default=False)
DECLARED = TokenRequest(settings=(EVENTS, QUIET))


async def test_a_row_says_what_its_token_serves_where_since_when_and_by_whom(world: World) -> None:
    standup = await world.tool()
    await serve(world, standup, Served(name="group/<b>", address="https://example.com/b?a=1&b=2"), Served(name="c"))

    row = await row_of(world.ada, standup)

    assert row.text.startswith("Standup Live Serves group/<b> c Messages go to #builds May")
    assert "Last used Never" in row.text
    assert row.links == ["https://example.com/b?a=1&b=2"]
    assert "details" not in row.tags


async def test_a_row_names_the_button_and_the_message_that_asked_for_its_token(world: World) -> None:
    await world.running_extension()
    await accepted(world, world.grace)
    (message,) = await world.messages_in("#builds")
    link = f"/chats/{world.id_of('#builds')}#m-{show_message(message.id)}"

    page = await world.grace.get("/tokens", HTML)

    assert f'Made with</dt><dd><a href="{link}">the button “<bdi>Create token</bdi>”</a>' in page.text
    assert "in a message of <bdi>Standup</bdi>" in page.text


async def test_who_does_not_take_part_where_a_token_was_asked_for_reads_nothing_of_its_message(world: World) -> None:
    await world.running_extension()
    await accepted(world, world.grace)
    await world.ada.arrive()
    seen = await world.ada.get("/tokens/all", HTML)

    party = Party(PartyKind.PERSON, world.ada.person.id)
    await world.write(chat.remove_member, world.server.chats, world.chat("#builds"), party)
    unseen = await world.ada.get("/tokens/all", HTML)
    (message,) = await world.messages_in("#builds")
    await world.write(chat.delete, world.server.cabinet, message)
    gone = await world.grace.get("/tokens", HTML)

    assert ["Made with" in page.text for page in (seen, unseen, gone)] == [True, False, False]


@pytest.mark.parametrize(
    ("budget", "says"), [(None, ""), (1_200, "Posts At most 1,200 a minute"), (0, "Posts As many as it likes")]
)
async def test_a_row_says_how_fast_its_token_may_post_where_that_was_chosen(
    world: World, budget: int | None, says: str
) -> None:
    standup = await world.tool(budget=budget)

    row = await row_of(world.ada, standup)

    assert says in row.text
    assert ("Posts A" in row.text) == bool(says)


async def test_a_token_that_serves_much_names_three_and_says_how_many_more(world: World) -> None:
    standup = await world.tool()
    await serve(world, standup, *[Served(name=f"project-{number}") for number in range(12)])

    row = await row_of(world.ada, standup)

    assert "Serves project-0 project-1 project-2 and 9 more project-3" in row.text
    assert row.tags.count("details") == 1
    assert all(f"project-{number}" in row.text for number in range(12))


async def test_the_settings_of_a_token_are_in_its_row_as_they_hold(world: World) -> None:
    standup = await world.tool(await world.extension(token=DECLARED))
    await choose(world.ada, standup, {"events": ["issue"], "quiet": True})

    row = await row_of(world.ada, standup)

    assert "Which events are shown Pushes Issues" in row.text
    assert row.checked == ["issue", "quiet"]


async def test_what_is_chosen_is_judged_and_kept(world: World) -> None:
    standup = await world.tool(await world.extension(token=DECLARED))

    saved = await choose(world.ada, standup, {"events": ["issue", "push"], "quiet": True})
    refused = await choose(world.ada, standup, {"events": ["merge"]})

    assert (saved.status, saved.json) == (200, {"settings": {"events": ["push", "issue"], "quiet": True}})
    assert (refused.status, refused.refused_with) == (400, "invalid_inputs")
    assert "settings.events" in refused.sentence
    (token,) = await world.read(tokens.list_mine, world.caller(world.ada))
    assert token.settings == {"events": ["push", "issue"], "quiet": True}


async def test_the_settings_go_to_the_extension_with_the_next_event(world: World) -> None:
    standup = await world.tool(await world.running_extension(token=DECLARED))
    await choose(world.ada, standup, {"events": ["issue"]})

    await standup.event(b"an event")

    (call,) = world.heard_by(standup.app)
    assert call["settings"] == {"events": ["issue"], "quiet": False}


@pytest.mark.parametrize("settings", [[], None, "x", {"events": "issue"}, {"nothing": True}, {"quiet": "true"}])
async def test_a_choice_that_is_none_is_refused(world: World, settings: object) -> None:
    standup = await world.tool(await world.extension(token=DECLARED))

    answer = await choose(world.ada, standup, settings)

    assert (answer.status, answer.refused_with) == (400, "invalid_inputs")


async def test_only_the_owner_changes_settings_and_only_while_the_token_lives(world: World) -> None:
    graces = await world.tool(await world.extension(token=DECLARED), owner=world.grace)

    by_admin = await choose(world.ada, graces, {"quiet": True})
    await world.revoke(graces)
    too_late = await choose(world.grace, graces, {"quiet": True})

    assert (by_admin.status, by_admin.refused_with) == (404, "token_not_found")
    assert (too_late.status, too_late.refused_with) == (409, "token_over")
    assert "form" not in (await row_of(world.grace, graces)).tags


async def test_an_admin_sees_everybodys_tokens_with_their_owners_and_revokes_one(world: World) -> None:
    app = await world.extension(token=DECLARED)
    adas, graces = await world.tool(app, owner=world.ada), await world.tool(app, owner=world.grace)
    await world.ada.sign_in()

    listed = await world.ada.get("/tokens/all", HTML)
    revoked = await world.ada.post(f"/tokens/{show_token(graces.token.id)}/revoke?from=all")

    assert {f"token-{show_token(tool.token.id)}" for tool in (adas, graces)} <= set(read(listed).ids)
    row = row_in(listed, graces)
    assert "Owner Grace Hopper grace@example.com" in row.text
    assert "in the name of its owner" in row.text
    assert "Which events are shown" not in row.text
    assert (revoked.status, revoked.headers["Location"]) == (303, "/tokens/all")
    assert "Revoked by an admin" in (await row_of(world.grace, graces)).text


async def test_nobody_else_sees_the_page_of_all_tokens_or_a_way_to_it(world: World) -> None:
    await world.tool(owner=world.ada)
    await world.grace.sign_in()

    refused = await world.grace.get("/tokens/all", HTML)
    own = await world.grace.get("/tokens", HTML)

    assert refused.status == 403
    assert "Standup" not in refused.text
    assert "/tokens/all" not in own.text


async def test_without_tokens_the_page_says_how_one_is_made(world: World) -> None:
    await world.grace.sign_in()

    shown = read(await world.grace.get("/tokens", HTML))

    assert "No tokens yet A token is made when you press an extension" in shown.text
    assert "/" in shown.links


async def test_the_owner_reads_that_an_extension_could_not_be_told(world: World) -> None:
    standup = await world.tool(await world.running_extension(handlers=frozenset({LifeHandler.TOKEN_ENDED})))
    await serve(world, standup, Served(name="refuses"))
    await world.revoke(standup)
    await world.told(standup.app)

    row = await row_of(world.ada, standup)

    assert "Standup could not be told that this token has ended." in row.text
    assert "Revoked by its owner, " in row.text


async def test_a_token_of_an_extension_that_is_gone_is_still_listed(world: World) -> None:
    standup = await world.tool()
    await world.write(forget, standup)

    assert (await row_of(world.ada, standup)).text.startswith("An extension that is gone")


class Shown(HTMLParser):
    """What a reader gets of a piece of a page. `checked` are options by value, switches by name."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str | None] = []
        self.ids: list[str | None] = []
        self.checked: list[str | None] = []
        self._setting: str | None = None
        self._words: list[str] = []
        self.feed(html)
        self.close()

    @property
    def text(self) -> str:
        return " ".join(self._words)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.ids.append(given.get("id"))
        self._setting = given.get("data-setting", self._setting)
        if tag == "a":
            self.links.append(given.get("href"))
        if "checked" in given:
            self.checked.append(given.get("value", self._setting))

    def handle_data(self, data: str) -> None:
        self._words += data.split()


async def choose(who: Visitor, tool: Tool, settings: object) -> Answer:
    await who.arrive()
    return await who.post(f"/tokens/{show_token(tool.token.id)}/settings", {"settings": settings})


async def serve(world: World, tool: Tool, *serves: Served) -> None:
    await world.write(tokens.set_serves, world.server.register, world.org_id, tool.token.id, serves)


async def row_of(who: Visitor, tool: Tool) -> Shown:
    await who.arrive()
    return row_in(await who.get("/tokens", HTML), tool)


def read(answer: Answer) -> Shown:
    assert answer.status == 200
    return Shown(answer.text)


def row_in(answer: Answer, tool: Tool) -> Shown:
    opening = f'<li class="token token-[a-z]+" id="token-{show_token(tool.token.id)}".*?(?=<li class="token |</main>)'
    found = re.search(opening, answer.text, re.DOTALL)
    assert found is not None, answer.text
    return Shown(found[0])


def forget(tx: Tx, tool: Tool) -> None:
    """As no verb does: a token of an app that is not there."""
    tx.run(update(rows).where(rows.c.id == tool.token.id).values(app_id=4711))
