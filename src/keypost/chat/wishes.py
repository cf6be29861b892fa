"""What a draft wishes about how it hangs together with others, read from the ids that the wire shows."""

from typing import Final

from keypost.chat.model import Opening, Ties
from keypost.errors import NotFound
from keypost.ids import MessageId, read_message
from keypost.messages.judging import Draft
from keypost.messages.line import line

NO_TIES: Final = Ties()


def ties_of(draft: Draft, *, topic: str = "") -> Ties:
    if not (draft.reply_to or draft.thread_message_id or draft.thread_title or draft.post_in_parent or topic):
        return NO_TIES
    root_id = _read("thread_message_id", draft.thread_message_id)
    title = line("thread_title", draft.thread_title) if draft.thread_title else ""
    return Ties(
        reply_to=_read("reply_to", draft.reply_to),
        opening=Opening(root_id=root_id, title=title) if root_id is not None else None,
        in_parent=draft.post_in_parent,
        topic=line("message_topic", topic) if topic else None,
    )


def _read(name: str, shown: str | None) -> MessageId | None:
    """Empty is as missing: some senders always write the field."""
    if not shown:
        return None
    message_id = read_message(shown)
    if message_id is None:
        raise NotFound("message_not_found", f"{name} is not the id of a message of this chat.")
    return message_id
