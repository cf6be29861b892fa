"""Tells extensions that tokens of theirs have ended, so that they take down what they set up with them.

At least once: a token counts as told when its app has answered and that is noted. A crash between the answer and the
note tells again; after the note nobody does. The queue is the table of tokens. What is in memory here only says who is
being told now, and how often it was tried: a new start begins to count anew.
"""

import asyncio
import contextlib
import random
from collections.abc import Collection
from datetime import timedelta
from itertools import count
from typing import Final

from msgspec import Struct

from keypost import log
from keypost.clock import SECOND_MS
from keypost.db.tx import Tx
from keypost.delivery.answer import Failed
from keypost.delivery.backoff import wait_before
from keypost.events.model import Event, Kind
from keypost.extensions import calls, consents, service
from keypost.extensions.desk import Desk
from keypost.extensions.manifest import LifeHandler
from keypost.extensions.model import App
from keypost.ids import AppId, ExtensionId, OrgId, TokenId
from keypost.tokens import service as tokens
from keypost.tokens.model import Token, Told

logger = log.get(__name__)

AT_ONCE: Final = 4
"""Calls of one app that run side by side."""
LOOK_EVERY_S: Final = 60.0
"""How long a look at the table holds, when nothing happens: the clock may be set, the machine may have slept."""
FAULT_PAUSE_S: Final = 60.0
"""After a failure of our own (the database was away, say), not of the extension."""
ENDS: Final = frozenset({Kind.TOKEN_REVOKED, Kind.TOKEN_REPLACED})

_Key = tuple[OrgId, TokenId]


class Endings:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._news = asyncio.Event()
        self._turns: dict[AppId, asyncio.Semaphore] = {}
        self._telling: dict[_Key, asyncio.Task[None]] = {}
        self._watching: asyncio.Task[None] | None = None
        self._looking = asyncio.Lock()
        self._may_have_left = True

    def start(self) -> None:
        """Takes up what an earlier life of the server left, and whatever ends from now on."""
        self._watching = asyncio.create_task(self._watch(), name="endings")

    def heard(self, events: Collection[Event]) -> None:
        """The log's listener: only wakes the watch, which looks into the table."""
        kinds = {event.kind for event in events}
        self._may_have_left |= Kind.SESSIONS_ENDED in kinds
        if self._may_have_left or not ENDS.isdisjoint(kinds):
            self._news.set()

    def submit(self, token: Token) -> asyncio.Task[None]:
        """Tells of a token's end soon, unless that is done already."""
        key = token.org_id, token.id
        task = asyncio.create_task(self._tell(token), name=f"ending {token.id}")
        self._telling[key] = task
        task.add_done_callback(lambda _: self._telling.pop(key))
        return task

    async def stop(self) -> None:
        """Stops at once: who is not told yet is told after the next start."""
        tasks = [*self._telling.values(), *([self._watching] if self._watching is not None else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def settled(self, org_id: OrgId, extension_id: ExtensionId) -> None:
        """Returns when no ended token of the extension waits to be told: each was, or was given up.

        While the extension is away this takes as long as the retries: hours. Whoever cannot wait that long bounds it.
        """
        app_ids = await self._desk.database.read(_app_ids, org_id, extension_id)
        while telling := await self._look(app_ids):
            await asyncio.wait(telling)

    async def _watch(self) -> None:
        while True:
            self._news.clear()
            try:
                await self._look()
                wait_s = await self._until_next()
            except Exception:
                logger.exception("looking for tokens that have ended failed")
                wait_s = FAULT_PAUSE_S
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._news.wait()

    async def _look(self, app_ids: Collection[AppId] = ()) -> list[asyncio.Task[None]]:
        """Sees to it that every ended token is being told; answers the tellings of these apps' tokens."""
        async with self._looking:  # Whoever looks beside another must not miss what that one is ending.
            if self._may_have_left:
                await self._end_of_departed()
            untold = await self._desk.database.read(tokens.list_untold)
        for token in untold:
            if (token.org_id, token.id) not in self._telling:
                self.submit(token)
        mine = [(token.org_id, token.id) for token in untold if token.app_id in app_ids]
        return [self._telling[key] for key in mine if key in self._telling]

    async def _end_of_departed(self) -> None:
        """Ends the tokens of people who have left. They open nothing already; their extensions have to hear of it."""
        desk, self._may_have_left = self._desk, False
        known = desk.register.list_unrevoked()
        left = [token for token in known if desk.people.find_active(token.org_id, token.owner_id) is None]
        try:
            await desk.database.write(tokens.end_all, desk.register, left, tokens.DEPARTED)
        except BaseException:
            self._may_have_left = True
            raise

    async def _until_next(self) -> float:
        """Seconds until the next token ends by itself."""
        ends_at = await self._desk.database.read(tokens.next_end)
        if ends_at is None:
            return LOOK_EVERY_S
        return min(LOOK_EVERY_S, max(0, ends_at - self._desk.database.clock.now_ms()) / SECOND_MS)

    async def _tell(self, token: Token) -> None:
        """Tries until it is told, or given up."""
        turn = self._turns.setdefault(token.app_id, asyncio.Semaphore(AT_ONCE))
        for attempt in count(1):
            try:
                async with turn:
                    wait_s = await self._attempt(token, attempt)
            except Exception:
                logger.exception("telling an extension that a token has ended failed", token=token.id)
                wait_s = FAULT_PAUSE_S
            if wait_s is None:
                return
            await asyncio.sleep(wait_s)

    async def _attempt(self, token: Token, attempt: int) -> float | None:
        """One call; answers the seconds until the next, None when there will be none."""
        outcome = await self._call(token)
        if isinstance(outcome, Failed):
            logger.warning("telling of a token's end failed", token=token.id, attempt=attempt, detail=outcome.detail)
            wait = _wait(attempt, outcome)
            if wait is not None:
                return wait.total_seconds()
            outcome = Told.GIVEN_UP
        if outcome is not None:
            await self._desk.database.write(tokens.note_told, token, outcome)
        return None

    async def _call(self, token: Token) -> Told | Failed | None:
        """None for a token that is told already: the list that it stood in may be older than that."""
        due = await self._desk.database.read(_due, self._desk, token)
        if not isinstance(due, _Asked):
            return due
        answer = await self._desk.invoker.invoke(due.app, due.call)
        return answer if isinstance(answer, Failed) else Told.TOLD


class _Asked(Struct, frozen=True):
    app: App
    call: calls.Call


def _due(tx: Tx, desk: Desk, known: Token) -> _Asked | Told | None:
    """The call that is due, what to note where none is, or None for a token that is told already.

    An app is told also when it is no longer installed: what it set up is still there.
    """
    token = tokens.find_untold(tx, known.org_id, known.id)
    if token is None:
        return None
    app = service.find_app(tx, token.org_id, token.app_id)
    if app is None or LifeHandler.TOKEN_ENDED not in app.extension.manifest.handlers:
        return Told.NOT_ASKED
    owner = desk.people.get(token.org_id, token.owner_id)
    permissions = consents.permissions_of(tx, owner, app.extension)
    ended_at = token.ended_at(tx.now) or tx.now
    return _Asked(app, calls.token_ended(desk.addresses, app, owner, token, ended_at, permissions))


def _app_ids(tx: Tx, org_id: OrgId, extension_id: ExtensionId) -> frozenset[AppId]:
    return frozenset(app.id for app in service.list_apps(tx, org_id) if app.extension.id == extension_id)


def _wait(attempt: int, answer: Failed) -> timedelta | None:
    if not answer.worth_retrying:
        return None
    jitter = random.uniform(-1, 1)  # noqa: S311 - spreads retries; nothing is to be guessed.
    return wait_before(attempt, jitter=jitter, asked=answer.retry_after)
