from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.faults.served import Served, reserved
from tests.faults.stage import Stage
from tests.people import Visitor
from tests.world import World

ELSEWHERE = "http://127.0.0.1:9"
"""The extension is not part of this: nothing listens there, and nothing is started."""


@pytest.fixture
async def stage(world: World, tmp_path: Path) -> AsyncIterator[Stage]:
    """The world's organisation, served by a process of its own."""
    tool = await world.tool(await world.extension(address=ELSEWHERE))
    sign_in_path = await world.ada.sign_in_path()
    await world.stop()
    with reserved() as held:
        port = held.getsockname()[1]
        # All clients come from one address, which may have more connections than a stranger's.
        settings = replace(world.settings, port=port, trusted_proxies=("127.0.0.1",))
        served = Served(settings, tmp_path)
        await served.start()
        ada = Visitor(settings.address, world.ada.person, world.ada.sign_in_path, world.ada.api_token)
        await ada.post(sign_in_path)
        try:
            yield Stage(served, ada, tool.secret)
        finally:
            await ada.leave()
            await served.end()
