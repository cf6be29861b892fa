"""What came of a call: an output, or a failure that can be logged as it stands."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from keypost.log import mask
from keypost.messages.plain import visible

DEPTH_MAX: Final = 32
"""Levels of lists and maps in an output: the same as in content that is posted."""

FailureKind = Literal["timeout", "unreachable", "status", "not_json", "too_large", "refused_target", "refused"]

REFUSAL_MAX: Final = 1_000
"""Letters of a handler's own sentence."""

RETRIED_STATUSES: Final = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class Answered:
    """`output` is JSON, not yet judged."""

    output: Any


@dataclass(frozen=True, slots=True)
class Failed:
    """`detail` never repeats a body, a header or an address; of the kind "refused" it is the handler's own sentence.
    `status` is set for the kind "status" alone.
    """

    kind: FailureKind
    detail: str
    status: int | None = None
    retry_after: timedelta = timedelta(0)

    @property
    def worth_retrying(self) -> bool:
        """Whether the receiver may do better later. An answer that breaks the rules will break them again."""
        if self.status is not None:
            return self.status in RETRIED_STATUSES or self.status >= 500  # noqa: PLR2004 - HTTP's own line
        return self.kind in {"timeout", "unreachable"}


Answer = Answered | Failed


def read_answer(body: bytes) -> Answer:
    """The wire's `{"output": X}` gives X. Other members are ignored."""
    try:
        answer = msgspec.json.decode(body)
    except RecursionError:
        return _TOO_DEEP
    except ValueError:  # Bad UTF-8 as well as bad JSON. The text of the error may quote the body: it is dropped.
        return Failed("not_json", "The answer is not JSON in UTF-8.")

    if not isinstance(answer, dict) or "output" not in answer:
        return Failed("not_json", 'The answer is not an object with the member "output".')
    output = answer["output"]
    return Answered(output) if _is_shallow(output) else _TOO_DEEP


class _Refusal(Struct):
    code: Literal["refused"]
    message: str


_refusal: Final = msgspec.json.Decoder(_Refusal)


def read_refusal(body: bytes) -> Failed | None:
    """What a handler says that refuses, `{"code": "refused", "message": X}`: X as a line that can be stored and shown;
    None for anything else.
    """
    try:
        told = _refusal.decode(body)
    except (ValueError, RecursionError):
        return None
    line = mask(visible(" ".join(told.message.split()), keep=""))
    return Failed("refused", line[:REFUSAL_MAX] or "The extension refused.")


_TOO_DEEP: Final = Failed("not_json", f"The answer has more than {DEPTH_MAX} levels of lists and maps.")


def _is_shallow(value: Any) -> bool:
    level = [value]
    for _ in range(DEPTH_MAX):
        level = [child for parent in level for child in _children(parent)]
    return not any(isinstance(child, dict | list) for child in level)


def _children(value: Any) -> list[Any]:
    match value:
        case dict():
            return list(value.values())
        case list():
            return value
        case _:
            return []
