"""What tokens share: the budget of their person, and what a chat takes. Many never starve one."""

from collections.abc import Sequence

import pytest
from tests.files.forms import file, send
from tests.people import Answer, Tool
from tests.world import World

from keypost.clock import SECOND_MS
from keypost.limits.counting import ASSURED
from keypost.settings import NO_BOUND, Limits

PLENTY = 600
FEW = 12
BURST = 4


async def test_all_tokens_of_a_person_share_a_budget(world: World) -> None:
    await world.restart(posts_per_minute=PLENTY, posts_per_minute_of_person=FEW)
    tools = [await world.tool() for _ in range(2)]
    graces = await world.tool(owner=world.grace)

    statuses = [[(await tool.say("#general", "Hello")).status for _ in range(BURST)] for tool in tools]
    refused = await tools[1].say("#general", "Hello")
    world.clock.move(int(refused.headers["Retry-After"]) * SECOND_MS)

    assert statuses == [[204] * BURST, [204] * ASSURED.burst + [429] * (BURST - ASSURED.burst)]
    assert (refused.refused_with, policy_of(refused)) == ("rate_limit_exceeded", "person")
    assert (await graces.say("#general", "Hello")).status == 204
    assert (await tools[1].say("#general", "Hello")).status == 204


async def test_a_chat_takes_only_so_much_from_all_tokens_together(world: World) -> None:
    await world.restart(posts_per_minute=PLENTY, posts_per_minute_in_chat=FEW)
    tools = await tools_of_all(world)
    await flood(tools, "#general")

    answers = [await tool.say("#general", "Hello") for tool in tools]
    elsewhere = await tools[0].say("#builds", "Hello")

    assert {(answer.refused_with, policy_of(answer)) for answer in answers} == {("rate_limit_exceeded", "chat")}
    assert (elsewhere.status, policy_of(elsewhere)) == (204, "chat")
    assert len(await world.messages_in("#general")) == BURST + len(tools) * ASSURED.burst


async def test_who_says_little_is_heard_however_many_make_noise(world: World) -> None:
    await world.restart(posts_per_minute=PLENTY, posts_per_minute_of_person=FEW, posts_per_minute_in_chat=FEW)
    noisy, quiet, graces = (
        [await world.tool() for _ in range(8)],
        await world.tool(),
        await world.tool(owner=world.grace),
    )

    heard = []
    for _ in range(3):
        await flood(noisy, "#general")
        heard += [await quiet.say("#general", "Quiet"), await graces.say("#general", "Quiet")]
        world.clock.move(10 * SECOND_MS)

    assert [answer.status for answer in heard] == [204] * 6


async def test_a_refusal_of_a_chat_takes_nothing_from_token_or_person(world: World) -> None:
    await world.restart(posts_per_minute=PLENTY, posts_per_minute_in_chat=FEW)
    standup = await world.tool()
    await flood([standup], "#general")
    before = await standup.say("#builds", "Hello")

    refused = [await standup.say("#general", "Hello") for _ in range(5)]
    after = await standup.say("#builds", "Hello")

    assert [answer.status for answer in refused] == [429] * 5
    assert {answer.headers["RateLimit"] for answer in refused} == {'"chat";r=0;t=20'}
    assert (before.headers["RateLimit"], after.headers["RateLimit"]) == ('"chat";r=3;t=5', '"chat";r=2;t=10')
    assert (await standup.carry("/api/v2/channelsbyname/nowhere/message", {})).headers["RateLimit"] == left(9)


async def test_threads_files_edits_and_events_fill_the_chat_that_sees_them(world: World) -> None:
    await world.restart(posts_per_minute=PLENTY, posts_per_minute_in_chat=FEW)
    standup = await world.tool(await world.running_extension())
    place = f"/api/v2/chats/{world.id_of('#builds')}/message"
    posted = (await standup.carry(place, {"text": "Hello", "sync_message": True})).json["message_id"]

    thread = await standup.carry(place, {"text": "Hello", "thread_message_id": posted})
    edited = await standup.send("PUT", f"{place}s/{posted}", {"text": "Edited"}, [("X-Keypost-Token", standup.secret)])
    sent = await send(standup, "#builds", file(b"Hello"))
    event = await standup.event({})

    assert [answer.status for answer in (thread, edited, sent, event)] == [204, 204, 204, 200]
    told = [answer.headers["RateLimit"].rpartition(";")[0] for answer in (thread, edited, sent, event)]
    assert told == ['"chat";r=2', '"chat";r=1', '"chat";r=0', '"chat";r=0']


@pytest.mark.parametrize(
    "limits",
    [
        {"posts_per_minute": NO_BOUND},
        {"posts_per_minute": PLENTY, "posts_per_minute_of_person": NO_BOUND, "posts_per_minute_in_chat": NO_BOUND},
        {"posts_per_minute": PLENTY, "limits": Limits.VENDOR},
    ],
    ids=str,
)
async def test_what_has_no_bound_is_not_counted(world: World, limits: dict[str, object]) -> None:
    await world.restart(**{"posts_per_minute_of_person": 3, "posts_per_minute_in_chat": 3, **limits})
    standup = await world.tool()

    answers = [await standup.say("#general", "Hello") for _ in range(6)]

    assert [answer.status for answer in answers] == [204] * 6
    assert {policy_of(answer) for answer in answers} <= {"", "token"}


async def test_a_token_that_was_given_more_than_what_is_shared_stands_apart(world: World) -> None:
    await world.restart(posts_per_minute=3, posts_per_minute_of_person=3, posts_per_minute_in_chat=3)
    strong, plain = await world.tool(budget=PLENTY), await world.tool()

    statuses = [(await strong.say("#general", "Hello")).status for _ in range(20)]

    assert statuses == [204] * 20
    assert (await plain.say("#general", "Hello")).headers["RateLimit-Policy"].count("q=3") == 3


async def test_an_organisation_that_gives_its_tokens_more_gives_it_to_people_and_chats(world: World) -> None:
    await world.restart(posts_per_minute=3, posts_per_minute_of_person=6, posts_per_minute_in_chat=9)
    admin, standup = await world.program(world.ada), await world.tool()

    await admin.call("PUT", "/limits", {"posts_per_minute": 7})

    policy = (await standup.say("#general", "Hello")).headers["RateLimit-Policy"]
    assert policy == '"token";q=7;w=60, "person";q=7;w=60, "chat";q=9;w=60'


async def tools_of_all(world: World) -> list[Tool]:
    return [await world.tool(owner=owner) for owner in (world.ada, world.grace, world.alan)]


async def flood(tools: Sequence[Tool], place: str) -> None:
    """Each posts until it is refused."""
    for tool in tools:
        while (await tool.say(place, "Noise")).status == 204:
            pass


def policy_of(answer: Answer) -> str:
    return answer.headers.get("RateLimit", "").split(";")[0].strip('"')


def left(calls: int) -> str:
    return f'"token";r={PLENTY // 3 - calls};t=1'
