"""Brings a bot into a channel, where it can speak from then on."""

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from keypost.caller import Caller
from keypost.chat import channels
from keypost.chat.directory import Chats
from keypost.db.database import Database
from keypost.errors import Forbidden
from keypost.messages.decoding import decode
from keypost.people.directory import People
from keypost.web.body import read_body
from keypost.web.parts import part
from keypost.web.replies import no_content
from keypost.webhooks import bot_use


class AssociationIn(Struct, frozen=True):
    channel_unique_name: str


async def associate(request: Request, caller: Caller) -> Response:
    people, chats = part(request, People), part(request, Chats)
    wanted = decode(await read_body(request), AssociationIn)
    bot = bot_use.find(request, caller)
    bot_use.app_for(request, caller, bot, persons_too=True)
    if people.get(caller.org_id, caller.person_id).is_guest:
        raise Forbidden("bot_unauthorized_message_access", "A guest brings no bot into a channel.")
    channel = channels.find_open(people, chats, caller, wanted.channel_unique_name)
    await part(request, Database).write(channels.associate, chats, channel, bot)
    return no_content()
