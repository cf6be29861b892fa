"""Two doors to one world, with the fast lane and without, and who posts through them."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count
from typing import NamedTuple

from sqlalchemy import select
from tests.people import Program, Tool
from tests.serving import OPEN, listening, serving
from tests.web.lines import Line
from tests.world import World

from keypost.chat import service as chat
from keypost.chat.model import Bot, Party, PartyKind
from keypost.db.tables import messages

IDS = re.compile(rb"\d{13}_\d+")
VARY = frozenset({b"date"})
NAMES = count()
"""Deliveries that no door has met."""


class Heard(NamedTuple):
    status: bytes
    fields: list[bytes]
    body: bytes


class Known(NamedTuple):
    """Who posts in a lasting world. The bot of the tool's extension takes part in #daily."""

    tool: Tool
    program: Program
    bot: Bot


async def known_in(world: World) -> Known:
    tool, chats = await world.standing_tool(), world.server.chats
    bot = chats.find_bot_of_app(world.org_id, tool.app.id)
    assert bot is not None
    if chats.find_channel(world.org_id, "daily") is None:
        members = [Party(PartyKind.PERSON, world.ada.person.id), Party(PartyKind.BOT, bot.id)]
        await world.write(chat.create_channel, chats, world.org_id, "daily", members)
        for reader in (world.ada, world.grace):
            for each in (bot, chats.find_bot_named(world.org_id, "buildbot")):
                assert each is not None
                await world.write(chat.open_bot_chat, chats, each, reader.person.id)
    return Known(tool, await world.standing_program(), bot)


def names_in(world: World, known: Known) -> dict[str, str]:
    """What stands for the names in addresses and bodies."""
    return {
        "channel": f"O{world.chat('#builds').id}",
        "chat": world.id_of("#builds"),
        "grace": str(world.grace.person.id),
        "org": str(world.org_id),
        "bot": known.bot.unique_name,
        "appkey": known.tool.app.appkey,
    }


def request(
    tool: Tool,
    path: str,
    body: bytes,
    *,
    method: str = "POST",
    carried: str = "header",
    fields: tuple[str, ...] = (),
    api_token: str = "",
) -> bytes:
    mark = "&" if "?" in path else "?"
    query = {"query": f"{mark}zapikey={tool.secret}", "twice": f"{mark}zapikey={tool.secret}"}.get(carried, "")
    named = {
        "header": f"X-Keypost-Token: {tool.secret}",
        "twice": f"X-Keypost-Token: {tool.secret}",
        "bearer": f"Authorization: Bearer {tool.secret}",
        "zapikey": f"Authorization: Zoho-zapikey {tool.secret}",
        "wrong": f"X-Keypost-Token: {tool.secret[:-1]}x",
        "person's bearer": f"Authorization: Bearer {api_token}",
        "person's": f"Authorization: Zoho-oauthtoken {api_token}",
        "person's wrong": f"Authorization: Bearer {api_token[:-1]}x",
    }.get(carried)
    head = [f"{method} {path}{query} HTTP/1.1", "Host: x", f"Content-Length: {len(body)}", *fields]
    return "\r\n".join(head + ([named] if named else [])).encode() + b"\r\n\r\n" + body


@asynccontextmanager
async def both(world: World) -> AsyncIterator[tuple[Line, Line]]:
    """A connection to a server with the fast lane, and one to a server without, over the same world."""
    async with AsyncExitStack() as stack:
        made = []
        for fast_lane in (world.server.fast_lane, None):
            listener = listening()
            await stack.enter_async_context(serving(world.server.door, listener, OPEN, fast_lane))
            line = Line(*await asyncio.open_connection(*listener.getsockname()))
            stack.push_async_callback(line.end)
            made.append(line)
        yield made[0], made[1]


async def heard(line: Line, raw: bytes, *, has_body: bool = True) -> Heard:
    await line.say(raw)
    head, body = await line.hear_raw() if has_body else (await line.hear_head(), b"")
    first, *fields = head.split(b"\r\n")
    known = [field for field in fields if field.partition(b":")[0] not in VARY]
    return Heard(first, known, IDS.sub(b"ID", body))


async def heard_all(line: Line, said: list[bytes], *, has_body: bool) -> list[Heard]:
    """The answers, up to one after which the connection was closed."""
    answers = []
    for raw in said:
        try:
            answers.append(await heard(line, raw, has_body=has_body))
        except (asyncio.IncompleteReadError, ConnectionError):
            break
    return answers


async def stored_in(world: World) -> list[tuple[int, str]]:
    """Where and what."""
    rows = await world.read(lambda tx: tx.all(select(messages.c.chat_id, messages.c.content).order_by(messages.c.id)))
    return [(row.chat_id, row.content) for row in rows]
