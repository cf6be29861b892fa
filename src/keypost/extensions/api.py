"""Extensions, for programs of admins: which there are, bringing one in and up to date, taking it out, setting it up.

What makes this machine run or call something of its own can be asked for on this machine alone.
"""

import asyncio
from typing import Annotated, Any, Final

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response

from keypost.caller import Caller, Scope
from keypost.db.database import Database
from keypost.db.tx import Tx
from keypost.errors import NotFound
from keypost.extensions import log_lines, minting, service, settings, sources, views
from keypost.extensions.child import environment
from keypost.extensions.desk import Desk
from keypost.extensions.lifecycle import Lifecycle
from keypost.extensions.manifest import Minters
from keypost.extensions.model import Extension, is_folder
from keypost.extensions.settings import Value
from keypost.extensions.supervisor import Supervisor
from keypost.extensions.views import ExtensionOut, ExtensionsOut, Looked
from keypost.live.hub import Hub
from keypost.messages.decoding import decode
from keypost.people.administration import require_admin
from keypost.people.directory import People
from keypost.web.body import read_body
from keypost.web.machine import require_this_machine
from keypost.web.parts import part
from keypost.web.query import is_on, number_in
from keypost.web.replies import ok
from keypost.web.streaming import Stream

SOURCE_MAX: Final = 2_048
PORT_MAX: Final = 65_535
LINES: Final = 100
LOG_MEDIA: Final = "text/plain; charset=utf-8"


class ExtensionIn(Struct, frozen=True, forbid_unknown_fields=True):
    """`source` is a folder of the server's machine or an https address; `manifest` is what `extension.toml` says, as
    JSON. A folder has its own, if none is sent.
    """

    source: Annotated[str, Meta(min_length=1, max_length=SOURCE_MAX)]
    manifest: dict[str, Any] | None = None


class SettingsIn(Struct, frozen=True, forbid_unknown_fields=True):
    """By name; null takes a value away. A setting that is not named stays as it is."""

    values: dict[str, Value | None]


class AttachmentIn(Struct, frozen=True, forbid_unknown_fields=True):
    """Where on 127.0.0.1 the author's program listens."""

    port: Annotated[int, Meta(ge=1, le=PORT_MAX)]


class AttachmentOut(Struct, frozen=True):
    """`environment` is what the server gives to its own child: the same key, and the settings with their secrets."""

    public_key: str
    environment: dict[str, str]


async def list_extensions(request: Request, caller: Caller) -> Response:
    require_admin(part(request, People), caller)
    found = await part(request, Database).read(_look_at_all, part(request, Desk), caller)
    return ok(ExtensionsOut([_out(request, looked) for looked in found]))


async def show(request: Request, caller: Caller) -> Response:
    return ok(await _shown(request, await _named(request, caller)))


async def put(request: Request, caller: Caller) -> Response:
    """Installs it, or brings one that is there up to what it says now. Twice is a success: callers retry."""
    require_admin(part(request, People), caller)
    sent = decode(await read_body(request), ExtensionIn)
    if is_folder(sent.source):
        _require_operator(request, caller)
    declared = await asyncio.to_thread(sources.judge, request.path_params["name"], sent.source, sent.manifest)
    return ok(await _shown(request, await part(request, Lifecycle).bring(caller, sent.source, declared)))


async def remove(request: Request, caller: Caller) -> Response:
    extension = await part(request, Lifecycle).remove(caller, request.path_params["name"])
    return ok(await _shown(request, extension))


async def set_up(request: Request, caller: Caller) -> Response:
    require_admin(part(request, People), caller)
    sent = decode(await read_body(request), SettingsIn)
    extension = await part(request, Lifecycle).set_up(caller, request.path_params["name"], sent.values)
    return ok(await _shown(request, extension))


async def allow(request: Request, caller: Caller) -> Response:
    """Says who may mint tokens, within what the manifest allows."""
    extension = await _named(request, caller)
    said = decode(await read_body(request), Minters)
    await part(request, Database).write(minting.set_rule, part(request, People), caller, extension, said)
    return ok(await _shown(request, extension))


async def allow_as_declared(request: Request, caller: Caller) -> Response:
    extension = await _named(request, caller)
    await part(request, Database).write(minting.drop_rule, part(request, People), caller, extension)
    return ok(await _shown(request, extension))


async def attach(request: Request, caller: Caller) -> Response:
    """From now on its calls go to a program that its author runs on this machine. Until a restart, at the longest."""
    extension = await _named(request, caller)
    _require_operator(request, caller)
    sent = decode(await read_body(request), AttachmentIn)
    values = await part(request, Database).read(settings.read, part(request, Desk).keys, extension)
    part(request, Supervisor).attach(extension, sent.port)
    return ok(AttachmentOut(extension.public_key, environment(extension, values)))


async def detach(request: Request, caller: Caller) -> Response:
    extension = await _named(request, caller)
    _require_operator(request, caller)
    part(request, Supervisor).detach(extension)
    return ok(await _shown(request, extension))


async def show_log(request: Request, caller: Caller) -> Response:
    """The last lines as text, and with `follow` those that come, as long as somebody reads and the server runs."""
    extension = await _named(request, caller)
    lines = number_in(request, "lines", log_lines.LINES_MAX, least=1) or LINES
    follow = is_on(request, "follow")
    if not extension.is_local:
        raise NotFound("log_not_found", f"{extension.manifest.title} runs elsewhere, and its log is there too.")
    if request.method == "HEAD":
        return Response(media_type=LOG_MEDIA)
    file, hub = part(request, Supervisor).log_file(extension), part(request, Hub)
    content = log_lines.read(file, lines, follow=follow, is_over=lambda: hub.is_closed)
    return Stream(content, media_type=LOG_MEDIA)


async def _named(request: Request, caller: Caller) -> Extension:
    require_admin(part(request, People), caller)
    return await part(request, Database).read(service.get_named, caller.org_id, request.path_params["name"])


def _require_operator(request: Request, caller: Caller) -> None:
    caller.require(Scope.OPERATOR)
    require_this_machine(request)


async def _shown(request: Request, extension: Extension) -> ExtensionOut:
    """As it is now: what the request found at its beginning may be older."""
    desk = part(request, Desk)
    return _out(request, await desk.database.read(_look_again, desk, extension))


def _out(request: Request, looked: Looked) -> ExtensionOut:
    state = part(request, Supervisor).state(looked.extension)
    return ExtensionOut.of(looked, state, part(request, Desk).addresses)


def _look_again(tx: Tx, desk: Desk, extension: Extension) -> Looked:
    now = service.get_named(tx, extension.org_id, extension.manifest.name)
    return views.look(tx, desk.people, desk.keys, now)


def _look_at_all(tx: Tx, desk: Desk, caller: Caller) -> list[Looked]:
    known = service.list_known(tx, caller.org_id)
    return [views.look(tx, desk.people, desk.keys, extension) for extension in known]
