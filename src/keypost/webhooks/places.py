"""Where the addresses of posts lead: to a channel, a chat, or the direct chat with a person."""

from collections.abc import Sequence
from typing import TypeAlias

from msgspec import Struct
from starlette.requests import Request

from keypost.caller import Caller
from keypost.chat import service as chat
from keypost.chat.directory import Chats
from keypost.chat.judging import ChatShown, Place, find_place, judge_ahead
from keypost.chat.model import Chat, ChatKind, Message, Posting, Ties
from keypost.chat.wishes import NO_TIES
from keypost.db.database import Database
from keypost.errors import NotFound
from keypost.ids import ChatId, OrgId, PersonId, read_number
from keypost.messages.wording import quoted
from keypost.people.directory import People
from keypost.people.model import Person
from keypost.web.limiting import count_place
from keypost.web.parts import part
from keypost_sdk.content import Message as Content

Stored: TypeAlias = Sequence[Posting] | Sequence[Message]
"""Before or after it is stored."""


class PersonNamed(Struct, frozen=True):
    """A person by id or e-mail address."""

    named: str


class ChatOrPerson(Struct, frozen=True):
    """A chat by its id. A plain number can be a person's too: a client that many use writes to people so."""

    shown_id: str


Target = Place | PersonNamed | ChatOrPerson


def place_of(chats: Chats, stored: Stored) -> tuple[OrgId, ChatId] | None:
    """The chat in which a call counts that posts one message. What goes to many is not refused for the sake of one."""
    if len(stored) != 1:
        return None
    place = chats.get(stored[0].org_id, stored[0].chat_id)
    return place.org_id, place.home_id


def count_place_of(request: Request, stored: Stored) -> None:
    place = place_of(part(request, Chats), stored)
    if place is not None:
        count_place(request, *place)


class Finder(Struct, frozen=True):
    """What it takes to find, or make, the place that an address means."""

    database: Database
    people: People
    chats: Chats

    def find_known(self, caller: Caller, target: Target) -> Chat | None:
        """Refuses what `find` would refuse, and makes nothing: None for a direct chat that there is not yet."""
        meant = self._meant(caller, target)
        return meant if isinstance(meant, Chat) else self._direct(caller, meant)

    async def find(self, caller: Caller, target: Target, contents: Sequence[Content], ties: Ties = NO_TIES) -> Chat:
        """Where `contents` are to be said: what would be refused makes no chat. `ties` name messages: where there is no
        chat yet, there are none.
        """
        meant = self._meant(caller, target)
        if isinstance(meant, Chat):
            return meant
        known = self._direct(caller, meant)
        return known if known is not None else await self._open_direct(caller, meant, contents, ties)

    def _meant(self, caller: Caller, target: Target) -> Chat | Person:
        """A chat, or the person whose direct chat with the caller it is."""
        match target:
            case PersonNamed(named):
                return self._person(caller, named)
            case ChatOrPerson(shown_id):
                person = self._person_numbered(caller, shown_id)
                return person if person is not None else find_place(self.chats, caller, ChatShown(shown_id))
            case _:
                return find_place(self.chats, caller, target)

    def _direct(self, caller: Caller, person: Person) -> Chat | None:
        return self.chats.find_direct(caller.org_id, frozenset({caller.person_id, person.id}))

    async def _open_direct(self, caller: Caller, person: Person, contents: Sequence[Content], ties: Ties) -> Chat:
        if ties.reply_to is not None or ties.opening is not None:
            name = "reply_to" if ties.reply_to is not None else "thread_message_id"
            raise NotFound("message_not_found", f"{name} is not the id of a message of this chat.")
        judge_ahead(self.people, caller, ChatKind.DIRECT, contents)
        persons = frozenset({caller.person_id, person.id})
        title = " and ".join(sorted(self.people.get(caller.org_id, each).name for each in persons))
        return await self.database.write(chat.open_direct, self.chats, caller.org_id, title, persons)

    def _person(self, caller: Caller, named: str) -> Person:
        found = self.people.find_named(caller.org_id, named)
        if found is None or not self._may_write_to(caller, found):
            # One answer for whoever is not there and whom a guest does not know: addresses cannot be probed.
            raise NotFound("person_not_found", f"There is no person {quoted(named)} to whom you can write.")
        return found

    def _person_numbered(self, caller: Caller, shown_id: str) -> Person | None:
        number = read_number(shown_id)
        found = self.people.find(caller.org_id, PersonId(number)) if number is not None else None
        return self._person(caller, shown_id) if found is not None else None

    def _may_write_to(self, caller: Caller, person: Person) -> bool:
        """A guest knows those with whom they share a chat."""
        if not person.is_active:
            return False
        mine = self.chats.ids_of(caller.org_id, caller.person_id)
        is_guest = self.people.get(caller.org_id, caller.person_id).is_guest
        return not is_guest or not mine.isdisjoint(self.chats.ids_of(caller.org_id, person.id))
