"""The page of a chat: a snapshot, the number of the newest event in it, and the commands that can be typed there."""

import asyncio
from collections.abc import Mapping
from typing import Final

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from keypost.caller import Caller, Scope
from keypost.chat import service as chat_service
from keypost.chat import surroundings, votes
from keypost.chat.directory import Chats
from keypost.chat.judging import ChatShown, find_place
from keypost.chat.model import Chat, Message
from keypost.chat.names import known_in
from keypost.chat.reaction_views import AT_HAND
from keypost.chat.surroundings import Surroundings
from keypost.chat.views import ChatEntry, MessageView, members_text, title_for
from keypost.db.database import Database
from keypost.db.tx import Tx
from keypost.errors import NotFound
from keypost.extensions import service
from keypost.extensions.model import App, one_face_each
from keypost.files.model import FILE_BYTES_MAX, FILES_MAX
from keypost.ids import MessageId, PersonId, show_message
from keypost.live.hub import Hub
from keypost.people.directory import People
from keypost.people.model import Person
from keypost.settings import Settings
from keypost.tokens.attribution import Attribution
from keypost.web.pages import page
from keypost.web.parts import part
from keypost.web.replies import see

SHOWN: Final = 60
"""Messages on a page when it is opened."""


class Snapshot(Struct, frozen=True):
    """`root` is the message on which a thread was opened; other chats have none. `choices`: what the reader voted for,
    which no other reader is shown.
    """

    root: Message | None
    messages: list[Message]
    around: Surroundings
    choices: Mapping[tuple[MessageId, PersonId], int]
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
    chat = find_place(chats, caller, ChatShown(request.path_params["chat"]))
    person = people.get(caller.org_id, caller.person_id)
    shown = await part(request, Database).read(_snapshot, chats, person, chat)
    attribution, names = part(request, Attribution), known_in(people, chats, chat)

    def view(message: Message) -> MessageView:
        return shown.around.view(people, message, by_token=attribution.of(message), names=names)

    def views() -> tuple[MessageView | None, list[MessageView]]:
        return view(shown.root) if shown.root is not None else None, [view(message) for message in shown.messages]

    # What strangers wrote may take long to be made HTML of: not in the loop that everybody waits for.
    root, messages = await asyncio.to_thread(views)
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
        root=root,
        messages=messages,
        votes={show_message(message_id): option for (message_id, _), option in shown.choices.items()},
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


def _snapshot(tx: Tx, chats: Chats, person: Person, chat: Chat) -> Snapshot:
    root = chat_service.find_root(tx, chat)
    messages = chat_service.list_shown(tx, chat.org_id, chat.id, SHOWN)
    shown = [root, *messages] if root is not None else messages
    ids = [message.id for message in shown]
    return Snapshot(
        root,
        messages,
        surroundings.read(tx, chats, chat.org_id, shown),
        votes.choices(tx, chat.org_id, ids, [person.id]),
        one_face_each(service.list_installed(tx, person)),
    )
