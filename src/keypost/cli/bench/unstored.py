"""A lane for comparison, which stores nothing."""

from keypost.chat.directory import Chats
from keypost.chat.lane import Lane
from keypost.chat.model import Message, Posting, Submission
from keypost.chat.waiting import Settle
from keypost.db.database import Database
from keypost.ids import MessageId


class Unstored(Lane):
    """A lane that says yes at once and keeps nothing: what a post costs before and after the database."""

    def __init__(self, database: Database, chats: Chats) -> None:
        super().__init__(database, chats)
        self._ids = database.ids

    def submit(self, submission: Submission, settle: Settle) -> None:
        settle([self._message(posting) for posting in submission.postings])

    def _message(self, posting: Posting) -> Message:
        return Message(
            org_id=posting.org_id,
            id=MessageId(self._ids.next()),
            chat_id=posting.chat_id,
            sender=posting.sender,
            content=posting.content,
            token_id=posting.token_id,
        )
