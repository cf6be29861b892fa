"""What senders do with what they sent: edit it, and take it back. An admin takes back anybody's."""

from msgspec.structs import replace

from keypost.caller import Caller, Means, Scope
from keypost.chat import message_store, service
from keypost.chat.judging import judge_mentions, voice_of
from keypost.chat.model import Chat, Message, PartyKind
from keypost.db.tx import Tx
from keypost.errors import Forbidden, Invalid
from keypost.files.cabinet import Cabinet
from keypost.ids import MessageId
from keypost.messages.judging import judge
from keypost.people.administration import is_admin
from keypost.people.directory import People
from keypost_sdk.content import Message as Content


def edit(tx: Tx, people: People, caller: Caller, chat: Chat, message_id: MessageId | None, content: Content) -> None:
    caller.require(Scope.POST)
    judge_mentions(people, chat.org_id, chat.home_kind, content, voice_of(people, caller))
    message = _get(tx, chat, message_id)
    if not _is_own(caller, message):
        raise _not_yours()
    service.edit(tx, message.org_id, message.chat_id, message.id, content)


def reword(
    tx: Tx, people: People, caller: Caller, chat: Chat, message_id: MessageId | None, text: str, text_max: int
) -> None:
    """Another text; whatever else the message shows stays. Only a file says enough without one."""
    message = message_store.get_message(tx, chat.org_id, chat.id, message_id)
    if not text.strip() and message.file is None:
        raise Invalid("param_missing", "There is no text left: write something, or delete the message.")
    content = replace(message.content, text=text)
    edit(tx, people, caller, chat, message_id, judge(content, text_max) if text.strip() else content)


def delete(tx: Tx, people: People, cabinet: Cabinet, caller: Caller, chat: Chat, message_id: MessageId | None) -> None:
    """Twice is a success: callers retry."""
    caller.require(Scope.POST)
    message = _get(tx, chat, message_id)
    if not _is_own(caller, message) and not is_admin(people, caller):
        raise _not_yours()
    service.delete(tx, cabinet, message)


def _get(tx: Tx, chat: Chat, message_id: MessageId | None) -> Message:
    """Of this chat, also when it was deleted."""
    found = message_store.find_any(tx, chat.org_id, message_id) if message_id is not None else None
    if found is None or chat.id not in {found.chat_id, found.thread_id}:
        raise message_store.no_such_message()
    return found


def _is_own(caller: Caller, message: Message) -> bool:
    """A token's own is what this very token posted, as its owner or as a bot; a person's own is what has their name.

    What an extension says of itself about a token's request is not the token's: whoever holds it, a third party, would
    speak with the extension's name.
    """
    if caller.means is Means.TOKEN:
        return message.token_id == caller.token_id and message.sender.kind is not PartyKind.EXTENSION
    return message.sender.kind is PartyKind.PERSON and message.sender.id == caller.person_id


def _not_yours() -> Forbidden:
    return Forbidden("access_denied", "Only who sent this message may do that.")
