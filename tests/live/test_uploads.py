"""Large files through a real server: what a kill cuts off leaves nothing, and no size takes memory."""

import http.client
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import psutil
from tests.files.forms import body, content_type, file
from tests.live.running import Demo, running
from tests.live.until import until

from keypost.files.cabinet import ARRIVING
from keypost.files.model import FILE_BYTES_MAX

PIECE: Final = 1024 * 1024
ROOM_MAX: Final = 16 * 1024 * 1024
"""How much the server may grow meanwhile: pieces under way, threads, what the allocator keeps."""
PATIENCE_S: Final = 60


def test_an_upload_that_a_kill_cut_off_leaves_nothing(tmp_path: Path) -> None:
    with running(tmp_path / "demo") as before:
        said = before.read(before.builds)
        with socket.create_connection(("127.0.0.1", before.port)) as sender:
            sender.sendall(head_of(before, 3 * PIECE) + body([file(b"whole"), file(b"x" * 2 * PIECE)])[: 2 * PIECE])
            until(lambda: len(under_way(before)) > 1, "the second file is under way", within_s=PATIENCE_S)
            before.kill()
        (before.data / "files" / "ab").mkdir()
        (before.data / "files" / "ab" / ("cd" * 31)).write_bytes(b"put into its place, and never named")

    with running(tmp_path / "demo") as after:
        assert after.read(after.builds) == said
        assert [path for path in (after.data / "files").rglob("*") if path.is_file()] == []


def test_a_file_of_the_largest_size_takes_no_memory(tmp_path: Path) -> None:
    with running(tmp_path / "demo") as demo:
        post(demo, [body([file(b"small")])])
        process = Path(f"/proc/{demo.process.pid}")
        (process / "clear_refs").write_text("5")  # The peak begins anew.
        before = psutil.Process(demo.process.pid).memory_info().rss

        post(demo, large())

        assert peak(process) - before < ROOM_MAX
        assert demo.read(demo.builds)[-1]["content"]["file"]["dimensions"] == {"size": FILE_BYTES_MAX}


def large() -> Iterator[bytes]:
    start, _, end = body([file(b"MIDDLE")]).partition(b"MIDDLE")
    yield start
    for _ in range(FILE_BYTES_MAX // PIECE):
        yield b"x" * PIECE
    yield end


def post(demo: Demo, pieces: object) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", demo.port, timeout=PATIENCE_S)
    connection.request("POST", path_of(demo), pieces, headers_of(demo), encode_chunked=True)  # type: ignore[arg-type]
    answer = connection.getresponse()
    assert answer.status == 204, answer.read()
    connection.close()


def head_of(demo: Demo, size: int) -> bytes:
    headers = headers_of(demo) | {"Host": f"127.0.0.1:{demo.port}", "Content-Length": str(size)}
    del headers["Transfer-Encoding"]
    return "\r\n".join(
        [f"POST {path_of(demo)} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "\r\n"]
    ).encode()


def headers_of(demo: Demo) -> dict[str, str]:
    known = {"Authorization": f"Bearer {demo.facts.operator_token}", "Transfer-Encoding": "chunked"}
    return known | dict([content_type()])


def path_of(demo: Demo) -> str:
    return f"/api/v2/chats/{demo.builds}/files"


def under_way(demo: Demo) -> list[Path]:
    return list((demo.data / "files" / ARRIVING).iterdir())


def peak(process: Path) -> int:
    line = next(line for line in (process / "status").read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024
