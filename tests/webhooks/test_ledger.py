"""What third-party apps sent to an extension, for its admins' programs."""

import pytest
from tests.people import Tool
from tests.world import World

from keypost.caller import Scope
from keypost.clock import DAY_MS, MINUTE_MS, iso
from keypost.ids import show_token
from keypost.webhooks import ledger

PATH = "/extensions/standup/requests"


@pytest.fixture
async def standup(world: World) -> Tool:
    return await world.tool(await world.running_extension())


async def test_every_request_is_there_with_what_became_of_it_newest_first(world: World, standup: Tool) -> None:
    program = await world.program(world.ada)
    began = iso(world.clock.now)
    await standup.event(b"fine")
    await standup.event({"answer": {"text": 5}})
    await standup.event({"refuse": "Not yours."})
    await standup.event({"fail_until": 99})

    answer = await program.call("GET", PATH)

    waiting, refused, given_up, handled = answer.json["requests"]
    assert [entry["outcome"] for entry in answer.json["requests"]] == [None, "refused", "given up", "handled"]
    assert handled == {
        "id": handled["id"],
        "received_at": began,
        "method": "POST",
        "outcome": "handled",
        "detail": "",
        "attempts": 1,
        "token": show_token(standup.token.id),
    }
    assert refused["detail"] == "Not yours."
    assert "cannot be shown" in given_up["detail"]
    assert (waiting["attempts"], waiting["detail"].startswith("status: ")) == (1, True)
    assert int(waiting["id"]) > int(refused["id"]) > int(given_up["id"]) > int(handled["id"])


async def test_requests_to_both_faces_are_there_and_none_to_another_extension(world: World, standup: Tool) -> None:
    sandbox = await world.tool(await world.sandbox_of(standup.app), sandbox=True)
    retro = await world.tool(await world.running_extension("retro"))
    for tool in (standup, sandbox, retro):
        await tool.event(b"event")

    answer = await (await world.program(world.ada)).call("GET", PATH)

    tokens = [entry["token"] for entry in answer.json["requests"]]
    assert tokens == [show_token(sandbox.token.id), show_token(standup.token.id)]


async def test_as_many_are_answered_as_are_asked_for(world: World, standup: Tool) -> None:
    for number in range(3):
        await standup.event(f"{number}".encode())
    program = await world.program(world.ada)

    assert len((await program.call("GET", f"{PATH}?limit=2")).json["requests"]) == 2
    for limit in ("0", "101", "x", "-1"):
        assert (await program.call("GET", f"{PATH}?limit={limit}")).refused_with == "invalid_inputs"


async def test_it_is_for_admins_alone(world: World, standup: Tool) -> None:
    graces, reader = await world.program(world.grace), await world.program(world.ada, Scope.READ)
    mallorys = await world.program(await world.foreigner())

    codes = [(await program.call("GET", PATH)).refused_with for program in (graces, reader, mallorys)]

    assert codes == ["admin_needed", "scope_missing", "extension_not_found"]
    assert (await standup.get("/api/v1" + PATH)).refused_with == "oauthtoken_invalid"


async def test_what_went_well_is_forgotten_after_a_week_and_what_did_not_after_a_month(
    world: World, standup: Tool
) -> None:
    for event in (b"fine", {"answer": {"text": 5}}, {"refuse": "Not yours."}, {"fail_until": 99}):
        await standup.event(event)

    assert await outcomes_at(world, 7 * DAY_MS - MINUTE_MS) == [None, "refused", "given up", "handled"]
    assert await outcomes_at(world, 7 * DAY_MS + MINUTE_MS) == [None, "refused", "given up"]
    assert await outcomes_at(world, 30 * DAY_MS - MINUTE_MS) == [None, "refused", "given up"]
    assert await outcomes_at(world, 30 * DAY_MS + MINUTE_MS) == [None]


async def test_of_many_only_some_are_forgotten_at_once_the_oldest_first(
    world: World, standup: Tool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "AT_ONCE", 2)
    for number in range(5):
        await standup.event(f"{number}".encode())
        world.clock.move(MINUTE_MS)
    program, later = await world.program(world.ada), world.clock.now + 8 * DAY_MS
    ids = [entry["id"] for entry in (await program.call("GET", PATH)).json["requests"]]

    went = [await world.write(ledger.forget_old, later)]
    left = [entry["id"] for entry in (await program.call("GET", PATH)).json["requests"]]
    went += [await world.write(ledger.forget_old, later) for _ in range(3)]

    assert went == [2, 2, 1, 0]
    assert left == ids[:3]


async def test_the_server_forgets_by_itself(world: World, standup: Tool) -> None:
    await standup.event(b"fine")
    world.clock.move(8 * DAY_MS)
    await world.restart()

    await world.server.upkeep.do()

    assert (await (await world.program(world.ada)).call("GET", PATH)).json["requests"] == []


async def outcomes_at(world: World, after: int) -> list[str | None]:
    await world.write(ledger.forget_old, world.clock.now + after)
    answer = await (await world.program(world.ada)).call("GET", PATH)
    return [entry["outcome"] for entry in answer.json["requests"]]
