"""What an extension answered, judged: a message, a banner, or nothing. It is a stranger's content like any other."""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from keypost.chat.model import PartyKind, Posting, Sender
from keypost.db.tx import Tx
from keypost.errors import Invalid
from keypost.extensions.model import App
from keypost.ids import ChatId, TokenId
from keypost.messages.decoding import decode
from keypost.messages.judging import judge
from keypost_sdk.content import Banner
from keypost_sdk.content import Message as Content
from keypost_sdk.secret import Secret

SHOWN_FIELDS: Final = frozenset({"text", "card", "slides", "buttons"})

Reply = Content | Banner | None


def judge_reply(output: Any) -> Reply:
    """The reply in an output; an output that cannot be shown is a refusal that names what is wrong with it."""
    if output in ("", None) or output == {}:
        return None
    body = msgspec.json.encode(output)
    if isinstance(output, dict) and output.get("type") == "banner":
        return decode(body, Banner)
    return judge(decode(body, Content))


def shown_or_failed(app: App, output: Any) -> Reply:
    """As `judge_reply`; what cannot be shown becomes a banner that says so to the person who asked."""
    try:
        return judge_reply(output)
    except Invalid as refusal:
        return failure(f"{app.title} gave an answer that cannot be shown: {refusal.sentence}")


def failure(sentence: str) -> Banner:
    return Banner(text=sentence[:1000], status="failure")


def is_message_like(output: Any) -> bool:
    return isinstance(output, dict) and not SHOWN_FIELDS.isdisjoint(output)


def holds(output: Any, secret: Secret) -> bool:
    """Whether an output has this call's own secret in it: then it is shown once, to one person, and not stored."""
    return secret.reveal().encode() in msgspec.json.encode(output)


def posting(
    app: App,
    chat_id: ChatId,
    content: Content,
    *,
    token_id: TokenId | None = None,
    also: Callable[[Tx], None] | None = None,
) -> Posting:
    """A message by the extension itself; `token_id` where a third party's request with that token made it speak."""
    sender = Sender(kind=PartyKind.EXTENSION, id=app.id, name=app.title)
    return Posting(org_id=app.org_id, chat_id=chat_id, sender=sender, content=content, token_id=token_id, also=also)
