"""F8: a live page that never reads. It holds up nobody, it is cut off, and it comes back where it stopped."""

import asyncio

from tests.faults.ledger import Ledger, Post
from tests.faults.sleeper import Sleeper
from tests.faults.stage import PLACE, Stage
from tests.people import posting_path

LONG = "x" * 4_900
ROUNDS = 24
AT_ONCE = 50
"""All in all more than the system and the server keep for one who does not read."""


async def test_who_never_reads_is_cut_off_and_the_others_hear_everything(stage: Stage) -> None:
    await slept(stage, sleepers=3, rounds=ROUNDS)


async def test_who_comes_back_is_told_what_it_missed(stage: Stage) -> None:
    ledger, before = Ledger(), stage.reader()
    async with before.reading():
        await before.until_heard(await said(stage, ledger, 0))
    await said(stage, ledger, 1)
    await said(stage, ledger, 2)

    after = stage.reader(before.runs[0])
    async with after.reading():
        assert await stage.complaints(ledger, after) == []

    assert [len(run) for run in after.runs] == [3 * AT_ONCE]


async def slept(stage: Stage, *, sleepers: int, rounds: int) -> None:
    ledger, reader = Ledger(), stage.reader()
    asleep = [Sleeper(stage.served, stage.ada) for _ in range(sleepers)]
    for sleeper in asleep:
        await sleeper.fall_asleep()

    async with reader.reading():
        for number in range(rounds):
            last = await said(stage, ledger, number)
            await reader.until_heard(last)
        heard = [await sleeper.wake(last) for sleeper in asleep]
        assert all(0 < len(known) < rounds * AT_ONCE for known in heard)

        returned = [stage.reader(known) for known in heard]
        for back in returned:
            async with back.reading():
                await back.until_back()
                await said(stage, ledger, rounds + returned.index(back))
                assert await stage.complaints(ledger, back) == []
        assert await stage.complaints(ledger, reader) == []

    assert len(reader.runs) == 1


async def said(stage: Stage, ledger: Ledger, number: int) -> str:
    """Many at once; answers the id of the last."""
    texts = [f"{number} {each} {LONG}" for each in range(AT_ONCE)]
    answers = await asyncio.gather(*[_say(stage, ledger, text) for text in texts])
    return max(answers, key=lambda shown: [int(part) for part in shown.split("_")])


async def _say(stage: Stage, ledger: Ledger, text: str) -> str:
    post = Post(text, is_named=False)
    ledger.note_sent(post)
    answer = await stage.tool.carry(posting_path(PLACE), {"text": text, "sync_message": True})
    message_id = str(answer.json["message_id"])
    await ledger.note_answer(post, message_id)
    return message_id
