"""Threads against a model of a few lines: opened, said in, closed, reopened, left with their chat, without a root."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.laws.threading import Threading
from tests.world import World

Step = tuple[Callable[..., Awaitable[None]], *tuple[Any, ...]]

ROOT: Final = st.integers(0, 1)
WHO: Final = st.integers(0, 1)
STEPS: Final[st.SearchStrategy[Step]] = st.one_of(
    st.tuples(st.just(Threading.say_on), WHO, ROOT, st.booleans()),
    st.tuples(st.just(Threading.say_on_reply), WHO, ROOT),
    st.tuples(st.just(Threading.say_by_id), WHO, ROOT, st.booleans()),
    st.tuples(st.just(Threading.answer), WHO, ROOT),
    st.tuples(st.just(Threading.set_state), WHO, ROOT, st.sampled_from(["close", "reopen"])),
    st.tuples(st.just(Threading.delete_root), ROOT),
    st.tuples(st.just(Threading.delete_newest), ROOT),
    st.tuples(st.just(Threading.leave)),
    st.tuples(st.just(Threading.come_back)),
)


@settings(max_examples=30)
@given(steps=st.lists(STEPS, min_size=6, max_size=16))
async def test_threads_are_what_a_model_of_them_says(lasting_world: World, steps: list[Step]) -> None:
    threading = await Threading.begin(lasting_world)
    await threading.say_on(0, 0, in_parent=False)

    for verb, *arguments in steps:
        await verb(threading, *arguments)
        await threading.compare()
