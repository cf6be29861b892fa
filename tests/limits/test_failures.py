"""Who goes on trying with wrong credentials is told to stop, and nobody else."""

from pathlib import Path

import pytest
from tests.people import Answer, posting_path
from tests.serving import HeldClock
from tests.world import World

from keypost.clock import SECOND_MS
from keypost.errors import TooMany
from keypost.limits.budgets import Budgets
from keypost.limits.counting import Counting
from keypost.people.directory import People
from keypost.settings import Settings
from keypost.tokens import secret
from keypost.tokens.register import Register

GENERAL = posting_path("#general")
FAILURES = 30


async def test_the_thirty_first_wrong_credential_in_a_minute_is_told_to_wait(world: World) -> None:
    tried = [(await attempt(world)).refused_with for _ in range(FAILURES)]
    refused = await attempt(world)
    world.clock.move(2 * SECOND_MS)

    assert set(tried) == {"invalid_zapikey"}
    assert (refused.status, refused.refused_with, refused.headers["Retry-After"]) == (429, "too_many_failures", "2")
    assert (await attempt(world)).refused_with == "invalid_zapikey"
    assert (await attempt(world)).refused_with == "too_many_failures"


async def test_a_right_credential_gets_in_all_the_same(world: World) -> None:
    standup, program = await world.tool(), await world.program(world.ada)
    for _ in range(FAILURES + 1):
        last = await attempt(world)

    assert last.refused_with == "too_many_failures"
    assert (await standup.say("#general", "Hello")).status == 204
    assert (await program.call("GET", "/me")).status == 200


async def test_credentials_of_every_kind_count_and_refusals_of_other_kinds_do_not(world: World) -> None:
    standup = await world.tool()
    for _ in range(FAILURES + 5):
        await standup.say("#nowhere", "Hello")

    wrong = [await world.stranger.get("/api/v1/me", [("Authorization", "Bearer kpa_x")]) for _ in range(FAILURES)]

    assert {answer.refused_with for answer in wrong} == {"oauthtoken_invalid"}
    assert (await attempt(world)).refused_with == "too_many_failures"


async def test_a_page_without_a_session_is_no_attempt(world: World) -> None:
    for _ in range(FAILURES + 1):
        answer = await world.stranger.get("/tokens")

    assert answer.refused_with == "not_signed_in"
    assert (await attempt(world)).refused_with == "invalid_zapikey"


def test_each_address_is_counted_alone(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    counting = Counting(settings, HeldClock(), Budgets(settings, People(), Register()))
    for _ in range(FAILURES):
        counting.require_few_failures("192.0.2.1")

    with pytest.raises(TooMany):
        counting.require_few_failures("192.0.2.1")
    counting.require_few_failures("192.0.2.2")


def test_addresses_that_one_customer_chooses_from_count_as_one(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    counting = Counting(settings, HeldClock(), Budgets(settings, People(), Register()))
    for host in range(FAILURES):
        counting.require_few_failures(f"2001:db8::{host}")

    with pytest.raises(TooMany):
        counting.require_few_failures("2001:db8::ffff")
    counting.require_few_failures("2001:db8:0:1::1")


async def attempt(world: World) -> Answer:
    text = secret.new(sandbox=False).reveal()
    return await world.stranger.post(GENERAL, {"text": "Hello"}, [("X-Keypost-Token", text)])
