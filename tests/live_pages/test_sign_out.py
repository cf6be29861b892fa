"""Whoever signs out has no page left that goes on showing what happens."""

from tests.live_pages.test_live import seen_until
from tests.people import Visitor
from tests.world import World


async def test_signing_out_ends_the_persons_open_pages_at_once_and_nobody_elses(world: World) -> None:
    standup = await world.tool()
    await world.ada.sign_in()
    await world.grace.sign_in()

    async with world.ada.watching() as ada, world.ada.watching() as ada_too, world.grace.watching() as grace:
        answer = await world.ada.post("/sign-out")
        ended = [await ada.next(), await ada_too.next()]
        await standup.say("#general", "behind Ada's back")
        (seen,) = await seen_until(grace, "behind Ada")

    assert answer.status == 303
    assert ended == [None, None]
    assert seen.name == "message"
    assert (await world.ada.get("/live")).refused_with == "not_signed_in"


async def test_signing_out_elsewhere_ends_a_page_that_may_come_back_where_it_stopped(world: World) -> None:
    standup = await world.tool()
    elsewhere = another_browser(world)
    await world.ada.sign_in()
    await elsewhere.sign_in()

    async with world.ada.watching() as stream:
        await standup.say("#general", "first")
        (first,) = await seen_until(stream, "first")
        await elsewhere.post("/sign-out")
        ended = await stream.next()
    await standup.say("#general", "second")
    async with world.ada.watching(headers=[("Last-Event-ID", f"{first.number}")]) as stream:
        (second,) = await seen_until(stream, "second")

    assert ended is None
    assert second.number is not None


async def test_a_page_that_was_opened_after_an_earlier_sign_out_stays_open(world: World) -> None:
    standup = await world.tool()
    await world.ada.sign_in()
    await world.ada.post("/sign-out")
    await world.ada.sign_in()

    async with world.ada.watching() as stream:
        await standup.say("#general", "Welcome back")
        (seen,) = await seen_until(stream, "Welcome back")

    assert seen.name == "message"


def another_browser(world: World) -> Visitor:
    """Ada's, with a session of its own."""
    ada = world.ada
    return world._known(Visitor(world.base, ada.person, ada.sign_in_path, ada.api_token))
