"""Channels as admins look after them: making one, who takes part. Everybody else sees those they take part in."""

import re
from typing import Final

from keypost.caller import Caller, Scope
from keypost.chat import service, store
from keypost.chat.directory import Chats
from keypost.chat.judging import ChannelNamed, find_place
from keypost.chat.model import Bot, Chat, ChatKind, Party, PartyKind
from keypost.db.tx import Tx
from keypost.errors import Conflict, Invalid
from keypost.messages.line import line
from keypost.messages.wording import quoted
from keypost.people.administration import is_admin, require_active, require_admin
from keypost.people.directory import People
from keypost.people.model import Person

UNIQUE_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")


def list_channels(people: People, chats: Chats, caller: Caller) -> list[Chat]:
    caller.require(Scope.READ)
    if is_admin(people, caller):
        return chats.channels_of(caller.org_id)
    mine = chats.list_of(caller.org_id, caller.person_id)
    return [chat for chat in mine if chat.kind is ChatKind.CHANNEL]


def get_channel(people: People, chats: Chats, caller: Caller, unique_name: str) -> Chat:
    caller.require(Scope.READ)
    return find_open(people, chats, caller, unique_name)


def create(tx: Tx, people: People, chats: Chats, caller: Caller, unique_name: str, title: str) -> Chat:
    """A channel with its maker in it."""
    require_admin(people, caller)
    _require_free(tx, caller, unique_name)
    me = Party(PartyKind.PERSON, caller.person_id)
    title = line("title", title) if title else ""
    return service.create_channel(tx, chats, caller.org_id, unique_name, [me], title=title)


def rename(tx: Tx, people: People, chats: Chats, caller: Caller, channel: Chat, unique_name: str) -> Chat:
    """From the next post on. What posts to the older name finds nothing; ids go on. Twice is a success."""
    require_admin(people, caller)
    known = store.find_channel(tx, channel.org_id, channel.id)
    if known is None or known.unique_name == unique_name:
        return channel
    _require_free(tx, caller, unique_name)
    return service.rename_channel(tx, chats, known, unique_name)


def join(tx: Tx, people: People, chats: Chats, caller: Caller, channel: Chat, person: Person) -> None:
    require_admin(people, caller)
    require_active(person)
    service.add_member(tx, chats, channel, Party(PartyKind.PERSON, person.id))


def find_open(people: People, chats: Chats, caller: Caller, unique_name: str) -> Chat:
    """A channel in which the caller may change who takes part: they do so themselves, or are an admin."""
    found = chats.find_channel(caller.org_id, unique_name)
    if found is not None and is_admin(people, caller):
        return found
    return find_place(chats, caller, ChannelNamed(unique_name))


def associate(tx: Tx, chats: Chats, channel: Chat, bot: Bot) -> None:
    """Lets a bot take part. Twice is a refusal, as on the wire."""
    party = Party(PartyKind.BOT, bot.id)
    if store.has_member(tx, channel.org_id, channel.id, party):
        raise Invalid("bot_already_member", f"The bot {bot.unique_name} takes part in #{channel.unique_name} already.")
    service.add_member(tx, chats, channel, party)


def leave(tx: Tx, people: People, chats: Chats, caller: Caller, channel: Chat, person: Person) -> None:
    """One's own leaving needs nobody; who takes out somebody else is an admin."""
    caller.require(Scope.PERSON)
    if person.id != caller.person_id:
        require_admin(people, caller)
    service.remove_member(tx, chats, channel, Party(PartyKind.PERSON, person.id))


def _require_free(tx: Tx, caller: Caller, unique_name: str) -> None:
    if not UNIQUE_NAME.fullmatch(unique_name):
        raise Invalid(
            "channel_name_invalid",
            f"unique_name is {quoted(unique_name)}; it must be 1 to 60 small letters, digits, - and _, "
            "and begin with a letter or a digit",
        )
    if store.has_channel(tx, caller.org_id, unique_name):
        raise Conflict("channel_already_exists", f"There is a channel {unique_name} already.")
