"""The life of a call: begun, answered or failed; and what a crash in between means."""

from keypost.db.tx import Tx
from keypost.delivery.answer import Answer, Answered, Failed
from keypost.errors import NotFound
from keypost.extensions import store
from keypost.extensions.addresses import new_nonce
from keypost.extensions.calls import Call
from keypost.extensions.model import LATE_ANSWER_LIFE_MS, App, Invocation, Outcome
from keypost.ids import AppId, ChatId, InvocationId, MessageId, PersonId, TokenId
from keypost.keys import Keys
from keypost.tokens import service as tokens
from keypost.tokens.register import Register


def begin(
    tx: Tx,
    keys: Keys,
    app: App,
    person_id: PersonId,
    call: Call,
    *,
    chat_id: ChatId | None = None,
    message_id: MessageId | None = None,
    token_id: TokenId | None = None,
    replaces: bool = False,
) -> tuple[Invocation, str]:
    """Notes that a call leaves; answers it with the nonce (decimal) of the address for a late answer."""
    invocation = Invocation(
        org_id=app.org_id,
        id=InvocationId(tx.new_id()),
        app_id=app.id,
        handler=call.handler,
        name=call.name,
        person_id=person_id,
        chat_id=chat_id,
        message_id=message_id,
        token_id=token_id,
        replaces=replaces,
    )
    nonce = new_nonce()
    store.add_invocation(tx, invocation, keys.digest(nonce), tx.now + LATE_ANSWER_LIFE_MS)
    return invocation, nonce


def end(tx: Tx, invocation: Invocation, answer: Answer) -> None:
    """Notes how the call ended. Only one that took too long may still be answered."""
    match answer:
        case Answered():
            store.end_invocation(tx, invocation.org_id, invocation.id, Outcome.ANSWERED, "")
        case Failed(kind=kind, detail=detail):
            store.end_invocation(tx, invocation.org_id, invocation.id, Outcome.FAILED, f"{kind}: {detail}")
    if not (isinstance(answer, Failed) and answer.kind == "timeout"):
        store.close_answer(tx, invocation.org_id, invocation.id)


def settle_token(tx: Tx, register: Register, invocation: Invocation, *, failed: bool) -> None:
    """What an answer means for the token of its call: after a failure nobody needs it; else it takes the place of
    those before it, if the person chose so.
    """
    token = tokens.find(tx, invocation.org_id, invocation.token_id) if invocation.token_id is not None else None
    if token is None:
        return
    if failed:
        tokens.end(tx, register, token, "its function failed")
    elif invocation.replaces and token.is_usable(tx.now):  # One that was revoked meanwhile takes nobody's place.
        tokens.replace_live(tx, register, token)


def abandon(tx: Tx, register: Register, invocation: Invocation) -> None:
    """Ends a call of which nobody will learn more, and its token with it: nobody knows whether its secret arrived."""
    store.end_invocation(tx, invocation.org_id, invocation.id, Outcome.LOST, "cut off by a failure of the server")
    store.close_answer(tx, invocation.org_id, invocation.id)
    token = tokens.find(tx, invocation.org_id, invocation.token_id) if invocation.token_id is not None else None
    if token is not None:
        tokens.end(tx, register, token, "lost when the server failed")


def find_late(tx: Tx, keys: Keys, app_id: AppId, nonce: str) -> tuple[Invocation, App]:
    """The call that a late answer belongs to."""
    invocation = store.find_answer(tx, app_id, keys.digest(nonce))
    app = store.find_app(tx, invocation.org_id, app_id) if invocation is not None else None
    if invocation is None or app is None:
        raise _not_expected()
    return invocation, app


def take_late(tx: Tx, keys: Keys, app_id: AppId, nonce: str) -> None:
    """Uses up the address of a late answer: it works once."""
    if not store.take_answer(tx, app_id, keys.digest(nonce)):
        raise _not_expected()


def give_up_lost(tx: Tx, register: Register) -> list[Invocation]:
    """At start: the calls that were under way when the server last ended."""
    lost = store.list_unended(tx)
    for invocation in lost:
        abandon(tx, register, invocation)
    return lost


def _not_expected() -> NotFound:
    return NotFound("response_not_expected", "No answer is expected at this address, or no longer.")
