"""What a handler answers: its types, and the way to the bytes of the wire, checked before they leave."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Self, TypeAlias

import msgspec
from msgspec import Meta, Struct

from keypost_sdk import calls
from keypost_sdk.content import BANNER_MAX, Banner, Edit, Message, Reply

ALLOWED: Final = 200
DECLINED: Final = 400
TITLE_MAX: Final = 100
NOTES_MAX: Final = 10
NOTE_MAX: Final = 300

Answer: TypeAlias = Message | Reply | Edit | Banner | Mapping[str, Any] | None
"""What a handler returns: something to show, or None for nothing. A plain map is for incoming handlers: if it has
none of text, card, slides and buttons, it goes back to the third-party app as JSON and is not posted."""
JUDGES: Final = frozenset({calls.VALIDATOR, calls.INSTALLATION})
"""The handlers that answer with a `Verdict`."""


class Verdict(Struct, frozen=True, kw_only=True):
    """What an installation validator answers: `Verdict()` lets the installation happen, `Verdict.no(…)` does not, and
    the admin reads why. The wire wants the status 200 for yes; anything else is no.
    """

    status: int = ALLOWED
    title: Annotated[str, Meta(max_length=TITLE_MAX)] = ""
    message: Annotated[str, Meta(max_length=BANNER_MAX)] = ""
    note: Annotated[tuple[Annotated[str, Meta(max_length=NOTE_MAX)], ...], Meta(max_length=NOTES_MAX)] = ()
    footer: Annotated[str, Meta(max_length=NOTE_MAX)] = ""

    @classmethod
    def no(cls, title: str, message: str, *, note: tuple[str, ...] = (), footer: str = "") -> Self:
        return cls(status=DECLINED, title=title, message=message, note=note, footer=footer)

    @property
    def allows(self) -> bool:
        return self.status == ALLOWED


class Refuse(Exception):  # noqa: N818 - a refusal is an answer on purpose
    """Raise it to say no, with a sentence for a person.

    From an incoming handler: the third-party app gets the sentence, nothing is posted, and the request is not repeated.
    From a command or a function: the person sees it as a banner of failure. From a validator: the installation stops.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence[:BANNER_MAX] or "The extension refused."


class AnswerDoesNotFit(Exception):  # noqa: N818 - it says what is so
    """A handler returned what the server would refuse; the sentence names the place and the limit."""


def encode(handler: str, answer: object) -> bytes:
    """The wire's `{"output": …}` for what a handler returned; `AnswerDoesNotFit` if the server would not take it."""
    if answer is None:
        answer = Verdict() if handler == calls.INSTALLATION else ""
    if isinstance(answer, Edit) and handler != calls.FUNCTION:
        raise AnswerDoesNotFit("Only the function of a button can answer with an Edit: it needs a message to edit.")
    if isinstance(answer, Verdict) != (handler in JUDGES):
        raise AnswerDoesNotFit("A Verdict, and nothing else, answers an installation and its validator.")
    encoded = msgspec.json.encode(answer)
    if isinstance(answer, Message | Banner | Verdict):
        _check(encoded, type(answer))
    return b'{"output":' + encoded + b"}"


def refusal(handler: str, refused: Refuse) -> Banner | Verdict | None:
    """How a refusal is told by an answer; None where only a status of HTTP can tell it."""
    if handler in {calls.COMMAND, calls.FUNCTION}:
        return Banner(text=refused.sentence, status="failure")
    if handler in JUDGES:
        return Verdict.no("Not now", refused.sentence)
    return None


def _check(encoded: bytes, kind: type[Message | Banner | Verdict]) -> None:
    """Types do not hold limits when a value is built, only when it is read: so read it once, before it is sent."""
    try:
        msgspec.json.decode(encoded, type=kind)
    except msgspec.ValidationError as error:
        raise AnswerDoesNotFit(str(error)) from None
