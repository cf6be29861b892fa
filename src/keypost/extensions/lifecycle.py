"""The life of an extension, as the wire has it: it is asked first, switched on or off, and told afterwards.

One change of an extension at a time. What it is told and asked leaves no transaction open.
"""

import asyncio
from collections.abc import Awaitable, Mapping
from typing import Final
from weakref import WeakValueDictionary

from msgspec.structs import replace

from keypost import log
from keypost.caller import Caller
from keypost.delivery import signing
from keypost.delivery.answer import Answer, Failed
from keypost.errors import Conflict
from keypost.extensions import changes, service, settings
from keypost.extensions.changes import Change
from keypost.extensions.desk import Desk
from keypost.extensions.endings import Endings
from keypost.extensions.manifest import LifeHandler, Manifest
from keypost.extensions.model import Extension
from keypost.extensions.service import Known
from keypost.extensions.supervisor import Supervisor
from keypost.extensions.verdicts import objection
from keypost.ids import ExtensionId, OrgId
from keypost.people.administration import require_admin
from keypost.people.model import Person

logger = log.get(__name__)

PATIENCE_S: Final = 25.0
"""How long an admin waits for an extension to hear of its own end; it may go on hearing of it after that."""


class Lifecycle:
    def __init__(self, desk: Desk, supervisor: Supervisor, endings: Endings) -> None:
        self._desk = desk
        self._supervisor = supervisor
        self._endings = endings
        self._turns: WeakValueDictionary[tuple[OrgId, str], asyncio.Lock] = WeakValueDictionary()
        self._leaving: dict[ExtensionId, asyncio.Task[None]] = {}

    async def start(self) -> None:
        """Runs what is switched on; and what is off and has not heard of all its ended tokens, until it has."""
        for org_id in self._desk.people.org_ids():
            for extension in await self._desk.database.read(service.list_on, org_id):
                self._run(extension)
        for extension in await self._desk.database.read(service.list_leaving):
            self._run(extension)
            self._leave(extension, self._let_go(extension))

    async def stop(self) -> None:
        for task in self._leaving.values():
            task.cancel()
        await asyncio.gather(*self._leaving.values(), return_exceptions=True)

    async def bring(self, caller: Caller, source: str, manifest: Manifest) -> Extension:
        """Installs an extension, or brings one that is there to this source and manifest; a local one starts anew.

        `installation_refused` if it says no; then it is as it was before. Who may name a folder of this machine is
        asked where it is known who is on this machine.
        """
        admin = self._admin(caller)
        async with self._turn(caller.org_id, manifest.name):
            known = await self._known(caller.org_id, source, manifest)
            fresh = replace(known.extension, source=source, manifest=manifest)
            change = changes.find_change(known, fresh)
            if change is not None:
                await self._validate(admin, fresh, change)
            await self._stay(fresh)
            await self._switch_on(admin, fresh)
            if change is not None:
                await self._activate(admin, known.extension, fresh, change)
        logger.info("extension brought up", extension=manifest.name, version=manifest.version)
        return fresh

    async def remove(self, caller: Caller, name: str) -> Extension:
        """Switches an extension off at once. It runs on until it has heard of that and of its tokens' ends, and then
        stops; whoever asked waits for that, but not for ever. Twice is a success: callers retry.
        """
        admin = self._admin(caller)
        async with self._turn(caller.org_id, name):
            extension = await self._desk.database.read(service.get_named, caller.org_id, name)
            if await self._desk.database.read(service.is_installed, extension):
                await self._switch_off(admin, extension)
        leaving = self._leaving.get(extension.id)
        if leaving is not None:
            await asyncio.wait({leaving}, timeout=PATIENCE_S)
        return extension

    async def set_up(self, caller: Caller, name: str, values: Mapping[str, settings.Value | None]) -> Extension:
        """Changes its settings. A local one starts anew with them."""
        desk = self._desk
        async with self._turn(caller.org_id, name):
            extension = await desk.database.read(service.get_named, caller.org_id, name)
            await desk.database.write(settings.save, desk.people, desk.keys, caller, extension, values)
            if extension.is_local and await desk.database.read(service.is_installed, extension):
                await self._supervisor.start(extension).begun()
        return extension

    def _admin(self, caller: Caller) -> Person:
        require_admin(self._desk.people, caller)
        return self._desk.people.get(caller.org_id, caller.person_id)

    def _turn(self, org_id: OrgId, name: str) -> asyncio.Lock:
        return self._turns.setdefault((org_id, name), asyncio.Lock())

    async def _known(self, org_id: OrgId, source: str, manifest: Manifest) -> Known:
        """The extension as it is, made known if it is new. One that is off says here already what it is going to be: an
        admin sets its settings, and gives its key to its author, before it is asked.
        """
        database, apps = self._desk.database, self._desk.apps
        known = await database.read(service.find_named, org_id, manifest.name)
        if known is None:
            key = await asyncio.to_thread(signing.generate)
            app, _ = await database.write(service.register, apps, self._desk.keys, org_id, source, manifest, key)
            return Known(app.extension, is_installed=False)
        if not known.is_installed:
            fresh = replace(known.extension, source=source, manifest=manifest)
            await database.write(service.save_manifest, apps, fresh)
        return known

    async def _validate(self, admin: Person, fresh: Extension, change: Change) -> None:
        """Asks it as it is going to be: a local one beside the one that serves."""
        if LifeHandler.VALIDATOR not in fresh.manifest.handlers:
            return
        call = changes.call(self._desk.addresses, admin, LifeHandler.VALIDATOR, change)
        answer: Answer | None
        if not fresh.is_local or self._supervisor.state(fresh).attached_port is not None:
            answer = await self._desk.invoker.call(fresh, call)
        else:
            async with self._supervisor.trial(fresh) as trial:
                asking = self._desk.invoker.call_at(trial.address, fresh, call)
                answer = await trial.child.unless_it_dies(asking)
        _require(answer, fresh, change)

    async def _switch_on(self, admin: Person, extension: Extension) -> None:
        desk = self._desk
        await desk.database.write(service.bring_up, desk.chats, desk.apps, extension, admin.id)
        if extension.is_local:
            await self._supervisor.start(extension).begun()
        else:
            await self._supervisor.stop_one(extension)

    async def _activate(self, admin: Person, known: Extension, fresh: Extension, change: Change) -> None:
        """Tells it that it is installed. It may still say no: then it is not, or is again what it was."""
        if LifeHandler.INSTALLED not in fresh.manifest.handlers:
            return
        call = changes.call(self._desk.addresses, admin, LifeHandler.INSTALLED, change)
        try:
            _require(await self._desk.invoker.call(fresh, call), fresh, change)
        except Conflict:
            if change.type == "install":
                await self._uninstall(fresh, admin)
                self._leave(fresh, self._let_go(fresh))
            else:
                await self._switch_on(admin, known)
            raise

    async def _switch_off(self, admin: Person, extension: Extension) -> None:
        await self._uninstall(extension, admin)
        logger.info("extension uninstalled", extension=extension.manifest.name)
        self._leave(extension, self._say_goodbye(admin, extension))

    async def _uninstall(self, extension: Extension, admin: Person) -> None:
        desk = self._desk
        await desk.database.write(service.uninstall, desk.apps, desk.register, extension, admin.id)

    async def _say_goodbye(self, admin: Person, extension: Extension) -> None:
        if LifeHandler.UNINSTALLED in extension.manifest.handlers:
            change = Change("uninstall", extension.manifest.version)
            call = changes.call(self._desk.addresses, admin, LifeHandler.UNINSTALLED, change)
            answer = await self._desk.invoker.call(extension, call)
            if isinstance(answer, Failed):
                logger.warning("call failed", extension=extension.manifest.name, detail=answer.detail)
        await self._let_go(extension)

    async def _let_go(self, extension: Extension) -> None:
        await self._endings.settled(extension.org_id, extension.id)
        await self._supervisor.stop_one(extension)

    def _leave(self, extension: Extension, leaving: Awaitable[None]) -> None:
        task = asyncio.ensure_future(leaving)
        self._leaving[extension.id] = task
        task.add_done_callback(lambda done: self._left(extension, done))

    def _left(self, extension: Extension, task: asyncio.Future[None]) -> None:
        if self._leaving.get(extension.id) is task:
            del self._leaving[extension.id]
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("an extension could not leave", extension=extension.manifest.name, exc_info=error)

    async def _stay(self, extension: Extension) -> None:
        """It comes back before it has gone."""
        leaving = self._leaving.pop(extension.id, None)
        if leaving is not None:
            leaving.cancel()
            await asyncio.wait({leaving})

    def _run(self, extension: Extension) -> None:
        if extension.is_local:
            self._supervisor.start(extension)


def _require(answer: Answer | None, extension: Extension, change: Change) -> None:
    why = objection(answer)
    if why is not None:
        title, version = extension.manifest.title, change.current_version
        raise Conflict("installation_refused", f"{title} {version} refused its {change.type}. {why}")
