"""F14: the clock of the server is set, while it works and while it is down."""

from tests.faults.stage import Stage

from keypost.clock import DAY_MS, HOUR_MS

YEAR_MS = 365 * DAY_MS
JUMPS = (HOUR_MS, -HOUR_MS, 10 * YEAR_MS, -56 * YEAR_MS)
"""From the true time; the last one leads back to 1970."""
BETWEEN = 30


async def test_posts_go_on_in_order_whatever_the_clock_says(stage: Stage) -> None:
    await jumped_again_and_again(stage, rounds=1, between=BETWEEN)


async def jumped_again_and_again(stage: Stage, *, rounds: int, between: int) -> None:
    crowd, reader = stage.crowd(), stage.reader()

    async with reader.reading():
        async with crowd.posting() as ledger:
            for offset in (0, *JUMPS, *reversed(JUMPS), 0) * rounds:
                stage.served.clock.move(offset)
                await ledger.until_answered(between)

        assert await stage.complaints(ledger, reader) == []
    assert ledger.cuts == 0


async def test_a_server_starts_and_goes_on_whatever_the_clock_says(stage: Stage) -> None:
    async with stage.crowd().posting() as ledger:
        for offset in (*JUMPS, 0):
            await ledger.until_answered(BETWEEN)
            await stage.served.kill()
            stage.served.clock.move(offset)
            await stage.served.start()
        await ledger.until_answered(BETWEEN)

    assert await stage.complaints(ledger) == []
    assert (await stage.ada.get(f"/chats/{stage.chat_id}")).status == 200


async def test_a_repeat_gets_the_first_answer_whatever_the_clock_says(stage: Stage) -> None:
    answers = [await stage.say("once", name="a name")]
    for offset in JUMPS:
        stage.served.clock.move(offset)
        answers.append(await stage.say("once", name="a name"))

    assert {answer.status for answer in answers} == {204}
    assert [message["content"]["text"] for message in (await stage.read()).json["data"]] == ["once"]
