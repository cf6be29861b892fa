"""What an incoming handler can answer: a message in the place of another, what its token serves, and no."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select
from tests.live.until import PATIENCE_S
from tests.people import Tool
from tests.webhooks.test_incoming import outcomes
from tests.world import World

from keypost.db.tables import ingress
from keypost.db.tx import Tx
from keypost.tokens import service as tokens
from keypost_sdk.content import Served

NO = "This body is not GitLab's."


@pytest.fixture
async def standup(world: World) -> Tool:
    return await world.tool(await world.running_extension())


async def test_events_with_one_key_are_one_message_that_is_edited(world: World, standup: Tool) -> None:
    for text in ("running", "failed", "passed"):
        await standup.event({"answer": {"text": text, "collapse_key": "pipeline 7"}})
    await standup.event({"answer": {"text": "another", "collapse_key": "pipeline 8"}})

    assert await world.texts_in("#builds") == ["passed", "another"]
    assert await world.read(outcomes) == ["handled"] * 4


async def test_each_token_has_its_own_keys(world: World, standup: Tool) -> None:
    others = await world.tool(standup.app, owner=world.grace)

    for tool in (standup, others):
        await tool.event({"answer": {"text": "running", "collapse_key": "pipeline 7"}})

    assert await world.texts_in("#builds") == ["running", "running"]


async def test_of_events_that_come_together_the_last_that_came_stays(world: World, standup: Tool) -> None:
    await asyncio.gather(
        *[standup.event({"answer": {"text": f"{number}", "collapse_key": "k"}}) for number in range(12)]
    )

    (message,) = await world.messages_in("#builds")
    orders = await world.read(ids)
    assert message.collapse is not None
    assert message.collapse.order == orders[-1]


async def test_what_a_token_serves_can_change_with_an_event(world: World, standup: Tool) -> None:
    await standup.event({"answer": {"text": "One project more", "serves": [{"name": "Engine"}]}})

    token = await world.read(tokens.find, world.org_id, standup.token.id)
    assert token is not None
    assert token.serves == (Served(name="Engine"),)
    assert await world.texts_in("#builds") == ["One project more"]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"type": "message_edit", "text": "x"}, "no message that it could edit"),
        ({"text": "x", "view": "ephemeral"}, "nobody was here"),
        ({"text": "x", "serves": 5}, "serves"),
    ],
)
async def test_what_only_a_button_can_be_answered_with_is_given_up(
    world: World, standup: Tool, answer: dict[str, Any], why: str
) -> None:
    answered = await standup.event({"answer": answer})

    assert answered.status == 204
    assert await world.messages_in("#builds") == []
    ((outcome, detail, _, attempts),) = await world.read(ends)
    assert (outcome, attempts) == ("given up", 1)
    assert why in detail


@pytest.mark.parametrize("field", ["text", "collapse_key", "debug"])
async def test_an_answer_with_a_secret_in_it_is_given_up_and_leaves_no_trace(
    world: World, standup: Tool, field: str
) -> None:
    other = await world.tool(standup.app)
    answer = {"text": "Connected", "serves": [{"name": "Engine"}]} | {field: other.secret[:12]}
    # In two halves, which only the handler puts together: what arrives is masked.
    answered = await standup.event({"answer": answer, "join": [field, other.secret[12:]]})

    assert answered.status == 204
    assert await world.messages_in("#builds") == []
    ((outcome, detail, _, _),) = await world.read(ends)
    assert (outcome, other.secret[12:] in detail) == ("given up", False)
    token = await world.read(tokens.find, world.org_id, standup.token.id)
    assert token is not None
    assert token.serves == ()


async def test_a_refusal_is_told_to_the_third_party_and_kept(world: World, standup: Tool) -> None:
    answer = await standup.event({"refuse": NO})

    assert (answer.status, answer.refused_with, answer.sentence) == (400, "refused_by_extension", NO)
    assert await world.messages_in("#builds") == []
    ((outcome, detail, body, attempts),) = await world.read(ends)
    assert (outcome, detail, attempts) == ("refused", NO, 1)
    assert b"refuse" in body


async def test_a_refusal_is_not_asked_for_again(world: World, standup: Tool) -> None:
    await standup.event({"refuse": NO})

    await world.restart()
    await standup.event(b"after")
    await until_ended(world)

    assert [call["body"][:8] for call in world.heard_by(standup.app)] == ['{"refuse', "after"]
    assert await world.read(outcomes) == ["refused", "handled"]


async def test_a_refusal_that_comes_late_was_taken_before_and_is_kept_all_the_same(world: World) -> None:
    app = await world.extension()  # Nobody listens yet.
    standup = await world.tool(app)
    answer = await standup.event({"refuse": NO})

    await world.restart()
    await until_ended(world)

    assert answer.status == 204
    assert await world.read(outcomes) == ["refused"]


async def test_a_refusal_repeats_no_secret(world: World, standup: Tool) -> None:
    answer = await standup.event({"refuse": "No: " + standup.secret[:12], "join": ["refuse", standup.secret[12:]]})

    assert answer.sentence == "No: kpt_•••"
    assert [detail for _, detail, _, _ in await world.read(ends)] == ["No: kpt_•••"]


async def until_ended(world: World) -> None:
    """Of what is refused no page hears."""
    async with asyncio.timeout(PATIENCE_S):
        while None in await world.read(outcomes):
            pass


def ids(tx: Tx) -> list[int]:
    return [row.id for row in tx.all(select(ingress.c.id).order_by(ingress.c.id))]


def ends(tx: Tx) -> list[tuple[str | None, str, bytes, int]]:
    rows = tx.all(select(ingress).order_by(ingress.c.id))
    return [(row.outcome, row.detail, row.body, row.attempts) for row in rows]
