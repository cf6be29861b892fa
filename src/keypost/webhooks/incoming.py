"""A third-party app posts to an extension, or to its bot."""

from typing import Annotated, Final

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response

from keypost.caller import Caller
from keypost.chat.directory import Chats
from keypost.chat.model import Bot
from keypost.errors import Forbidden, Invalid, NotFound
from keypost.extensions.directory import Apps
from keypost.extensions.model import App
from keypost.ids import AppId, PersonId, read_number
from keypost.messages.decoding import decode, decode_large
from keypost.people.directory import People
from keypost.tokens.register import Register
from keypost.web.body import MESSAGE_MAX, RAW_MAX, read_body
from keypost.web.limiting import count_place
from keypost.web.parts import part
from keypost.web.replies import ok
from keypost.webhooks import bot_use
from keypost.webhooks.apps import appkey_of, present, require_key, require_served
from keypost.webhooks.arrival import PRIVATE_PARAMS, Addressee, arrive, require_handler, told
from keypost.webhooks.model import Ending, Outcome
from keypost.webhooks.readers import Wish, choose, read_names

READERS: Final = "user_ids"
FIELDS_MAX: Final = 50
FIELD_MAX: Final = 10_000
"""Characters of one field's value. An address as a whole is shorter."""

Fields = Annotated[dict[str, Annotated[str, Meta(max_length=FIELD_MAX)]], Meta(max_length=FIELDS_MAX)]


class ReachedOut(Struct, frozen=True):
    """Who got what the bot said, or will, if its handler takes longer."""

    user_ids: list[str]


async def receive(request: Request, caller: Caller) -> Response:
    found = _find_app(request, caller)
    _count_origin(request, caller)
    return told(await arrive(request, caller, Addressee(found), await read_body(request, RAW_MAX)))


async def receive_by_bot(request: Request, caller: Caller) -> Response:
    """Whatever the handler says, the bot tells the caller."""
    bot, app = _bot(request, caller)
    return told(await arrive(request, caller, Addressee(app, bot), await read_body(request, RAW_MAX)))


async def receive_by_bot_v3(request: Request, caller: Caller) -> Response:
    """The newer wire takes fields alone, and can name who is told."""
    bot, app = _bot(request, caller)
    _require_few_params(request)
    body = await read_body(request, RAW_MAX)
    if len(body) <= MESSAGE_MAX:
        decode(body, Fields)
    else:
        decode_large(body, Fields)
    readers = _readers(request, caller, bot)
    ending = await arrive(request, caller, Addressee(app, bot, readers), body)
    return ok(ReachedOut([str(person_id) for person_id in _reached(ending, readers)]))


def _count_origin(request: Request, caller: Caller) -> None:
    """The chat where the handler's answer will be said. When it answers, it is too late to refuse the event."""
    origin = part(request, Register).get(caller.org_id, caller.token).origin
    if origin is not None:
        place = part(request, Chats).get(caller.org_id, origin.chat_id)
        count_place(request, place.org_id, place.home_id)


def _find_app(request: Request, caller: Caller) -> App:
    """The app of the address, if the key is its key, the token was minted for it, and it still serves the owner."""
    given, app_id = present(appkey_of(request)), read_number(request.path_params["app"])
    apps = part(request, Apps)
    app = apps.find(caller.org_id, AppId(app_id)) if app_id is not None else None
    if app is None:
        raise NotFound("application_not_found", "There is no such application.")
    require_key(app, given)
    if caller.app_id != app.id:
        raise Forbidden("invalid_access", "This token was made for another application.")
    require_served(apps, part(request, People), caller, app)
    require_handler(app.extension.manifest.incoming, app.title)
    return app


def _bot(request: Request, caller: Caller) -> tuple[Bot, App]:
    """The bot of the address and its app, if the caller may call its handler: with a token of that app, or as a person
    whom the app serves.
    """
    bot = bot_use.find(request, caller)
    app = bot_use.app_for(request, caller, bot, persons_too=True)
    if app is None:
        raise NotFound("execution_handler_not_found", f"The bot {bot.unique_name} belongs to no extension.")
    require_handler(app.extension.manifest.bot.incoming, f"The bot {bot.unique_name}")
    return bot, app


def _readers(request: Request, caller: Caller, bot: Bot) -> tuple[PersonId, ...]:
    wish = Wish(read_names(request.query_params.get(READERS)), broadcast=False)
    people, chats = part(request, People), part(request, Chats)
    found = choose(part(request, Apps), people, chats, caller, bot, wish)
    return tuple(person.id for person in found)


def _require_few_params(request: Request) -> None:
    params = [name for name, _ in request.query_params.multi_items() if name not in PRIVATE_PARAMS]
    if len(params) > FIELDS_MAX:
        raise Invalid("invalid_inputs", f"the address has {len(params)} parameters; it can have at most {FIELDS_MAX}")


def _reached(ending: Ending | None, readers: tuple[PersonId, ...]) -> tuple[PersonId, ...]:
    if ending is None:
        return readers
    return ending.readers if ending.outcome is Outcome.HANDLED else ()
