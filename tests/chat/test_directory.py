"""What memory knows of chats is what the database knows, after any sequence of changes."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.world import World

from keypost.chat import service as chat
from keypost.chat.directory import Chats
from keypost.chat.model import ChatKind, Party, PartyKind
from keypost.ids import PersonId

CHANGES = st.lists(
    st.tuples(st.sampled_from(["channel", "direct", "bot", "open", "join", "leave", "fail"]), st.integers(0, 2)),
    max_size=8,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(changes=CHANGES)
async def test_memory_follows_the_database(lasting_world: World, changes: list[tuple[str, int]]) -> None:
    world = lasting_world
    persons = [visitor.person.id for visitor in (world.ada, world.grace, world.alan)]

    for kind, index in changes:
        await _change(world, kind, persons[index])

    fresh = Chats()
    fresh.load(*await world.read(chat.load))
    known = world.server.chats
    assert known._chats == fresh._chats
    assert known._bots == fresh._bots
    assert known._channels == fresh._channels
    assert [known.list_of(world.org_id, person) for person in persons] == [
        fresh.list_of(world.org_id, person) for person in persons
    ]
    assert known._bots_by_app == fresh._bots_by_app


async def _change(world: World, kind: str, person_id: PersonId) -> None:
    chats, org_id, party = world.server.chats, world.org_id, Party(PartyKind.PERSON, person_id)
    name = f"c{len(chats._chats)}"
    match kind:
        case "channel":
            await world.write(chat.create_channel, chats, org_id, name, [party])
        case "direct":
            await world.write(chat.create_direct, chats, org_id, name, [person_id])
        case "bot":
            await world.write(chat.create_bot, chats, org_id, f"b{len(chats._bots)}", "Bot")
        case "open":
            bot = list(chats._bots.values())[-1]
            await world.write(chat.open_bot_chat, chats, bot, person_id)
        case "join":
            await world.write(chat.add_member, chats, chats.channels_of(org_id)[-1], party)
        case "leave":
            mine = [place for place in chats.list_of(org_id, person_id) if place.kind is not ChatKind.DIRECT]
            if mine:
                await world.write(chat.remove_member, chats, mine[-1], party)
        case "fail":
            await _refused(world, name)


async def _refused(world: World, name: str) -> None:
    """A unique name that is taken: nothing changes, neither there nor here."""
    try:
        await world.write(chat.create_channel, world.server.chats, world.org_id, "general", [], title=name)
    except Exception as error:  # noqa: BLE001 - each database has its own.
        assert "IntegrityError" in type(error).__name__  # noqa: PT017 - it is the only way out.
    else:
        raise AssertionError("a second #general was made")
