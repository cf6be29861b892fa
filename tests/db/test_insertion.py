"""Rows that come together are stored together, whatever their number."""

from itertools import count, islice

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from tests.world import World

from keypost.db.insertion import ROWS_MAX, Insertion, Values
from keypost.db.tables import events
from keypost.db.tx import Tx

INSERTION = Insertion(events, "org_id", "number", "kind", "at", "chat_id", "person_id", "subject_id")
FREE = count(1_000_000)
"""Numbers that no event of a lasting world has."""


@given(many=st.integers(0, 2 * ROWS_MAX + 3))
async def test_all_rows_are_stored_in_their_order(lasting_world: World, many: int) -> None:
    org_id, start = lasting_world.org_id, next(FREE)
    rows = [(org_id, number, "of a test", 5, None, 7, 9) for number in (start, *islice(FREE, many))]

    def add(tx: Tx) -> None:
        tx.add(INSERTION, rows)

    await lasting_world.write(add)

    query = select(events).where(events.c.org_id == org_id, events.c.number >= start).order_by(events.c.number)
    stored = await lasting_world.read(lambda tx: tx.all(query))
    names = ("org_id", "number", "kind", "at", "chat_id", "person_id", "subject_id")
    assert [tuple(getattr(row, name) for name in names) for row in stored] == rows


IF_NEW = Insertion(events, "org_id", "number", "kind", "at", "chat_id", "person_id", "subject_id", if_new="subject_id")


@given(known=st.integers(0, 5), many=st.integers(0, 2 * ROWS_MAX + 3))
async def test_of_rows_that_are_there_already_nothing_is_stored_or_answered(
    lasting_world: World, known: int, many: int
) -> None:
    """Also of one that comes twice at once."""
    org_id, numbers = lasting_world.org_id, [*islice(FREE, known + many)]
    rows = [(org_id, number, "of a test", 5, None, 7, number) for number in numbers]

    async def add(some: Values) -> list[int]:
        return await lasting_world.write(lambda tx: tx.add_new(IF_NEW, some))

    first = await add(rows[:known])
    new = await add([*rows, *rows[-1:]])

    assert (sorted(first), sorted(new)) == (numbers[:known], numbers[known:])
    query = select(events.c.number).where(events.c.org_id == org_id, events.c.number.in_(numbers))
    assert len(await lasting_world.read(lambda tx: tx.all(query))) == len(numbers)
