"""What an extension writes to its log can be read and followed, whatever becomes of the file."""

import asyncio
import os
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path, PosixPath
from threading import Event
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.extensions.keeping import PLACE, Keeper, installed, known
from tests.live.until import PATIENCE_S, until
from tests.world import World

from keypost.extensions.log_lines import LINES_MAX, PIECE_MAX, TAIL_MAX, LogFile

LOG = f"{PLACE}/log"
SECRET = "kpt_0123456789abcdefghijABCDEFGHIJ0123456789abcdefghijklm"


async def test_the_last_lines_are_shown(world: World) -> None:
    keeper = await known(world)
    write(keeper, *[f"line {number}" for number in range(200)])

    few = await keeper.program.call("GET", f"{LOG}?lines=2")
    many = await keeper.program.call("GET", LOG)

    assert few.text == "line 198\nline 199\n"
    assert few.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert many.text.splitlines() == [f"line {number}" for number in range(100, 200)]


async def test_what_a_running_extension_says_is_in_its_log(world: World) -> None:
    keeper = await installed(world)

    answer = await keeper.program.call("GET", f"{LOG}?lines={LINES_MAX}")

    assert '"event": "listening"' in answer.text
    assert "installation_validator handler" in answer.text


async def test_a_log_that_is_not_there_yet_is_empty(world: World) -> None:
    keeper = await known(world)

    answer = await keeper.program.call("GET", LOG)

    assert (answer.status, answer.text) == (200, "")


async def test_who_follows_sees_each_line_as_it_comes(world: World) -> None:
    keeper = await known(world)
    write(keeper, "before")

    async with following(keeper) as lines:
        assert await anext(lines) == "before"
        write(keeper, "one", "two")
        assert [await anext(lines), await anext(lines)] == ["one", "two"]
        write(keeper, "three")
        assert await anext(lines) == "three"


async def test_who_follows_a_log_that_is_not_there_yet_sees_its_first_line(world: World) -> None:
    keeper = await known(world)

    async with following(keeper) as lines:
        write(keeper, "first")

        assert await anext(lines) == "first"


async def test_who_follows_is_not_lost_when_the_file_is_moved_away_or_cut(world: World) -> None:
    keeper = await known(world)
    write(keeper, "old")

    async with following(keeper) as lines:
        assert await anext(lines) == "old"
        file = log_of(keeper)
        file.rename(file.with_suffix(".1"))
        with file.with_suffix(".1").open("a") as moved:
            moved.write("the last of the old\n")
        assert await anext(lines) == "the last of the old"
        write(keeper, "new")
        assert await anext(lines) == "new"
        os.truncate(file, 0)
        write(keeper, "x")
        assert await anext(lines) == "x"


async def test_a_line_is_shown_when_it_is_whole(world: World) -> None:
    keeper = await known(world)

    async with following(keeper) as lines:
        half, rest = SECRET[:20], SECRET[20:]
        write(keeper, f"token {half}", end="")
        write(keeper, "in another log" + rest, end="")
        write(keeper, "")

        assert await anext(lines) == f"token {half}in another log{rest}"


async def test_secrets_of_ours_are_masked(world: World) -> None:
    keeper = await known(world)
    write(keeper, f"my token is {SECRET}")

    async with following(keeper) as lines:
        assert await anext(lines) == "my token is kpt_•••"
        write(keeper, SECRET[:20], end="")
        write(keeper, SECRET[20:])
        assert await anext(lines) == "kpt_•••"
    assert SECRET not in (await keeper.program.call("GET", LOG)).text


async def test_a_stream_ends_when_the_server_stops(world: World) -> None:
    keeper = await known(world)
    write(keeper, "before")

    async with following(keeper) as lines:
        assert await anext(lines) == "before"
        world.server.hub.end_streams()

        assert await anext(lines, None) is None


async def test_a_reader_who_leaves_is_followed_no_longer(world: World) -> None:
    keeper = await known(world)
    write(keeper, "before")

    async with following(keeper) as lines:
        await anext(lines)
        assert open_files(log_of(keeper)) == 1

    await asyncio.to_thread(until, lambda: not open_files(log_of(keeper)), "nobody reads it")


async def test_only_an_admin_reads_logs_and_only_of_their_own_organisation(world: World) -> None:
    keeper = await known(world)
    write(keeper, "ours")
    stranger = await world.foreigner()
    await world.extension("keeper", owner=stranger)
    theirs = await world.program(stranger)
    member = await world.program(world.grace)

    ours = await keeper.program.call("GET", LOG)
    seen = await theirs.call("GET", LOG)
    refused = await member.call("GET", LOG)

    assert ours.text == "ours\n"
    assert (seen.status, seen.text) == (200, "")
    assert refused.refused_with == "admin_needed"


@pytest.mark.parametrize(
    "query", ["lines=0", "lines=-1", "lines=10001", "lines=x", "lines=", "lines=%C2%B2", "follow=yes"]
)
async def test_a_strange_question_is_refused(world: World, query: str) -> None:
    keeper = await known(world)

    answer = await keeper.program.call("GET", f"{LOG}?{query}")

    assert answer.refused_with == "invalid_inputs"
    assert answer.sentence.startswith(query.partition("=")[0])


async def test_an_extension_that_runs_elsewhere_has_no_log_here(world: World) -> None:
    await world.extension(address="https://standup.example/")
    program = await world.program(world.ada)

    answer = await program.call("GET", "/extensions/standup/log")

    assert (answer.status, answer.refused_with) == (404, "log_not_found")


def test_a_log_that_was_left_is_not_opened_again(tmp_path: Path) -> None:
    file = tmp_path / "x.log"
    file.write_bytes(b"one\n")

    with LogFile(file) as log:
        assert log.next() == b"one\n"

    assert (log.next(), log.last(LINES_MAX, whole=True)) == (b"", b"")
    assert open_files(file) == 0


def test_who_leaves_while_it_is_being_opened_leaves_nothing_open(tmp_path: Path) -> None:
    begun, go_on = Event(), Event()

    class Slow(PosixPath):
        def open(self, *args: Any, **kwargs: Any) -> Any:
            begun.set()
            assert go_on.wait(PATIENCE_S)
            return super().open(*args, **kwargs)

    file = Slow(tmp_path / "x.log")
    (tmp_path / "x.log").write_bytes(b"one\n")
    with ThreadPoolExecutor() as pool:
        with LogFile(file) as log:
            reading = pool.submit(log.last, LINES_MAX, whole=True)
            assert begun.wait(PATIENCE_S)
        go_on.set()

        assert reading.result() == b"one\n"

    assert open_files(file) == 0


@given(st.lists(st.binary(max_size=40).map(lambda line: line.replace(b"\n", b" ")), max_size=30), st.data())
def test_however_a_log_is_written_each_line_is_read_once_and_in_order(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], data: st.DataObject
) -> None:
    file = tmp_path_factory.mktemp("log") / "x.log"
    content = b"".join(line + b"\n" for line in lines)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(content)), max_size=6)))
    seen = b""

    with LogFile(file) as log:
        seen += log.last(LINES_MAX, whole=True)
        for start, end in zip([0, *cuts], [*cuts, len(content)], strict=True):
            with file.open("ab") as writing:
                writing.write(content[start:end])
            while piece := log.next():
                assert piece.endswith(b"\n")
                seen += piece

    assert seen == content


def test_a_log_without_end_takes_no_memory_without_end(tmp_path: Path) -> None:
    file = tmp_path / "x.log"
    file.write_bytes(b"first\n" + b"x" * 2 * TAIL_MAX)

    with LogFile(file) as log:
        assert len(log.last(LINES_MAX, whole=False)) <= TAIL_MAX
    with LogFile(file) as log:
        assert log.last(LINES_MAX, whole=True) == b""
        for _ in range(4):
            assert len(log.next()) <= PIECE_MAX
        with file.open("ab") as writing:
            writing.write(b"\nlast\n")
        piece = log.next()
        assert piece.splitlines()[-1] == b"last"
        assert len(piece) <= 2 * PIECE_MAX


@asynccontextmanager
async def following(keeper: Keeper) -> AsyncIterator[AsyncIterator[str]]:
    program = keeper.program
    headers = {"Authorization": f"Bearer {program.api_token}"}
    timeout = aiohttp.ClientTimeout(sock_read=PATIENCE_S)
    address = f"{program.base}/api/v1{LOG}?follow=true"
    async with program.session.get(address, headers=headers, timeout=timeout) as answer:
        assert answer.status == 200
        yield lines_of(answer)


async def lines_of(answer: aiohttp.ClientResponse) -> AsyncIterator[str]:
    async for line in answer.content:
        yield line.decode().rstrip("\n")


def log_of(keeper: Keeper) -> Path:
    return keeper.world.settings.data / "logs" / str(keeper.world.org_id) / "keeper.log"


def write(keeper: Keeper, *lines: str, end: str = "\n") -> None:
    file = log_of(keeper)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a") as writing:
        writing.write("".join(line + end for line in lines))


def open_files(file: Path) -> int:
    """How often this process has it open."""
    here = Path("/proc/self/fd")
    return sum(os.path.realpath(link) == str(file) for link in here.iterdir())
