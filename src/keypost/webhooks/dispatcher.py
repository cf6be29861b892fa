"""Hands stored requests to the extensions' incoming handlers: a few at a time each, again after failures.

The queue is the table. What is in memory here only says what to look at next, and is made anew at each start.
"""

import asyncio
import random
from datetime import timedelta
from typing import Any, Final

from keypost import log
from keypost.chat import service as chat
from keypost.chat.directory import is_member
from keypost.chat.model import Chat, Message
from keypost.clock import SECOND_MS
from keypost.db.tx import Tx
from keypost.delivery.answer import Answer, Failed
from keypost.delivery.backoff import wait_before
from keypost.errors import Forbidden, Invalid, Refusal
from keypost.extensions import calls, consents
from keypost.extensions import service as extensions
from keypost.extensions.desk import Desk
from keypost.extensions.model import App
from keypost.extensions.replies import is_message_like, judge_reply, posting
from keypost.ids import AppId, IngressId, OrgId
from keypost.tokens import service as tokens
from keypost.tokens.leaks import refuse_secrets
from keypost.webhooks import store
from keypost.webhooks.model import Ingress, Outcome
from keypost_sdk.content import Edit, Reply

logger = log.get(__name__)

AT_ONCE: Final = 4
"""Calls of one extension's handler that run side by side."""
FAULT_PAUSE_S: Final = 60
"""After a failure of our own (the database was away, say), not of the extension."""


class Dispatcher:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._turns: dict[AppId, asyncio.Semaphore] = {}
        self._tasks: set[asyncio.Task[Answer | None]] = set()

    async def start(self) -> None:
        """Takes up what an earlier life of the server left."""
        now = self._desk.database.clock.now_ms()
        for org_id, ingress_id, app_id, due_at in await self._desk.database.read(store.list_open):
            self.submit(org_id, ingress_id, app_id, after_s=max(0, due_at - now) / SECOND_MS)

    def submit(
        self, org_id: OrgId, ingress_id: IngressId, app_id: AppId, *, after_s: float = 0
    ) -> asyncio.Task[Answer | None]:
        """Handles a stored request soon; the task answers what the third party may learn of it, None for nothing."""
        task = asyncio.create_task(self._handle(org_id, ingress_id, app_id, after_s), name=f"ingress {ingress_id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def stop(self) -> None:
        """Stops at once: what is not handled stays in the table."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _handle(self, org_id: OrgId, ingress_id: IngressId, app_id: AppId, after_s: float) -> Answer | None:
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

    async def _attempt(self, request: Ingress) -> Answer | None:
        served = await self._desk.database.read(_served_app, self._desk, request)
        if served is None:
            await self._give_up(request, "its owner or the extension may no longer post here")
            return None
        app, permissions = served
        call = await asyncio.to_thread(_call, self._desk, request, app, permissions)
        answer = await self._desk.invoker.invoke(app, call)
        if isinstance(answer, Failed):
            return await self._failed(request, answer)
        return answer if await self._show(request, app, answer.output) else None

    async def _show(self, request: Ingress, app: App, output: Any) -> bool:
        """The message and the end of its request become true together: a crash cannot show it twice.

        False for an output that is nobody's to see: it is not posted, and not given to the third party either.
        """
        try:
            refuse_secrets(output, self._desk.keys, self._desk.register)
            reply = _judged(output, self._desk.text_max)
        except Refusal as refusal:
            await self._give_up(request, f"the handler's answer cannot be shown: {refusal.sentence}")
            return False

        def conclude(tx: Tx, _message: Message | None = None) -> None:
            store.end(tx, request, Outcome.HANDLED, "")
            if reply is not None and reply.serves is not None:
                tokens.set_serves(tx, self._desk.register, request.org_id, request.token_id, reply.serves)

        if reply is None:
            await self._desk.database.write(conclude)
            return True
        place = await self._desk.database.write(_place, self._desk, request, app)
        new = posting(app, place.id, reply, request.id, token_id=request.token_id, also=conclude)
        await self._desk.lane.commit(new)
        return True

    async def _failed(self, request: Ingress, answer: Failed) -> Failed | None:
        """A refusal is the handler's answer, on purpose: it is told on, and nobody asks again."""
        if answer.kind == "refused":
            logger.info("refused by its handler", ingress=request.id)
            await self._desk.database.write(store.end, request, Outcome.REFUSED, answer.detail)
            return answer
        detail = f"{answer.kind}: {answer.detail}"
        wait = None
        if answer.worth_retrying:
            jitter = random.uniform(-1, 1)  # noqa: S311 - spreads retries; nothing is to be guessed.
            wait = wait_before(request.attempts + 1, jitter=jitter, asked=answer.retry_after)
        logger.warning("call failed", ingress=request.id, attempt=request.attempts + 1, detail=detail)
        if wait is None:
            await self._give_up(request, detail)
            return None
        due_at = self._desk.database.clock.now_ms() + wait // timedelta(milliseconds=1)
        await self._desk.database.write(store.put_off, request, due_at, detail)
        self.submit(request.org_id, request.id, request.app_id, after_s=wait.total_seconds())
        return None

    async def _give_up(self, request: Ingress, detail: str) -> None:
        logger.warning("gave up a request", ingress=request.id, detail=detail)
        await self._desk.database.write(store.end, request, Outcome.GIVEN_UP, detail)


def _judged(output: Any, text_max: int) -> Reply | None:
    """The message in an output; None for an output that is the third party's alone."""
    answer = judge_reply(output, text_max) if is_message_like(output) else None
    if isinstance(answer, Edit):
        raise Forbidden("edit_not_allowed", "no button was pressed, so there is no message that it could edit")
    if isinstance(answer, Reply) and answer.view is not None:
        raise Invalid("invalid_inputs", "nobody was here whom it could be shown alone")
    return answer if isinstance(answer, Reply) else None


def _served_app(tx: Tx, desk: Desk, request: Ingress) -> tuple[App, calls.Permissions] | None:
    """The app, if it still serves the token's owner, and what it may know of the owner; all of that may have changed
    while the request waited.
    """
    person = desk.people.find_active(request.org_id, request.person_id)
    app = extensions.find_app(tx, request.org_id, request.app_id)
    if person is None or app is None or not extensions.serves(tx, app, person):
        return None
    return app, consents.permissions_of(tx, person, app.extension)


def _call(desk: Desk, request: Ingress, app: App, permissions: calls.Permissions) -> calls.Call:
    person = desk.people.get(request.org_id, request.person_id)
    token = desk.register.get(request.org_id, request.token_id)
    sent = {
        "headers": request.headers,
        "params": request.params,
        "body": request.body.decode("utf-8", errors="replace"),
        "http_method": request.method,
    }
    return calls.incoming(desk.addresses, app, person, token, sent, permissions)


def _place(tx: Tx, desk: Desk, request: Ingress, app: App) -> Chat:
    """Where the token's button was pressed, if its owner still takes part there; else the owner's chat with the bot."""
    token = desk.register.find_by_id(request.org_id, request.token_id)
    origin = token.origin if token is not None else None
    place = desk.chats.find(request.org_id, origin.chat_id) if origin is not None else None
    if place is not None and is_member(place, request.person_id):
        return place
    bot = desk.chats.find_bot_of_app(request.org_id, app.id)
    if bot is None:
        raise LookupError(f"{app.title} is installed without a bot.")
    return chat.open_bot_chat(tx, desk.chats, bot, request.person_id)
