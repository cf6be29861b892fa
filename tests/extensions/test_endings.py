"""Extensions are told that their tokens have ended: every one, until they have heard it, and then no more."""

import asyncio
from collections.abc import Iterable
from typing import Any, Final

import pytest
from msgspec.structs import replace
from sqlalchemy import select, update
from structlog.testing import capture_logs
from tests.chat.test_slow_database import held
from tests.live.until import until
from tests.people import Tool
from tests.world import World

from keypost.clock import DAY_MS, SECOND_MS
from keypost.db import postgres, sqlite_engines
from keypost.db.tables import installations
from keypost.db.tables import tokens as rows
from keypost.db.tx import Tx
from keypost.events.model import Event, Kind
from keypost.extensions.endings import LOOK_EVERY_S, Endings
from keypost.extensions.manifest import LifeHandler
from keypost.extensions.model import App
from keypost.ids import AppId, show_token
from keypost.tokens import service as tokens
from keypost_sdk.content import Served

ASKS: Final = frozenset({LifeHandler.TOKEN_ENDED})
FAILED: Final = "looking for tokens that have ended failed"


async def test_an_extension_is_told_which_token_was_revoked_why_when_and_what_it_served(world: World) -> None:
    standup = await tool(world, await world.running_extension(handlers=ASKS), serves=("a", "b"))

    await world.revoke(standup)
    await world.told(standup.app)

    assert ends(world, standup.app) == [
        {
            "kind": "token_ended",
            "token": show_token(standup.token.id),
            "settings": {},
            "replaces": [],
            "reason": "revoked by its owner",
            "ended_at": world.clock.now,
            "serves": ["a", "b"],
            "app": standup.app.appkey,
            "person": str(world.ada.person.id),
        }
    ]
    assert await world.read(told) == ["told"]


async def test_a_revocation_alone_wakes_the_telling(world: World) -> None:
    standup = await tool(world, await world.running_extension(handlers=ASKS))

    await world.revoke(standup)

    await asyncio.to_thread(until, lambda: ends(world, standup.app), "the extension hears of it")


async def test_nothing_is_told_twice(world: World) -> None:
    first, second = await two_tools(world)
    await world.revoke(first)
    await world.told(first.app)

    await world.revoke(first)
    await world.revoke(second)
    await asyncio.gather(*[world.told(first.app) for _ in range(5)])
    await world.restart()
    await world.told(first.app)

    assert [end["token"] for end in ends(world, first.app)] == shown(first, second)


async def test_who_looked_before_it_was_told_does_not_tell_it_again(world: World) -> None:
    standup = await tool(world, await world.running_extension(handlers=ASKS))
    await world.revoke(standup)
    seen = await world.read(tokens.find, world.org_id, standup.token.id)
    await world.told(standup.app)
    late = Endings(world.server.desk)
    assert seen is not None

    await late.submit(seen)

    assert [end["token"] for end in ends(world, standup.app)] == shown(standup)


async def test_a_token_revoked_just_before_a_stop_is_told_of_after_the_next_start(world: World) -> None:
    standup = await tool(world, await world.extension(handlers=ASKS))  # Nobody listens yet.
    await world.revoke(standup)
    assert await world.read(told) == [None]

    await world.restart()
    await world.told(standup.app)

    assert [end["token"] for end in ends(world, standup.app)] == shown(standup)


async def test_a_handler_that_fails_is_called_again_after_a_while(world: World) -> None:
    standup = await tool(world, await world.running_extension(handlers=ASKS), serves=["fails once"])

    await world.revoke(standup)
    await world.told(standup.app)

    assert [end["token"] for end in ends(world, standup.app)] == shown(standup) * 2
    assert await world.read(told) == ["told"]


async def test_a_handler_that_says_no_is_not_asked_again(world: World) -> None:
    standup = await tool(world, await world.running_extension(handlers=ASKS), serves=["refuses"])

    await world.revoke(standup)
    await world.told(standup.app)

    assert len(ends(world, standup.app)) == 1
    assert await world.read(told) == ["given up"]


async def test_an_extension_that_does_not_ask_is_not_called(world: World) -> None:
    standup = await tool(world, await world.running_extension())

    await world.revoke(standup)
    await world.told(standup.app)

    assert world.heard_by(standup.app) == []
    assert await world.read(told) == ["not asked"]


async def test_a_replaced_token_is_told_of_when_its_day_is_over_and_not_before(world: World) -> None:
    world.clock.move(-DAY_MS)  # The extension has a clock of its own, and takes no call of another day.
    old, new = await two_tools(world)
    await world.write(tokens.replace_live, world.server.register, new.token)
    world.clock.move(DAY_MS - 1)
    await world.told(old.app)
    assert ends(world, old.app) == []

    world.clock.move(1)
    await world.told(old.app)

    (end,) = ends(world, old.app)
    assert (end["token"], end["reason"]) == (show_token(old.token.id), "replaced by a newer token")
    assert end["ended_at"] == world.clock.now


async def test_a_token_that_ends_by_itself_is_told_of_without_anybodys_asking(world: World) -> None:
    world.clock.move(-DAY_MS)
    old, new = await two_tools(world)
    graces = await world.tool(old.app, owner=world.grace)
    await world.write(tokens.replace_live, world.server.register, new.token)
    world.clock.move(DAY_MS - SECOND_MS)
    await world.revoke(graces, by=world.grace)
    await asyncio.to_thread(until, lambda: ends(world, old.app), "the extension hears of the one that was revoked")

    world.clock.move(SECOND_MS)

    def hears() -> bool:
        return [end["token"] for end in ends(world, old.app)] == shown(graces, old)

    await asyncio.to_thread(until, hears, "the extension hears of the other one", within_s=LOOK_EVERY_S / 3)


async def test_a_token_that_ended_while_nobody_looked_ended_when_it_did(world: World) -> None:
    world.clock.move(-3 * DAY_MS)
    old, new = await two_tools(world)
    await world.write(tokens.replace_live, world.server.register, new.token)
    over = world.clock.now + DAY_MS

    world.clock.move(3 * DAY_MS)
    await world.restart()
    await world.told(old.app)

    assert [end["ended_at"] for end in ends(world, old.app)] == [over]


async def test_an_app_that_is_no_longer_installed_is_told_all_the_same(world: World) -> None:
    first, second = await two_tools(world)
    await world.write(uninstall, first.app.id)

    await world.write(
        tokens.end_of_apps, world.server.register, world.org_id, [first.app.id], "its extension was uninstalled"
    )
    await world.told(first.app)

    assert sorted(end["token"] for end in ends(world, first.app)) == sorted(shown(first, second))
    assert {end["reason"] for end in ends(world, first.app)} == {"its extension was uninstalled"}


async def test_the_tokens_of_somebody_who_leaves_end_and_are_told_of(world: World) -> None:
    standup = await world.tool(await world.running_extension(handlers=ASKS))
    graces = await world.tool(standup.app, owner=world.grace)

    await world.deactivate(world.grace)
    await world.told(standup.app)

    assert [(end["token"], end["reason"]) for end in ends(world, standup.app)] == [
        (show_token(graces.token.id), "its owner has left")
    ]
    assert (await standup.say("#general", "Ada is still here")).status == 204


async def test_somebodys_leaving_alone_wakes_the_telling(world: World) -> None:
    graces = await world.tool(await world.running_extension(handlers=ASKS), owner=world.grace)

    await world.deactivate(world.grace)

    await asyncio.to_thread(until, lambda: ends(world, graces.app), "the extension hears of it")


async def test_who_left_while_the_database_was_away_is_found_when_it_is_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_engines, "BUSY_TIMEOUT_MS", 50)
    monkeypatch.setattr(postgres, "LOCK_TIMEOUT_MS", 50)
    standup = await world.tool(await world.running_extension(handlers=ASKS))
    graces = await world.tool(standup.app, owner=world.grace)
    await world.restart()
    people, grace = world.server.people, world.grace.person

    with capture_logs() as logs:
        async with held(world, "tokens"):
            people.put(replace(grace, deactivated_at=world.clock.now))
            world.server.endings.heard(
                [Event(org_id=grace.org_id, kind=Kind.SESSIONS_ENDED, subject_id=grace.id, person_id=grace.id)]
            )
            await asyncio.to_thread(until, lambda: any(FAILED in log["event"] for log in logs), "it looks in vain")
    await world.revoke(standup)

    await asyncio.to_thread(until, lambda: len(ends(world, standup.app)) == 2, "the extension hears of both")
    assert sorted(end["token"] for end in ends(world, standup.app)) == sorted(shown(standup, graces))


async def test_who_left_while_nobody_looked_is_found_at_the_next_start(world: World) -> None:
    graces = await world.tool(await world.extension(handlers=ASKS), owner=world.grace)
    await world.server.endings.stop()
    await world.deactivate(world.grace)

    await world.restart()
    await world.told(graces.app)

    assert [end["token"] for end in ends(world, graces.app)] == shown(graces)


async def test_one_extension_that_hangs_keeps_no_other_waiting(world: World) -> None:
    stuck = await tool(world, await world.running_extension("retro", handlers=ASKS), serves=["hangs"])
    standup = await tool(world, await world.running_extension(handlers=ASKS))

    await world.revoke(stuck)
    await world.revoke(standup)
    await world.told(standup.app)

    assert [end["token"] for end in ends(world, standup.app)] == shown(standup)


async def tool(world: World, app: App, *, serves: Iterable[str] = ()) -> Tool:
    made = await world.tool(app)
    served = [Served(name=name) for name in serves]
    await world.write(tokens.set_serves, world.server.register, world.org_id, made.token.id, served)
    return made


async def two_tools(world: World) -> tuple[Tool, Tool]:
    app = await world.running_extension(handlers=ASKS)
    return await world.tool(app), await world.tool(app)


def ends(world: World, app: App) -> list[dict[str, Any]]:
    return [call for call in world.heard_by(app) if call["kind"] == "token_ended"]


def shown(*tools: Tool) -> list[str]:
    return [show_token(tool.token.id) for tool in tools]


def told(tx: Tx) -> list[str | None]:
    return [row.told_outcome for row in tx.all(select(rows.c.told_outcome).order_by(rows.c.id))]


def uninstall(tx: Tx, app_id: AppId) -> None:
    tx.run(update(installations).where(installations.c.app_id == app_id).values(ended_at=tx.now))
