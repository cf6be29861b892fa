"""What an extension's answer comes to: what the person who asked sees, and what of it lasts."""

from typing import Any

from msgspec import Struct

from keypost import log
from keypost.chat import service as chat
from keypost.chat.judging import Voice, judge_mentions
from keypost.chat.model import Message
from keypost.db.tx import Tx
from keypost.errors import Forbidden, Refusal
from keypost.extensions.buttons import speaking_app
from keypost.extensions.desk import Desk
from keypost.extensions.model import App, Invocation
from keypost.extensions.replies import Answer, failure, has_failed, holds, judge_reply
from keypost.messages.judging import content_of
from keypost.tokens.leaks import holds_secret
from keypost_sdk.content import Banner, Edit, Reply
from keypost_sdk.content import Message as Content
from keypost_sdk.secret import Secret

logger = log.get(__name__)

Lasting = Reply | Edit | None
"""Of an answer what leaves a trace: in the chat, or on the token."""


class Seen(Struct, frozen=True):
    """What the person who asked sees. With neither banner nor private answer: the chat shows it, or nothing is to be
    seen. `by_hand`: a token was made that its owner has to take to the app.
    """

    banner: Banner | None = None
    private: Content | None = None
    by_hand: bool = False

    @property
    def has_failed(self) -> bool:
        return has_failed(self.banner)


async def judge_answer(
    desk: Desk, app: App, invocation: Invocation, output: Any, secret: Secret | None
) -> tuple[Seen, Lasting]:
    """What the person sees, and what lasts: never an answer with a secret in it. `secret` is the call's own."""
    answer = await _shown_or_failed(desk, app, invocation, output)
    if answer is not None and secret is not None and not has_failed(answer) and holds(output, secret):
        return Seen(private=_as_content(answer), by_hand=_by_hand(answer)), None
    if holds_secret(output, desk.keys, desk.register, desk.people):
        sentence = f"{app.title} answered with the secret of a token, which is shown to nobody."
        return Seen(banner=failure(sentence)), None
    match answer:
        case Banner():
            return Seen(banner=answer), None
        case Reply(view="ephemeral"):
            return Seen(private=content_of(answer), by_hand=answer.by_hand), answer
        case _:
            return Seen(by_hand=_by_hand(answer)), answer


async def _shown_or_failed(desk: Desk, app: App, invocation: Invocation, output: Any) -> Answer:
    """The answer; if it cannot be shown, a banner that says so to the person who asked."""
    try:
        answer = judge_reply(output, desk.text_max)
        if isinstance(answer, Reply | Edit):
            _judge_mentions(desk, app, invocation, answer)
        if isinstance(answer, Edit):
            await desk.database.read(_require_own, desk, app, invocation)
    except Refusal as refusal:
        logger.warning("an answer cannot be shown", extension=app.title, code=refusal.code)
        return failure(f"{app.title} gave an answer that cannot be shown: {refusal.sentence}")
    return answer


def _judge_mentions(desk: Desk, app: App, invocation: Invocation, answer: Reply | Edit) -> None:
    """The extension speaks for itself, whoever asked it: with the rights that its tokens get."""
    place = desk.chats.find(invocation.org_id, invocation.chat_id) if invocation.chat_id is not None else None
    if place is not None:
        judge_mentions(desk.people, place.org_id, place.home_kind, answer, Voice.with_scopes(app.grant.scope))


def _require_own(tx: Tx, desk: Desk, app: App, invocation: Invocation) -> None:
    """An extension edits what it said itself, by its own name or its bot's."""
    message = _pressed(tx, invocation)
    if message is None or speaking_app(desk.chats, message) != app.id:
        raise Forbidden("edit_not_allowed", "it would change a message that this extension did not send")


def _pressed(tx: Tx, invocation: Invocation) -> Message | None:
    if invocation.chat_id is None or invocation.message_id is None:
        return None
    return chat.find_message(tx, invocation.org_id, invocation.chat_id, invocation.message_id)


def _by_hand(answer: Answer) -> bool:
    return isinstance(answer, Reply) and answer.by_hand


def _as_content(answer: Reply | Edit | Banner) -> Content:
    return Content(text=answer.text) if isinstance(answer, Banner) else content_of(answer)
