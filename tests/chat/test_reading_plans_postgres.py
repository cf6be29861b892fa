"""PostgreSQL guesses how much it will find, from what is usual. Also where it guesses much too much, no reading of a
chat goes through the messages of all.
"""

from collections.abc import Callable
from typing import Any, Final

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from tests.postgres import Postgres
from tests.serving import HeldClock
from tests.world import World

from keypost.chat import message_store, timeline_store
from keypost.db.connecting import async_url
from keypost.db.tx import Tx
from keypost.ids import ChatId, IdSource, OrgId

ORG: Final = OrgId(1)
USUAL: Final = 400
"""Chats with fifty messages each: more than PostgreSQL keeps notes of, so that it takes the others to be like them."""
SMALL: Final = [ChatId(1_000 + number) for number in range(50)]
"""Those that are read have one message each."""
WORLD: Final = (
    "INSERT INTO orgs (org_id, name, created_at, last_event, timelines_end) VALUES (1, 'Acme', 1, 0, 0)",
    f"""
    INSERT INTO chats (org_id, id, kind, title, created_at)
    SELECT 1, number, 'channel', '', 1 FROM generate_series(1, {1_000 + len(SMALL)}) number
    """,
    f"""
    INSERT INTO messages (org_id, id, chat_id, sender_kind, sender_id, sender_name, content)
    SELECT 1, number, CASE WHEN number <= {len(SMALL)} THEN 999 + number ELSE 1 + number % {USUAL} END,
    'person', 5, 'Ada', '{{}}' FROM generate_series(1, {50 * USUAL}) number
    """,
)
READINGS: Final[dict[str, Callable[[Tx], Any]]] = {
    "how much was said in threads": lambda tx: timeline_store.count_said_in(tx, ORG, SMALL),
    "the newest of a chat": lambda tx: message_store.list_messages(tx, ORG, SMALL[0], limit=100),
    "a span of time": lambda tx: message_store.list_messages(tx, ORG, SMALL[0], from_ms=0, to_ms=1, limit=100),
    "what a page shows": lambda tx: message_store.list_shown(tx, ORG, SMALL[0], 50),
}


async def test_no_reading_of_a_chat_goes_through_the_messages_of_all(postgres: Postgres) -> None:
    name = await postgres.create()
    engine = create_async_engine(async_url(postgres.url(name)), poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(fill)

    async with engine.connect() as connection:
        plans = {what: await connection.run_sync(plans_of, read) for what, read in READINGS.items()}
    await engine.dispose()
    await postgres.drop(name)

    assert all("Index" in plan for plan in plans.values())
    assert [what for what, plan in plans.items() if "Seq Scan on messages" in plan] == []


def fill(connection: Connection) -> None:
    for statement in WORLD:
        connection.execute(text(statement))
    timeline_store.extend_all(Tx(connection, 0, IdSource(HeldClock())))
    connection.execute(text("ANALYZE"))


def plans_of(connection: Connection, read: Callable[[Tx], Any]) -> str:
    asked: list[tuple[str, Any]] = []
    event.listen(connection, "before_cursor_execute", lambda *call: asked.append((call[2], call[3])))
    read(Tx(connection, 0, IdSource(HeldClock())))
    plans = [connection.exec_driver_sql(f"EXPLAIN {statement}", values) for statement, values in tuple(asked)]
    return "\n".join(line for plan in plans for (line,) in plan)


@pytest.mark.parametrize("world", ["postgresql"], indirect=True)
async def test_no_reading_is_compiled_first(world: World) -> None:
    assert await world.read(lambda tx: tx.all(text("SHOW jit"))) == [("off",)]
