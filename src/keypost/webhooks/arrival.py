"""A third party's request as it arrives: stripped of credentials, stored, handed on, its answer awaited."""

import asyncio
from typing import Final

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from keypost.caller import Caller
from keypost.chat import deliveries
from keypost.chat.model import Bot, Delivery
from keypost.db.database import Database
from keypost.db.tx import Tx
from keypost.errors import Invalid, NotFound
from keypost.extensions.manifest import Incoming
from keypost.extensions.model import App
from keypost.files.room import Room
from keypost.ids import IngressId, PersonId
from keypost.log import mask
from keypost.tokens.leaks import masked
from keypost.web.credentials import PRIVATE_FIELDS
from keypost.web.parts import part
from keypost.web.replies import no_content, ok
from keypost.webhooks import store
from keypost.webhooks.deliveries import Deliveries
from keypost.webhooks.dispatcher import Dispatcher
from keypost.webhooks.model import Ending, Ingress, Outcome
from keypost.webhooks.naming import delivery_of

PATIENCE_S: Final = 4.0
"""How long the third party waits for the handler's own answer; the request is stored before that in any case."""
PRIVATE_HEADERS: Final = frozenset({*(name.decode() for name in PRIVATE_FIELDS), "x-gitlab-token"})
PRIVATE_PARAMS: Final = frozenset({"appkey", "extension_key"})
"""Beside secrets, which the door has taken out of the address."""

_ending = msgspec.json.Decoder(Ending)


class Addressee(Struct, frozen=True):
    """Whose handler a request is for: the app's own, or its bot's, whose words are for `reader_ids` (None: for the
    caller).
    """

    app: App
    bot: Bot | None = None
    reader_ids: tuple[PersonId, ...] | None = None


class Arriving(Struct, frozen=True):
    """`visible` are method, headers and parameters."""

    caller: Caller
    addressee: Addressee
    visible: tuple[str, dict[str, str], dict[str, str]]
    body: bytes
    delivery: Delivery | None


class _Repeated(Exception):  # noqa: N818 - it says what is so
    def __init__(self, delivery: Delivery) -> None:
        super().__init__()
        self.delivery = delivery


async def arrive(request: Request, caller: Caller, addressee: Addressee, body: bytes) -> Ending | None:
    """Stores the request and hands it on; answers how that ended, None if it has not in time.

    A repeat of a named delivery is neither stored nor handed on: it gets what its first was told.
    """
    delivery, database = delivery_of(request, caller, body), part(request, Database)
    part(request, Room).require(len(body))
    part(request, Dispatcher).require_room(addressee.app)
    with part(request, Deliveries).alone(delivery):
        new = Arriving(caller, addressee, _visible(request), masked(body), delivery)
        try:
            stored = await database.write(_store, new)
        except _Repeated as repeated:
            return _accepted(await database.read(_find_ending, repeated.delivery))
        ending = await _await(part(request, Dispatcher).submit(stored.org_id, stored.id, stored.app_id))
        if delivery is not None and ending is not None:
            await database.write(deliveries.save_ending, delivery, msgspec.json.encode(ending).decode())
    return _accepted(ending)


async def _await(handling: asyncio.Task[Ending | None]) -> Ending | None:
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await asyncio.shield(handling)
    except TimeoutError:
        return None


def require_handler(declared: Incoming | None, whose: str) -> None:
    if declared is None:
        raise NotFound("execution_handler_not_found", f"{whose} takes no requests: it has no incoming handler.")


def told(ending: Ending | None) -> Response:
    """The handler's map is the answer, as on the wire; everything else is 204."""
    if ending is not None and isinstance(ending.output, dict) and ending.output:
        return ok(ending.output)
    return no_content()


def _accepted(ending: Ending | None) -> Ending | None:
    """The handler's no is ours."""
    if ending is not None and ending.outcome is Outcome.REFUSED:
        raise Invalid("refused_by_extension", ending.sentence)
    return ending


def _visible(request: Request) -> tuple[str, dict[str, str], dict[str, str]]:
    """What the handler may see of the request: method, headers and parameters, without credentials.

    People paste a token into other fields of a sender too (a `secret token`): it is masked wherever it stands.
    """
    headers = {mask(name): mask(value) for name, value in request.headers.items() if name not in PRIVATE_HEADERS}
    params = {mask(name): mask(value) for name, value in request.query_params.items() if name not in PRIVATE_PARAMS}
    return request.method, _storable(headers), _storable(params)


def _storable(texts: dict[str, str]) -> dict[str, str]:
    """NUL is in no honest header or parameter, and PostgreSQL stores none."""
    if any("\x00" in name or "\x00" in value for name, value in texts.items()):
        raise Invalid("invalid_inputs", "a header or parameter has a NUL character")
    return texts


def _find_ending(tx: Tx, delivery: Delivery) -> Ending | None:
    found = deliveries.find_ending(tx, delivery)
    return _ending.decode(found) if found is not None else None


def _store(tx: Tx, new: Arriving) -> Ingress:
    if new.delivery is not None and deliveries.list_subjects(tx, new.delivery):
        raise _Repeated(new.delivery)
    caller, addressee, (method, headers, params) = new.caller, new.addressee, new.visible
    request = Ingress(
        org_id=caller.org_id,
        id=IngressId(tx.new_id()),
        app_id=addressee.app.id,
        bot_id=addressee.bot.id if addressee.bot is not None else None,
        token_id=caller.token_id,
        person_id=caller.person_id,
        reader_ids=addressee.reader_ids,
        method=method,
        headers=headers,
        params=params,
        body=new.body,
    )
    store.add(tx, request)
    if new.delivery is not None:
        deliveries.claim(tx, [(new.delivery, [request.id])])
    return request
