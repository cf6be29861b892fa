"""Two organisations whose rows have the same numbers: nothing of one is seen in the other, or changed from there.

Ids are unique on one server, so a query that forgets its organisation answers rightly there, for years.
"""

from typing import Final

import pytest
from msgspec.structs import replace
from sqlalchemy import insert, select, update
from tests.laws.everything import Everything
from tests.laws.twins import drop, make_twin, rows_of
from tests.world import World

from keypost.chat import channels, message_store, store, timeline_store
from keypost.chat import service as chat
from keypost.chat.model import Chat, ChatKind, Party, PartyKind
from keypost.db import tables
from keypost.db.tx import Tx
from keypost.errors import Conflict
from keypost.ids import ChatId, OrgId, PersonId
from keypost.people import administration
from keypost.tokens import service as tokens

TWINS: Final = (OrgId(7), OrgId(2**62))
"""One whose rows a database finds before those of the organisation, and one whose rows it finds after them."""
FAR: Final = 2**40
"""From one message to another that is sent much later."""


async def test_nobody_reads_or_changes_what_another_organisation_has_under_the_same_numbers(world: World) -> None:
    one = await Everything.begin(world)
    before = await world.read(one.read)
    for twin in TWINS:
        await world.write(make_twin, world.org_id, twin)
    of_twins = [await world.read(rows_of, twin) for twin in TWINS]

    assert await world.read(one.read) == before
    for verb, *arguments in one.changes():
        await world.write(verb, *arguments)
        assert [await world.read(rows_of, twin) for twin in TWINS] == of_twins, verb
    after = await world.read(one.read)
    for twin in TWINS:
        await world.write(drop, twin)
    assert await world.read(one.read) == after


async def test_what_is_taken_or_over_in_another_organisation_is_not_so_here(world: World) -> None:
    standup, known, ada = await world.tool(), world.server.people, world.caller(world.ada)
    await standup.say("#general", "Hello")
    await world.write(make_twin, world.org_id, TWINS[0])
    await world.write(_go_another_way, TWINS[0], world.chat("direct").id, world.alan.person.id)

    await world.write(channels.create, known, world.server.chats, ada, "theirs", "")
    await world.write(administration.add_person, known, ada, replace(world.alan.person, email="theirs@example.com"))

    (message,) = await world.messages_in("#general")
    await world.write(chat.delete, world.server.cabinet, message)
    assert await world.read(message_store.list_shown, world.org_id, message.chat_id, 9) == []
    two = frozenset({world.ada.person.id, world.grace.person.id})
    assert await world.read(store.find_direct, world.org_id, two) == world.chat("direct")
    assert await world.read(tokens.find_untold, world.org_id, standup.token.id) is None
    await world.write(timeline_store.extend, world.org_id)
    assert (await standup.say("#general", "Later")).status == 204
    assert await world.texts_in("#general") == ["Later"]


async def test_the_admins_of_another_organisation_do_not_count_among_those_of_ones_own(world: World) -> None:
    await world.write(make_twin, world.org_id, TWINS[0])

    with pytest.raises(Conflict) as refused:
        await world.write(administration.deactivate, world.server.people, world.caller(world.ada), world.ada.person)

    assert refused.value.code == "last_admin"


def _go_another_way(tx: Tx, twin: OrgId, direct: ChatId, third: PersonId) -> None:
    store.add_member(tx, twin, direct, Party(PartyKind.PERSON, third))
    builds = (tables.chats.c.org_id == twin, tables.chats.c.unique_name == "builds")
    tx.run(update(tables.chats).where(*builds).values(unique_name="theirs"))
    alan = (tables.persons.c.org_id == twin, tables.persons.c.first_name == "Alan")
    tx.run(update(tables.persons).where(*alan).values(email="theirs@example.com"))
    (message,) = tx.all(select(tables.messages).where(tables.messages.c.org_id == twin))
    thread = Chat(
        org_id=twin, id=ChatId(1), kind=ChatKind.THREAD, title="", parent_id=message.chat_id, root_id=message.id
    )
    store.add_chat(tx, thread)
    tx.run(insert(tables.messages).values(dict(message._mapping) | {"id": message.id + FAR}))
    tx.run(update(tables.tokens).where(tables.tokens.c.org_id == twin).values(revoked_at=tx.now))
