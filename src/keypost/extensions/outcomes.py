"""What becomes of a call's answer: a message in the chat, an edit of one, a banner, or an answer for one person's eyes
alone.
"""

from collections.abc import Callable
from typing import Any

from keypost import log
from keypost.chat import service as chat
from keypost.chat.directory import is_member
from keypost.chat.judging import Voice
from keypost.chat.model import Chat, Message
from keypost.db.tx import Tx
from keypost.delivery.answer import Answer, Failed
from keypost.extensions import invocations, private
from keypost.extensions.begun import Begun
from keypost.extensions.desk import Desk
from keypost.extensions.judging import Lasting, Seen, judge_answer
from keypost.extensions.model import App, Invocation
from keypost.extensions.replies import failure, posting
from keypost.ids import AppId
from keypost.messages.judging import content_of
from keypost.tokens import service as tokens
from keypost_sdk.content import Edit, Reply

logger = log.get(__name__)


async def run(desk: Desk, begun: Begun) -> Seen:
    """Sends the call that was begun, and settles everything that follows from its answer."""
    response_url = desk.addresses.late_answer(begun.app, begun.late_nonce)
    answer = await desk.invoker.invoke(begun.app, begun.call, response_url)
    seen, lasting = await _read(desk, begun, answer)
    # After a timeout the secret may be in use already, and an answer may still come.
    is_open = isinstance(answer, Failed) and answer.kind == "timeout"

    def settle(tx: Tx) -> None:
        invocations.end(tx, begun.invocation, answer)
        if not is_open:
            invocations.settle_token(tx, desk.register, begun.invocation, failed=seen.has_failed)

    try:
        await _conclude(desk, begun.app, begun.invocation, lasting, settle)
    except Exception:
        await desk.database.write(invocations.abandon, desk.register, begun.invocation)
        raise
    return seen


async def finish_late(desk: Desk, app_id: AppId, nonce: str, output: Any) -> None:
    """An answer that came after the call was given up: what is for the person alone is told to their open pages."""
    invocation, app = await desk.database.read(invocations.find_late, desk.keys, app_id, nonce)
    seen, lasting = await judge_answer(desk, app, invocation, output, None)

    def settle(tx: Tx) -> None:
        invocations.take_late(tx, desk.keys, app_id, nonce)
        invocations.settle_token(tx, desk.register, invocation, failed=seen.has_failed)

    await _conclude(desk, app, invocation, lasting, settle)
    _tell(desk, app, invocation, seen)


async def _read(desk: Desk, begun: Begun, answer: Answer) -> tuple[Seen, Lasting]:
    if isinstance(answer, Failed):
        logger.warning("call failed", extension=begun.app.title, kind=answer.kind, detail=answer.detail)
        return Seen(banner=failure(_sentence(begun.app, answer))), None
    secret = begun.minted.secret if begun.minted is not None else None
    return await judge_answer(desk, begun.app, begun.invocation, answer.output, secret)


async def _conclude(
    desk: Desk, app: App, invocation: Invocation, lasting: Lasting, settle: Callable[[Tx], None]
) -> None:
    """What lasts and the end of its call become true together, or neither does."""
    place = _place(desk, invocation)

    def conclude(tx: Tx, _message: Message | None = None) -> None:
        settle(tx)
        if isinstance(lasting, Edit) and place is not None:
            _edit(tx, invocation, place, lasting)
        if isinstance(lasting, Reply):
            _serve(tx, desk, invocation, lasting)

    if isinstance(lasting, Reply) and lasting.view is None and place is not None:
        voice = Voice.with_scopes(app.grant.scope)
        await desk.lane.commit(posting(desk.people, app, place, lasting, invocation.id, voice, also=conclude))
    else:
        await desk.database.write(conclude)


def _place(desk: Desk, invocation: Invocation) -> Chat | None:
    """Where the answer goes; whoever has left the chat meanwhile has none posted there."""
    place = desk.chats.find(invocation.org_id, invocation.chat_id) if invocation.chat_id is not None else None
    return place if place is not None and is_member(place, invocation.person_id) else None


def _edit(tx: Tx, invocation: Invocation, place: Chat, message: Edit) -> None:
    if invocation.message_id is not None:
        chat.edit(tx, invocation.org_id, place.id, invocation.message_id, content_of(message))


def _serve(tx: Tx, desk: Desk, invocation: Invocation, reply: Reply) -> None:
    if invocation.token_id is not None and reply.serves is not None:
        tokens.set_serves(tx, desk.register, invocation.org_id, invocation.token_id, reply.serves)


def _tell(desk: Desk, app: App, invocation: Invocation, seen: Seen) -> None:
    to = invocation.org_id, invocation.person_id
    if seen.banner is not None:
        desk.hub.tell(*to, "banner", {"text": seen.banner.text, "status": seen.banner.status})
    if seen.private is not None:
        entry = private.entry(app, invocation.id, seen.private, desk.names_for(*to))
        desk.hub.tell(*to, "private", {"html": entry})


def _sentence(app: App, answer: Failed) -> str:
    match answer.kind:
        case "timeout":
            return f"{app.title} did not answer in time. If it answers later, you will see it here."
        case "unreachable":
            return f"{app.title} cannot be reached right now. Try again in a moment."
        case "refused":
            return answer.detail
        case _:
            return f"{app.title} could not do that. Its log says why."
