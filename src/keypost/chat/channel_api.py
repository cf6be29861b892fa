"""Channels, for programs: which there are, and who takes part."""

from typing import Annotated

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response

from keypost.caller import Caller
from keypost.chat import channels
from keypost.chat.directory import Chats
from keypost.chat.message_out import sender_id
from keypost.chat.model import Bot, Chat, Party, PartyKind, Sender
from keypost.db.database import Database
from keypost.ids import BotId, PersonId, show_channel
from keypost.messages.decoding import decode
from keypost.people.administration import get_person
from keypost.people.directory import People
from keypost.people.model import Person
from keypost.web.body import read_body
from keypost.web.parts import part
from keypost.web.replies import ok


class MemberOut(Struct, frozen=True):
    id: str
    name: str
    kind: PartyKind


class ChannelOut(Struct, frozen=True):
    """`chat_id` is the same place as a chat, for reading and posting by id. Who has left is no member."""

    id: str
    chat_id: str
    unique_name: str
    title: str
    members: list[MemberOut]


class ChannelsOut(Struct, frozen=True):
    channels: list[ChannelOut]


class ChannelIn(Struct, frozen=True, forbid_unknown_fields=True):
    """Without a title it is called by its unique name."""

    unique_name: str
    title: Annotated[str, Meta(max_length=100)] = ""


class NameIn(Struct, frozen=True, forbid_unknown_fields=True):
    """What tools post to from now on, written without `#`."""

    unique_name: str


class MemberIn(Struct, frozen=True, forbid_unknown_fields=True):
    """`person` is an id or an e-mail address."""

    person: str


async def list_channels(request: Request, caller: Caller) -> Response:
    found = channels.list_channels(part(request, People), part(request, Chats), caller)
    return ok(ChannelsOut([_shown(request, chat) for chat in found]))


async def show(request: Request, caller: Caller) -> Response:
    return ok(_shown(request, _named(request, caller)))


async def create(request: Request, caller: Caller) -> Response:
    people, chats = part(request, People), part(request, Chats)
    draft = decode(await read_body(request), ChannelIn)
    made = await part(request, Database).write(channels.create, people, chats, caller, draft.unique_name, draft.title)
    return ok(_shown(request, made))


async def rename(request: Request, caller: Caller) -> Response:
    people, chats, channel = part(request, People), part(request, Chats), _named(request, caller)
    wanted = decode(await read_body(request), NameIn).unique_name
    renamed = await part(request, Database).write(channels.rename, people, chats, caller, channel, wanted)
    return ok(_shown(request, renamed))


async def add_member(request: Request, caller: Caller) -> Response:
    people, chats, channel = part(request, People), part(request, Chats), _named(request, caller)
    draft = decode(await read_body(request), MemberIn)
    person = get_person(people, caller, draft.person)
    await part(request, Database).write(channels.join, people, chats, caller, channel, person)
    return ok(_shown(request, channel))


async def remove_member(request: Request, caller: Caller) -> Response:
    people, chats, channel = part(request, People), part(request, Chats), _named(request, caller)
    person = get_person(people, caller, request.path_params["person"])
    await part(request, Database).write(channels.leave, people, chats, caller, channel, person)
    return ok(_shown(request, channel))


def _named(request: Request, caller: Caller) -> Chat:
    return channels.get_channel(part(request, People), part(request, Chats), caller, request.path_params["name"])


def _shown(request: Request, known: Chat) -> ChannelOut:
    """The channel as it is now: what the request found at its beginning may be older."""
    channel = part(request, Chats).find(known.org_id, known.id) or known
    shown = [_member(request, channel, party) for party in channel.members]
    return ChannelOut(
        id=show_channel(channel.id),
        chat_id=channel.shown_id,
        unique_name=channel.unique_name or "",
        title=channel.title,
        members=sorted(filter(None, shown), key=lambda member: (member.kind, member.name.casefold(), member.id)),
    )


def _member(request: Request, channel: Chat, party: Party) -> MemberOut | None:
    known: Person | Bot | None
    if party.kind is PartyKind.PERSON:
        known = part(request, People).find_active(channel.org_id, PersonId(party.id))
    else:
        known = part(request, Chats).find_bot(channel.org_id, BotId(party.id))
    if known is None:
        return None
    return MemberOut(sender_id(Sender(kind=party.kind, id=party.id, name=known.name)), known.name, party.kind)
