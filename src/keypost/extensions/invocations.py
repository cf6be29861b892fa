"""The life of a call: begun, answered or failed; and what a crash in between means."""

import secrets
from typing import Final

from keypost.db.tx import Tx
from keypost.delivery.answer import Answer, Answered, Failed
from keypost.errors import NotFound
from keypost.extensions import store
from keypost.extensions.calls import Call
from keypost.extensions.model import LATE_ANSWER_LIFE_MS, App, Invocation, Outcome
from keypost.ids import AppId, ChatId, InvocationId, MessageId, OrgId, PersonId, TokenId
from keypost.keys import Keys
from keypost.tokens import service as tokens
from keypost.tokens.register import Register

NONCE_BITS: Final = 256


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
    )
    nonce = str(secrets.randbits(NONCE_BITS))
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


def take_late(tx: Tx, keys: Keys, app_id: AppId, nonce: str) -> tuple[Invocation, App]:
    """The call that a late answer belongs to. Its address works once."""
    invocation = store.take_answer(tx, app_id, keys.digest(nonce))
    app = store.find_app(tx, invocation.org_id, app_id) if invocation is not None else None
    if invocation is None or app is None:
        raise NotFound("response_not_expected", "No answer is expected at this address, or no longer.")
    return invocation, app


def give_up_lost(tx: Tx, register: Register) -> list[Invocation]:
    """At start: calls that a crash cut off. Nobody knows whether their secrets arrived, so their tokens end."""
    lost = store.list_unended(tx)
    for invocation in lost:
        store.end_invocation(tx, invocation.org_id, invocation.id, Outcome.LOST, "the server ended during the call")
        store.close_answer(tx, invocation.org_id, invocation.id)
        if invocation.token_id is not None:
            end_token(tx, register, invocation.org_id, invocation.token_id, "lost when the server ended")
    return lost


def end_token(tx: Tx, register: Register, org_id: OrgId, token_id: TokenId, reason: str) -> None:
    token = tokens.find(tx, org_id, token_id)
    if token is not None:
        tokens.end(tx, register, token, reason)
