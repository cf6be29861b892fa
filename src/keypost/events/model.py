from enum import StrEnum

from msgspec import Struct

from keypost.ids import ChatId, OrgId, PersonId


class Kind(StrEnum):
    MESSAGE_POSTED = "message_posted"
    MESSAGE_EDITED = "message_edited"
    REACTIONS_CHANGED = "reactions_changed"
    VOTES_CHANGED = "votes_changed"
    VOTED = "voted"
    MESSAGE_DELETED = "message_deleted"
    MESSAGE_TOUCHED = "message_touched"
    """What stands around a message changed: what it answers, the thread on it."""
    THREAD_CLOSED = "thread_closed"
    THREAD_REOPENED = "thread_reopened"
    TOKEN_MINTED = "token_minted"
    TOKEN_REPLACED = "token_replaced"
    TOKEN_REVOKED = "token_revoked"
    TOKEN_CHANGED = "token_changed"
    CHAT_CREATED = "chat_created"
    CHAT_RENAMED = "chat_renamed"
    MEMBER_JOINED = "member_joined"
    MEMBER_LEFT = "member_left"
    EXTENSION_INSTALLED = "extension_installed"
    EXTENSION_UNINSTALLED = "extension_uninstalled"
    ORGANISATION_CHANGED = "organisation_changed"
    SESSIONS_ENDED = "sessions_ended"


class Event(Struct, frozen=True, kw_only=True):
    """`subject_id` is the row that it happened to; `chat_id` says who may hear of it, else `person_id` alone does.

    `number` is 0 until the event is stored.
    """

    org_id: OrgId
    kind: Kind
    subject_id: int
    chat_id: ChatId | None = None
    person_id: PersonId | None = None
    at: int = 0
    number: int = 0
