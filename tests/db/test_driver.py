"""What the driver is told directly goes as if SQLAlchemy had told it: its errors, its values, its commits."""

import asyncio
import traceback
from collections.abc import Callable
from typing import Any

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Connection, LargeBinary, Text, bindparam, insert, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.util import await_only
from tests.world import World

from keypost.db import driver
from keypost.db.connecting import Way
from keypost.db.driver import Value
from keypost.db.insertion import Insertion
from keypost.db.prepared import Prepared
from keypost.db.tables import events, orgs
from keypost.db.tx import Tx
from keypost.errors import Busy
from keypost.ids import ID_MAX

INSERTION = Insertion(events, "org_id", "number", "kind", "at", "chat_id", "person_id", "subject_id")
RENAMING = Prepared(update(orgs).values(name=bindparam("name")).returning(orgs.c.org_id), "name")
SAYING = Prepared(
    select(bindparam("number", type_=BigInteger), bindparam("text", type_=Text), bindparam("bytes", type_=LargeBinary)),
    "number",
    "text",
    "bytes",
)
NUMBERS = st.integers(-ID_MAX - 1, ID_MAX)
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO orgs SELECT * FROM orgs",
        "DELETE FROM chats",
        "INSERT INTO events (org_id) VALUES (NULL)",
        "SELECT nothing FROM nowhere",
        "SELEC",
        "ROLLBACK TO nowhere",
    ],
)
async def test_what_is_wrong_is_raised_as_sqlalchemy_raises_it(world: World, text: str) -> None:
    by_driver = await raised(world, lambda tx: driver.tell(tx._connection, text))
    by_sqlalchemy = await raised(world, lambda tx: tx._connection.exec_driver_sql(text))

    assert said(by_driver) == said(by_sqlalchemy)


async def raised(world: World, verb: Callable[[Tx], Any]) -> DBAPIError:
    with pytest.raises(DBAPIError) as error:
        await world.write(verb)
    return error.value


def said(error: DBAPIError) -> tuple[Any, ...]:
    codes = [getattr(error.orig, name, None) for name in ("sqlite_errorcode", "sqlstate")]
    return type(error), type(error.orig), codes, error.connection_invalidated, str(error)


async def test_no_value_of_a_refused_row_is_in_what_is_raised(world: World) -> None:
    row = (world.org_id, 1_000_000, "something private", 5, None, 7, None)

    by_driver = await raised(world, lambda tx: tx.add(INSERTION, [row]))
    by_sqlalchemy = await raised(world, lambda tx: tx.run(insert(events).values(row)))

    for error in (by_driver, by_sqlalchemy):
        assert "private" not in "".join(traceback.format_exception(error))


@given(row=st.tuples(NUMBERS | st.none(), TEXTS | st.none(), st.binary() | st.none()))
async def test_values_come_back_as_they_went(lasting_world: World, row: tuple[Value, ...]) -> None:
    (answered,) = await lasting_world.read(lambda tx: tx.tell(SAYING, *row))

    assert tuple(answered) == row


async def test_what_the_driver_alone_was_told_is_committed_or_rolled_back(world: World) -> None:
    def rename_and_fail(tx: Tx) -> None:
        tx.tell(RENAMING, "Never")
        raise ZeroDivisionError

    await world.write(lambda tx: tx.tell(RENAMING, "Changed"))
    with pytest.raises(ZeroDivisionError):
        await world.write(rename_and_fail)

    assert await world.read(lambda tx: [row.name for row in tx.all(select(orgs))]) == ["Changed"]


async def test_values_in_another_order_than_the_text_has_them_are_a_fault(world: World) -> None:
    shifting = Prepared(select(orgs).where(orgs.c.org_id == bindparam("a"), orgs.c.name == bindparam("b")), "b", "a")

    with pytest.raises(ValueError, match="in this order"):
        await world.read(lambda tx: tx.tell(shifting, "Changed", 1))


@pytest.mark.parametrize("world", ["postgresql"], indirect=True)
async def test_a_connection_that_is_cut_under_the_driver_is_replaced_by_the_next_write(world: World) -> None:
    beside = await asyncpg.connect(world.settings.database_url)

    def rename_when_cut(tx: Tx) -> None:
        ((process,),) = driver.tell(tx._connection, "SELECT pg_backend_pid()")
        await_only(beside.execute("SELECT pg_terminate_backend($1, 5000)", process))
        try:
            tx.tell(RENAMING, "Never")
        finally:
            assert tx._connection.invalidated

    with pytest.raises(Busy, match="cannot be reached"):
        await world.write(rename_when_cut)

    await world.write(lambda tx: tx.tell(RENAMING, "Changed"))
    await beside.close()


@pytest.mark.parametrize("world", ["postgresql"], indirect=True)
@pytest.mark.parametrize("way", [driver.tell, Connection.exec_driver_sql])
async def test_a_connection_whose_statement_was_cancelled_is_not_used_again(
    world: World, way: Callable[[Connection, str], Any]
) -> None:
    writing = Way(world.settings.database_url, size=1, settings={})

    async with writing.connected() as connection:
        waiting = asyncio.create_task(connection.run_sync(way, "SELECT pg_sleep(60)"))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

        assert connection.invalidated
    await writing.close()
