"""JSON lines on stderr.

A line never holds a secret, a body or a header. An exception's message may quote any of them, so of an exception
only its type and the places in the code are written.
"""

import asyncio
import json
import logging
import sys
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TextIO

FRAMES_MAX: Final = 12
CAUSES_MAX: Final = 4


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        line |= getattr(record, "fields", {})
        if record.exc_info and record.exc_info[1]:
            line["error"] = " from ".join(_kinds(record.exc_info[1]))
            line["at"] = places(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


def start(stream: TextIO | None = None) -> None:
    """Send everything that is logged in this process to `stream`, or to stderr."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    # In a log line that cannot be written, the standard library would print the line's arguments.
    logging.raiseExceptions = False


def places(error: BaseException) -> list[str]:
    """Where an exception went through, outermost first, as `file.py:line function`."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES_MAX:]
    return [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]


def on_loop_error(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """In place of asyncio's own report, which shows tasks with their results and exceptions."""
    error = context.get("exception")
    info = (type(error), error, error.__traceback__) if isinstance(error, BaseException) else None
    logging.getLogger("asyncio").error("a task failed that nobody waited for", exc_info=info)


def _kinds(error: BaseException) -> Iterator[str]:
    following: BaseException | None = error
    for _ in range(CAUSES_MAX):
        if following is None:
            return
        yield type(following).__name__
        following = following.__cause__ or (None if following.__suppress_context__ else following.__context__)
