"""F1: a server that is killed while it stores, again and again. The body takes its numbers from who calls it."""

from tests.faults.stage import Stage, chance

KILLS = 20
BETWEEN = 25
"""At most so many answers between two kills."""


async def test_every_post_that_was_answered_is_there_once_after_many_kills(stage: Stage) -> None:
    await killed_again_and_again(stage, kills=KILLS, between=BETWEEN)


async def killed_again_and_again(stage: Stage, *, kills: int, between: int) -> None:
    crowd, reader, luck = stage.crowd(), stage.reader(), chance()

    async with reader.reading():
        async with crowd.posting() as ledger:
            for _ in range(kills):
                await ledger.until_about(between, luck)
                await stage.served.kill()
                await stage.served.start()
            await ledger.until_answered(between)

        assert await stage.complaints(ledger, reader) == []
    assert ledger.cuts >= kills
    assert reader.cuts > 0
