"""`keypost sample`: sends a third-party app's event to the running demo, as that app would."""

import tomllib
import urllib.error
import urllib.request
from pathlib import Path
from typing import Annotated, Final

import msgspec
from cyclopts import Parameter
from msgspec import Struct

from keypost.cli.client import DIRECT
from keypost.cli.connection import DEMO, DEMO_FOLDER, demo_folder
from keypost.cli.console import say
from keypost.cli.paths import NamedPath
from keypost.cli.seed import EXAMPLE, FILE, Seeded, read
from keypost.errors import Fault, Invalid
from keypost.web.credentials import HEADER_SHOWN

TIMEOUT_S: Final = 10


class Fixture(Struct):
    """A body by its file's name, with the headers that name the event."""

    body: str
    headers: dict[str, str]


def sample(
    extension: Annotated[str, Parameter(help="gitlab")],
    event: Annotated[
        str, Parameter(help="push, merge_request, pipeline, issue, note …; without it you see them all.")
    ] = "",
    /,
    *,
    data: Annotated[
        NamedPath | None, Parameter(help=f"The demo's folder: {DEMO_FOLDER} if neither this nor {DEMO} names another.")
    ] = None,
) -> None:
    """Send an event of GitLab to the running demo, with the demo's token."""
    demo = _demo(data or demo_folder())
    target = next((known for known in demo.extensions if known.name == extension), None)
    if target is None:
        names = ", ".join(known.name for known in demo.extensions)
        raise Invalid("unknown_extension", f"There is no extension {extension} in the demo. There is: {names}.")
    body, headers = _event(event)
    request = urllib.request.Request(  # noqa: S310 - the address is the demo's own.
        target.production.incoming_url, body, headers | {HEADER_SHOWN: demo.token}, method="POST"
    )
    try:
        with DIRECT.open(request, timeout=TIMEOUT_S) as answer:
            say(f"{target.name} {event}: HTTP {answer.status}. Look at #builds on {demo.base_url}")
    except urllib.error.HTTPError as error:
        raise Fault(f"The demo refused it: HTTP {error.code} {error.read().decode(errors='replace')}") from error
    except OSError as error:
        raise Fault(f"The demo does not answer on {demo.base_url}. Start it with: make demo") from error


def _demo(data: Path) -> Seeded:
    demo = read(data / FILE)
    if demo is None:
        raise Invalid("no_demo", f"There is no demo in {data}. Start it with: make demo")
    return demo


def _event(name: str) -> tuple[bytes, dict[str, str]]:
    """The documented body of an event, with the headers that GitLab sends."""
    fixtures = EXAMPLE / "fixtures"
    known = msgspec.convert(tomllib.loads((fixtures / "events.toml").read_text("utf-8")), dict[str, Fixture])
    if name not in known:
        trouble = f"There is no sample {name}." if name else "Which sample?"
        raise Invalid("unknown_event", f"{trouble} There is: {', '.join(sorted(known))}.")
    headers = {"Content-Type": "application/json", **known[name].headers}
    return (fixtures / known[name].body).read_bytes(), headers
