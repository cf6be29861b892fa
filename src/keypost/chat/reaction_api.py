"""Reactions, for programs with a person's API token and for the pages."""

from collections.abc import Callable
from typing import Annotated, Final

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response

from keypost.caller import Caller, Scope
from keypost.chat import reactions
from keypost.chat.in_path import chat_in_path, message_in_path
from keypost.chat.model import Chat
from keypost.chat.reaction_views import ReactionOut, ReactionsOut
from keypost.db.database import Database
from keypost.db.tx import Tx
from keypost.errors import Invalid
from keypost.ids import MessageId
from keypost.messages.decoding import decode
from keypost.messages.judging_reactions import REACTION_MAX, judge_reaction
from keypost.people.directory import People
from keypost.web.body import read_body
from keypost.web.parts import part
from keypost.web.replies import no_content, ok

CODE: Final = "emoji_code"


class ReactionIn(Struct, frozen=True):
    emoji_code: Annotated[str, Meta(min_length=1, max_length=REACTION_MAX)]


class ReactIn(Struct, frozen=True):
    """What the page asks for: that the reader's own reaction with this emoji is there, or that it is not."""

    emoji: Annotated[str, Meta(min_length=1, max_length=REACTION_MAX)]
    is_on: bool


async def add(request: Request, caller: Caller) -> Response:
    return await _change(request, caller, reactions.react)


async def remove(request: Request, caller: Caller) -> Response:
    return await _change(request, caller, reactions.take_back)


async def show(request: Request, caller: Caller) -> Response:
    caller.require(Scope.READ)
    chat, message_id = chat_in_path(request, caller), message_in_path(request)
    found = await part(request, Database).read(reactions.list_of_message, chat, message_id)
    people = part(request, People)
    return ok(ReactionsOut([ReactionOut.of(people, chat.org_id, reaction) for reaction in found]))


async def react(request: Request, caller: Caller) -> Response:
    """From a page. What came of it, every page hears of in its order."""
    wish = decode(await read_body(request), ReactIn)
    chat, message_id = chat_in_path(request, caller), message_in_path(request)
    verb = reactions.react if wish.is_on else reactions.take_back
    await part(request, Database).write(verb, caller, chat, message_id, judge_reaction("emoji", wish.emoji))
    return ok({"kind": "done"})


async def _change(
    request: Request, caller: Caller, verb: Callable[[Tx, Caller, Chat, MessageId | None, str], None]
) -> Response:
    caller.require(Scope.POST)
    chat, message_id = chat_in_path(request, caller), message_in_path(request)
    emoji = judge_reaction(CODE, await _code(request))
    await part(request, Database).write(verb, caller, chat, message_id, emoji)
    return no_content()


async def _code(request: Request) -> str:
    """From the body, or from the query: not every client sends a body with a DELETE."""
    body = await read_body(request)
    if body:
        return decode(body, ReactionIn).emoji_code
    asked = request.query_params.get(CODE, "")
    if not asked:
        raise Invalid("param_missing", f"{CODE} is missing")
    return asked
