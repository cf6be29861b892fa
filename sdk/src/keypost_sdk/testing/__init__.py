"""Try an extension's handlers without a server: press a button, run a command, send an event, look at the answer.

    import asyncio
    from pathlib import Path

    from keypost_sdk.testing import Bench

    bench = Bench.of(Path(__file__).parents[1], settings={"address": "https://tool.example"})

    def test_the_button_connects_the_tool() -> None:
        answer = asyncio.run(bench.press("connect", secret="kpt_made_up"))

        assert answer.text == "Connected."
        assert answer.is_success

A `Bench` makes the very bytes that a server would send and has the extension answer them. What it answers is judged by
the same limits; an answer that does not fit raises `AnswerDoesNotFit`, and an exception of a handler stays what it is.
"""

from keypost_sdk.testing.bench import Bench
from keypost_sdk.testing.shown import Shown

__all__ = ["Bench", "Shown"]
