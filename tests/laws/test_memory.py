"""What the server remembers is what the database says: of each post, while everything that it is judged by changes."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from itertools import cycle
from typing import Any, Final

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from tests.laws.changing import NOTHING, SCOPES, Changing, Wish
from tests.laws.verdicts import Try
from tests.serving import OPEN, listening, serving
from tests.web.lines import Door
from tests.world import World

from keypost.people.model import Role

Step = tuple[Callable[..., Awaitable[Try]], *tuple[Any, ...]]

UNSHRUNK: Final = (Phase.explicit, Phase.reuse, Phase.generate)
"""A step takes a dozen commits: making a failing story shorter takes minutes, and a dozen steps can be read."""
NUMBER: Final = st.integers(0, 11)
BUDGETS: Final = st.none() | st.sampled_from([0, 30, 90])
CHANGES: Final[st.SearchStrategy[Step]] = st.one_of(
    st.tuples(st.just(Changing.arrive), st.sampled_from([Role.MEMBER, Role.GUEST])),
    st.tuples(st.just(Changing.disable), NUMBER),
    st.tuples(st.just(Changing.mint), NUMBER, st.integers(0, len(SCOPES) - 1)),
    st.tuples(st.just(Changing.make_api_token), NUMBER, st.integers(0, len(SCOPES) - 1)),
    st.tuples(st.just(Changing.revoke), NUMBER),
    st.tuples(st.just(Changing.replace), NUMBER),
    st.tuples(st.just(Changing.let_a_day_pass)),
    st.tuples(st.just(Changing.set_budget), NUMBER, BUDGETS),
    st.tuples(st.just(Changing.set_budget_of_all), BUDGETS),
    st.tuples(st.just(Changing.create_channel), st.integers(0, 3)),
    st.tuples(st.just(Changing.rename), NUMBER, NUMBER),
    st.tuples(st.just(Changing.join), NUMBER, NUMBER),
    st.tuples(st.just(Changing.leave), NUMBER, NUMBER),
    st.tuples(st.just(Changing.open_direct), NUMBER, NUMBER),
    st.tuples(st.just(Changing.open_thread), NUMBER),
    st.tuples(st.just(Changing.set_closed), NUMBER, st.booleans()),
    st.tuples(st.just(Changing.create_bot)),
    st.tuples(st.just(Changing.bring_bot), NUMBER, NUMBER, st.booleans()),
    st.tuples(st.just(Changing.create_team), NUMBER),
    st.tuples(st.just(Changing.serve_team), NUMBER, st.sampled_from(["Standup", "Retro"])),
    st.tuples(st.just(Changing.switch_extension), st.booleans()),
)
STEPS: Final = st.lists(CHANGES, min_size=3, max_size=7)
USUALLY_NONE: Final = st.sampled_from([-1, -1, -1, 0, 1])
CALLS: Final = st.sampled_from([0, 0, 0, 1, 2])
WISHES: Final = st.builds(Wish, st.integers(0, 5), st.integers(0, 11), USUALLY_NONE, CALLS)
WATCHED: Final = st.lists(WISHES, min_size=1, max_size=2)


@asynccontextmanager
async def changing_in(world: World) -> AsyncIterator[Changing]:
    """With a door that has the fast lane in front, and one that has not."""
    fast, plain = listening(), listening()
    async with (
        serving(world.server.door, fast, OPEN, world.server.fast_lane),
        serving(world.server.door, plain, OPEN),
    ):
        doors = (Door(*fast.getsockname()), Door(*plain.getsockname()))
        yield await Changing.begin(world, doors)
        for door in doors:
            await door.end()


@settings(max_examples=20, phases=UNSHRUNK)
@given(steps=STEPS, watched=WATCHED)
async def test_each_post_is_judged_by_what_the_database_says(
    lasting_world: World, steps: list[Step], watched: list[Wish]
) -> None:
    """What is watched is tried after each change: what is remembered of it must not outlive the change."""
    async with changing_in(lasting_world) as changing:
        for wish in watched:
            await changing.compare(changing.about(wish))
        for change, *arguments in steps:
            about = await change(changing, *arguments)
            for each in (about, *map(changing.about, watched)):
                if each is not NOTHING:
                    await changing.compare(each)


@settings(max_examples=12, phases=UNSHRUNK)
@given(steps=STEPS, watched=WATCHED)
async def test_a_post_that_is_sent_after_a_change_was_answered_meets_the_change(
    lasting_world: World, steps: list[Step], watched: list[Wish]
) -> None:
    async with changing_in(lasting_world) as changing:
        for (change, *arguments), wish in zip(steps, cycle(watched), strict=False):
            await changing.compare_around(partial(change, changing, *arguments), changing.about(wish))
