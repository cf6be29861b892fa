"""What becomes of a handler's answer to a request: a message by the extension, or by its bot, or nothing to see.

An answer comes as that of the call, or late to the address that the call named. Whichever is first counts.
"""

from typing import Any

from msgspec.structs import replace

from keypost import log
from keypost.chat import service as chat
from keypost.chat.directory import is_member
from keypost.chat.judging import Voice, judge_mentions
from keypost.chat.model import Bot, Chat, ChatKind, Message, Posting, Sender
from keypost.db.tx import Tx
from keypost.errors import Forbidden, Invalid, Refusal
from keypost.extensions.addresses import new_nonce
from keypost.extensions.desk import Desk
from keypost.extensions.model import LATE_ANSWER_LIFE_MS, App
from keypost.extensions.replies import has_failed, is_message_like, judge_reply, posting
from keypost.ids import AppId, PersonId
from keypost.tokens import service as tokens
from keypost.tokens.leaks import refuse_secrets
from keypost.webhooks import store
from keypost.webhooks.model import Ending, Ingress, Outcome
from keypost.webhooks.readers import served
from keypost_sdk.content import Edit, Reply

logger = log.get(__name__)


class _Over(Exception):  # noqa: N818 - it says what is so
    """The request has ended already."""


async def conclude(desk: Desk, request: Ingress, app: App, output: Any) -> Ending | None:
    """The messages and the end of their request become true together: a crash cannot show them twice.

    An output that is nobody's to see is given up: not posted, and not given to the third party either. None if another
    answer was first.
    """
    try:
        refuse_secrets(output, desk.keys, desk.register, desk.people)
        reply = _judged(output, desk.text_max)
        if reply is not None:
            _judge_ahead(desk, request, app, reply)
    except Refusal as refusal:
        return await _cannot_show(desk, request, refusal)
    readers, places = await _places(desk, request, app) if reply is not None else ((), [])
    try:
        postings = [_posting(desk, request, app, place, reply) for place in places] if reply is not None else []
    except Refusal as refusal:
        return await _cannot_show(desk, request, refusal)
    try:
        await _end(desk, request, reply, postings)
    except _Over:
        return None
    except Forbidden as refusal:  # Only the transaction knows: a thread was closed a moment ago, say.
        return await _cannot_show(desk, request, refusal)
    return Ending(outcome=Outcome.HANDLED, output=output, readers=readers)


async def _cannot_show(desk: Desk, request: Ingress, refusal: Refusal) -> Ending | None:
    return await give_up(desk, request, f"the handler's answer cannot be shown: {refusal.sentence}")


async def give_up(desk: Desk, request: Ingress, detail: str) -> Ending | None:
    logger.warning("gave up a request", ingress=request.id, detail=detail)
    is_first = await desk.database.write(store.end, request, Outcome.GIVEN_UP, detail)
    return Ending(outcome=Outcome.GIVEN_UP) if is_first else None


async def refuse(desk: Desk, request: Ingress, sentence: str) -> Ending | None:
    """A refusal is the handler's answer, on purpose: it is told on, and nobody asks again."""
    logger.info("refused by its handler", ingress=request.id)
    is_first = await desk.database.write(store.end, request, Outcome.REFUSED, sentence)
    return Ending(outcome=Outcome.REFUSED, sentence=sentence) if is_first else None


async def expect_late(desk: Desk, request: Ingress, app: App) -> str:
    """The address at which the call that leaves now may be answered late: only a bot's handlers have one."""
    if request.bot_id is None:
        return ""
    nonce = new_nonce()
    until = desk.database.clock.now_ms() + LATE_ANSWER_LIFE_MS
    await desk.database.write(store.expect_answer, request, desk.keys.digest(nonce), until)
    return desk.addresses.late_answer(app, nonce)


async def finish_late(desk: Desk, app_id: AppId, nonce: str, output: Any) -> bool:
    """Takes a late answer. False if no request expects one at this address, or no longer."""
    found = await desk.database.read(_find_answered, desk, app_id, nonce)
    if found is None:
        return False
    request, app = found
    if _says_that_it_failed(output, desk.text_max):
        # The request is still open: it is handed over once more, at its time.
        await desk.database.write(store.close_answer, request)
        return True
    return await conclude(desk, request, app, output) is not None


def find_served(desk: Desk, request: Ingress) -> App | None:
    """The app, if it still serves the request's owner; all of that may have changed while the request waited."""
    person = desk.people.find_active(request.org_id, request.person_id)
    app = desk.apps.find(request.org_id, request.app_id)
    return app if person is not None and app is not None and desk.apps.serves(app, person) else None


def bot_of(desk: Desk, request: Ingress) -> Bot | None:
    return desk.chats.find_bot(request.org_id, request.bot_id) if request.bot_id is not None else None


def _find_answered(tx: Tx, desk: Desk, app_id: AppId, nonce: str) -> tuple[Ingress, App] | None:
    request = store.find_answered(tx, app_id, desk.keys.digest(nonce))
    app = find_served(desk, request) if request is not None else None
    return (request, app) if request is not None and app is not None else None


def _judged(output: Any, text_max: int) -> Reply | None:
    """The message in an output; None for an output that is the third party's alone."""
    answer = judge_reply(output, text_max) if is_message_like(output) else None
    if isinstance(answer, Edit):
        raise Forbidden("edit_not_allowed", "no button was pressed, so there is no message that it could edit")
    if isinstance(answer, Reply) and answer.view is not None:
        raise Invalid("invalid_inputs", "nobody was here whom it could be shown alone")
    return answer if isinstance(answer, Reply) else None


def _says_that_it_failed(output: Any, text_max: int) -> bool:
    try:
        return has_failed(judge_reply(output, text_max))
    except Refusal:
        return False


async def _places(desk: Desk, request: Ingress, app: App) -> tuple[tuple[PersonId, ...], list[Chat]]:
    """Where the message goes, and who gets it from a bot."""
    bot = bot_of(desk, request)
    if bot is None:
        return (), [await desk.database.write(_place, desk, request, app)]
    readers = _readers(desk, request, app)
    return readers, await desk.database.write(_chats_with, desk, bot, readers)


def _judge_ahead(desk: Desk, request: Ingress, app: App, reply: Reply) -> None:
    """Of chats that are made only for what is said in them, so that a refusal makes none."""
    origin = _origin(desk, request) if request.bot_id is None else None
    kind = origin.home_kind if origin is not None else ChatKind.BOT
    judge_mentions(desk.people, request.org_id, kind, reply, _voice(desk, request, app))


def _voice(desk: Desk, request: Ingress, app: App) -> Voice:
    """It speaks with the rights of the token that it was asked with; asked without one, with those its tokens get."""
    token_id = request.token_id
    grant = desk.register.get(request.org_id, token_id).grant if token_id is not None else app.grant
    return Voice.with_scopes(grant.scope)


def _posting(desk: Desk, request: Ingress, app: App, place: Chat, reply: Reply) -> Posting:
    bot, voice = bot_of(desk, request), _voice(desk, request, app)
    sender = Sender.of_bot(bot) if bot is not None else None
    return posting(desk.people, app, place, reply, request.id, voice, sender=sender, token_id=request.token_id)


async def _end(desk: Desk, request: Ingress, reply: Reply | None, postings: list[Posting]) -> None:
    """Stores the messages, if there are any and somebody to read them, and ends the request with them."""

    def end(tx: Tx, _message: Message | None = None) -> None:
        if not store.end(tx, request, Outcome.HANDLED, ""):
            raise _Over
        if reply is not None and reply.serves is not None and request.token_id is not None:
            tokens.set_serves(tx, desk.register, request.org_id, request.token_id, reply.serves)

    if postings:
        await desk.lane.commit_all([replace(postings[0], also=end), *postings[1:]])
    else:
        await desk.database.write(end)


def _readers(desk: Desk, request: Ingress, app: App) -> tuple[PersonId, ...]:
    """Those for whom it was asked and who are still here, and still served."""
    known = (desk.people.find_active(request.org_id, person_id) for person_id in request.bots_readers)
    return tuple(person.id for person in served(desk.apps, app, filter(None, known)))


def _chats_with(tx: Tx, desk: Desk, bot: Bot, readers: tuple[PersonId, ...]) -> list[Chat]:
    return [chat.open_bot_chat(tx, desk.chats, bot, person_id) for person_id in readers]


def _origin(desk: Desk, request: Ingress) -> Chat | None:
    """Where the token's button was pressed, if its owner still takes part there and it is no closed thread."""
    token = desk.register.find_by_id(request.org_id, request.token_id) if request.token_id is not None else None
    origin = token.origin if token is not None else None
    place = desk.chats.find(request.org_id, origin.chat_id) if origin is not None else None
    is_open = place is not None and place.closed_at is None and is_member(place, request.person_id)
    return place if is_open else None


def _place(tx: Tx, desk: Desk, request: Ingress, app: App) -> Chat:
    """The token's origin, else the owner's chat with the bot."""
    place = _origin(desk, request)
    if place is not None:
        return place
    bot = desk.chats.find_bot_of_app(request.org_id, app.id)
    if bot is None:
        raise LookupError(f"{app.title} is installed without a bot.")
    return chat.open_bot_chat(tx, desk.chats, bot, request.person_id)
