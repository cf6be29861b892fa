"""Handlers written with the vendor's own SDK, `zcatalyst-cliq`, served like an extension.

A project of it is a folder with `main.py`, or what `catalyst-config.json` names instead, whose `handler(request,
response)` gives the request to `zcatalyst_cliq.execute`. That reads the body and sends back `{"output": …}`.

Three things of version 1.0.0 are kept from having an effect. It cannot send a late answer, so the address for one is
taken out of what it reads, and our server sends it. Its references say no type, so they are told theirs. And it finds
its handlers when the first call comes, which two calls at a time must not do.
"""

import asyncio
import json
import os
import sys
import threading
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, TypeAlias

import msgspec

from keypost_sdk import calls, declared
from keypost_sdk.answers import AnswerDoesNotFit
from keypost_sdk.loading import CannotStart, run_file
from keypost_sdk.reading import open_envelope

PACKAGE: Final = "zcatalyst_cliq"
CONFIG: Final = "catalyst-config.json"
MAIN: Final = "main.py"
ENTRY: Final = "handler"
ROOT: Final = "X_ZC_FUNCTION_ROOT"
"""Where the vendor's SDK looks for the files of handlers."""
LEAST_FAILURE: Final = 400


class Request:
    def __init__(self, body: dict[str, Any]) -> None:
        self._body = body

    def get_request_body(self) -> dict[str, Any]:
        return self._body


class Response:
    """Keeps what is sent; there is no waiting for more."""

    def __init__(self) -> None:
        self.status = 200
        self.sent: Any = None

    def set_status(self, status: int) -> None:
        self.status = status

    def set_content_type(self, content_type: str) -> None:
        """Answers are JSON, whatever they are called."""

    def send(self, message: Any = None) -> None:
        self.sent = message

    def end(self) -> None:
        """Nothing is left open."""


Entry: TypeAlias = Callable[[Request, Response], object]


class Project:
    """What `keypost_sdk.server` serves. Handlers are plain functions and run in threads."""

    def __init__(self, name: str, entry: Entry) -> None:
        self.name = name
        self._entry = entry
        self._loading = threading.Lock()
        self._loaded: set[str] = set()

    async def answer(self, body: bytes) -> bytes:
        return await asyncio.to_thread(self._answer, body)

    def _answer(self, body: bytes) -> bytes:
        call = _as_theirs(body, self.name)
        response = Response()
        component = str(call.get("type"))
        if component in self._loaded:
            self._entry(Request(call), response)
        else:
            with self._loading:
                self._entry(Request(call), response)
                self._loaded.add(component)
        return _as_ours(response)


def load(folder: Path) -> Project:
    """The project in a folder, or `CannotStart`. The folder comes first on the import path."""
    folder = folder.resolve()
    file = folder / _main(folder)
    if not file.is_file():
        raise CannotStart(f"There is no file {file}.")
    if find_spec(PACKAGE) is None:
        raise CannotStart(f"{sys.executable} has no package {PACKAGE}: run pip install zcatalyst-cliq for it.")
    os.environ[ROOT] = str(folder)
    manifest = declared.read(folder) or {}
    return Project(str(manifest.get("name", folder.name)), _entry(file))


def _main(folder: Path) -> str:
    try:
        config = json.loads((folder / CONFIG).read_text("utf-8"))
        return str(config["execution"]["main"] or MAIN)
    except FileNotFoundError:
        return MAIN
    except (OSError, ValueError, LookupError, TypeError):
        raise CannotStart(f"{folder / CONFIG} does not name a file at execution.main.") from None


def _entry(file: Path) -> Entry:
    entry = getattr(run_file(file, f"zcatalyst_project_{file.parent.name}"), ENTRY, None)
    if not callable(entry):
        raise CannotStart(f"{file} has no function {ENTRY}(request, response).")
    found: Entry = entry
    return found


def _as_theirs(body: bytes, name: str) -> dict[str, Any]:
    """The call as their SDK reads it. It knows no incoming handler of an extension, so that is its bot's."""
    envelope = open_envelope(body)
    call = msgspec.json.decode(body, type=dict[str, Any])
    call.pop("response_url", None)
    if (envelope.type, envelope.handler.type) == ("extension", calls.INCOMING):
        call |= {"type": "bot", "name": name, "unique_name": name}
    return call


def _as_ours(response: Response) -> bytes:
    if response.status >= LEAST_FAILURE:
        raise AnswerDoesNotFit(f"The handler sent the status {response.status}.")
    sent = response.sent if response.sent is not None else {"output": ""}
    try:
        answer = json.loads(sent) if isinstance(sent, str | bytes) else sent
        output = answer["output"]
    except (ValueError, LookupError, TypeError):
        raise AnswerDoesNotFit('The handler sent something else than JSON with the member "output".') from None
    if isinstance(output, dict) and isinstance(output.get("references"), dict):
        references = output["references"].items()
        output["references"] = {key: {"type": "button", **reference} for key, reference in references}
    return msgspec.json.encode({"output": output})
