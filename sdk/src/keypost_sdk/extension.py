"""An extension: handlers under the names of its manifest, and the way from a call's bytes to an answer's bytes."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeAlias, TypeVar

import msgspec

from keypost_sdk.calls import NAME_SHOWN_MAX, ButtonCall, Call, CommandCall, IncomingCall, read
from keypost_sdk.content import Banner, Message
from keypost_sdk.errors import NoHandler

Answer: TypeAlias = Message | Banner | Mapping[str, Any] | None
"""What a handler returns: something to show, or None for nothing. A plain map is for incoming handlers: if it has
none of text, card, slides and buttons, it goes back to the third-party app as JSON and is not posted."""

CommandHandler: TypeAlias = Callable[[CommandCall], Awaitable[Answer] | Answer]
ButtonHandler: TypeAlias = Callable[[ButtonCall], Awaitable[Answer] | Answer]
IncomingHandler: TypeAlias = Callable[[IncomingCall], Awaitable[Answer] | Answer]

C = TypeVar("C", bound=CommandHandler)
B = TypeVar("B", bound=ButtonHandler)
I = TypeVar("I", bound=IncomingHandler)  # noqa: E741 - one letter each, as its neighbours

_WORDS: Final[Mapping[type[Call], str]] = {CommandCall: "command", ButtonCall: "function", IncomingCall: "incoming"}


class AnswerDoesNotFit(Exception):  # noqa: N818 - it says what is so
    """A handler returned what the server would refuse; the sentence names the place and the limit."""


class Extension:
    """Register handlers with the decorators. They may be `async`; plain functions run in a thread of their own.

    A handler has 15 seconds, then the server stops waiting. An exception becomes a failure: the person
    reads that it failed, the log has a reference and where it happened.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._handlers: dict[tuple[type[Call], str], Callable[[Any], Awaitable[Answer] | Answer]] = {}

    def command(self, name: str) -> Callable[[C], C]:
        """Run for `/name`."""

        def register(handler: C) -> C:
            self._register(CommandCall, name, handler)
            return handler

        return register

    def function(self, name: str) -> Callable[[B], B]:
        """Run for buttons with `invoke.function` of this name."""

        def register(handler: B) -> B:
            self._register(ButtonCall, name, handler)
            return handler

        return register

    def incoming(self, handler: I) -> I:
        """Run for what third-party apps post to the extension's address. There is one such handler."""
        self._register(IncomingCall, "", handler)
        return handler

    async def answer(self, body: bytes) -> bytes:
        """From a call's body to its answer's body, `{"output": …}`: no network, no signature, no clock."""
        return await self.handle(read(body))

    async def handle(self, call: Call) -> bytes:
        handler = self._handlers.get(self._key(call))
        if handler is None:
            raise NoHandler("no_handler", f"The extension {self.name} has no {title(call)}.")
        if inspect.iscoroutinefunction(handler):
            given: Awaitable[Answer] | Answer = handler(call)
        else:
            given = await asyncio.to_thread(handler, call)
        return _output(await given if inspect.isawaitable(given) else given)

    def _register(self, kind: type[Call], name: str, handler: Callable[[Any], Awaitable[Answer] | Answer]) -> None:
        if (kind, name) in self._handlers:
            raise ValueError(f"The extension {self.name} has two handlers for {_title(kind, name)}.")
        self._handlers[kind, name] = handler

    def _key(self, call: Call) -> tuple[type[Call], str]:
        return type(call), "" if isinstance(call, IncomingCall) else call.name


def title(call: Call) -> str:
    """How logs and sentences call it, such as `function authentication`."""
    return _title(type(call), "" if isinstance(call, IncomingCall) else call.name[:NAME_SHOWN_MAX])


def _title(kind: type[Call], name: str) -> str:
    return f"{_WORDS[kind]} {name or 'handler'}"


def _output(answer: Answer) -> bytes:
    if answer is None:
        return b'{"output":""}'
    encoded = msgspec.json.encode(answer)
    if isinstance(answer, Message | Banner):
        _check(encoded, type(answer))
    return b'{"output":' + encoded + b"}"


def _check(encoded: bytes, kind: type[Message | Banner]) -> None:
    """Types do not hold limits when a value is built, only when it is read: so read it once, before it is sent."""
    try:
        msgspec.json.decode(encoded, type=kind)
    except msgspec.ValidationError as error:
        raise AnswerDoesNotFit(str(error)) from None
