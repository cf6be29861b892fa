"""The page of a chat: a snapshot, the number of the newest event in it, and the commands that can be typed there."""

import asyncio

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from keypost.caller import Caller, Scope
from keypost.chat import excerpts
from keypost.chat import service as chat_service
from keypost.chat.directory import Chats
from keypost.chat.excerpts import Excerpt
from keypost.chat.in_path import chat_in_path, message_in_path
from keypost.chat.model import Chat, Message
from keypost.chat.names import known_in
from keypost.chat.reaction_views import AT_HAND
from keypost.chat.views import ChatEntry, MessageView, members_text, title_for
from keypost.db.database import Database
from keypost.db.tx import Tx
from keypost.errors import NotFound
from keypost.extensions import service
from keypost.extensions.model import App, one_face_each
from keypost.files.model import FILE_BYTES_MAX, FILES_MAX
from keypost.live.hub import Hub
from keypost.people.directory import People
from keypost.people.model import Person
from keypost.settings import Settings
from keypost.tokens.attribution import Attribution
from keypost.web.pages import page
from keypost.web.parts import part
from keypost.web.replies import ok, see


class Snapshot(Struct, frozen=True):
    newest: Excerpt
    installed: list[App]


async def open_first(request: Request, caller: Caller) -> Response:
    mine = part(request, Chats).list_of(caller.org_id, caller.person_id)
    if not mine:
        raise NotFound("no_chats", "You take part in no chat yet. An admin can add you to one.")
    return see(f"/chats/{mine[0].shown_id}")


async def show(request: Request, caller: Caller) -> Response:
    caller.require(Scope.READ)
    cursor = part(request, Hub).newest(caller.org_id)  # Before anything is read: what is newer is told once more.
    chats, people = part(request, Chats), part(request, People)
    chat = chat_in_path(request, caller)
    person = people.get(caller.org_id, caller.person_id)
    shown = await part(request, Database).read(_snapshot, chats, person, chat)
    also, messages = await _views(request, chat, shown.newest)
    parent = chats.find(chat.org_id, chat.parent_id) if chat.parent_id is not None else None
    return page(
        request,
        "chat/chat.html",
        me=person,
        org_name=people.org_name(caller.org_id),
        chats=[
            ChatEntry.of(other, title_for(people, person.id, other))
            for other in chats.list_of(caller.org_id, person.id)
        ],
        chat={
            "id": chat.shown_id,
            "title": title_for(people, person.id, chat),
            "kind": chat.kind.value,
            "unique_name": chat.unique_name,
            "members": members_text(people, chat),
            "is_closed": chat.closed_at is not None,
        },
        parent=ChatEntry.of(parent, title_for(people, person.id, parent)) if parent is not None else None,
        root=also[0] if also else None,
        messages=messages,
        has_earlier=shown.newest.has_earlier,
        votes=shown.newest.votes,
        emoji=AT_HAND,
        cursor=cursor,
        text_max=part(request, Settings).text_max,
        file_bytes_max=FILE_BYTES_MAX,
        files_max=FILES_MAX,
        commands=[
            {"name": command.name, "hint": command.hint, "extension": app.title}
            for app in shown.installed
            for command in app.extension.manifest.commands
        ],
    )


async def show_earlier(request: Request, caller: Caller) -> Response:
    """What stands before a message, for a page that has that one already."""
    caller.require(Scope.READ)
    chats, chat, message_id = part(request, Chats), chat_in_path(request, caller), message_in_path(request)
    found = await part(request, Database).read(excerpts.before, chats, caller.person_id, chat, message_id)
    _, messages = await _views(request, chat, found)
    html = "".join(view.render() for view in messages)
    return ok({"html": html, "votes": found.votes, "has_earlier": found.has_earlier})


def _snapshot(tx: Tx, chats: Chats, person: Person, chat: Chat) -> Snapshot:
    """Beside a thread stands the message on which it was opened."""
    root = chat_service.find_root(tx, chat)
    return Snapshot(
        excerpts.newest(tx, chats, person.id, chat, also=[root] if root is not None else []),
        one_face_each(service.list_installed(tx, person)),
    )


async def _views(request: Request, chat: Chat, found: Excerpt) -> tuple[list[MessageView], list[MessageView]]:
    """What stands beside, and the messages."""
    people, attribution = part(request, People), part(request, Attribution)
    names = known_in(people, part(request, Chats), chat)

    def view(message: Message) -> MessageView:
        return found.surroundings.view(people, message, by_token=attribution.of(message), names=names)

    def views() -> tuple[list[MessageView], list[MessageView]]:
        return [view(message) for message in found.also], [view(message) for message in found.messages]

    # What strangers wrote may take long to be made HTML of: not in the loop that everybody waits for.
    return await asyncio.to_thread(views)
