"""The measurement runs whole and comes to figures. What they are is this machine's affair, not a test's."""

import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

import psutil
from tests.cli.terminal import Terminal
from tests.live.running import is_alive

from keypost.cli import INTERRUPTED

ROOT: Final = Path(__file__).parents[2]
TINY: Final = (sys.executable, "-m", "tests.cli.tiny_bench")
STOP_S: Final = 4.0
"""As long as people wait before they press Ctrl-C again; it takes a tenth of it."""
PROMISED: Final = {
    "lane_per_s",
    "durable_per_s",
    "durable_over_lane",
    "c256_over_c64",
    "rows_per_commit",
    "p50_ms",
    "p99_ms",
    "fdatasync_p50_ms",
    "fanout_per_s",
    "fanout_last_ms",
    "bytes_per_subscriber",
    "non_2xx",
}


async def test_a_measurement_prints_one_object_with_every_figure_and_refuses_no_post(tmp_path: Path) -> None:
    room, results = tmp_path / "room", tmp_path / "results"
    room.mkdir()
    results.mkdir()
    asked = ("bench", "--quick", "--json", "--folder", str(room), "--results", str(results))
    ended = await Terminal(ROOT, {}, command=TINY).run(*asked)

    assert ended.code == 0, ended.err
    figures = ended.json
    assert figures.keys() >= PROMISED
    # The memory of five pages is less than what else comes and goes meanwhile.
    assert all(figures[name] >= 0 for name in PROMISED - {"bytes_per_subscriber"})
    assert (figures["non_2xx"], figures["left"]) == (0, 0)
    assert "Round 1 of 1" in ended.err
    assert left_in(room) == []
    assert json.loads((results / "bench.json").read_bytes()) == figures
    for picture in results.glob("*.svg"):
        ET.fromstring(picture.read_bytes())


async def test_a_measurement_that_is_stopped_leaves_nothing_behind(tmp_path: Path) -> None:
    async with Terminal(tmp_path, {}).running("bench", "--quick") as process:
        assert process.stderr is not None
        await until_it_says(process.stderr, b"Round 2")
        children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(STOP_S):
            code = await process.wait()

    assert code == INTERRUPTED
    assert [child for child in children if is_alive(child)] == []
    assert left_in(tmp_path) == []


def left_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def until_it_says(lines: asyncio.StreamReader, word: bytes) -> None:
    while word not in (line := await lines.readline()):
        assert line, f"it ended and never said {word!r}"


async def test_where_there_is_no_folder_nothing_is_measured(tmp_path: Path) -> None:
    ended = await Terminal(tmp_path, {}).run("bench", "--folder", "nowhere")

    assert (ended.code, ended.out) == (2, "")
    assert "nowhere" in ended.err
