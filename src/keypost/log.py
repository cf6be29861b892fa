"""Logs: one JSON object a line, to standard error. No body, no header, no address with its query, no secret.

Callers keep secrets out; the last processor is the net below them.
"""

import logging
import re
import sys
from pathlib import Path
from typing import Any, Final

import structlog

SECRETS: Final = re.compile(r"kp([a-z])_[0-9A-Za-z_-]{20,}")
QUIET: Final = ("asyncio", "aiohttp.access", "uvicorn.access", "alembic")
SILENT: Final = ("python_multipart",)
"""What it says of a stranger's bytes, the stranger is told."""


class LogFile(logging.FileHandler):
    """What cannot be written is lost. That it is, is said once: `logging` itself says it of every line, and says the
    line too, which nothing has masked then.
    """

    _is_failing = False

    def handleError(self, _record: logging.LogRecord) -> None:  # noqa: N802 - the name is theirs.
        if not self._is_failing:
            self._is_failing = True
            sys.stderr.write(f"The log {self.baseFilename} cannot be written: {sys.exc_info()[1]}\n")


def configure(level: str, file: Path | None = None) -> None:
    """Sends everything to standard error, or to a file that only its owner can read."""
    numeric = logging.getLevelNamesMapping()[level.upper()]
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(numeric),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler: logging.Handler = logging.StreamHandler(sys.stderr)
    if file is not None:
        file.touch(mode=0o600)
        handler = LogFile(file, encoding="utf-8")
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
            processors=[
                _without_colours,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
                _mask,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(numeric)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(numeric, logging.WARNING))
    for name in SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def get(name: str) -> Any:
    return structlog.stdlib.get_logger(name)


def is_debugging() -> bool:
    """For what is said of every post: asking costs less than saying it in vain."""
    return logging.root.isEnabledFor(logging.DEBUG)


def mask(text: str) -> str:
    return SECRETS.sub(r"kp\1_•••", text)


def _without_colours(_logger: object, _method: str, event: Any) -> Any:
    """uvicorn says some things twice, the second time with a terminal's escape codes."""
    event.pop("color_message", None)
    return event


def _mask(_logger: object, _method: str, line: Any) -> str:
    return mask(line)
