import pytest
from tests.world import World

from keypost.clock import HOUR_MS, MINUTE_MS
from keypost.ids import read_message


async def test_the_newest_messages_are_read_oldest_first(world: World) -> None:
    standup = await world.tool()
    for number in range(5):
        await standup.say("#general", f"{number}")

    answer = await world.ada.read(world.id_of("#general"), limit=3)

    assert [row["content"]["text"] for row in answer.json["data"]] == ["2", "3", "4"]


async def test_a_reader_gets_a_hundred_at_most(world: World) -> None:
    standup = await world.tool()
    for number in range(101):
        await standup.say("#general", f"{number}")

    everything = await world.ada.read(world.id_of("#general"))
    too_many = await world.ada.read(world.id_of("#general"), limit=101)

    assert [row["content"]["text"] for row in everything.json["data"]] == [f"{number}" for number in range(1, 101)]
    assert too_many.refused_with == "invalid_inputs"


async def test_a_span_of_time_includes_both_its_ends(world: World) -> None:
    standup = await world.tool()
    start = world.clock.now
    for number in range(4):
        await standup.say("#general", f"{number}")
        world.clock.move(MINUTE_MS)

    span = {"fromtime": start + MINUTE_MS, "totime": start + 2 * MINUTE_MS}
    answer = await world.ada.read(world.id_of("#general"), **span)

    assert [row["time"] for row in answer.json["data"]] == [start + MINUTE_MS, start + 2 * MINUTE_MS]


async def test_pages_backwards_in_time_meet_every_message_once(world: World) -> None:
    standup = await world.tool()
    for number in range(7):
        await standup.say("#general", f"{number}")
        world.clock.move(1)
    seen: list[str] = []
    before = world.clock.now

    while page := (await world.ada.read(world.id_of("#general"), limit=3, totime=before)).json["data"]:
        seen = [row["content"]["text"] for row in page] + seen
        before = page[0]["time"] - 1

    assert seen == [f"{number}" for number in range(7)]


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=", "limit=-1", "limit=x", "fromtime=9999999999999999", "totime=1e9", "limit=%C2%B2"]
)
async def test_a_span_that_is_no_number_is_refused(lasting_world: World, query: str) -> None:
    path = f"/api/v2/chats/{lasting_world.id_of('#general')}/messages?{query}"
    headers = [("Authorization", f"Bearer {lasting_world.ada.api_token}")]

    answer = await lasting_world.stranger.get(path, headers)

    assert (answer.status, answer.refused_with) == (400, "invalid_inputs")


async def test_nobody_reads_a_chat_of_others(world: World) -> None:
    mallory = await world.foreigner()

    answers = [await who.read(world.id_of("#builds")) for who in (world.alan, mallory)]

    assert [answer.refused_with for answer in answers] == ["chat_not_found"] * 2


async def test_ids_never_run_backwards_though_the_clock_does(world: World) -> None:
    standup = await world.tool()
    await standup.say("#general", "before")
    world.clock.move(-HOUR_MS)
    await standup.say("#general", "after")
    await world.restart()
    await standup.say("#general", "after a restart")

    assert await world.texts_in("#general") == ["before", "after", "after a restart"]
    ids = [message.id for message in await world.messages_in("#general")]
    assert ids == sorted(set(ids))


async def test_a_message_is_called_the_same_everywhere(world: World) -> None:
    standup = await world.tool()

    answer = await standup.say("#general", {"text": "Hello", "sync_message": True})

    (message,) = await world.messages_in("#general")
    (row,) = (await world.ada.read(world.id_of("#general"))).json["data"]
    assert answer.json == {"message_id": row["id"]}
    assert read_message(row["id"]) == message.id
