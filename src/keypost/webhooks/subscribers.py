"""Whom a bot reaches, page by page."""

import base64
import hashlib
from collections.abc import Sequence
from typing import Final, Literal, Self

import msgspec
from msgspec import UNSET, Struct, UnsetType
from starlette.requests import Request
from starlette.responses import Response

from keypost.caller import Caller
from keypost.chat.directory import Chats
from keypost.errors import Invalid
from keypost.extensions.directory import Apps
from keypost.ids import PersonId
from keypost.people.administration import require_admin
from keypost.people.directory import People
from keypost.people.model import Person
from keypost.web.parts import part
from keypost.web.query import limit_of
from keypost.web.replies import ok
from keypost.webhooks import bot_use
from keypost.webhooks.readers import list_subscribers

SUBSCRIBERS_MAX: Final = 100
"""The most that one page has."""
STATE_BYTES: Final = 16


class SubscriberOut(Struct, frozen=True):
    email_id: str
    user_id: str
    name: str

    @classmethod
    def of(cls, person: Person) -> Self:
        return cls(person.email, str(person.id), person.name)


class SubscribersOut(Struct, frozen=True, kw_only=True):
    """`next_token` is there as long as there are more. Who comes back with the `sync_token` gets everybody if anything
    has changed since, and nobody if nothing has.
    """

    url: str
    type: Literal["bot_subscriber"] = "bot_subscriber"
    data: list[SubscriberOut]
    sync_token: str
    next_token: str | UnsetType = UNSET


class PageMark(Struct, frozen=True):
    """Where the next page begins, and what the list was like at the first."""

    after: PersonId
    state: str

    def shown(self) -> str:
        return _as_text(msgspec.json.encode(self))

    @classmethod
    def read(cls, text: str) -> Self:
        try:
            return msgspec.json.decode(base64.urlsafe_b64decode(text.encode()), type=cls)
        except (ValueError, RecursionError):  # Also what is no base64, and what is no mark.
            raise Invalid("invalid_inputs", "next_token is none that came from this address") from None


async def list_page(request: Request, caller: Caller) -> Response:
    """A page begins after a person, not at a number: nobody is missed or seen twice because others came or left."""
    people, chats, query = part(request, People), part(request, Chats), request.query_params
    require_admin(people, caller)
    bot = bot_use.find(request, caller)
    bot_use.app_for(request, caller, bot, persons_too=True)
    limit = limit_of(request, SUBSCRIBERS_MAX)
    mark = PageMark.read(query["next_token"]) if "next_token" in query else None
    everybody = list_subscribers(part(request, Apps), people, chats, bot)

    state = mark.state if mark is not None else _state(everybody)
    if mark is None and query.get("sync_token") == state:
        everybody = []
    rest = [person for person in everybody if mark is None or person.id > mark.after]
    page = rest[:limit]
    return ok(
        SubscribersOut(
            url=request.url.path,
            data=[SubscriberOut.of(person) for person in page],
            sync_token=state,
            next_token=PageMark(page[-1].id, state).shown() if len(rest) > limit else UNSET,
        )
    )


def _state(everybody: Sequence[Person]) -> str:
    """The same as long as the list is."""
    known = msgspec.json.encode([SubscriberOut.of(person) for person in everybody])
    return _as_text(hashlib.sha256(known).digest()[:STATE_BYTES])


def _as_text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode()
