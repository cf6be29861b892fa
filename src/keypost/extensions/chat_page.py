"""The page of a chat: a snapshot, the number of the newest event in it, and the commands that can be typed there."""

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from keypost.caller import Caller, Scope
from keypost.chat import service as chat_service
from keypost.chat.directory import Chats
from keypost.chat.judging import ChatShown, find_place
from keypost.chat.model import Chat, ChatKind, Message, PartyKind
from keypost.chat.views import MessageView
from keypost.db.database import Database
from keypost.db.tx import Tx
from keypost.errors import NotFound
from keypost.events import service as events
from keypost.extensions import service
from keypost.extensions.model import App, one_face_each
from keypost.ids import PersonId
from keypost.people.directory import People
from keypost.people.model import Person
from keypost.tokens.attribution import Attribution
from keypost.web.pages import page
from keypost.web.parts import part
from keypost.web.replies import see

SHOWN: Final = 60
"""Messages on a page when it is opened."""


async def open_first(request: Request, caller: Caller) -> Response:
    mine = part(request, Chats).list_of(caller.org_id, caller.person_id)
    if not mine:
        raise NotFound("no_chats", "You take part in no chat yet. An admin can add you to one.")
    return see(f"/chats/{mine[0].shown_id}")


async def show(request: Request, caller: Caller) -> Response:
    caller.require(Scope.READ)
    chats, people = part(request, Chats), part(request, People)
    chat = find_place(chats, caller, ChatShown(request.path_params["chat"]))
    person = people.get(caller.org_id, caller.person_id)
    messages, cursor, installed = await part(request, Database).read(_snapshot, person, chat)
    attribution = part(request, Attribution)
    return page(
        request,
        "chat/chat.html",
        me=person,
        org_name=people.org_name(caller.org_id),
        chats=[_row(people, person, other, chat) for other in chats.list_of(caller.org_id, caller.person_id)],
        chat={
            "id": chat.shown_id,
            "title": _title(people, person, chat),
            "kind": chat.kind.value,
            "unique_name": chat.unique_name,
            "member_count": sum(member.kind is PartyKind.PERSON for member in chat.members),
        },
        messages=[MessageView.of(message, by_token=attribution.of(message)) for message in messages],
        cursor=cursor,
        commands=[
            {"name": command.name, "hint": command.hint, "extension": app.title}
            for app in installed
            for command in app.extension.manifest.commands
        ],
    )


def _snapshot(tx: Tx, person: Person, chat: Chat) -> tuple[list[Message], int, list[App]]:
    messages = chat_service.list_messages(tx, chat.org_id, chat.id, limit=SHOWN)
    installed = service.list_installed(tx, person)
    return messages, events.last_number(tx, chat.org_id), one_face_each(installed)


def _title(people: People, reader: Person, chat: Chat) -> str:
    """A direct chat is called after the others in it."""
    if chat.kind is not ChatKind.DIRECT:
        return chat.title
    others = [PersonId(member.id) for member in chat.members if member.id != reader.id]
    return ", ".join(sorted(people.get(chat.org_id, person_id).name for person_id in others)) or chat.title


def _row(people: People, reader: Person, chat: Chat, current: Chat) -> dict[str, Any]:
    return {
        "id": chat.shown_id,
        "title": _title(people, reader, chat),
        "kind": chat.kind.value,
        "href": f"/chats/{chat.shown_id}",
        "is_current": chat.id == current.id,
    }
