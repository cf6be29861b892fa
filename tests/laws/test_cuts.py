"""Whoever watches is told everything once and in order, however often the way is cut."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.laws.watching import PAGES, Watching
from tests.web.feeding import DOORS, fed
from tests.world import World

Step = tuple[Callable[..., Awaitable[None]], *tuple[Any, ...]]

WHICH: Final = st.integers(0, PAGES - 1)
STEPS: Final[st.SearchStrategy[Step]] = st.one_of(
    st.tuples(
        st.just(Watching.say),
        st.sampled_from(["#general", "#builds"]),
        st.sampled_from([1, 3, 60]),
        st.sampled_from([1, 9_000]),
    ),
    st.tuples(st.just(Watching.come), WHICH, st.booleans()),
    st.tuples(st.sampled_from([Watching.leave, Watching.cut, Watching.hear]), WHICH),
)


@pytest.mark.parametrize("door", DOORS)
@settings(max_examples=20)
@given(steps=st.lists(STEPS, max_size=15))
async def test_nothing_is_missed_and_nothing_told_twice(lasting_world: World, door: str, steps: list[Step]) -> None:
    await lasting_world.ada.arrive()
    await lasting_world.alan.arrive()
    async with fed(lasting_world.server.door, door) as port:
        watching = Watching(lasting_world, port)
        try:
            for verb, *arguments in steps:
                await verb(watching, *arguments)
            await watching.end()
        finally:
            await watching.close()
