"""An extension: handlers under the names of its manifest, and the way from a call's bytes to an answer's bytes."""

import asyncio
import inspect
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Generic, TypeAlias, overload

from msgspec import Struct

from keypost_sdk import answers, calls, settings
from keypost_sdk.answers import Answer, Refuse, Verdict
from keypost_sdk.calls import ButtonCall, Call, CommandCall, IncomingCall, InstallationCall, TokenEndedCall
from keypost_sdk.errors import NoHandler
from keypost_sdk.reading import read, title
from keypost_sdk.settings import NotSetUp

if sys.version_info >= (3, 13):
    from typing import TypeVar
else:
    from typing_extensions import TypeVar

CommandHandler: TypeAlias = Callable[[CommandCall], Awaitable[Answer] | Answer]
ButtonHandler: TypeAlias = Callable[[ButtonCall], Awaitable[Answer] | Answer]
IncomingHandler: TypeAlias = Callable[[IncomingCall], Awaitable[Answer] | Answer]
TokenEndedHandler: TypeAlias = Callable[[TokenEndedCall], Awaitable[None] | None]
ValidatorHandler: TypeAlias = Callable[[InstallationCall], Awaitable[Verdict] | Verdict]
InstallationHandler: TypeAlias = Callable[[InstallationCall], Awaitable[Verdict | None] | Verdict | None]
UninstallationHandler: TypeAlias = Callable[[InstallationCall], Awaitable[None] | None]
Handler: TypeAlias = Callable[[Any], Awaitable[Any] | Any]

S = TypeVar("S", bound=Struct | None, default=None)
C = TypeVar("C", bound=CommandHandler)
B = TypeVar("B", bound=ButtonHandler)
I = TypeVar("I", bound=IncomingHandler)  # noqa: E741 - one letter each, as its neighbours
T = TypeVar("T", bound=TokenEndedHandler)
V = TypeVar("V", bound=ValidatorHandler)
N = TypeVar("N", bound=InstallationHandler)
U = TypeVar("U", bound=UninstallationHandler)


class Extension(Generic[S]):
    """Register handlers with the decorators. They may be `async`; plain functions run in a thread of their own.

    A handler has 15 seconds, then the server stops waiting; what a command or a function answers later is sent to it
    all the same. An exception becomes a failure: the person reads that it failed, the log has a reference and where it
    happened. `Refuse` is the exception for saying no.

    `settings` is the type, a msgspec Struct, of what an admin sets for the extension.
    """

    @overload
    def __init__(self: "Extension[None]", name: str) -> None: ...

    @overload
    def __init__(self, name: str, settings: type[S]) -> None: ...

    def __init__(self, name: str, settings: type[Any] | None = None) -> None:
        self.name = name
        self.settings_type = settings
        self._settings: Any = None
        self._not_set_up = ""
        self._is_handed_over = settings is None
        self._handlers: dict[tuple[str, str], Handler] = {}

    @property
    def settings(self) -> S:
        """What an admin set. As long as something is missing it raises `NotSetUp`; a handler that does not catch that
        tells the person who asked what is missing.
        """
        if not self._is_handed_over:
            raise RuntimeError("The settings are known when a handler runs, not while the file is read.")
        if self._not_set_up:
            raise NotSetUp(self._not_set_up)
        found: S = self._settings
        return found

    @property
    def is_set_up(self) -> bool:
        """Whether `settings` can be read."""
        return self._is_handed_over and not self._not_set_up

    def set_up(self, values: Mapping[str, Any]) -> None:
        """Hand over what an admin set, by name. Whoever runs the extension does this, once it is loaded."""
        self._is_handed_over = True
        try:
            self._settings = settings.read(self.name, self.settings_type, values) if self.settings_type else None
            self._not_set_up = ""
        except NotSetUp as trouble:
            self._not_set_up = trouble.sentence

    def command(self, name: str) -> Callable[[C], C]:
        """Run for `/name`."""

        def register(handler: C) -> C:
            self._register(calls.COMMAND, name, handler)
            return handler

        return register

    def function(self, name: str) -> Callable[[B], B]:
        """Run for buttons with `invoke.function` of this name."""

        def register(handler: B) -> B:
            self._register(calls.FUNCTION, name, handler)
            return handler

        return register

    def incoming(self, handler: I) -> I:
        """Run for what third-party apps post to the extension's address. There is one such handler."""
        self._register(calls.INCOMING, "", handler)
        return handler

    def bot_incoming(self, handler: I) -> I:
        """Run for what third-party apps post to the address of the extension's bot. What it answers, the bot tells the
        owner of the token. There is one such handler; it may be the same function as `incoming`.
        """
        self._register(calls.BOT_INCOMING, "", handler)
        return handler

    def token_ended(self, handler: T) -> T:
        """Run when a token of this extension has ended, to take down what was registered with it."""
        self._register(calls.TOKEN_ENDED, "", handler)
        return handler

    def installation_validator(self, handler: V) -> V:
        """Run before the extension is installed or upgraded; its `Verdict` decides."""
        self._register(calls.VALIDATOR, "", handler)
        return handler

    def installation(self, handler: N) -> N:
        """Run after the extension was installed or upgraded."""
        self._register(calls.INSTALLATION, "", handler)
        return handler

    def uninstallation(self, handler: U) -> U:
        """Run after the extension was uninstalled."""
        self._register(calls.UNINSTALLATION, "", handler)
        return handler

    async def answer(self, body: bytes) -> bytes:
        """From a call's body to its answer's body, `{"output": …}`: no network, no signature, no clock.

        Raises `Refuse` where only the status of HTTP can tell a refusal: for incoming calls and ended tokens.
        """
        return await self.handle(read(body))

    async def handle(self, call: Call) -> bytes:
        handler = self._handlers.get((call.handler, call.name))
        if handler is None:
            raise NoHandler("no_handler", f"The extension {self.name} has no {title(call.handler, call.name)}.")
        try:
            given = await _run(handler, call)
        except Refuse as refused:
            given = answers.refusal(call.handler, refused)
            if given is None:
                raise
        return answers.encode(call.handler, given)

    def has(self, handler: str, name: str = "") -> bool:
        """Whether there is such a handler, by the wire's word for it, such as `button_handler`."""
        return (handler, name) in self._handlers

    def registered(self) -> tuple[tuple[str, str], ...]:
        """Every handler's word on the wire and its name, in the order of the code."""
        return tuple(self._handlers)

    def _register(self, kind: str, name: str, handler: Handler) -> None:
        if (kind, name) in self._handlers:
            raise ValueError(f"The extension {self.name} has two handlers for {title(kind, name)}.")
        self._handlers[kind, name] = handler


async def _run(handler: Handler, call: Call) -> Any:
    if inspect.iscoroutinefunction(handler):
        return await handler(call)
    given = await asyncio.to_thread(handler, call)
    return await given if inspect.isawaitable(given) else given
