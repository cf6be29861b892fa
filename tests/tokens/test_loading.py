"""At its start a server learns of every token, however many there are."""

from collections.abc import Iterable
from typing import Final

import pytest
from tests.world import World

from keypost.tokens import service as tokens
from keypost.tokens.model import Token

TOKENS: Final = 4
TOGETHER: Final = 2 * TOKENS
"""In two organisations."""


@pytest.mark.parametrize("at_once", [1, 3, TOKENS, TOGETHER - 1, TOGETHER, TOGETHER + 1])
async def test_all_tokens_are_read_however_many_are_read_at_once(world: World, at_once: int) -> None:
    tools = [await world.tool(owner=owner) for owner in (world.ada, await world.foreigner()) for _ in range(TOKENS)]

    known, secrets = await world.read(tokens.load, at_once)

    assert _ids(known) == _ids(tool.token for tool in tools)
    assert sorted(secret.token_id for secret in secrets) == sorted(tool.token.id for tool in tools)


async def test_a_start_with_nothing_to_migrate_lets_every_token_post(world: World) -> None:
    tools = [await world.tool() for _ in range(TOKENS)]

    await world.restart()

    assert [(await tool.say("#general", "Hello")).status for tool in tools] == [204] * TOKENS


def _ids(known: Iterable[Token]) -> list[int]:
    return sorted(token.id for token in known)
