"""`keypost read`: what was said in a channel or a chat, as plain text."""

import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from textwrap import indent
from typing import Annotated, Final

import msgspec
from cyclopts import Parameter
from cyclopts.validators import Number
from msgspec import Struct

from keypost.cli.channel import Channel, bare, naming_channels
from keypost.cli.client import Answer, Client, connected
from keypost.cli.console import Json, say, say_json
from keypost.cli.following import Entry, Following
from keypost.cli.post import NEITHER_NOR
from keypost.clock import SECOND_MS
from keypost.errors import Invalid
from keypost.messages.plain import plain, visible
from keypost_sdk.content import Message

AGAIN_AFTER_S: Final = 1.0
LAST_MAX: Final = 100


class Sender(Struct):
    name: str


class ShownFile(Struct):
    name: str
    id: str


class ShownContent(Message, frozen=True):
    file: ShownFile | None = None


class Shown(Struct):
    sender: Sender
    time: int
    content: ShownContent


class Page(Struct):
    data: list[Entry]


def read(
    *,
    channel: Annotated[str, Parameter(help="A channel by its unique name.")] = "",
    chat: Annotated[str, Parameter(help="A chat by its id, CT_….")] = "",
    last: Annotated[int, Parameter(help="How many messages.", validator=Number(gte=1, lte=LAST_MAX))] = 20,
    follow: Annotated[bool, Parameter(help="Go on with what comes, until Ctrl-C.")] = False,
    as_json: Json = False,
) -> None:
    """Read the newest messages of a channel or a chat.

    With --follow, --json prints each message as one line of JSON.
    """
    client = connected()
    chat_id = _chat_id(client, channel, chat)
    answer = client.get("api", "v2", "chats", chat_id, "messages", limit=last)
    if follow:
        with suppress(KeyboardInterrupt):
            _follow(client, chat_id, answer, as_json=as_json)
    elif as_json:
        say_json(answer.json)
    else:
        _say_all(answer.read(Page).data, as_json=False)


def _chat_id(client: Client, channel: str, chat: str) -> str:
    if bool(channel) == bool(chat):
        raise Invalid("invalid_inputs", NEITHER_NOR)
    if chat:
        return chat
    with naming_channels(client):
        return client.get("api", "v1", "channels", bare(channel)).read(Channel).chat_id


def _follow(client: Client, chat_id: str, first: Answer, *, as_json: bool) -> None:
    def fetch(since: int, until: int | None) -> list[Entry]:
        return client.get("api", "v2", "chats", chat_id, "messages", fromtime=since, totime=until).read(Page).data

    news = first.read(Page).data
    following = Following(news)
    while True:
        _say_all(news, as_json=as_json)
        time.sleep(AGAIN_AFTER_S)
        news = following.news(fetch)


def _say_all(entries: Iterable[Entry], *, as_json: bool) -> None:
    for entry in entries:
        if as_json:
            say_json(entry, in_one_line=True)
        else:
            say(shown(msgspec.convert(entry, Shown)))


def shown(message: Shown) -> str:
    """Who and when, and below it, indented, what: so no text can pass for the head of another message."""
    moment = datetime.fromtimestamp(message.time / SECOND_MS).astimezone()
    display_name = message.content.bot.name if message.content.bot else ""
    sender = message.sender.name + (f" as {display_name}" if display_name else "")
    head = f"{moment:%Y-%m-%d %H:%M}  {visible(sender, keep='')}"
    return f"{head}\n{indent(_text(message.content), '  ', lambda _: True)}"


def _text(content: ShownContent) -> str:
    said = plain(content)
    if content.file is None:
        return said
    name = f"[file {content.file.id}: {visible(content.file.name, keep='')}]"
    return f"{name}\n{said}" if said else name
