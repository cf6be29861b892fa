"""What a call does, as limits count it: calls of one family are counted together, whatever address they came by."""

from enum import StrEnum
from typing import Final


class Family(StrEnum):
    CHANNEL_POST = "posts to channels"
    CHAT_POST = "posts to chats"
    PERSON_POST = "posts to persons"
    BOT_POST = "posts by bots"
    FILE_POST = "files"
    BOT_INCOMING = "events for bots"
    APP_INCOMING = "events for extensions"
    EDIT = "edits"
    DELETE = "deletions"
    REACTION = "reactions"
    THREAD_STATE = "changes of threads"
    ASSOCIATE = "bots into channels"
    MESSAGES_READ = "readings of chats"
    MESSAGE_READ = "readings of single messages"
    FILE_READ = "readings of files"
    SUBSCRIBERS_READ = "readings of subscribers"

    @property
    def is_reading(self) -> bool:
        return self in READINGS


READINGS: Final = (Family.MESSAGES_READ, Family.MESSAGE_READ, Family.FILE_READ, Family.SUBSCRIBERS_READ)
"""They change nothing that others see, and take nothing from a budget of posts."""
