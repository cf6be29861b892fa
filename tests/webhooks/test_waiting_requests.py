"""Requests that wait for an extension: the table holds them, and the world may change meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

import pytest
from sqlalchemy import select, update
from tests.live.until import until
from tests.people import Tool
from tests.world import World

from keypost.db.tables import ingress, installations
from keypost.db.tx import Tx
from keypost.extensions.directory import Apps
from keypost.extensions.model import App
from keypost.ids import AppId, IngressId, OrgId
from keypost.webhooks.dispatcher import AT_ONCE, Dispatcher

HANGS: Final = b'{"hang": true}'


@pytest.fixture
async def dispatcher(world: World) -> AsyncIterator[Dispatcher]:
    """A second one: its handling of a request can be awaited."""
    dispatcher = Dispatcher(world.server.desk)
    yield dispatcher
    await dispatcher.stop()


async def test_a_request_that_waited_is_handled_when_its_extension_runs(world: World, dispatcher: Dispatcher) -> None:
    graces = await waiting_request(world)

    await handle_all(world, graces, dispatcher)

    assert await world.texts_in("#builds") == ["event: waiting"]
    assert await world.read(ends) == [("handled", "", b"")]


async def test_a_request_whose_owner_was_deactivated_meanwhile_is_given_up(
    world: World, dispatcher: Dispatcher
) -> None:
    graces = await waiting_request(world)
    await world.deactivate(world.grace)

    await handle_all(world, graces, dispatcher)

    assert await nothing_came_of_it(world, graces)


async def test_a_request_whose_owner_the_app_no_longer_serves_is_given_up(world: World, dispatcher: Dispatcher) -> None:
    graces = await waiting_request(world)
    await world.write(uninstall, world.server.apps, graces.app)

    await handle_all(world, graces, dispatcher)

    assert await nothing_came_of_it(world, graces)


async def test_only_so_many_wait_for_an_extension_that_does_not_take_them(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("keypost.webhooks.dispatcher.WAITING_MAX", 2)
    tool, other = [await world.tool(await world.running_extension(name)) for name in ("standup", "retro")]
    fine = [await tool.event(b"fine") for _ in range(3)]

    waiting = [await tool.event({"fail_until": 99}) for _ in range(2)]
    refused, elsewhere = await tool.event(b"one too many"), await other.event(b"fine")

    assert all(answer.status < 300 for answer in [*fine, *waiting, elsewhere])
    assert (refused.status, refused.refused_with) == (503, "server_busy")
    assert int(refused.headers["Retry-After"]) > 0
    assert len(await world.read(ends)) == len([*fine, *waiting, elsewhere])


async def test_what_waits_for_its_turn_is_in_the_table_and_not_in_memory(world: World, dispatcher: Dispatcher) -> None:
    tool = await world.tool(await world.extension())
    for body in [*[HANGS] * AT_ONCE, b"as it came"]:
        await tool.event(body)
    world.server.supervisor.start(tool.app.extension)
    handling = asyncio.create_task(handle_all(world, tool, dispatcher))
    await asyncio.to_thread(until, lambda: len(world.heard_by(tool.app)) == AT_ONCE, "as many run as may")

    await world.write(change_body, b"as it came", b"as it is in the table")
    world.server.supervisor.start(tool.app.extension)  # Anew: the calls that hang are cut.
    await handling

    assert [call["body"] for call in world.heard_by(tool.app)] == [HANGS.decode()] * AT_ONCE + ["as it is in the table"]
    assert await world.texts_in("#builds") == ["event: as it is in the table"]


async def waiting_request(world: World) -> Tool:
    """Grace's tool, which sent something to an extension that nobody has started."""
    graces = await world.tool(await world.extension(), owner=world.grace)
    assert (await graces.event(b"waiting")).status == 204
    return graces


async def handle_all(world: World, tool: Tool, dispatcher: Dispatcher) -> None:
    """The extension runs, and everything that waits is handed to it in the order in which it came."""
    if not world.heard_by(tool.app):
        world.server.supervisor.start(tool.app.extension)
    await asyncio.gather(*[dispatcher.submit(*row) for row in await world.read(waiting)])


async def nothing_came_of_it(world: World, tool: Tool) -> bool:
    ((outcome, detail, _),) = await world.read(ends)
    assert outcome == "given up"
    assert "may no longer post here" in detail
    assert await world.messages_in("#builds") == []
    return world.heard_by(tool.app) == []


def waiting(tx: Tx) -> list[tuple[OrgId, IngressId, AppId]]:
    rows = tx.all(select(ingress).where(ingress.c.ended_at.is_(None)).order_by(ingress.c.id))
    return [(row.org_id, row.id, row.app_id) for row in rows]


def ends(tx: Tx) -> list[tuple[str | None, str, bytes]]:
    return [(row.outcome, row.detail, row.body) for row in tx.all(select(ingress).order_by(ingress.c.id))]


def uninstall(tx: Tx, apps: Apps, app: App) -> None:
    tx.run(update(installations).where(installations.c.app_id == app.id).values(ended_at=tx.now))
    tx.on_commit(lambda: apps.uninstall(app.org_id, [app.id]))


def change_body(tx: Tx, old: bytes, new: bytes) -> None:
    tx.run(update(ingress).where(ingress.c.body == old).values(body=new))
