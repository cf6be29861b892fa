"""F22: a server that is told to stop while everybody posts."""

from tests.faults.stage import Stage, chance

STOPS = 6
BETWEEN = 25


async def test_a_server_that_is_told_to_stop_answers_what_it_took(stage: Stage) -> None:
    await stopped_again_and_again(stage, stops=STOPS, between=BETWEEN)


async def stopped_again_and_again(stage: Stage, *, stops: int, between: int) -> None:
    crowd, reader, luck = stage.crowd(), stage.reader(), chance()

    async with reader.reading():
        async with crowd.posting() as ledger:
            for _ in range(stops):
                await ledger.until_about(between, luck)
                assert await stage.served.terminate() == 0
                await stage.served.start()
            await ledger.until_answered(between)

        assert await stage.complaints(ledger, reader) == []
    assert ledger.unknown == set()
    assert ledger.cuts == 0
