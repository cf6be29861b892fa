"""Posts that are stored together have nothing to do with each other: one fails, its sender has gone, the others do not
notice.
"""

import asyncio

from tests.faults.crowd import Client
from tests.faults.ledger import Post
from tests.faults.stage import PLACE, Stage
from tests.people import posting_path

TIMES = 20
NOWHERE = "1700000000000_1"
"""No message: only the transaction finds that out."""


async def test_a_post_that_fails_among_others_fails_alone(stage: Stage) -> None:
    await failed_again_and_again(stage, times=TIMES)


async def failed_again_and_again(stage: Stage, *, times: int) -> None:
    async def answer_nothing() -> set[str]:
        body = {"text": "in answer to nothing", "reply_to": NOWHERE}
        return {(await stage.tool.carry(posting_path(PLACE), body)).refused_with for _ in range(times)}

    async with stage.crowd().posting() as ledger:
        codes = await asyncio.gather(answer_nothing(), answer_nothing())

    assert all(code == {"message_not_found"} for code in codes)
    assert await stage.complaints(ledger) == []
    assert ledger.cuts == 0


async def test_a_sender_that_goes_before_the_answer_harms_nobody(stage: Stage) -> None:
    await gone_again_and_again(stage, times=TIMES)


async def gone_again_and_again(stage: Stage, *, times: int) -> None:
    crowd = stage.crowd()

    async with crowd.posting() as ledger:
        posts = [Post(f"gone {number}", is_named=number % 2 == 0) for number in range(times)]
        for post in posts:
            ledger.note_sent(post)
            await Client(stage.served, stage.place).post_and_go(post)
        unknown = [post.text for post in posts if post.text not in ledger.answered]
        await asyncio.gather(*[crowd.settle(post) for post in posts if post.is_named])

    assert len(unknown) == times
    assert await stage.complaints(ledger) == []
    assert ledger.cuts == 0
    assert {post.text for post in posts if post.is_named} <= set(ledger.answered)


async def test_one_delivery_on_many_connections_at_once_is_stored_once(stage: Stage) -> None:
    async with stage.crowd().posting() as ledger:
        ledger.named |= {f"the same {number}" for number in range(TIMES)}
        ledger.sent |= ledger.named
        for number in range(TIMES):
            answers = await asyncio.gather(*[stage.say(f"the same {number}", name=f"{number}") for _ in range(4)])
            assert {answer.status for answer in answers} <= {204, 409}
            assert 204 in {answer.status for answer in answers}

    assert await stage.complaints(ledger) == []
