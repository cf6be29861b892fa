"""Who may mint tokens for an extension: whom its manifest and the organisation both allow."""

from typing import Final

import pytest
from msgspec.structs import replace
from tests.extensions.pressing import accepted, button, mine, pressed, shown_button
from tests.people import Answer, Visitor
from tests.world import World

from keypost.chat import service as chat
from keypost.chat.model import Party, PartyKind
from keypost.db.tx import Tx
from keypost.errors import Refusal
from keypost.extensions import minting
from keypost.extensions.manifest import Minters, TokenRequest
from keypost.extensions.model import App, MintRule
from keypost.ids import OrgId, PersonId, TeamId
from keypost.people import service as people
from keypost.people.model import Person, Role

OURS, THEIRS = TeamId(1), TeamId(2)
TEAMS: Final = frozenset({OURS})
NOBODY: Final = Minters(who="nobody")


def person(role: Role, *teams: TeamId) -> Person:
    return Person(
        org_id=OrgId(1),
        id=PersonId(1),
        email="a@example.com",
        first_name="A",
        last_name="B",
        role=role,
        team_ids=frozenset(teams),
    )


ADMIN, MEMBER, GUEST = person(Role.ADMIN), person(Role.MEMBER), person(Role.GUEST)
INSIDE, OUTSIDE, GUEST_INSIDE = person(Role.MEMBER, OURS), person(Role.MEMBER, THEIRS), person(Role.GUEST, OURS)


@pytest.mark.parametrize(
    ("rule", "allowed"),
    [
        (MintRule(), [ADMIN, MEMBER, INSIDE, OUTSIDE]),
        (MintRule(guests=True), [ADMIN, MEMBER, INSIDE, OUTSIDE, GUEST, GUEST_INSIDE]),
        (MintRule(who="teams", team_ids=TEAMS), [INSIDE]),
        (MintRule(who="teams", team_ids=TEAMS, guests=True), [INSIDE, GUEST_INSIDE]),
        (MintRule(who="teams"), []),
        (MintRule(who="admins"), [ADMIN]),
        (MintRule(who="admins", guests=True), [ADMIN]),
        (MintRule(who="nobody", guests=True), []),
    ],
)
def test_a_rule_allows_those_and_no_others(rule: MintRule, allowed: list[Person]) -> None:
    everybody = [ADMIN, MEMBER, INSIDE, OUTSIDE, GUEST, GUEST_INSIDE]

    assert [who for who in everybody if minting.allows(rule, who)] == [who for who in everybody if who in allowed]


async def test_without_a_rule_every_member_may(world: World) -> None:
    await world.running_extension()

    for who in (world.ada, world.grace):
        assert (await accepted(world, who)).status == 200


@pytest.mark.parametrize("of", ["manifest", "organisation"])
async def test_what_either_forbids_cannot_be_pressed(world: World, of: str) -> None:
    app = await extension(world, NOBODY if of == "manifest" else Minters())
    if of == "organisation":
        await rule(world, app, NOBODY)

    refused = await press(world, world.ada)

    assert (refused.status, refused.refused_with) == (403, "minting_not_allowed")
    assert refused.sentence == "Nobody may make tokens for Standup."


async def test_an_organisation_cannot_allow_what_the_manifest_does_not(world: World) -> None:
    app = await extension(world, Minters(who="admins"))
    await rule(world, app, Minters(guests=True))

    assert (await press(world, world.grace)).sentence == "Only admins may make tokens for Standup."
    assert (await press(world, world.ada)).status == 200


async def test_members_of_a_team_may_where_a_team_is_named(world: World) -> None:
    await world.team(7, world.grace)
    await extension(world, Minters(who="teams", teams=("Team", "A team that is not there")))

    assert (await press(world, world.ada)).sentence == "Only members of Team may make tokens for Standup."
    assert (await press(world, world.grace)).status == 200
    await world.restart()
    assert (await press(world, world.ada)).refused_with == "minting_not_allowed"
    assert (await press(world, world.grace)).status == 200


@pytest.mark.parametrize("by_manifest", [True, False])
@pytest.mark.parametrize("by_rule", [True, False, None])
async def test_a_guest_may_where_both_say_so(world: World, *, by_manifest: bool, by_rule: bool | None) -> None:
    app = await extension(world, Minters(guests=by_manifest))
    if by_rule is not None:
        await rule(world, app, Minters(guests=by_rule))
    guest = await visiting(world)

    answer = await press(world, guest)

    assert answer.refused_with == ("" if by_manifest and by_rule else "minting_not_allowed")
    if answer.status != 200:
        assert answer.sentence == "Guests may not make tokens for Standup."


async def test_what_is_forbidden_while_the_dialog_is_open_is_not_minted(world: World) -> None:
    app = await extension(world, Minters())
    dialog = await pressed(world, world.ada)

    await rule(world, app, NOBODY)
    refused = await world.ada.accept(dialog.nonce)
    heard = world.heard_by(app)
    await world.write(minting.drop_rule, world.server.people, world.caller(world.ada), app.extension)
    allowed = await world.ada.accept(dialog.nonce)

    assert (refused.status, refused.refused_with) == (403, "minting_not_allowed")
    assert [call["kind"] for call in heard] == ["command"]
    assert allowed.status == 200
    assert len(await mine(world, world.ada)) == 1


async def test_a_rule_is_about_tokens_and_nothing_else(world: World) -> None:
    app = await extension(world, NOBODY)
    tool = await world.tool(app)
    await world.ada.sign_in()

    posted = await tool.say("#builds", {"text": "Press", "buttons": [button("cheer")]})
    said = await world.ada.say(world.id_of("#builds"), "/standup")

    assert (posted.status, said.status) == (204, 200)


async def test_the_organisations_rule_is_kept_and_read_back_by_the_names_of_teams(world: World) -> None:
    await world.team(7, world.grace)
    app = await world.extension()
    said = Minters(who="teams", teams=("Team",), guests=True)

    await rule(world, app, Minters())
    await rule(world, app, said)
    kept = await world.read(minting.find_rule, world.server.people, app.extension)
    await world.write(minting.drop_rule, world.server.people, world.caller(world.ada), app.extension)
    dropped = await world.read(minting.find_rule, world.server.people, app.extension)

    assert (kept, dropped) == (said, None)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (Minters(who="teams", teams=("Nowhere",)), "team_not_found"),
        (Minters(who="teams"), "invalid_inputs"),
        (Minters(teams=("Team",)), "invalid_inputs"),
    ],
)
async def test_a_rule_that_means_nothing_is_refused(world: World, said: Minters, code: str) -> None:
    app = await world.extension()

    with pytest.raises(Refusal) as refused:
        await rule(world, app, said)

    assert refused.value.code == code


async def test_only_an_admin_sets_a_rule(world: World) -> None:
    app = await world.extension()
    grace = world.caller(world.grace)

    with pytest.raises(Refusal) as on_setting:
        await world.write(minting.set_rule, world.server.people, grace, app.extension, NOBODY)
    with pytest.raises(Refusal) as on_dropping:
        await world.write(minting.drop_rule, world.server.people, grace, app.extension)

    assert (on_setting.value.code, on_dropping.value.code) == ("admin_needed", "admin_needed")


async def extension(world: World, minters: Minters) -> App:
    """It asks for no personal data, so that nobody needs to agree first."""
    return await world.running_extension(token=TokenRequest(minters=minters), permissions=frozenset())


async def rule(world: World, app: App, said: Minters) -> None:
    await world.write(minting.set_rule, world.server.people, world.caller(world.ada), app.extension, said)


async def press(world: World, who: Visitor) -> Answer:
    """Somebody presses the token button that the command shows."""
    return await who.press(world.id_of("#builds"), await shown_button(world, who))


async def visiting(world: World) -> Visitor:
    """A guest who takes part in #builds."""
    return await world.visitor(await world.write(_guest, world))


def _guest(tx: Tx, world: World) -> Person:
    known = replace(world.alan.person, id=PersonId(tx.new_id()), email="guest@example.com", role=Role.GUEST)
    guest = people.add_person(tx, world.server.people, known)
    chat.add_member(tx, world.server.chats, world.chat("#builds"), Party(PartyKind.PERSON, guest.id))
    return guest
