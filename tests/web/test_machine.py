"""What is for this machine alone is for nobody who reaches it from elsewhere, nor for whom a proxy speaks."""

import json
from typing import Any

import pytest
from tests.world import World

from keypost.web.machine import is_from_here


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"])
def test_loopback_is_here(peer: str) -> None:
    assert is_from_here(peer, ["host", "authorization"])


@pytest.mark.parametrize(
    "peer", [None, "", "/run/x.sock", "203.0.113.5", "10.0.0.1", "192.168.0.7", "0.0.0.0", "::", "::ffff:10.0.0.1", "x"]
)
def test_everything_else_is_not(peer: str | None) -> None:
    assert not is_from_here(peer, [])


@pytest.mark.parametrize("header", ["Forwarded", "x-forwarded-for", "X-Real-IP", "via"])
def test_nor_is_a_proxy_that_is_here_itself(header: str) -> None:
    assert not is_from_here("127.0.0.1", ["host", header])


async def test_a_request_from_another_machine_adds_no_folder(world: World) -> None:
    program = await world.program(world.ada)

    status, body = await asked_from("203.0.113.5", world, program.api_token)

    assert (status, body["code"]) == (403, "only_from_this_machine")


async def asked_from(peer: str, world: World, api_token: str) -> tuple[int, dict[str, Any]]:
    """As the web server hands it over: no test has a second machine."""
    sent: list[Any] = []
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "method": "PUT",
        "path": "/api/v1/extensions/keeper",
        "query_string": b"",
        "headers": [(b"authorization", f"Bearer {api_token}".encode())],
        "client": (peer, 1),
        "server": ("127.0.0.1", world.settings.port),
        "scheme": "http",
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": json.dumps({"source": "/"}).encode(), "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await world.server.door(scope, receive, send)
    return sent[0]["status"], json.loads(sent[1]["body"])
