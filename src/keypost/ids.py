"""Ids: 64-bit integers inside, text outside.

An id is a millisecond and a counter within it, so ids sort by birth. Each kind is a type of its own; the wire
shows each in the shape that its readers know (`CT_12_34`, `O12`, `1700000000000_42`, `tok_12`).
"""

import re
from typing import Final, NewType

from keypost.clock import Clock

OrgId = NewType("OrgId", int)
PersonId = NewType("PersonId", int)
ChatId = NewType("ChatId", int)
MessageId = NewType("MessageId", int)
TokenId = NewType("TokenId", int)
ApiTokenId = NewType("ApiTokenId", int)
AppId = NewType("AppId", int)
BotId = NewType("BotId", int)
TeamId = NewType("TeamId", int)
ExtensionId = NewType("ExtensionId", int)
InvocationId = NewType("InvocationId", int)
IngressId = NewType("IngressId", int)
FileId = NewType("FileId", int)

COUNTER_BITS: Final = 20
COUNTER_MASK: Final = (1 << COUNTER_BITS) - 1
ID_MAX: Final = (1 << 63) - 1
DIGITS_MAX: Final = 20
SANDBOX_OFFSET: Final = (1 << 61) - 1
"""A sandbox app's id is its production app's id plus this, as on the wire."""

_CHAT: Final = re.compile(
    rf"CT_(?P<chat>[0-9]{{1,{DIGITS_MAX}}})_[0-9]{{1,{DIGITS_MAX}}}"
    rf"(?:-B[0-9]{{1,{DIGITS_MAX}}}|-(?:T-)?(?P<thread>[0-9]{{1,{DIGITS_MAX}}}))?"
)
_CHANNEL: Final = re.compile(rf"O([0-9]{{1,{DIGITS_MAX}}})")
_MESSAGE: Final = re.compile(rf"([0-9]{{1,{DIGITS_MAX}}})(?:_|%20| )([0-9]{{1,7}})")
_TOKEN: Final = re.compile(rf"tok_([0-9]{{1,{DIGITS_MAX}}})")
_FILE: Final = re.compile(rf"fil_([0-9]{{1,{DIGITS_MAX}}})")


class IdSource:
    """Gives ids that never run backwards, whatever the clock does. Used by one transaction at a time."""

    def __init__(self, clock: Clock, *, after: int = 0) -> None:
        self._clock = clock
        self._last = after

    def next(self) -> int:
        return self.take(1)[0]

    def take(self, count: int) -> range:
        """So many, one after the other."""
        first = max(self._last + 1, self._clock.now_ms() << COUNTER_BITS)
        self._last = first + count - 1
        return range(first, first + count)

    def stay_after(self, known: int) -> None:
        """Raises the floor, so that ids continue after the newest one that is stored."""
        self._last = max(self._last, known)


def milliseconds_of(an_id: int) -> int:
    return an_id >> COUNTER_BITS


def show_message(message_id: MessageId) -> str:
    return f"{milliseconds_of(message_id)}_{message_id & COUNTER_MASK}"


def read_message(text: str) -> MessageId | None:
    """Reads `<ms>_<counter>`, also with a space or `%20` for the `_`; None for anything else."""
    found = _MESSAGE.fullmatch(text)
    if found is None or int(found[2]) > COUNTER_MASK:
        return None
    return MessageId(_bounded(int(found[1]) << COUNTER_BITS | int(found[2])))


def show_chat(org_id: OrgId, chat_id: ChatId, bot_id: BotId | None = None) -> str:
    return f"CT_{chat_id}_{org_id}" + (f"-B{bot_id}" if bot_id else "")


def show_thread(org_id: OrgId, parent_id: ChatId, thread_id: ChatId) -> str:
    return f"{show_chat(org_id, parent_id)}-T-{thread_id}"


def read_chat(text: str) -> ChatId | None:
    """The chat's number from `CT_<chat>_<org>[-B<bot>]`, a thread's from `CT_<parent>_<org>-T-<thread>`, also without
    its `T-`, or the number alone; the organisation is the caller's, never the text's.
    """
    found = _CHAT.fullmatch(text)
    if found is not None:
        return ChatId(_bounded(int(found["thread"] or found["chat"])))
    number = read_number(text)
    return ChatId(number) if number is not None else None


def show_channel(chat_id: ChatId) -> str:
    return f"O{chat_id}"


def read_channel(text: str) -> ChatId | None:
    found = _CHANNEL.fullmatch(text)
    return ChatId(_bounded(int(found[1]))) if found else None


def show_token(token_id: TokenId) -> str:
    return f"tok_{token_id}"


def is_sandbox(app_id: AppId) -> bool:
    return app_id > SANDBOX_OFFSET


def read_token(text: str) -> TokenId | None:
    found = _TOKEN.fullmatch(text)
    return TokenId(_bounded(int(found[1]))) if found else None


def show_file(file_id: FileId) -> str:
    return f"fil_{file_id}"


def read_file(text: str) -> FileId | None:
    found = _FILE.fullmatch(text)
    return FileId(_bounded(int(found[1]))) if found else None


def read_number(text: str) -> int | None:
    """A plain decimal id (organisation, app); None for anything else."""
    if not text.isascii() or not text.isdigit() or len(text) > DIGITS_MAX:
        return None
    return _bounded(int(text))


def _bounded(number: int) -> int:
    """Numbers that no row can have become 0, which no row has: the database never sees an overflow."""
    return number if number <= ID_MAX else 0
