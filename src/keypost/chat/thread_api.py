"""Threads, for tools: what one is, and to close, reopen and follow it."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from keypost.caller import Caller, Scope
from keypost.chat import service, thread_store, threads
from keypost.chat.api import read_out
from keypost.chat.directory import Chats
from keypost.chat.judging import ChatShown, find_place
from keypost.chat.message_out import OneOut
from keypost.chat.model import Chat, ChatKind
from keypost.chat.views import UNTITLED
from keypost.db.database import Database
from keypost.db.tx import Tx
from keypost.errors import Invalid, NotFound
from keypost.ids import read_chat, show_message
from keypost.messages.decoding import decode
from keypost.web.body import read_body
from keypost.web.parts import part
from keypost.web.replies import no_content, ok


class Action(StrEnum):
    CLOSE = "close"
    REOPEN = "reopen"
    FOLLOW = "follow"
    UNFOLLOW = "unfollow"


VERBS: Final[Mapping[Action, Callable[[Tx, Chats, Caller, Chat], None]]] = {
    Action.CLOSE: threads.close,
    Action.REOPEN: threads.reopen,
    Action.FOLLOW: threads.follow,
    Action.UNFOLLOW: threads.unfollow,
}


class StateIn(Struct, frozen=True):
    action: Action


class ThreadData(Struct, frozen=True):
    """`thread_message_id` is the message on which it was opened; `is_follower` is about the caller."""

    chat_id: str
    parent_chat_id: str
    thread_message_id: str
    title: str
    follower_count: int
    is_follower: bool
    thread_state: str


class ThreadDetailsOut(Struct, frozen=True):
    url: str
    type: str
    data: ThreadData


async def change(request: Request, caller: Caller) -> Response:
    thread = _thread(request, caller)
    wanted = decode(await read_body(request), StateIn)
    await part(request, Database).write(VERBS[wanted.action], part(request, Chats), caller, thread)
    return no_content()


async def show(request: Request, caller: Caller) -> Response:
    caller.require(Scope.READ)
    thread = _thread(request, caller)
    return ok(await part(request, Database).read(_details, part(request, Chats), caller, thread))


async def show_root(request: Request, caller: Caller) -> Response:
    """The message on which the thread was opened."""
    caller.require(Scope.READ)
    thread = _thread(request, caller)
    return ok(await part(request, Database).read(_root, part(request, Chats), thread))


def _thread(request: Request, caller: Caller) -> Chat:
    shown = request.path_params["thread"]
    if read_chat(shown) is None:
        raise Invalid("thread_chatid_invalid", "The address does not have a thread's id, CT_…-T-….")
    found = find_place(part(request, Chats), caller, ChatShown(shown))
    if found.kind is not ChatKind.THREAD:
        raise NotFound("chat_not_found", "This chat is not a thread.")
    return found


def _root(tx: Tx, chats: Chats, thread: Chat) -> OneOut:
    root = service.find_root(tx, thread)
    if root is None or root.is_deleted:
        raise NotFound("message_not_found", "The message of this thread was deleted.")
    return read_out(tx, chats, root)


def _details(tx: Tx, chats: Chats, caller: Caller, thread: Chat) -> ThreadDetailsOut:
    """Who has left the chat follows no thread of it."""
    known = thread_store.find(tx, thread.org_id, thread.id) or thread
    followers = thread.person_ids.intersection(thread_store.list_followers(tx, thread))
    parent = chats.find(thread.org_id, thread.home_id)
    data = ThreadData(
        chat_id=thread.shown_id,
        parent_chat_id=parent.shown_id if parent is not None else "",
        thread_message_id=show_message(thread.root_id) if thread.root_id is not None else "",
        title=thread.title or UNTITLED,
        follower_count=len(followers),
        is_follower=caller.person_id in followers,
        thread_state="open" if known.closed_at is None else "closed",
    )
    return ThreadDetailsOut(f"/api/v3/threads/{thread.shown_id}", "chat_thread", data)
