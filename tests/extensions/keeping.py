"""The tests' extension `keeper` in a folder of its own, and the program of an admin who looks after it."""

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any, Final

import psutil
from tests.live.until import until
from tests.people import Answer, Program, Visitor
from tests.world import World, signing_key

from keypost.extensions import manifest_file, service
from keypost.extensions.model import App, Extension, Face

SOURCE: Final = Path(__file__).parents[1] / "keeper"
PLACE: Final = "/extensions/keeper"


class Keeper:
    """`folder` is where it is written and run; `program` has every scope of Ada's."""

    def __init__(self, world: World, folder: Path, program: Program) -> None:
        self.world = world
        self.folder = folder
        self.program = program

    async def bring(self, **answers: object) -> Answer:
        """Adds it, or brings it up to what its folder has now. It answers what is asked for, else yes."""
        self.answers(**answers)
        return await self.program.call("PUT", PLACE, {"source": str(self.folder)})

    async def register(self) -> None:
        """Makes it known without installing it: it has settings, and no process."""
        world, declared = self.world, manifest_file.read(self.folder)
        apps, keys = world.server.apps, world.server.keys
        await world.write(service.register, apps, keys, world.org_id, str(self.folder), declared, signing_key())

    async def remove(self) -> Answer:
        return await self.program.call("DELETE", PLACE)

    async def set(self, **values: object) -> Answer:
        return await self.program.call("PUT", f"{PLACE}/settings", {"values": values})

    async def shown(self) -> dict[str, Any]:
        answer = await self.program.call("GET", PLACE)
        assert answer.status == 200, answer.text
        shown: dict[str, Any] = answer.json
        return shown

    def answers(self, **answers: object) -> None:
        (self.folder / "answers.json").write_text(json.dumps(answers))

    def write(self, old: str, new: str) -> None:
        """Its author changes the manifest."""
        file = self.folder / "extension.toml"
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))

    def heard(self, *kinds: str) -> list[dict[str, Any]]:
        """What it was told, in order; of these kinds alone if any are named."""
        file = self.folder / "heard.jsonl"
        lines = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
        return [line for line in lines if not kinds or line["kind"] in kinds]

    async def app(self) -> App:
        """Its production app."""
        extension = await self.extension()
        faces = await self.world.read(service.list_faces, extension)
        return next(app for app in faces if app.face is Face.PRODUCTION)

    async def extension(self) -> Extension:
        return await self.world.read(service.get_named, self.world.org_id, "keeper")

    async def says(self, text: str, who: Visitor | None = None) -> Answer:
        """Somebody types its command in #builds."""
        who = who or self.world.ada
        await who.arrive()
        return await who.say(self.world.id_of("#builds"), f"/keeper {text}")


async def keeper_in(world: World, *, name: str = "kept", who: Visitor | None = None) -> Keeper:
    folder = world.folder / name
    shutil.copytree(SOURCE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return Keeper(world, folder, await world.program(who or world.ada))


async def known(world: World) -> Keeper:
    """Without a process: nothing runs, so nothing writes but the test."""
    keeper = await keeper_in(world)
    await keeper.register()
    return keeper


async def installed(world: World) -> Keeper:
    keeper = await known(world)  # First, with a key that is made already.
    answer = await keeper.bring()
    assert answer.status == 200, answer.text
    return keeper


async def gone(pid: int) -> None:
    await asyncio.to_thread(until, lambda: not psutil.pid_exists(pid), "its process has ended")
