"""What an extension answered, judged: a message, an edit, a banner, or nothing. It is a stranger's content like any
other.
"""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from keypost.chat.judging import Voice, judge_posting
from keypost.chat.model import Chat, Collapse, Message, PartyKind, Posting, Sender
from keypost.db.tx import Tx
from keypost.extensions.model import App
from keypost.ids import TokenId
from keypost.messages.judging import content_of, judge
from keypost.messages.spellings import decode_content
from keypost.people.directory import People
from keypost_sdk.content import TEXT_MAX, Banner, Edit, Reply
from keypost_sdk.secret import Secret

SHOWN_FIELDS: Final = frozenset({"text", "card", "slides", "buttons"})

Answer = Reply | Edit | Banner | None


def judge_reply(output: Any, text_max: int = TEXT_MAX) -> Answer:
    """The answer in an output, told apart by its `type`; without one it is a message. An output that cannot be shown is
    a refusal that names what is wrong with it.
    """
    if output in ("", None) or output == {}:
        return None
    body = msgspec.json.encode(output)
    match output:
        case {"type": "banner"}:
            return decode_content(body, Banner)
        case {"type": "message_edit"}:
            return judge(decode_content(body, Edit), text_max)
        case _:
            return judge(decode_content(body, Reply), text_max)


def failure(sentence: str) -> Banner:
    return Banner(text=sentence[:1000], status="failure")


def has_failed(answer: Answer) -> bool:
    return isinstance(answer, Banner) and answer.status == "failure"


def is_message_like(output: Any) -> bool:
    return isinstance(output, dict) and not SHOWN_FIELDS.isdisjoint(output)


def holds(output: Any, secret: Secret) -> bool:
    """Whether an output has this call's own secret in it: then it is shown once, to one person, and not stored."""
    return secret.reveal().encode() in msgspec.json.encode(output)


def posting(
    people: People,
    app: App,
    place: Chat,
    reply: Reply,
    order: int,
    voice: Voice,
    *,
    sender: Sender | None = None,
    token_id: TokenId | None = None,
    also: Callable[[Tx, Message], None] | None = None,
) -> Posting:
    """A message by the extension itself, or by its bot as `sender`; `token_id` where a third party's request with that
    token made it speak.

    `order` is the id of the call that it answers: of two with one collapse key, the answer to the later call stays.
    """
    return judge_posting(
        people,
        place,
        sender or Sender(kind=PartyKind.EXTENSION, id=app.id, name=app.title),
        content_of(reply),
        voice,
        token_id=token_id,
        collapse=Collapse(reply.collapse_key, order) if reply.collapse_key else None,
        also=also,
    )
