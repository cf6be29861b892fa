"""From a world to a stage: its organisation moves into a process of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from tests.faults.served import Served, reserved
from tests.faults.stage import Stage
from tests.people import Tool, Visitor
from tests.world import World

ELSEWHERE = "http://127.0.0.1:9"
"""The extension is not part of this: nothing listens there, and nothing is started."""


@asynccontextmanager
async def staged(world: World, folder: Path, **changes: Any) -> AsyncIterator[Stage]:
    tool = await world.tool(await world.extension(address=ELSEWHERE))
    sign_in_path = await world.ada.sign_in_path()
    chat_id = world.id_of("#general")
    await world.stop()
    with reserved() as held:
        port = held.getsockname()[1]
        # All clients come from one address, which may have more connections than a stranger's.
        settings = replace(world.settings, port=port, trusted_proxies=("127.0.0.1",), **changes)
        served = Served(settings, folder)
        await served.start()
        ada = Visitor(settings.address, world.ada.person, world.ada.sign_in_path, world.ada.api_token)
        here = Tool(settings.address, tool.token, tool.secret, tool.app)
        await ada.post(sign_in_path)
        try:
            yield Stage(served, world.settings, ada, here, chat_id)
        finally:
            await ada.leave()
            await here.leave()
            await served.end()
