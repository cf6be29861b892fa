"""Chats and bots in memory: loaded at start, changed only in commits' effects, read by judging."""

from collections.abc import Collection, Iterable

import msgspec

from keypost.chat.model import Bot, Chat, ChatKind, Party, PartyKind
from keypost.errors import Fault
from keypost.ids import BotId, ChatId, MessageId, OrgId, PersonId


class Chats:
    def __init__(self) -> None:
        self._chats: dict[tuple[OrgId, ChatId], Chat] = {}
        self._threads: dict[tuple[OrgId, MessageId], ChatId] = {}
        self._channels: dict[tuple[OrgId, str], ChatId] = {}
        self._of_person: dict[tuple[OrgId, PersonId], set[ChatId]] = {}
        self._bots: dict[tuple[OrgId, BotId], Bot] = {}
        self._bots_by_name: dict[tuple[OrgId, str], BotId] = {}
        self._bots_by_app: dict[tuple[OrgId, int], BotId] = {}
        self._with_bot: dict[tuple[OrgId, BotId, PersonId], ChatId] = {}

    def load(self, chats: Iterable[Chat], bots: Iterable[Bot]) -> None:
        for bot in bots:
            self.put_bot(bot)
        for chat in chats:
            self.put(chat)

    def put(self, chat: Chat) -> None:
        self._chats[chat.org_id, chat.id] = chat
        if chat.unique_name is not None:
            self._channels[chat.org_id, chat.unique_name] = chat.id
        if chat.root_id is not None:
            self._threads[chat.org_id, chat.root_id] = chat.id
        for member in chat.members:
            if member.kind is PartyKind.PERSON:
                self._of_person.setdefault((chat.org_id, PersonId(member.id)), set()).add(chat.id)
                if chat.bot_id is not None:
                    self._with_bot[chat.org_id, chat.bot_id, PersonId(member.id)] = chat.id

    def put_bot(self, bot: Bot) -> None:
        self._bots[bot.org_id, bot.id] = bot
        self._bots_by_name[bot.org_id, bot.unique_name] = bot.id
        if bot.app_id is not None:
            self._bots_by_app[bot.org_id, bot.app_id] = bot.id

    def rename(self, org_id: OrgId, chat_id: ChatId, unique_name: str, title: str) -> None:
        """A channel. Its older name means nothing any more, until another channel takes it."""
        chat = self._chats[org_id, chat_id]
        if chat.unique_name is not None:
            del self._channels[org_id, chat.unique_name]
        self.put(msgspec.structs.replace(chat, unique_name=unique_name, title=title))

    def join(self, org_id: OrgId, chat_id: ChatId, party: Party) -> None:
        chat = self._chats[org_id, chat_id]
        self.put(msgspec.structs.replace(chat, members=chat.members | {party}))

    def leave(self, org_id: OrgId, chat_id: ChatId, party: Party) -> None:
        chat = self._chats[org_id, chat_id]
        self._chats[org_id, chat_id] = msgspec.structs.replace(chat, members=chat.members - {party})
        if party.kind is PartyKind.PERSON:
            self._of_person.get((org_id, PersonId(party.id)), set()).discard(chat_id)
            if chat.bot_id is not None:
                self._with_bot.pop((org_id, chat.bot_id, PersonId(party.id)), None)

    def find(self, org_id: OrgId, chat_id: ChatId) -> Chat | None:
        chat = self._chats.get((org_id, chat_id))
        if chat is None or chat.parent_id is None:
            return chat
        # A thread's members are its parent's, asked anew each time: who leaves there has left here.
        parent = self._chats[org_id, chat.parent_id]
        return msgspec.structs.replace(chat, members=parent.members, parent_kind=parent.kind)

    def get(self, org_id: OrgId, chat_id: ChatId) -> Chat:
        """A chat that is there: none ever goes."""
        found = self.find(org_id, chat_id)
        if found is None:
            raise Fault(f"There is no chat {chat_id} in memory.")
        return found

    def find_thread_on(self, org_id: OrgId, root_id: MessageId) -> Chat | None:
        chat_id = self._threads.get((org_id, root_id))
        return self.find(org_id, chat_id) if chat_id is not None else None

    def find_channel(self, org_id: OrgId, unique_name: str) -> Chat | None:
        chat_id = self._channels.get((org_id, unique_name))
        return self._chats[org_id, chat_id] if chat_id is not None else None

    def channels_of(self, org_id: OrgId) -> list[Chat]:
        """Every channel of the organisation, by name."""
        known = sorted((name, chat_id) for (of_org, name), chat_id in self._channels.items() if of_org == org_id)
        return [self._chats[org_id, chat_id] for _, chat_id in known]

    def find_bot(self, org_id: OrgId, bot_id: BotId) -> Bot | None:
        return self._bots.get((org_id, bot_id))

    def find_bot_named(self, org_id: OrgId, unique_name: str) -> Bot | None:
        bot_id = self._bots_by_name.get((org_id, unique_name))
        return self._bots[org_id, bot_id] if bot_id is not None else None

    def find_bot_of_app(self, org_id: OrgId, app_id: int) -> Bot | None:
        bot_id = self._bots_by_app.get((org_id, app_id))
        return self._bots[org_id, bot_id] if bot_id is not None else None

    def find_bot_chat(self, bot: Bot, person_id: PersonId) -> Chat | None:
        """The person's chat with the bot, if there is one yet."""
        chat_id = self._with_bot.get((bot.org_id, bot.id, person_id))
        return self._chats[bot.org_id, chat_id] if chat_id is not None else None

    def find_direct(self, org_id: OrgId, persons: frozenset[PersonId]) -> Chat | None:
        """The direct chat of exactly these persons, if there is one yet."""
        ids = frozenset.intersection(*(self.ids_of(org_id, person_id) for person_id in persons))
        both = (self._chats[org_id, chat_id] for chat_id in sorted(ids))
        return next((chat for chat in both if chat.kind is ChatKind.DIRECT and chat.person_ids == persons), None)

    def ids_of(self, org_id: OrgId, person_id: PersonId) -> frozenset[ChatId]:
        return frozenset(self._of_person.get((org_id, person_id), ()))

    def members_among(self, org_id: OrgId, chat_id: ChatId, persons: Collection[PersonId]) -> frozenset[PersonId]:
        """Those of the persons who take part in the chat."""
        chat = self._chats.get((org_id, chat_id))
        if chat is None:
            return frozenset()
        if len(chat.members) < len(persons):
            return frozenset(person_id for person_id in chat.person_ids if person_id in persons)
        of_person = self._of_person
        return frozenset(person_id for person_id in persons if chat_id in of_person.get((org_id, person_id), ()))

    def list_of(self, org_id: OrgId, person_id: PersonId) -> list[Chat]:
        """The person's chats, channels first, then by title."""
        mine = [self._chats[org_id, chat_id] for chat_id in self._of_person.get((org_id, person_id), ())]
        return sorted(mine, key=lambda chat: (chat.kind is not ChatKind.CHANNEL, chat.title.casefold(), chat.id))


def is_member(chat: Chat, person_id: PersonId) -> bool:
    return Party(PartyKind.PERSON, person_id) in chat.members
