"""`keypost extension logs` and `requests`: what an extension said, and what third-party apps sent it."""

from collections.abc import Iterable
from contextlib import closing, suppress
from typing import Annotated, Final

from cyclopts import Parameter
from cyclopts.validators import Number
from msgspec import Struct

from keypost.cli.client import connected
from keypost.cli.console import Json, say, say_json, say_table
from keypost.cli.extension import Name, naming_extensions

LINES_MAX: Final = 10_000


class Request(Struct):
    id: str
    received_at: str
    method: str
    outcome: str | None
    detail: str
    attempts: int
    token: str | None


class Requests(Struct):
    requests: list[Request]


def logs(
    name: Name,
    /,
    *,
    lines: Annotated[int, Parameter(help="How many lines.", validator=Number(gte=1, lte=LINES_MAX))] = 100,
    follow: Annotated[bool, Parameter(alias="-f", help="Go on with what comes, until Ctrl-C.")] = False,
    as_json: Json = False,
) -> None:
    """Print what an extension wrote to its log.

    With --follow, --json prints each line as one JSON text.
    """
    client = connected()
    with naming_extensions(client), suppress(KeyboardInterrupt):
        wanted = {"lines": lines, "follow": "true" if follow else None}
        with closing(client.lines("api", "v1", "extensions", name, "log", **wanted)) as answer:
            said = map(_text, answer)
            if as_json and not follow:
                return say_json({"lines": list(said)})
            _say(said, as_json=as_json)
    return None


def requests(name: Name, /, *, as_json: Json = False) -> None:
    """List what third-party apps sent to an extension, and what became of it."""
    client = connected()
    with naming_extensions(client):
        answer = client.get("api", "v1", "extensions", name, "requests")
    if as_json:
        return say_json(answer.json)
    rows = [
        (each.received_at, each.method, each.outcome or "waits", str(each.attempts), each.token or "", each.detail)
        for each in answer.read(Requests).requests
    ]
    return say_table(("RECEIVED", "METHOD", "OUTCOME", "ATTEMPTS", "TOKEN", "DETAIL"), rows)


def _text(line: bytes) -> str:
    return line.decode(errors="replace").rstrip("\r\n")


def _say(lines: Iterable[str], *, as_json: bool) -> None:
    for line in lines:
        if as_json:
            say_json(line, in_one_line=True)
        else:
            say(line)
