"""`keypost post`: a message from the command line."""

import sys
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
from cyclopts import Parameter

from keypost.cli.channel import bare, naming_channels
from keypost.cli.client import connected
from keypost.cli.console import Json, say, say_json
from keypost.cli.paths import NamedPath
from keypost.errors import Invalid

STDIN: Final = Path("-")
NEITHER_NOR: Final = "Say where: --channel NAME or --chat ID, one of them."


def post(
    text: Annotated[str, Parameter(help="What it says, with the formatting of messages.")] = "",
    /,
    *,
    channel: Annotated[str, Parameter(help="A channel by its unique name.")] = "",
    chat: Annotated[str, Parameter(help="A chat by its id, CT_….")] = "",
    file: Annotated[
        NamedPath | None, Parameter(allow_leading_hyphen=True, help="A message as JSON, instead of TEXT; - is stdin.")
    ] = None,
    sync: Annotated[bool, Parameter(help="Print the id of the message.")] = False,
    as_json: Json = False,
) -> None:
    """Post a message under your name.

    When the command ends with 0, the message is stored on the server's disk.
    """
    content = _content(text, file) | ({"sync_message": True} if sync or as_json else {})
    client = connected()
    with naming_channels(client):
        answer = client.post(*_path(channel, chat), body=content)
    if as_json:
        say_json(answer.json)
    elif sync:
        say(answer.read(dict[str, str])["message_id"])


def _path(channel: str, chat: str) -> tuple[str, ...]:
    if bool(channel) == bool(chat):
        raise Invalid("invalid_inputs", NEITHER_NOR)
    return (
        ("api", "v2", "channelsbyname", bare(channel), "message")
        if channel
        else ("api", "v2", "chats", chat, "message")
    )


def _content(text: str, file: Path | None) -> dict[str, Any]:
    if bool(text) == (file is not None):
        raise Invalid("invalid_inputs", "Say what: TEXT or --file, one of them.")
    if file is None:
        return {"text": text}
    try:
        body = sys.stdin.buffer.read() if file == STDIN else file.read_bytes()
        return msgspec.json.decode(body, type=dict[str, Any])
    except OSError as error:
        raise Invalid("invalid_inputs", f"{file} cannot be read: {error.strerror}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid("invalid_json", f"{file} is not a message as JSON: {error}") from error
