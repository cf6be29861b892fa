"""When something of ours breaks: the caller gets a reference, the log gets the rest."""

import json
import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
import structlog
from tests.people import Client
from tests.serving import listening, serving

from keypost import log
from keypost.clock import WallClock
from keypost.db.database import Database
from keypost.ids import IdSource
from keypost.limits.budgets import Budgets
from keypost.limits.counting import Counting
from keypost.people.cookie import SessionCookie
from keypost.people.directory import People
from keypost.routes import ROUTES
from keypost.settings import Settings
from keypost.tokens.register import Register
from keypost.web.door import Door
from keypost.web.headers import Headers
from keypost.web.parts import Parts
from keypost.web.routing import Routes

SECRET = "kpl_" + "s3cret" * 7
STATEMENT = "SELECT digest FROM sign_in_links"


class TornDatabase:
    """A database whose connection is gone in the worst way: its complaint quotes what it was asked."""

    clock = WallClock()
    ids = IdSource(WallClock())

    async def write(self, *_anything: object, **_more: object) -> NoReturn:
        raise RuntimeError(f"{STATEMENT} WHERE secret = '{SECRET}'")

    read = write

    async def close(self) -> None:
        pass


@pytest.fixture
def log_file(tmp_path: Path) -> Iterator[Path]:
    root, configured = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    log.configure("debug", tmp_path / "keypost.log")
    yield tmp_path / "keypost.log"
    for handler in root.handlers:
        handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**configured)


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[Client]:
    """Of a server whose database is torn, and which lacks most of its other parts."""
    with listening() as listener:
        settings = Settings(data=tmp_path, port=listener.getsockname()[1])
        parts = Parts()
        parts.add(Database, TornDatabase())
        parts.add(SessionCookie, SessionCookie(settings))
        client = Client(settings.address)
        limits = Counting(settings, WallClock(), Budgets(settings, People(), Register()))
        async with serving(Door(Routes(ROUTES), parts, Headers(https=False), limits), listener):
            yield client
            await client.leave()


@pytest.mark.parametrize("path", [f"/sign-in/{SECRET}", "/api/v2/chats/CT_1_1/messages"])
async def test_a_fault_gives_a_reference_that_the_log_knows_and_nothing_else(
    client: Client, log_file: Path, path: str
) -> None:
    answer = await client.get(path, [("Authorization", f"Bearer {SECRET}")])

    assert answer.status == 500
    body = answer.json
    assert body.keys() == {"message", "code", "reference"}
    assert body["code"] == "internal_error"
    assert body["message"] == f"Something went wrong on our side. The log knows it as {body['reference']}."
    lines = lines_of(log_file)
    (fault,) = [line for line in lines if line.get("reference") == body["reference"]]
    assert "Traceback" in fault["exception"]
    for leak in ("Traceback", "Error", "SELECT", "keypost/", SECRET):
        assert leak not in answer.text
    assert SECRET not in str(lines_of(log_file))
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"


async def test_a_fault_of_a_page_is_a_page(client: Client, log_file: Path) -> None:
    answer = await client.get(f"/sign-in/{SECRET}", [("Accept", "text/html")])

    assert answer.status == 500
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    (reference,) = [line["reference"] for line in lines_of(log_file) if "reference" in line]
    assert reference in answer.text
    for leak in ("Traceback", "RuntimeError", "KeyError", "SELECT", SECRET):
        assert leak not in answer.text


async def test_a_log_line_about_a_request_has_the_pattern_of_its_address_and_not_the_address(
    client: Client, log_file: Path
) -> None:
    await client.post(f"/sign-in/{SECRET}?zapikey={SECRET}")

    requests = [line for line in lines_of(log_file) if line["event"] == "request"]
    assert [line["route"] for line in requests] == ["/sign-in/{secret}"]
    assert SECRET not in str(lines_of(log_file))


def lines_of(log_file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log_file.read_text().splitlines()]
