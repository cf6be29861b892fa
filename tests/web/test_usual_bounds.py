"""The bounds that a server has unless somebody chooses others: their numbers, and that each allows what it says, and no
more, over a real connection.
"""

import json
from math import inf
from typing import Final

import pytest
from tests.web.lines import PATH, line, lines
from tests.world import World

from keypost.web.body import MESSAGE_MAX, MESSAGE_PACE, RAW_MAX, UPLOAD_PACE, Pace
from keypost.web.gate import Bounds, Gate

TARGET: Final = "/signed-out"
HOST: Final = "Host: x"
BODY: Final = b'{"text": "Long"}'
PIECE: Final = 65_536
REFUSED: Final = 400

KIB: Final = 1_024
MIB: Final = 1_024 * KIB
OVER_HEAD: Final = (431, "header_too_large")
OVER_TARGET: Final = (414, "address_too_long")
OVER_CONNECTIONS: Final = (429, "too_many_connections")
OVER_BODY: Final = (413, "body_too_large")


def test_the_numbers() -> None:
    assert Gate().bounds == Bounds(
        head_s=10,
        head_max=16 * KIB,
        fields_max=100,
        target_max=8 * KIB,
        leftover_s=5,
        connections_per_address=100,
    )
    assert (MESSAGE_MAX, RAW_MAX) == (256 * KIB, 5 * MIB)
    assert Pace(window_s=5, floor=1_000, total_s=15) == MESSAGE_PACE
    assert Pace(window_s=15, floor=1_000, total_s=inf) == UPLOAD_PACE


@pytest.mark.parametrize("fields", [2, 50])
async def test_a_head_has_16_kib(lasting_world: World, fields: int) -> None:
    most = head_of(16_384, fields)
    more = head_of(16_385, fields)

    assert await said(lasting_world, most) == (200, "")
    assert await said(lasting_world, more) == OVER_HEAD


async def test_a_head_has_100_fields(lasting_world: World) -> None:
    most = [HOST, *["X: a"] * 99]

    assert await said(lasting_world, getting(TARGET, most)) == (200, "")
    assert await said(lasting_world, getting(TARGET, [*most, "X: a"])) == OVER_HEAD


async def test_a_target_has_8_kib(lasting_world: World) -> None:
    most = f"{TARGET}?".ljust(8_192, "a")

    assert await said(lasting_world, getting(most, [HOST])) == (200, "")
    assert await said(lasting_world, getting(most + "a", [HOST])) == OVER_TARGET


@pytest.mark.parametrize("says_how_much", [True, False])
async def test_the_body_of_a_message_has_256_kib(world: World, *, says_how_much: bool) -> None:
    tool = await world.tool()
    most = BODY.ljust(262_144)

    assert await said(world, *posting(PATH, tool.secret, most, says_how_much)) == (204, "")
    assert await said(world, *posting(PATH, tool.secret, most + b" ", says_how_much)) == OVER_BODY
    assert await world.texts_in("#builds") == ["Long"]


@pytest.mark.parametrize("says_how_much", [True, False])
async def test_a_body_for_an_extension_has_5_mib(lasting_world: World, *, says_how_much: bool) -> None:
    tool = await lasting_world.standing_tool()
    most = BODY.ljust(5_242_880)

    assert await said(lasting_world, *posting(tool.incoming_path, tool.secret, most, says_how_much)) == (200, "")
    more = posting(tool.incoming_path, tool.secret, most + b" ", says_how_much)
    assert await said(lasting_world, *more) == OVER_BODY


async def test_an_address_has_100_connections(lasting_world: World) -> None:
    async with lines(lasting_world, Gate(), 101) as (*most, one_more):
        assert await one_more.hear_code() == OVER_CONNECTIONS
        for each in most:
            await each.say(getting(TARGET, [HOST]))
            assert (await each.hear())[0] == 200


async def said(world: World, *pieces: bytes) -> tuple[int, str]:
    """Status and code of the answer, by a connection of its own to a server with the usual bounds."""
    async with line(world, Bounds()) as one:
        await one.say(*pieces)
        status, body = await one.hear()
        return status, json.loads(body)["code"] if status >= REFUSED else ""


def head_of(size: int, fields: int) -> bytes:
    """One whose names and values have that many bytes together."""
    left = size - len("Hostx")
    each = left // (fields - 1) - len("X")
    pads = ["X: " + "a" * each] * (fields - 2)
    last = left - (fields - 2) * (each + len("X")) - len("X")
    return getting(TARGET, [HOST, *pads, "X: " + "a" * last])


def getting(target: str, fields: list[str]) -> bytes:
    return "\r\n".join([f"GET {target} HTTP/1.1", *fields, "\r\n"]).encode()


def posting(path: str, secret: str, body: bytes, says_how_much: bool) -> list[bytes]:
    framing = f"Content-Length: {len(body)}" if says_how_much else "Transfer-Encoding: chunked"
    head = "\r\n".join([f"POST {path} HTTP/1.1", HOST, f"X-Keypost-Token: {secret}", framing, "\r\n"]).encode()
    pieces = [body[start : start + PIECE] for start in range(0, len(body), PIECE)]
    return [head, *pieces] if says_how_much else [head, *map(chunk, pieces), chunk(b"")]


def chunk(piece: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(piece), piece)
