"""Hands stored requests to the extensions' incoming handlers: a few at a time each, again after failures.

The queue is the table. What is in memory here only says what to look at next, and is made anew at each start.
"""

import asyncio
import random
from collections import Counter
from datetime import timedelta
from functools import partial
from typing import Final

from keypost import log
from keypost.db.tx import Tx
from keypost.delivery.answer import Failed
from keypost.delivery.backoff import rest_of, wait_before
from keypost.errors import Busy
from keypost.extensions import calls, consents
from keypost.extensions.desk import Desk
from keypost.extensions.model import LATE_ANSWER_LIFE_MS, App
from keypost.ids import AppId, IngressId, OrgId
from keypost.webhooks import store
from keypost.webhooks.concluding import bot_of, conclude, expect_late, find_served, give_up, refuse
from keypost.webhooks.model import Ending, Ingress

logger = log.get(__name__)

AT_ONCE: Final = 4
"""Calls of one app's incoming handlers, its own and its bot's, that run side by side."""
WAITING_MAX: Final = 10_000
"""Requests to one app that wait for its handlers, or for the next time. Each takes some memory for as long as it waits,
and a handler that fails is asked for hours.
"""
ANSWER_LIFE: Final = timedelta(milliseconds=LATE_ANSWER_LIFE_MS)
FAULT_PAUSE_S: Final = 60
"""After a failure of our own (the database was away, say), not of the extension."""


class Dispatcher:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._turns: dict[AppId, asyncio.Semaphore] = {}
        self._tasks: set[asyncio.Task[Ending | None]] = set()
        self._waiting: Counter[AppId] = Counter()

    async def start(self) -> None:
        """Takes up what an earlier life of the server left."""
        now = self._desk.database.clock.now_ms()
        for org_id, ingress_id, app_id, due_at in await self._desk.database.read(store.list_open):
            self.submit(org_id, ingress_id, app_id, after_s=rest_of(due_at, now).total_seconds())

    def require_room(self, app: App) -> None:
        """For one more request that waits."""
        if self._waiting[app.id] >= WAITING_MAX:
            sentence = f"Too many requests wait for {app.title}, which does not take them. Try again later."
            raise Busy("server_busy", sentence)

    def submit(
        self, org_id: OrgId, ingress_id: IngressId, app_id: AppId, *, after_s: float = 0
    ) -> asyncio.Task[Ending | None]:
        """Handles a stored request soon; the task answers how it ended, None as long as it has not."""
        task = asyncio.create_task(self._handle(org_id, ingress_id, app_id, after_s), name=f"ingress {ingress_id}")
        self._tasks.add(task)
        self._waiting[app_id] += 1
        task.add_done_callback(partial(self._done, app_id))
        return task

    def _done(self, app_id: AppId, task: asyncio.Task[Ending | None]) -> None:
        self._tasks.discard(task)
        self._waiting[app_id] -= 1
        if not self._waiting[app_id]:
            del self._waiting[app_id]

    async def stop(self) -> None:
        """Stops at once: what is not handled stays in the table."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _handle(self, org_id: OrgId, ingress_id: IngressId, app_id: AppId, after_s: float) -> Ending | None:
        if after_s > 0:
            await asyncio.sleep(after_s)
        try:
            # The body is read in its turn, not before: however many wait, a few are in memory.
            async with self._turns.setdefault(app_id, asyncio.Semaphore(AT_ONCE)):
                request = await self._desk.database.read(store.find_open, org_id, ingress_id)
                return await self._attempt(request) if request is not None else None
        except Exception:
            logger.exception("handling a request failed", ingress=ingress_id)
            self.submit(org_id, ingress_id, app_id, after_s=FAULT_PAUSE_S)  # The row is still open.
            return None

    async def _attempt(self, request: Ingress) -> Ending | None:
        served = await self._desk.database.read(_served, self._desk, request)
        if served is None:
            return await give_up(self._desk, request, "its owner or the extension may no longer post here")
        app, permissions = served
        response_url = await expect_late(self._desk, request, app)
        call = await asyncio.to_thread(_call, self._desk, request, app, permissions)
        answer = await self._desk.invoker.invoke(app, call, response_url)
        if isinstance(answer, Failed):
            return await self._failed(request, answer)
        return await conclude(self._desk, request, app, answer.output)

    async def _failed(self, request: Ingress, answer: Failed) -> Ending | None:
        if answer.kind == "refused":
            return await refuse(self._desk, request, answer.detail)
        detail = f"{answer.kind}: {answer.detail}"
        wait = wait_after(request, answer)
        logger.warning("call failed", ingress=request.id, attempt=request.attempts + 1, detail=detail)
        if wait is None:
            return await give_up(self._desk, request, detail)
        due_at = self._desk.database.clock.now_ms() + wait // timedelta(milliseconds=1)
        if await self._desk.database.write(store.put_off, request, due_at, detail):
            self.submit(request.org_id, request.id, request.app_id, after_s=wait.total_seconds())
        return None


def wait_after(request: Ingress, answer: Failed) -> timedelta | None:
    """Before the next call, or None to give up."""
    if not answer.worth_retrying:
        return None
    jitter = random.uniform(-1, 1)  # noqa: S311 - spreads retries; nothing is to be guessed.
    wait = wait_before(request.attempts + 1, jitter=jitter, asked=answer.retry_after)
    if wait is not None and answer.kind == "timeout" and request.bot_id is not None:
        return max(wait, ANSWER_LIFE)  # It may still answer late: asking before would have the work done twice.
    return wait


def _served(tx: Tx, desk: Desk, request: Ingress) -> tuple[App, calls.Permissions] | None:
    """The app, if it still serves the request's owner, and what it may know of them."""
    app = find_served(desk, request)
    if app is None:
        return None
    person = desk.people.get(request.org_id, request.person_id)
    return app, consents.permissions_of(tx, person, app.extension)


def _call(desk: Desk, request: Ingress, app: App, permissions: calls.Permissions) -> calls.Call:
    person = desk.people.get(request.org_id, request.person_id)
    token = desk.register.get(request.org_id, request.token_id) if request.token_id is not None else None
    sent = {
        "headers": request.headers,
        "params": request.params,
        "body": request.body.decode("utf-8", errors="replace"),
        "http_method": request.method,
    }
    return calls.incoming(desk.addresses, app, bot_of(desk, request), person, token, sent, permissions)
