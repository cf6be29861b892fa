"""What becomes of a call's answer: a message in the chat, a banner, or an answer for one person's eyes alone."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from keypost import log
from keypost.chat.directory import is_member
from keypost.db.tx import Tx
from keypost.delivery.answer import Answer, Failed
from keypost.extensions import invocations
from keypost.extensions.desk import Desk
from keypost.extensions.dialogs import Begun
from keypost.extensions.model import App, Invocation
from keypost.extensions.replies import failure, holds, posting, shown_or_failed
from keypost.ids import AppId
from keypost.tokens.leaks import holds_secret
from keypost_sdk.content import Banner
from keypost_sdk.content import Message as Content

logger = log.get(__name__)


class Outcome(Struct, frozen=True):
    """What the person who asked sees. With neither banner nor private answer: the chat shows it, or nothing is to be
    seen.
    """

    banner: Banner | None = None
    private: Content | None = None

    @property
    def has_failed(self) -> bool:
        return self.banner is not None and self.banner.status == "failure"


async def run(desk: Desk, begun: Begun) -> Outcome:
    """Sends the call that was begun, and settles everything that follows from its answer."""
    response_url = desk.addresses.late_answer(begun.app, begun.late_nonce)
    answer = await desk.invoker.invoke(begun.app, begun.call, response_url)
    outcome, content = _read(desk, begun, answer)
    # After a timeout the secret may be in use already, and an answer may still come.
    is_open = isinstance(answer, Failed) and answer.kind == "timeout"

    def settle(tx: Tx) -> None:
        invocations.end(tx, begun.invocation, answer)
        if not is_open:
            invocations.settle_token(tx, desk.register, begun.invocation, failed=outcome.has_failed)

    try:
        await _conclude(desk, begun.app, begun.invocation, content, settle)
    except Exception:
        await desk.database.write(invocations.abandon, desk.register, begun.invocation)
        raise
    return outcome


async def finish_late(desk: Desk, app_id: AppId, nonce: str, output: Any) -> None:
    """An answer that came after the call was given up: the chat shows the message, open pages show the banner."""
    invocation, app = await desk.database.read(invocations.find_late, desk.keys, app_id, nonce)
    reply = shown_or_failed(app, output)
    if holds_secret(output, desk.keys, desk.register):
        reply = _leak(app)
    failed = isinstance(reply, Banner) and reply.status == "failure"

    def settle(tx: Tx) -> None:
        invocations.take_late(tx, desk.keys, app_id, nonce)
        invocations.settle_token(tx, desk.register, invocation, failed=failed)

    await _conclude(desk, app, invocation, None if isinstance(reply, Banner) else reply, settle)
    if isinstance(reply, Banner):
        banner = {"text": reply.text, "status": reply.status}
        desk.hub.tell(invocation.org_id, invocation.person_id, "banner", banner)


def _read(desk: Desk, begun: Begun, answer: Answer) -> tuple[Outcome, Content | None]:
    """What the person sees, and what everybody in the chat sees."""
    if isinstance(answer, Failed):
        logger.warning("call failed", extension=begun.app.title, kind=answer.kind, detail=answer.detail)
        return Outcome(banner=failure(_sentence(begun.app, answer))), None
    reply = shown_or_failed(begun.app, answer.output)
    if reply is not None and begun.minted is not None and holds(answer.output, begun.minted.secret):
        return Outcome(private=_as_content(reply)), None
    if holds_secret(answer.output, desk.keys, desk.register):
        return Outcome(banner=_leak(begun.app)), None
    if isinstance(reply, Banner):
        return Outcome(banner=reply), None
    return Outcome(), reply


async def _conclude(
    desk: Desk, app: App, invocation: Invocation, content: Content | None, settle: Callable[[Tx], None]
) -> None:
    """The message and the end of its call become true together, or neither does."""
    chat = desk.chats.find(invocation.org_id, invocation.chat_id) if invocation.chat_id is not None else None
    # Whoever has left the chat meanwhile has no answer posted there.
    if content is None or chat is None or not is_member(chat, invocation.person_id):
        await desk.database.write(settle)
    else:
        await desk.lane.commit(posting(app, chat.id, content, also=settle))


def _leak(app: App) -> Banner:
    return failure(f"{app.title} answered with the secret of a token, which is shown to nobody.")


def _as_content(reply: Content | Banner) -> Content:
    return Content(text=reply.text) if isinstance(reply, Banner) else reply


def _sentence(app: App, answer: Failed) -> str:
    match answer.kind:
        case "timeout":
            return f"{app.title} did not answer in time. If it answers later, you will see it here."
        case "unreachable":
            return f"{app.title} cannot be reached right now. Try again in a moment."
        case _:
            return f"{app.title} could not do that. Its log says why."
