"""Whom the mentions of a message mean, as far as all of its readers may know.

Readers of a chat get one and the same frame, so what one of them must not learn is told to none. Members know everybody
of their organisation; a guest knows those whom they share the chat with. A channel is known to those who take part.
"""

from collections.abc import Set as AbstractSet
from functools import cached_property

from keypost.chat.directory import Chats
from keypost.chat.model import Chat
from keypost.ids import ChatId, OrgId, PersonId, TeamId, read_channel, read_number, show_channel
from keypost.messages.names import Named
from keypost.people.directory import People


class KnownToAll:
    """`keypost.messages.names.Names` for the `readers` of a message."""

    def __init__(self, people: People, chats: Chats, org_id: OrgId, readers: AbstractSet[PersonId]) -> None:
        self._people = people
        self._chats = chats
        self._org_id = org_id
        self._readers = readers
        self._known_channels: dict[ChatId, bool] = {}

    def find_person(self, written: str) -> Named | None:
        person = self._people.find_named(self._org_id, written)
        if person is None or (self._has_guest and person.id not in self._readers):
            return None
        return Named(str(person.id), person.name)

    def find_team(self, written: str) -> Named | None:
        number = read_number(written)
        if number is None or self._has_guest:
            return None
        name = self._people.find_team_name(self._org_id, TeamId(number))
        return Named(str(number), name) if name is not None else None

    def find_channel(self, written: str) -> Named | None:
        channel = self._channel(written)
        if channel is None or channel.unique_name is None or not self._is_known(channel):
            return None
        return Named(show_channel(channel.id), channel.unique_name)

    def _is_known(self, channel: Chat) -> bool:
        """Looked at once: a message can name a channel thousands of times, and it can have thousands of people."""
        known = self._known_channels.get(channel.id)
        if known is None:
            known = self._known_channels[channel.id] = self._readers <= channel.person_ids
        return known

    def _channel(self, written: str) -> Chat | None:
        chat_id = read_channel(written)
        if chat_id is None:
            return self._chats.find_channel(self._org_id, written)
        return self._chats.find(self._org_id, chat_id)

    @cached_property
    def _has_guest(self) -> bool:
        found = (self._people.find(self._org_id, reader) for reader in self._readers)
        return any(reader is not None and reader.is_guest for reader in found)


def known_in(people: People, chats: Chats, place: Chat) -> KnownToAll:
    """For the messages of a chat, whose readers are those who take part."""
    return KnownToAll(people, chats, place.org_id, place.person_ids)
