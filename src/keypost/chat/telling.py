"""What the log hears of messages and of those around them."""

from typing import Final

from keypost.chat import message_store
from keypost.chat.model import Chat, Message
from keypost.db.tx import Tx
from keypost.events import service as events
from keypost.events.model import Event, Kind

ANSWERS_MAX: Final = 10
"""How many of a message's answers, the newest, show at once that it changed; older ones when they are next opened. Each
is made and sent anew.
"""


def of_message(tx: Tx, kind: Kind, message: Message) -> None:
    events.emit(tx, Event(org_id=message.org_id, kind=kind, subject_id=message.id, chat_id=message.chat_id))


def of_answers(tx: Tx, message: Message) -> None:
    """Those that answer a message quote it."""
    for answer in message_store.list_answering(tx, message, ANSWERS_MAX):
        of_message(tx, Kind.MESSAGE_TOUCHED, answer)


def of_root(tx: Tx, thread: Chat) -> None:
    """The message on which a thread was opened says how much was said there."""
    if thread.root_id is not None:
        kind, org_id = Kind.MESSAGE_TOUCHED, thread.org_id
        events.emit(tx, Event(org_id=org_id, kind=kind, subject_id=thread.root_id, chat_id=thread.home_id))
