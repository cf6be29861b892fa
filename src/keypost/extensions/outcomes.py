"""What becomes of a call's answer: a message in the chat, a banner, or an answer for one person's eyes alone."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from keypost import log
from keypost.caller import Caller
from keypost.db.tx import Tx
from keypost.delivery.answer import Answer, Failed
from keypost.extensions import invocations
from keypost.extensions.desk import Desk
from keypost.extensions.dialogs import Begun
from keypost.extensions.model import App, Invocation
from keypost.extensions.replies import failure, holds, holds_any, posting, shown_or_failed
from keypost.ids import ChatId
from keypost.tokens import service as tokens
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


async def run(desk: Desk, caller: Caller, begun: Begun, *, replaces: bool = False) -> Outcome:
    """Sends the call that was begun, and settles everything that follows from its answer."""
    response_url = desk.addresses.late_answer(begun.app, begun.late_nonce)
    answer = await desk.invoker.invoke(begun.app, begun.call, response_url)
    outcome, content = _read(begun, answer)

    def settle(tx: Tx) -> None:
        invocations.end(tx, begun.invocation, answer)
        if begun.minted is None:
            return
        if outcome.has_failed and not (isinstance(answer, Failed) and answer.kind == "timeout"):
            # After a timeout the secret may be in use already, and an answer may still come; else nobody needs it.
            invocations.end_token(tx, desk.register, begun.app.org_id, begun.minted.token.id, "its function failed")
        elif replaces and not outcome.has_failed:
            tokens.replace_live(tx, desk.register, caller, begun.minted.token)

    await _conclude(desk, begun.app, begun.chat.id, content, settle)
    return outcome


async def finish_late(desk: Desk, app: App, invocation: Invocation, output: Any) -> None:
    """An answer that came after the call was given up: the chat shows the message, open pages show the banner."""
    reply = shown_or_failed(app, output)
    if holds_any(output, desk.keys, desk.register):
        reply = failure(f"{app.title} answered with a token's secret, which is shown to nobody.")
    if isinstance(reply, Banner):
        banner = {"text": reply.text, "status": reply.status}
        desk.hub.tell(invocation.org_id, invocation.person_id, "banner", banner)
    elif reply is not None and invocation.chat_id is not None:
        await desk.lane.commit(posting(app, invocation.chat_id, reply))


def _read(begun: Begun, answer: Answer) -> tuple[Outcome, Content | None]:
    """What the person sees, and what everybody in the chat sees."""
    if isinstance(answer, Failed):
        logger.warning("call failed", extension=begun.app.title, kind=answer.kind, detail=answer.detail)
        return Outcome(banner=failure(_sentence(begun.app, answer))), None
    reply = shown_or_failed(begun.app, answer.output)
    if begun.minted is not None and reply is not None and holds(answer.output, begun.minted.secret):
        return Outcome(private=_as_content(reply)), None
    if isinstance(reply, Banner):
        return Outcome(banner=reply), None
    return Outcome(), reply


async def _conclude(
    desk: Desk, app: App, chat_id: ChatId, content: Content | None, settle: Callable[[Tx], None]
) -> None:
    """The message and the end of its call become true together, or neither does."""
    if content is None:
        await desk.database.write(settle)
    else:
        await desk.lane.commit(posting(app, chat_id, content, also=settle))


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
