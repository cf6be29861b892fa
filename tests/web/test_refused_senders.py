"""A sender that writes everything before it reads still learns why it was refused."""

import asyncio
import json
import socket
from typing import Any, Final

import pytest
from tests.live.until import PATIENCE_S
from tests.people import posting_path
from tests.world import World

MIB: Final = 1024 * 1024


@pytest.mark.parametrize("says_how_much", [True, False])
async def test_one_with_too_much_for_an_extension_sees_that_it_is_too_much(
    world: World, *, says_how_much: bool
) -> None:
    standup = await world.tool()
    headers = {"X-Keypost-Token": standup.secret}

    status, refusal = await written(world, standup.incoming_path, headers, says_how_much=says_how_much)

    assert (status, refusal["code"]) == (413, "body_too_large")


async def test_one_with_too_much_for_a_message_sees_that_it_is_too_much(world: World) -> None:
    standup = await world.tool()

    status, refusal = await written(world, posting_path("#general"), {"X-Keypost-Token": standup.secret})

    assert (status, refusal["code"]) == (413, "body_too_large")


@pytest.mark.parametrize("says_how_much", [True, False])
async def test_one_without_a_token_sees_that_it_has_none(world: World, *, says_how_much: bool) -> None:
    standup = await world.tool()

    status, refusal = await written(world, standup.incoming_path, {}, says_how_much=says_how_much)

    assert (status, refusal["code"]) == (401, "invalid_zapikey")


async def written(
    world: World, path: str, headers: dict[str, str], *, says_how_much: bool = True
) -> tuple[int, dict[str, Any]]:
    """Status and body of the answer to 6 MiB, of which no byte was read before the last was written."""
    answer = await asyncio.to_thread(_write_then_read, world.settings.port, path, headers, says_how_much)
    head, _, body = answer.partition(b"\r\n\r\n")
    refusal = json.loads(body)
    assert refusal.keys() == {"message", "code"}
    return int(head.split(b" ", 2)[1]), refusal


def _write_then_read(port: int, path: str, headers: dict[str, str], says_how_much: bool) -> bytes:
    size = {"Content-Length": str(6 * MIB)} if says_how_much else {"Transfer-Encoding": "chunked"}
    lines = [f"{name}: {value}" for name, value in (headers | size | {"Connection": "close"}).items()]
    head = "\r\n".join([f"POST {path} HTTP/1.1", "Host: x", *lines, "\r\n"]).encode()
    piece = b"x" * MIB if says_how_much else b"%x\r\n%s\r\n" % (MIB, b"x" * MIB)
    end = b"" if says_how_much else b"0\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as sender:
        sender.sendall(head + piece * 6 + end)
        answer = b""
        while got := sender.recv(65536):
            answer += got
    return answer
