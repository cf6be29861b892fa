"""The measurement runs whole and comes to figures. What they are is this machine's affair, not a test's."""

import asyncio
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

import msgspec
from tests.cli.terminal import Terminal

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


async def test_where_there_is_no_folder_nothing_is_measured(tmp_path: Path) -> None:
    ended = await Terminal(tmp_path, {}).run("bench", "--folder", "nowhere")

    assert (ended.code, ended.out) == (2, "")
    assert "nowhere" in ended.err
