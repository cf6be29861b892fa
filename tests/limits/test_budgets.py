"""Keypost's own limits: a budget for each token, no lock, and nobody is silenced by another's noise."""

from collections.abc import Awaitable

import pytest
from tests.people import Answer, Program, posting_path
from tests.world import World

from keypost.caller import Scope
from keypost.clock import MINUTE_MS, SECOND_MS
from keypost.ids import show_token
from keypost.settings import DEFAULT_POSTS_PER_MINUTE
from keypost.tokens import service as tokens

GENERAL = posting_path("#general")


async def test_a_token_posts_a_hundred_times_at_once_and_then_five_times_a_second(world: World) -> None:
    await world.restart(posts_per_minute=DEFAULT_POSTS_PER_MINUTE)
    standup = await world.tool()

    burst = [(await standup.say("#general", "Hello")).status for _ in range(100)]
    refused = await standup.say("#general", "Hello")
    world.clock.move(SECOND_MS)
    later = [(await standup.say("#general", "Hello")).status for _ in range(6)]

    assert set(burst) == {204}
    assert (refused.status, refused.refused_with) == (429, "rate_limit_exceeded")
    assert refused.headers["Retry-After"] == "1"
    assert later == [204] * 5 + [429]
    assert len(await world.messages_in("#general")) == 105


async def test_the_noise_of_one_token_silences_no_other(world: World) -> None:
    await world.restart(posts_per_minute=3)
    noisy, quiet, graces = await world.tool(), await world.tool(), await world.tool(owner=world.grace)

    noise = [(await noisy.say("#general", "Hello")).status for _ in range(5)]

    assert noise == [204, 429, 429, 429, 429]
    assert [(await tool.say("#general", "Hello")).status for tool in (quiet, graces)] == [204, 204]


async def test_every_counted_answer_says_what_is_left(world: World) -> None:
    await world.restart(posts_per_minute=60)
    standup = await world.tool()

    posted = await standup.say("#general", "Hello")
    refused = await standup.carry(posting_path("#nowhere"), {"text": "Hello"})
    unreadable = await standup.carry(GENERAL, b"{")
    world.clock.move(SECOND_MS // 2)
    event = await standup.carry(standup.incoming_path + "x", {})

    assert [told(answer) for answer in (posted, refused, unreadable, event)] == [(19, 1), (18, 2), (17, 3), (16, 4)]
    assert [answer.status for answer in (posted, refused, unreadable, event)] == [204, 404, 400, 401]
    without_chat = '"token";q=60;w=60, "person";q=1200;w=60'
    assert posted.headers["RateLimit-Policy"] == without_chat + ', "chat";q=600;w=60'
    assert refused.headers["RateLimit-Policy"] == without_chat


async def test_a_refusal_says_what_is_left_too(world: World) -> None:
    standup = await world.tool(budget=2)
    await standup.say("#general", "Hello")

    refused = await standup.say("#general", "Hello")

    assert (refused.status, told(refused), refused.headers["Retry-After"]) == (429, (0, 30), "30")


async def test_an_api_token_that_posts_has_a_budget_of_its_own(world: World) -> None:
    await world.restart(posts_per_minute=3)
    first, second = await world.program(world.ada), await world.program(world.ada)

    answers = [await post(program) for program in (first, first, second)]

    assert [answer.status for answer in answers] == [204, 429, 204]
    assert told(answers[0]) == (0, 20)


async def test_reading_and_looking_after_things_takes_nothing_from_a_budget(world: World) -> None:
    await world.restart(posts_per_minute=3)
    program = await world.program(world.ada)
    bearer = [("Authorization", f"Bearer {program.api_token}")]

    read = [await program.get(f"/api/v2/chats/{world.id_of('#general')}/messages", bearer) for _ in range(3)]
    looked = [await program.call("GET", "/tokens") for _ in range(3)]

    assert [answer.status for answer in read + looked] == [200] * 6
    assert not any("RateLimit" in answer.headers for answer in read + looked)
    assert (await post(program)).status == 204


async def test_people_who_write_by_hand_are_not_counted(world: World) -> None:
    await world.restart(posts_per_minute=3)
    await world.ada.sign_in()

    said = [await world.ada.post(f"/chats/{world.id_of('#general')}/say", {"text": "Hello"}) for _ in range(5)]

    assert {answer.status for answer in said} == {200}
    assert not any("RateLimit" in answer.headers for answer in said)


async def test_nobody_does_more_on_pages_than_a_hand_could(world: World) -> None:
    await world.restart(posts_per_minute=3, posts_per_minute_of_person=12)
    for visitor in (world.ada, world.grace):
        await visitor.sign_in()
    general, tool = world.id_of("#general"), await world.tool()
    await tool.say("#general", "By a tool")

    said = [await world.ada.say(general, "Hello") for _ in range(5)]
    pressed, read = await world.ada.press(general, "1_1"), await world.ada.get(f"/chats/{general}")
    graces = await world.grace.say(general, "Hello")
    world.clock.move(int(said[-1].headers["Retry-After"]) * SECOND_MS)

    assert [answer.refused_with for answer in said] == [""] * 4 + ["rate_limit_exceeded"]
    assert (pressed.refused_with, read.status, graces.status) == ("rate_limit_exceeded", 200, 200)
    assert (await world.ada.say(general, "Hello")).status == 200


async def test_what_is_said_nearest_to_a_token_holds(world: World) -> None:
    await world.restart(posts_per_minute=30)
    admin = await world.program(world.ada)
    plain, own, free = await world.tool(), await world.tool(budget=60), await world.tool(budget=0)

    by_server = [await quota(tool.say("#general", "Hello")) for tool in (plain, own, free)]
    await admin.call("PUT", "/limits", {"posts_per_minute": 90})
    by_org = [await quota(tool.say("#general", "Hello")) for tool in (plain, own, free)]
    await admin.call("PUT", "/limits", {"posts_per_minute": 0})
    unbound = [await quota(tool.say("#general", "Hello")) for tool in (plain, own, free)]
    await admin.call("PUT", "/limits", {"posts_per_minute": None})
    again = [await quota(tool.say("#general", "Hello")) for tool in (plain, own, free)]

    assert by_server == again == [30, 60, None]
    assert by_org == [90, 60, None]
    assert unbound == [None, 60, None]


async def test_one_organisation_says_nothing_for_another(world: World) -> None:
    admin, elsewhere = await world.program(world.ada), await world.foreigner()
    foreign = await world.tool(owner=elsewhere, origin=None)

    await admin.call("PUT", "/limits", {"posts_per_minute": 6})

    assert await quota(foreign.say("#general", "Hello")) is None
    assert (await (await world.program(elsewhere)).call("GET", "/limits")).json["posts_per_minute"] is None


async def test_an_admin_sees_and_changes_the_limits_and_they_stay(world: World) -> None:
    await world.restart(posts_per_minute=30, posts_per_minute_of_person=90, posts_per_minute_in_chat=60)
    admin = await world.program(world.ada)

    shown = await admin.call("GET", "/limits")
    changed = await admin.call("PUT", "/limits", {"posts_per_minute": 6})
    await world.restart()

    shared = {"posts_per_minute_of_person": 90, "posts_per_minute_in_chat": 60}
    expected = {"limits": "keypost", "posts_per_minute": None, "posts_per_minute_of_server": 30} | shared
    assert shown.json == expected
    assert changed.json == (await admin.call("GET", "/limits")).json == expected | {"posts_per_minute": 6}
    assert await quota((await world.tool()).say("#general", "Hello")) == 6


async def test_a_changed_budget_of_a_token_holds_from_its_next_post_on_and_stays(world: World) -> None:
    admin, standup = await world.program(world.ada), await world.tool(owner=world.grace, budget=3)
    path = f"/tokens/{show_token(standup.token.id)}/budget"
    used_up = [(await standup.say("#general", "Hello")).status for _ in range(2)]

    raised = await admin.call("PUT", path, {"posts_per_minute": 30})
    more = [(await standup.say("#general", "Hello")).status for _ in range(10)]
    lowered = await admin.call("PUT", path, {"posts_per_minute": 6})
    less = await standup.say("#general", "Hello")
    await world.restart()

    assert (used_up, more, less.status) == ([204, 429], [204] * 9 + [429], 429)
    assert less.headers["Retry-After"] == "10"
    assert [answer.json["posts_per_minute"] for answer in (raised, lowered)] == [30, 6]
    assert await quota(standup.say("#general", "Hello")) == 6


async def test_a_token_goes_back_to_what_its_organisation_says(world: World) -> None:
    admin, standup = await world.program(world.ada), await world.tool(budget=3)
    await admin.call("PUT", "/limits", {"posts_per_minute": 12})

    answer = await admin.call("PUT", f"/tokens/{show_token(standup.token.id)}/budget", {"posts_per_minute": None})

    assert answer.json["posts_per_minute"] is None
    assert await quota(standup.say("#general", "Hello")) == 12


async def test_nobody_but_an_admin_says_how_fast_tools_are(world: World) -> None:
    member, without_right = await world.program(world.grace), await world.program(world.ada, Scope.PERSON)
    standup = await world.tool(owner=world.grace)
    budget = f"/tokens/{show_token(standup.token.id)}/budget"

    answers = [
        await program.call(method, path, {"posts_per_minute": 9} if method == "PUT" else None)
        for program in (member, without_right)
        for method, path in (("GET", "/limits"), ("PUT", "/limits"), ("PUT", budget))
    ]

    assert [answer.refused_with for answer in answers] == ["admin_needed"] * 3 + ["scope_missing"] * 3
    assert await quota(standup.say("#general", "Hello")) is None


async def test_a_token_that_has_ended_or_is_elsewhere_gets_no_budget(world: World) -> None:
    admin, ended = await world.program(world.ada), await world.tool()
    foreign = await world.tool(owner=await world.foreigner(), origin=None)
    await world.revoke(ended)

    answers = [
        await admin.call("PUT", f"/tokens/{show_token(tool.token.id)}/budget", {"posts_per_minute": 9})
        for tool in (ended, foreign)
    ]

    assert [answer.refused_with for answer in answers] == ["token_over", "token_not_found"]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"posts_per_minute": -1}, "posts_per_minute is -1; 0 is the least"),
        ({"posts_per_minute": 100_001}, "posts_per_minute is 100001; 100000 is the most"),
        ({"posts_per_minute": "9"}, "posts_per_minute"),
        ({"posts_per_minute": 1.5}, "posts_per_minute"),
        ({"posts_per_minute": True}, "posts_per_minute"),
        ({}, "posts_per_minute"),
        ({"posts_per_minute": 9, "burst": 9}, "burst"),
    ],
    ids=str,
)
async def test_a_number_that_makes_no_sense_changes_nothing(world: World, body: object, sentence: str) -> None:
    admin, standup = await world.program(world.ada), await world.tool(budget=3)

    answers = [
        await admin.call("PUT", path, body) for path in ("/limits", f"/tokens/{show_token(standup.token.id)}/budget")
    ]

    assert [answer.status for answer in answers] == [400, 400]
    assert all(sentence in answer.sentence for answer in answers)
    (token,) = await world.read(tokens.list_mine, world.caller(world.ada))
    assert token.grant.budget == 3


async def test_a_clock_that_is_set_back_stops_no_tool(world: World) -> None:
    standup = await world.tool(budget=6)
    await standup.say("#general", "Hello")
    world.clock.move(-60 * MINUTE_MS)

    answers = [await standup.say("#general", "Hello") for _ in range(2)]

    assert [answer.status for answer in answers] == [204, 429]
    assert answers[1].headers["Retry-After"] == "10"


async def post(program: Program) -> Answer:
    return await program.post(GENERAL, {"text": "Hello"}, [("Authorization", f"Bearer {program.api_token}")])


def told(answer: Answer) -> tuple[int, int]:
    """What is left, and after how many seconds all of it is there again."""
    name, left, whole = answer.headers["RateLimit"].split(";")
    assert name == '"token"'
    return int(left.removeprefix("r=")), int(whole.removeprefix("t="))


async def quota(posting: Awaitable[Answer]) -> int | None:
    """The budget that an answer names."""
    policy = (await posting).headers.get("RateLimit-Policy")
    return int(policy.split(";")[1].removeprefix("q=")) if policy is not None else None
