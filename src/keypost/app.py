"""Composition: settings to a running server. The only builder; everything else gets what it needs handed over."""

import asyncio
import gc
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from typing import Final

from msgspec import Struct

from keypost import log
from keypost.chat import service as chat
from keypost.chat.directory import Chats
from keypost.chat.lane import Lane
from keypost.chat.timelines import Timelines
from keypost.clock import Clock, WallClock
from keypost.db.database import Database
from keypost.db.floor import newest_id
from keypost.db.opening import open_database
from keypost.db.ownership import owned
from keypost.delivery.outbound import Outbound
from keypost.events import service as events
from keypost.events.service import Log
from keypost.extensions import invocations
from keypost.extensions import service as extensions
from keypost.extensions import settings as extension_settings
from keypost.extensions.addresses import Addresses
from keypost.extensions.desk import Desk
from keypost.extensions.directory import Apps
from keypost.extensions.endings import Endings
from keypost.extensions.invoker import Invoker
from keypost.extensions.lifecycle import Lifecycle
from keypost.extensions.model import Extension
from keypost.extensions.reveals import Reveals
from keypost.extensions.supervisor import Supervisor
from keypost.files import service as files
from keypost.files.cabinet import Cabinet
from keypost.files.room import Room
from keypost.keys import Keys
from keypost.limits.budgets import Budgets
from keypost.limits.counting import Counting
from keypost.live.hub import Hub
from keypost.operations import OPERATIONS
from keypost.people import service as people_service
from keypost.people.cookie import SessionCookie
from keypost.people.directory import People
from keypost.proxies import Proxies
from keypost.routes import ROUTES
from keypost.settings import Settings
from keypost.tokens import service as tokens
from keypost.tokens.attribution import Attribution
from keypost.tokens.register import Register
from keypost.upkeep import Upkeep
from keypost.web.api_docs import ApiDocument
from keypost.web.door import Door
from keypost.web.fast_lane import FastLane
from keypost.web.gate import Gate
from keypost.web.headers import Headers
from keypost.web.parts import Parts
from keypost.web.proxied_door import ProxiedDoor
from keypost.web.routing import Routes
from keypost.webhooks.deliveries import Deliveries
from keypost.webhooks.dispatcher import Dispatcher

logger = log.get(__name__)

DATABASE_FILE: Final = "keypost.db"
KEY_FILE: Final = "master.key"
FILES_FOLDER: Final = "files"
LOGS_FOLDER: Final = "logs"


class Server(Struct, frozen=True, kw_only=True):
    """A running server's parts. `door` answers requests as long as the context of `running` is open."""

    door: Door
    fast_lane: FastLane
    settings: Settings
    database: Database
    keys: Keys
    people: People
    chats: Chats
    apps: Apps
    cabinet: Cabinet
    register: Register
    attribution: Attribution
    lane: Lane
    hub: Hub
    supervisor: Supervisor
    addresses: Addresses
    desk: Desk
    endings: Endings
    lifecycle: Lifecycle
    upkeep: Upkeep


@asynccontextmanager
async def running(
    settings: Settings, clock: Clock | None = None, lane_kind: type[Lane] = Lane
) -> AsyncIterator[Server]:
    """Opens the data, brings memory up to it, starts what works in the background; undoes it all at the end.

    `lane_kind` is another than the usual one for who measures what the rest of the server costs.
    """
    with owned(settings.data):
        async with _serving(settings, clock or WallClock(), lane_kind) as server:
            yield server


@asynccontextmanager
async def _serving(settings: Settings, clock: Clock, lane_kind: type[Lane]) -> AsyncIterator[Server]:
    events_log = Log()
    database = await open_database(settings.database_url, settings.data / DATABASE_FILE, clock, events_log)
    try:
        orgs, persons, team_names, api_tokens = await database.read(people_service.load)
        keys = Keys.from_file(settings.data / KEY_FILE, may_create=not orgs)
    except BaseException:
        await database.close()
        raise
    server, dispatcher = _build(settings, database, keys, events_log, lane_kind)
    server.people.load(orgs, persons, team_names, api_tokens)
    upkeep = asyncio.create_task(server.upkeep.run(), name="upkeep")
    try:
        await _load(server)
        await server.lifecycle.start()
        server.hub.start()
        await dispatcher.start()
        server.endings.start()
        yield server
    finally:
        upkeep.cancel()
        await server.hub.close()
        await dispatcher.stop()
        await server.lifecycle.stop()
        await server.endings.stop()
        await server.supervisor.stop()
        await server.lane.drain()
        await server.upkeep.save_uses()
        await server.desk.invoker.close()
        await database.close()


def _build(
    settings: Settings, database: Database, keys: Keys, events_log: Log, lane_kind: type[Lane]
) -> tuple[Server, Dispatcher]:
    people, chats, register = People(), Chats(), Register()
    attribution, cabinet = Attribution(register, people), Cabinet(settings.data / FILES_FOLDER, settings.disk_reserve)
    apps = Apps(attribution)
    lane, hub = lane_kind(database, chats), Hub(database, people, chats, attribution)
    supervisor = Supervisor(settings.data / LOGS_FOLDER, partial(_settings_of, database, keys))
    addresses, budgets = Addresses(settings), Budgets(settings, people, register)
    desk = Desk(
        database=database,
        lane=lane,
        hub=hub,
        keys=keys,
        people=people,
        chats=chats,
        apps=apps,
        register=register,
        addresses=addresses,
        invoker=Invoker(database.clock, keys, Outbound(), supervisor),
        reveals=Reveals(database.clock),
        text_max=settings.text_max,
    )
    dispatcher, endings = Dispatcher(desk), Endings(desk)
    lifecycle = Lifecycle(desk, supervisor, endings)
    events_log.follow(hub.heard)
    events_log.follow(endings.heard)
    parts = Parts(settings, keys, people, chats, apps, register, attribution, hub, desk, dispatcher, budgets)
    parts.add(Lane, lane)
    parts.add(Deliveries, Deliveries(database, lane))
    parts.add(Supervisor, supervisor)
    parts.add(Lifecycle, lifecycle)
    parts.add(Database, database)
    parts.add(Cabinet, cabinet)
    parts.add(Room, Room(settings.data, settings.disk_reserve))
    parts.add(SessionCookie, SessionCookie(settings))
    parts.add(ApiDocument, ApiDocument(ROUTES, OPERATIONS, settings.address))
    counting = Counting(settings, database.clock, budgets)
    door = _door(settings, parts, counting)
    server = Server(
        door=door,
        fast_lane=FastLane(door, database.epoch, database.clock),
        settings=settings,
        database=database,
        keys=keys,
        people=people,
        chats=chats,
        apps=apps,
        cabinet=cabinet,
        register=register,
        attribution=attribution,
        lane=lane,
        hub=hub,
        supervisor=supervisor,
        addresses=addresses,
        desk=desk,
        endings=endings,
        lifecycle=lifecycle,
        upkeep=Upkeep(database, register),
    )
    return server, dispatcher


def _door(settings: Settings, parts: Parts, counting: Counting) -> Door:
    routes, headers = Routes(ROUTES), Headers(https=settings.is_https)
    if not settings.trusted_proxies:
        return Door(routes, parts, headers, counting)
    return ProxiedDoor(routes, parts, headers, counting, Gate(proxies=Proxies(settings.trusted_proxies)))


async def _load(server: Server) -> None:
    """Memory as the database has it; calls that a crash cut off are given up first, with their tokens."""
    database = server.database
    database.ids.stay_after(await database.read(newest_id))
    lost = await database.write(invocations.give_up_lost, server.register)
    if lost:
        logger.warning("calls were cut off when the server last ended", count=len(lost))
    await Timelines(database).catch_up()
    await _sweep_files(server)
    server.hub.load(await database.read(events.last_numbers))
    with _nothing_to_collect():
        server.chats.load(*await database.read(chat.load))
        server.register.load(*await database.read(tokens.load))
    server.apps.load(*await database.read(extensions.load, server.people.org_ids()))


@contextmanager
def _nothing_to_collect() -> Iterator[None]:
    """What is loaded stays. To look through it again and again meanwhile takes a quarter of a large start."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


async def _sweep_files(server: Server) -> None:
    """Nothing can arrive yet. An empty database is another one than the folder was filled for: it judges nothing."""
    await asyncio.to_thread(server.cabinet.open)
    if server.people.org_ids():
        orphans = await server.database.read(files.sweep, server.cabinet)
        if orphans:
            logger.warning("files without a message were thrown away", count=orphans)


async def _settings_of(database: Database, keys: Keys, extension: Extension) -> Mapping[str, str | bool]:
    return await database.read(extension_settings.read, keys, extension)
