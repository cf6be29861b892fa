from msgspec import Struct

from keypost.chat.directory import Chats
from keypost.people.directory import People
from keypost.tokens.attribution import Attribution


class Memory(Struct, frozen=True):
    """What frames tell besides the rows that they are about."""

    people: People
    chats: Chats
    attribution: Attribution
