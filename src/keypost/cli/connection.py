"""Which server a command talks to, and as whom: two variables of the environment, or else a demo's folder."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from keypost.errors import Invalid
from keypost_sdk import Secret

URL: Final = "KEYPOST_URL"
TOKEN: Final = "KEYPOST_OPERATOR_TOKEN"
DEMO: Final = "KEYPOST_DEMO"
DEMO_FOLDER: Final = Path("keypost-demo")
DEMO_FILE: Final = "demo.json"
START: Final = "start the demo in this folder: make demo"
TOKEN_SHAPE: Final = re.compile(r"[!-~]{1,200}")


class Connection(Struct, frozen=True):
    """`source` says where both come from, for sentences about a token that does not work."""

    base_url: str
    token: Secret
    source: str


class _Demo(Struct):
    base_url: str
    operator_token: str


def find(environ: Mapping[str, str] = os.environ) -> Connection:
    """Both variables or none: the token of one server is never sent to another. Nor is a demo named beside them."""
    url, token = environ.get(URL, ""), environ.get(TOKEN, "")
    if (url or token) and environ.get(DEMO):
        raise Invalid(
            "no_server", f"{DEMO} is set, and so is {URL if url else TOKEN}. Which server is meant? Unset one."
        )
    if url and token:
        return Connection(_address(url), _secret(token, TOKEN), f"{URL} and {TOKEN}")
    if url or token:
        set_one, missing = (URL, TOKEN) if url else (TOKEN, URL)
        raise Invalid("no_server", f"{set_one} is set, but {missing} is not. Set both, or none to talk to the demo.")
    return _of_demo(demo_folder(environ) / DEMO_FILE)


def demo_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Of the demo that is meant where none is named."""
    return Path(environ.get(DEMO) or DEMO_FOLDER)


def _of_demo(file: Path) -> Connection:
    try:
        demo = msgspec.json.decode(file.read_bytes(), type=_Demo)
    except FileNotFoundError as error:
        where = "" if file.parent == DEMO_FOLDER else f"There is no demo in {file.parent}, which {DEMO} names. "
        raise Invalid("no_server", f"{where}Which server? Set {URL} and {TOKEN}, or {START}") from error
    except (OSError, msgspec.DecodeError) as error:
        raise Invalid("no_server", f"{file} cannot be used. Set {URL} and {TOKEN}, or {START}") from error
    return Connection(_address(demo.base_url), _secret(demo.operator_token, str(file)), str(file))


def _address(text: str) -> str:
    """Without a slash at its end. What is wrong is not repeated: it can hold a password."""
    try:
        parts = urlsplit(text)
        good = parts.scheme in {"http", "https"} and parts.hostname and not (parts.username or parts.query)
    except ValueError:
        good = False
    if not good:
        raise Invalid("no_server", f"{URL} is not the address of a server. It is like https://keypost.example")
    return text.rstrip("/")


def _secret(text: str, name: str) -> Secret:
    if not TOKEN_SHAPE.fullmatch(text):
        raise Invalid("no_server", f"{name} does not hold an API token. It is one word that begins with kpa_.")
    return Secret(text)
