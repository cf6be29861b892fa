"""`keypost sample`: sends a third-party app's event to the running demo, as that app would."""

import tomllib
import urllib.error
import urllib.request
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter
from msgspec import Struct

from keypost.cli.console import say
from keypost.cli.seed import EXAMPLE, FILE, Seeded
from keypost.errors import Fault, Invalid

TIMEOUT_S = 10


class Fixture(Struct):
    """A body by its file's name, with the headers that name the event."""

    body: str
    headers: dict[str, str]


def sample(
    extension: Annotated[str, Parameter(help="gitlab")],
    event: Annotated[str, Parameter(help="push, merge_request or pipeline")],
    *,
    data: Annotated[Path, Parameter(help="The demo's folder.")] = Path("keypost-demo"),
) -> None:
    """Send an event of GitLab to the running demo, with the demo's token."""
    demo = _demo(data)
    target = next((known for known in demo.extensions if known.name == extension), None)
    if target is None:
        names = ", ".join(known.name for known in demo.extensions)
        raise Invalid("unknown_extension", f"There is no extension {extension} in the demo. There is: {names}.")
    body, headers = _event(event)
    request = urllib.request.Request(  # noqa: S310 - the address is the demo's own.
        target.production.incoming_url, body, headers | {"X-Keypost-Token": demo.token}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310 - as above.
            say(f"{target.name} {event}: HTTP {answer.status}. Look at #builds on {demo.base_url}")
    except urllib.error.HTTPError as error:
        raise Fault(f"The demo refused it: HTTP {error.code} {error.read().decode(errors='replace')}") from error
    except OSError as error:
        raise Fault(f"The demo does not answer on {demo.base_url}. Start it with: make demo") from error


def _demo(data: Path) -> Seeded:
    try:
        return msgspec.json.decode((data / FILE).read_bytes(), type=Seeded)
    except FileNotFoundError as error:
        raise Invalid("no_demo", f"There is no {data / FILE}. Start the demo with: make demo") from error


def _event(name: str) -> tuple[bytes, dict[str, str]]:
    """The documented body of an event, with the headers that GitLab sends."""
    fixtures = EXAMPLE / "fixtures"
    known = msgspec.convert(tomllib.loads((fixtures / "events.toml").read_text("utf-8")), dict[str, Fixture])
    if name not in known:
        raise Invalid("unknown_event", f"There is no sample {name}. There is: {', '.join(sorted(known))}.")
    headers = {"Content-Type": "application/json", **known[name].headers}
    return (fixtures / known[name].body).read_bytes(), headers
