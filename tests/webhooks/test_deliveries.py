"""A sender that got no answer sends once more: what it sent is there once, and the repeat gets the first answer."""

import asyncio
from itertools import count, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.people import Answer, Tool, posting_path
from tests.world import World

from keypost.chat import deliveries, delivery_store
from keypost.chat import service as chat
from keypost.chat.model import Party, PartyKind
from keypost.clock import DAY_MS, MINUTE_MS
from keypost.webhooks.naming import HEADERS, KEY_MAX

HELLO = {"text": "Hello", "sync_message": True}
BUILDS = posting_path("#builds")
CARD_PAGE = "/api/v3/channels/builds/message"
EXAMPLES = count()


async def deliver(tool: Tool, name: str, body: object = HELLO, header: str = "Idempotency-Key") -> Answer:
    return await tool.carry(BUILDS, body, [(header, name)])


@pytest.mark.parametrize("header", [*HEADERS, "idempotency-key"])
async def test_a_repeat_is_stored_once_and_answered_as_the_first(world: World, header: str) -> None:
    tool = await world.tool()

    first, again = [await deliver(tool, "a-1", header=header) for _ in range(2)]

    assert (first.status, again.status) == (200, 200)
    assert again.json == first.json
    assert await world.texts_in("#builds") == ["Hello"]


@pytest.mark.parametrize("is_member", [True, False], ids=["by the fast lane", "by the door"])
@pytest.mark.parametrize("shown", [{"text": "Build 7"}, {"text": "Build 7", "card": {"title": "Failed"}}])
async def test_a_repeat_is_answered_with_what_was_sent_whatever_the_message_says_by_now(
    world: World, shown: object, is_member: bool
) -> None:
    tool = await world.tool()
    first = await tool.carry(CARD_PAGE, shown, [("Idempotency-Key", "a-1")])
    own = f"/api/v2/chats/{world.id_of('#builds')}/messages/{first.json['data']['id']}"
    by_its_token = [("X-Keypost-Token", tool.secret)]

    answers = []
    for method, body in [("PUT", {"text": "Build 8"}), ("DELETE", None)]:
        assert (await tool.send(method, own, body, by_its_token)).status == 204
        if method == "DELETE" and not is_member:
            me = Party(PartyKind.PERSON, world.ada.person.id)
            await world.write(chat.remove_member, world.server.chats, world.chat("#builds"), me)
        answers.append(await tool.carry(CARD_PAGE, shown, [("Idempotency-Key", "a-1")]))

    assert [(answer.status, answer.json) for answer in answers] == [(200, first.json)] * 2


async def test_a_repeat_without_wish_for_an_id_is_answered_without(world: World) -> None:
    tool = await world.tool()

    answers = [await deliver(tool, "a-1", {"text": "Hello"}) for _ in range(2)]

    assert [(answer.status, answer.body) for answer in answers] == [(204, b""), (204, b"")]
    assert await world.texts_in("#builds") == ["Hello"]


async def test_a_repeat_is_known_after_a_restart(world: World) -> None:
    tool = await world.tool()
    first = await deliver(tool, "a-1")
    await world.restart()

    assert (await deliver(tool, "a-1")).json == first.json
    assert await world.texts_in("#builds") == ["Hello"]


async def test_a_repeat_gets_its_answer_though_the_sender_may_no_longer_post_there(world: World) -> None:
    tool = await world.tool()
    first = await deliver(tool, "a-1")
    me = Party(PartyKind.PERSON, world.ada.person.id)
    await world.write(chat.remove_member, world.server.chats, world.chat("#builds"), me)

    assert (await deliver(tool, "a-1")).json == first.json
    assert (await deliver(tool, "a-2")).refused_with == "channel_access_denied"


@pytest.mark.parametrize("other", [{"text": "Hallo", "sync_message": True}, {"text": "Hello"}])
async def test_something_else_under_the_same_name_is_refused(world: World, other: object) -> None:
    tool = await world.tool()
    await deliver(tool, "a-1")

    answer = await deliver(tool, "a-1", other)

    assert (answer.status, answer.refused_with) == (422, "delivery_differs")
    assert await world.texts_in("#builds") == ["Hello"]


async def test_the_same_name_at_another_address_is_something_else(world: World) -> None:
    tool = await world.tool()
    await deliver(tool, "a-1")

    answer = await tool.carry(posting_path("#general"), HELLO, [("Idempotency-Key", "a-1")])

    assert answer.refused_with == "delivery_differs"


async def test_the_same_name_with_another_wish_in_the_address_is_something_else(world: World) -> None:
    tool = await world.tool()
    await deliver(tool, "a-1")

    answer = await tool.carry(f"{BUILDS}?bot_unique_name=buildbot", HELLO, [("Idempotency-Key", "a-1")])

    assert answer.refused_with == "delivery_differs"


@pytest.mark.parametrize(("method", "query", "body"), [("PUT", "&x=", b"12"), ("POST", "&x=1", b"2")])
async def test_an_event_is_another_by_its_method_and_by_where_its_address_ends(
    world: World, method: str, query: str, body: bytes
) -> None:
    tool = await world.tool(await world.running_extension())
    headers = [("X-Keypost-Token", tool.secret), ("webhook-id", "msg_1")]
    await tool.send("POST", f"{tool.incoming_path}&x=", b"12", headers)

    answer = await tool.send(method, tool.incoming_path + query, body, headers)

    assert answer.refused_with == "delivery_differs"


async def test_what_was_refused_can_be_sent_again_under_its_name(world: World) -> None:
    tool = await world.tool()
    refused = await deliver(tool, "a-1", {"text": " "})

    assert refused.status == 400
    assert (await deliver(tool, "a-1")).status == 200


async def test_a_name_means_something_for_its_token_alone(world: World) -> None:
    one, other = await world.tool(), await world.tool()
    program = await world.program(world.ada)
    bearer = [("Authorization", f"Bearer {program.api_token}"), ("Idempotency-Key", "a-1")]

    answers = [await deliver(one, "a-1"), await deliver(other, "a-1"), await program.post(BUILDS, HELLO, bearer)]

    assert [answer.status for answer in answers] == [200, 200, 200]
    assert await world.texts_in("#builds") == ["Hello"] * 3


async def test_many_at_once_make_one_message(world: World) -> None:
    tool = await world.tool()

    answers = await asyncio.gather(*(deliver(tool, "a-1") for _ in range(12)))

    assert {answer.refused_with for answer in answers} <= {"", "delivery_under_way"}
    assert len({answer.body for answer in answers if answer.status == 200}) == 1
    assert await world.texts_in("#builds") == ["Hello"]


async def test_a_broadcast_of_a_bot_is_repeated_to_nobody(world: World) -> None:
    tool = await world.tool()
    body = {"text": "Hello", "user_ids": f"{world.ada.person.id},{world.grace.person.id}", "sync_message": True}

    first, again = [
        await tool.carry("/api/v3/bots/buildbot/messages", body, [("Idempotency-Key", "a-1")]) for _ in range(2)
    ]

    assert (first.status, again.json) == (200, first.json)
    details = first.json["message_details"]
    assert sorted(details) == sorted([f"{world.ada.person.id}", f"{world.grace.person.id}"])
    for who in (world.ada, world.grace):
        read = await who.read(details[f"{who.person.id}"]["chat_id"])
        assert [row["id"] for row in read.json["data"]] == [details[f"{who.person.id}"]["message_id"]]


@pytest.mark.parametrize("answer", [{"text": "Shown"}, {"challenge": "x"}, {}, {"text": " "}])
async def test_a_repeated_event_reaches_its_handler_once_and_is_answered_as_the_first(
    world: World, answer: dict[str, str]
) -> None:
    tool = await world.tool(await world.running_extension())
    named = [("X-GitHub-Delivery", "72d3162e")]

    first, again = [await tool.event({"answer": answer}, headers=named) for _ in range(2)]

    assert (again.status, again.body) == (first.status, first.body)
    assert len(world.heard_by(tool.app)) == 1
    assert len(await world.texts_in("#builds")) == ("Shown" in answer.values())


async def test_a_repeated_event_that_its_handler_refused_is_refused_again(world: World) -> None:
    tool = await world.tool(await world.running_extension())
    named = [("webhook-id", "msg_1")]

    first, again = [await tool.event({"refuse": "Not this."}, headers=named) for _ in range(2)]

    assert first.refused_with == "refused_by_extension"
    assert again.json == first.json
    assert len(world.heard_by(tool.app)) == 1


async def test_another_event_under_the_same_name_is_refused(world: World) -> None:
    tool = await world.tool(await world.running_extension())
    named = [("webhook-id", "msg_1")]
    await tool.event({"answer": {"text": "One"}}, headers=named)

    answer = await tool.event({"answer": {"text": "Two"}}, headers=named)

    assert (answer.status, answer.refused_with) == (422, "delivery_differs")


@pytest.mark.parametrize("spelling", ['"a-1"', "a-1 ", '"a-1" '])
async def test_quotes_and_spaces_around_a_name_do_not_belong_to_it(world: World, spelling: str) -> None:
    tool = await world.tool()

    first, again = await deliver(tool, "a-1"), await deliver(tool, spelling)

    assert again.json == first.json


@pytest.mark.parametrize("other", ['"', '"a-1.', '.a-1"', '""a-1""'])
async def test_a_quote_that_does_not_go_around_a_name_belongs_to_it(world: World, other: str) -> None:
    tool = await world.tool()

    answers = [await deliver(tool, name, {"text": name}) for name in ("a-1", other)]

    assert [answer.status for answer in answers] == [204, 204]


@pytest.mark.parametrize("name", ["x", "x" * KEY_MAX, f'"{"x" * KEY_MAX}"', "a b ~!"])
async def test_a_name_may_be_as_long_as_is_said_and_hold_whatever_can_be_printed(world: World, name: str) -> None:
    tool = await world.tool()

    assert (await deliver(tool, name)).status == 200


@pytest.mark.parametrize("name", ["", '""', "x" * (KEY_MAX + 1), "caf\xe9", "a\tb"])
async def test_a_name_that_is_none_is_refused(world: World, name: str) -> None:
    tool = await world.tool()

    answer = await deliver(tool, name)

    assert (answer.status, answer.refused_with) == (400, "invalid_inputs")
    assert "Idempotency-Key" in answer.sentence


async def test_two_names_of_one_kind_are_refused(world: World) -> None:
    tool = await world.tool()

    answer = await tool.carry(BUILDS, HELLO, [("Idempotency-Key", "a"), ("Idempotency-Key", "a")])

    assert answer.refused_with == "invalid_inputs"


@pytest.mark.parametrize(("first", "second"), list(pairwise(HEADERS)))
async def test_of_names_of_two_kinds_the_first_in_the_list_is_the_deliverys(
    world: World, first: str, second: str
) -> None:
    tool = await world.tool()
    answer = await tool.carry(BUILDS, HELLO, [(second, "other"), (first, "a-1")])

    assert (await deliver(tool, "a-1")).json == answer.json
    assert (await deliver(tool, "other")).json != answer.json


async def test_a_clock_that_is_set_to_another_year_makes_no_delivery_forgotten(world: World) -> None:
    tool = await world.tool()
    await deliver(tool, "a-1")

    world.clock.move(3_650 * DAY_MS)
    await world.server.upkeep.do()
    world.clock.move(-3_650 * DAY_MS)
    await deliver(tool, "a-1")

    assert await world.texts_in("#builds") == ["Hello"]


async def test_gitlabs_event_id_is_no_name_of_a_delivery(world: World) -> None:
    tool = await world.tool()

    for _ in range(2):
        await deliver(tool, "a-1", header="X-Gitlab-Event-UUID")

    assert await world.texts_in("#builds") == ["Hello", "Hello"]


async def test_a_delivery_is_known_for_seven_days(world: World) -> None:
    tool = await world.tool()
    await deliver(tool, "a-1")

    world.clock.move(7 * DAY_MS - MINUTE_MS)
    assert await world.write(deliveries.forget_old, world.clock.now) == 0
    world.clock.move(2 * MINUTE_MS)
    assert await world.write(deliveries.forget_old, world.clock.now) == 1

    await deliver(tool, "a-1")
    assert await world.texts_in("#builds") == ["Hello", "Hello"]


async def test_of_many_deliveries_only_some_are_forgotten_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery_store, "FORGOTTEN_AT_ONCE", 2)
    tool = await world.tool()
    for number in range(3):
        await deliver(tool, f"a-{number}")
        world.clock.move(MINUTE_MS)
    later = world.clock.now + 8 * DAY_MS

    assert [await world.write(deliveries.forget_old, later) for _ in range(3)] == [2, 1, 0]


@given(sent=st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["one", "two"])), max_size=12))
async def test_each_name_stands_for_what_was_sent_first_under_it(
    lasting_world: World, sent: list[tuple[str, str]]
) -> None:
    tool, example = await lasting_world.standing_tool(), next(EXAMPLES)
    before = len(await lasting_world.messages_in("#builds"))
    first: dict[str, tuple[str, str]] = {}

    for name, text in sent:
        answer = await deliver(tool, f"{example}-{name}", {"text": text, "sync_message": True})
        if name not in first:
            first[name] = text, answer.json["message_id"]
        known_text, known_id = first[name]
        assert answer.json.get("message_id") == (known_id if text == known_text else None)

    texts = (await lasting_world.texts_in("#builds"))[before:]
    assert texts == [text for text, _ in first.values()]
