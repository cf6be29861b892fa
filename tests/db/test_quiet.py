"""What is put off until nobody writes is done then, once, and again while something is left."""

import asyncio
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from keypost.db.quiet import Quiet

AFTER: Final = 5
STIR: Final = "stir"
MORE: Final = "there is more to do"
DONE: Final = "that was all"
STEPS: Final = st.lists(st.sampled_from([STIR, STIR, MORE, DONE]) | st.integers(1, 2 * AFTER), max_size=40)


class HeldLoop(asyncio.SelectorEventLoop):
    """Its time stands still until a test moves it."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0

    def time(self) -> float:
        return self.now

    def pass_by(self, seconds: int) -> None:
        for _ in range(seconds):
            self.now += 1
            self.settle()

    def settle(self) -> None:
        for _ in range(2):
            self.run_until_complete(asyncio.sleep(0))


class Scene:
    """Somebody stirs, time passes, and what is done in quiet takes as long as the test wants."""

    def __init__(self, loop: HeldLoop) -> None:
        self.loop = loop
        self.quiet = Quiet(AFTER, self._begin)
        self.begun = 0
        self.has_reason = False
        self._stirred_at = 0
        self._under_way: list[asyncio.Future[bool]] = []

    def stir(self) -> None:
        self._stirred_at, self.has_reason = self.loop.now, True
        self.loop.call_soon(self.quiet.stir)
        self.loop.settle()

    def finish(self, *, has_more: bool) -> None:
        if self._under_way:
            self.has_reason |= has_more
            self._under_way.pop(0).set_result(has_more)
            self.loop.settle()

    def do(self, step: str | int) -> None:
        if isinstance(step, int):
            self.loop.pass_by(step)
        elif step == STIR:
            self.stir()
        else:
            self.finish(has_more=step == MORE)

    def _begin(self) -> asyncio.Future[bool]:
        assert self.has_reason
        assert self.loop.now - self._stirred_at >= AFTER
        self.begun += 1
        self.has_reason = False
        self._under_way.append(self.loop.create_future())
        return self._under_way[-1]


@contextmanager
def scene() -> Iterator[Scene]:
    loop = HeldLoop()
    # What is raised in a callback is else only logged.
    raised: list[object] = []
    loop.set_exception_handler(lambda _, context: raised.append(context))
    with closing(loop):
        yield Scene(loop)
    assert raised == []


@given(steps=STEPS)
def test_whatever_there_is_to_do_is_done_once_when_nobody_stirs(steps: list[str | int]) -> None:
    with scene() as given_scene:
        for step in steps:
            given_scene.do(step)
        given_scene.loop.pass_by(2 * AFTER)

        assert not given_scene.has_reason


@given(steps=STEPS)
def test_after_the_end_nothing_is_begun(steps: list[str | int]) -> None:
    with scene() as given_scene:
        given_scene.stir()
        given_scene.quiet.end()
        for step in steps:
            given_scene.do(step)

        assert not given_scene.begun
