"""The measurement runs whole and comes to figures. What they are is this machine's affair, not a test's."""

import asyncio
import signal
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

import msgspec
import psutil
from tests.cli.terminal import Terminal
from tests.live.running import is_alive

from keypost.cli import INTERRUPTED
from keypost.cli.bench.measuring import measure
from keypost.cli.bench.plan import Plan, Stock
from keypost.cli.bench.plots import plots

TINY: Final = Plan(
    rounds=1,
    seconds=0.1,
    usual_connections=8,
    many_connections=16,
    disk_writes=3,
    subscribers=5,
    fanned_out=3,
    followed=2,
    rates=(0.5, 0.9),
    grown=0,
    starts=(Stock(messages=10),),
)
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


async def test_a_measurement_comes_to_every_figure_and_refuses_no_post(tmp_path: Path) -> None:
    figures = await asyncio.to_thread(measure, TINY, tmp_path, lambda _: None)

    for picture in plots(figures).values():
        ET.fromstring(picture)
    assert set(msgspec.to_builtins(figures)) >= PROMISED
    assert (figures.non_2xx, figures.left) == (0, 0)


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
