"""An extension whose folder has moved away is said, waited for, and harms nobody."""

import asyncio
from collections.abc import Iterator, MutableMapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs
from tests.live.until import until
from tests.world import World

LogLines = Sequence[MutableMapping[str, Any]]


@pytest.fixture
def lines() -> Iterator[LogLines]:
    """What the log says meanwhile."""
    with capture_logs() as captured:
        yield captured


async def test_a_server_starts_without_the_extension_whose_folder_moved_and_runs_the_others(
    world: World, lines: LogLines
) -> None:
    moved, other = await world.extension(), await world.tool(await world.extension("retro"))
    away(Path(moved.extension.source))

    await world.restart()
    answer = await other.event(b"Hello")

    assert answer.json == {"text": "event: Hello"}
    said = next(line for line in lines if line["event"] == "extension ended")
    assert (said["log_level"], said["extension"]) == ("warning", "standup")
    assert said["code"] == f"No such file or directory: {moved.extension.source}"


async def test_an_extension_whose_folder_came_back_runs_again(world: World, lines: LogLines) -> None:
    app = await world.extension()
    tool = await world.tool(app)
    source = Path(app.extension.source)
    home = away(source)
    world.server.supervisor.start(app.extension)
    await asyncio.to_thread(until, lambda: any(line["event"] == "extension ended" for line in lines), "it is missed")

    home.rename(source)
    answer = await tool.event(b"Back")

    assert answer.json == {"text": "event: Back"}


def away(folder: Path) -> Path:
    return folder.rename(folder.with_name("moved"))
