"""Whatever is pressed, accepted, cancelled, replaced and cut off, in whatever order: tokens are what the model says.

So nobody's step ends a token of another person; no token is there without its call, and no call without its one
dialog; and no secret is stored.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from ipaddress import ip_network
from math import inf
from typing import Any, Final

import aiohttp
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from tests.extensions.pressing import everything
from tests.laws.clerk import FUNCTIONS, Clerk, Heard, clerk_of
from tests.laws.click_model import ADA, FAILING, GRACE, MINTERS, OVERLAP_MS, WAIT_MS, Fate, Minted
from tests.laws.clicking import LATE, Clicking
from tests.people import posting_path
from tests.world import World

from keypost.db.tables import invocations, tokens
from keypost.db.tx import Tx
from keypost.ids import TokenId
from keypost.tokens.model import Token
from keypost.tokens.store import to_token

Verb = Callable[..., Awaitable[object]]
Choices = tuple[Verb, dict[str, Sequence[Any]]]
"""A verb, and for each of its arguments what it may be."""

WHO: Final = (ADA, GRACE)
FUNCTION: Final = (
    *FUNCTIONS,
    *[name for name in FUNCTIONS if name not in FAILING],
)  # Most of what happens to a token happens after its function succeeded.
REPLACES: Final = (False, True)
SHORT: Final = [phase for phase in Phase if phase is not Phase.explain]  # That takes minutes, for little.
HOW: Final = (*LATE, "secret")
ADDRESSES: Final = (str(address) for address in ip_network("127.1.0.0/16").hosts())
A_WHILE: Final = (1, WAIT_MS - 1, WAIT_MS, OVERLAP_MS)


@pytest.fixture(scope="module")
async def clerk(lasting_world: World) -> AsyncIterator[Clerk]:
    async with clerk_of(lasting_world) as clerk:
        yield clerk


@settings(max_examples=12, phases=SHORT)
@given(data=st.data())
async def test_tokens_are_what_the_model_says_after_every_step(
    lasting_world: World, clerk: Clerk, data: st.DataObject
) -> None:
    clicking = await Clicking.begin(lasting_world, clerk)

    for _ in range(data.draw(st.integers(12, 20))):
        verb, arguments = data.draw(steps(clicking))
        await verb(clicking, **arguments)

        await assert_as_the_model_says(clicking)


@st.composite
def steps(draw: st.DrawFn, clicking: Clicking) -> tuple[Verb, dict[str, Any]]:
    verb, choices = draw(st.sampled_from(possible(clicking)))
    return verb, {name: draw(st.sampled_from(values)) for name, values in choices.items()}


def possible(clicking: Clicking) -> list[Choices]:
    """What may happen next: what leads on more often than what holds up, and what was held up goes on soon."""
    model = clicking.model
    unanswered, answered = [[asked for asked in model.asked if asked.is_answered == is_it] for is_it in (False, True)]
    away, others = sorted({ADA, GRACE} - model.members), sorted(MINTERS.keys() - {"everybody"})
    return [
        *often(4, Clicking.press, who=WHO, function=FUNCTION),
        *often(4, Clicking.make, who=WHO, function=FUNCTION, replaces=REPLACES),
        *often(8, Clicking.begin_to_make, who=WHO, function=FUNCTION, replaces=REPLACES),
        *often(4, Clicking.accept, asked=unanswered, replaces=REPLACES),
        *often(4, Clicking.commit, asked=unanswered, replaces=REPLACES),
        *often(2, Clicking.accept_twice, asked=unanswered, replaces=REPLACES),
        *often(1, Clicking.accept_anothers, asked=unanswered),
        *often(1, Clicking.accept, asked=answered, replaces=REPLACES),
        *often(6, Clicking.call, halfway=clicking.under_way),
        *often(4, Clicking.call_in_vain, halfway=clicking.under_way),
        *often(4, Clicking.answer_late, halfway=clicking.given_up, how=HOW),
        *often(4, Clicking.revoke, minted=model.minted, by=WHO),
        *often(1, Clicking.leave, who=sorted(model.members)),
        *often(12, Clicking.come_back, who=away),
        *(
            often(1, Clicking.set_minters, who=others)
            if model.minters == "everybody"
            else often(12, Clicking.set_minters, who=["everybody"])
        ),
        *often(1 if model.is_installed else 0, Clicking.uninstall),
        *often(0 if model.is_installed else 12, Clicking.install),
        *often(2, Clicking.wait, milliseconds=A_WHILE),
        *often(2 if clicking.under_way else 1, Clicking.crash),
    ]


def often(weight: int, verb: Verb, **choices: Sequence[Any]) -> list[Choices]:
    return [(verb, choices)] * weight if all(choices.values()) else []


async def assert_as_the_model_says(clicking: Clicking) -> None:
    world, model = clicking.world, clicking.model
    assert await world.read(fates, clicking) == model.fates()
    assert sorted(clicking.heard()) == [to_be_heard(clicking, minted) for minted in model.minted if minted.is_called]
    posted = await asyncio.gather(*[can_post(clicking, minted.secret) for minted in model.minted])
    assert posted == [minted.is_usable(model.now) for minted in model.minted]
    stored = repr(await world.read(everything))
    assert [minted.id for minted in model.minted if minted.secret[4:] in stored] == []


def fates(tx: Tx, clicking: Clicking) -> dict[TokenId, Fate]:
    """Of each token in the database, with the one call that brought it."""
    ids = [person.person.id for person in clicking.persons]
    found = [to_token(row) for row in tx.all(select(tokens).where(tokens.c.owner_id.in_(ids)))]
    calls = tx.all(select(invocations).where(invocations.c.person_id.in_(ids)))
    assert sorted(call.token_id for call in calls) == sorted(token.id for token in found)
    outcomes = {call.token_id: call.outcome for call in calls}
    return {token.id: fate(token, ids.index(token.owner_id), outcomes[token.id], tx.now) for token in found}


def fate(token: Token, owner: int, outcome: str | None, now: int) -> Fate:
    ends = [at for at in (token.expires_at, token.revoked_at) if at is not None]
    return Fate(owner, token.state(now), min(ends, default=inf), token.revoked_reason, outcome)


def to_be_heard(clicking: Clicking, minted: Minted) -> Heard:
    owner = str(clicking.persons[minted.owner].person.id)
    return Heard(minted.id, minted.function, owner, minted.secret, minted.told)


async def can_post(clicking: Clicking, secret: str) -> bool:
    """Asked from an address of its own: one that presents many ended tokens is told to slow down."""
    address, headers = clicking.world.base + posting_path(clicking.home.shown_id), {"X-Keypost-Token": secret}
    connector = aiohttp.TCPConnector(local_addr=(next(ADDRESSES), 0))
    async with (
        aiohttp.ClientSession(connector=connector) as session,
        session.post(address, json={"text": "Hi"}, headers=headers) as answer,
    ):
        assert answer.status == 204 or (await answer.json())["code"] == "invalid_zapikey"
        return answer.status == 204
