"""Makes a picture of every page in every state, wide and narrow, light and dark: to look at after a change.

.venv/bin/python -m scripts.gallery FOLDER [SCENE ...]
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from tests.live.browsing import browsing
from tests.live.scenes import SCENES, looks_of
from tests.live.stage import Stage
from tests.world import World

from keypost import log


def main() -> None:
    if not sys.argv[1:] or sys.argv[1].startswith("-") or not set(sys.argv[2:]) <= SCENES.keys():
        sys.exit(f"{__doc__}\nScenes: {', '.join(SCENES)}")
    log.configure("warning")
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(take_all(folder, sys.argv[2:] or list(SCENES)))


async def take_all(folder: Path, scenes: list[str]) -> None:
    with tempfile.TemporaryDirectory() as data:
        world = World(Path(data), "")
        world.settings.data.mkdir(mode=0o700)
        await world.start()
        try:
            await world.settle()
            await take_each(world, folder, scenes)
        finally:
            await world.end()


async def take_each(world: World, folder: Path, scenes: list[str]) -> None:
    async with browsing() as browser:
        stage = Stage(world, browser)
        await stage.furnish()
        for name in scenes:
            page = await SCENES[name](stage)
            for look in looks_of(name):
                await look.put_on(page)
                await page.screenshot(path=folder / f"{name}-{look.name}.png", animations="disabled")
            await page.close()
        await stage.close()


if __name__ == "__main__":
    main()
