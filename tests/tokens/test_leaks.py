"""A token's secret that somebody pasted where it does not belong is neither stored nor shown."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from tests.extensions.pressing import everything
from tests.messages.samples import LINK_BUTTON, TOKEN_BUTTON, with_changed
from tests.people import Answer, Tool
from tests.world import World

from keypost.db.tables import ingress
from keypost.db.tx import Tx
from keypost.ids import OrgId, TokenId
from keypost.keys import Keys
from keypost.people.directory import People
from keypost.tokens import secret
from keypost.tokens.leaks import holds_secret, masked
from keypost.tokens.model import TokenSecret
from keypost.tokens.register import Register
from keypost.tokens.secret import ALPHABET

MADE_UP = secret.new(sandbox=False).reveal()
"""Of the right shape and with the right checksum, but no token has it."""
DOTS = "kpt_•••"

PLACES: dict[str, Callable[[str], dict[str, Any]]] = {
    "text": lambda text: {"text": f"curl -H 'X-Keypost-Token: {text}'"},
    "address in the text": lambda text: {"text": f"https://keypost.example/?zapikey={text}&x=1"},
    "right after a word": lambda text: {"text": f"token{text}s"},
    "after a lookalike": lambda text: {"text": f"kpt_{'A' * 47}{text}"},
    "name of the sender": lambda text: {"text": "x", "bot": {"name": text}},
    "picture": lambda text: {"text": "x", "bot": {"name": "x", "image": f"https://example.com/{text}"}},
    "card's title": lambda text: {"text": "x", "card": {"title": text}},
    "card's picture": lambda text: {"text": "x", "card": {"thumbnail": f"https://example.com/{text}"}},
    "header of a table": lambda text: table([text], [{text: "x"}]),
    "cell of a table": lambda text: table(["a"], [{"a": text}]),
    "title of a slide": lambda text: {"text": "x", "slides": [{"type": "text", "title": text, "data": "x"}]},
    "text of a slide": lambda text: {"text": "x", "slides": [{"type": "text", "data": text}]},
    "hint of a button": lambda text: button(("hint",), text),
    "key of a button": lambda text: button(("key",), text),
    "button's address": lambda text: {
        "text": "x",
        "buttons": [with_changed(LINK_BUTTON, ("action", "data", "web"), f"https://example.com/?zapikey={text}")],
    },
    "owner of a function": lambda text: button(("action", "data", "owner"), f"{text}@example.com"),
    "dialog's title": lambda text: button(("action", "confirm", "title"), text),
    "dialog's description": lambda text: button(("action", "confirm", "description"), text),
    "button in a slide": lambda text: {
        "text": "x",
        "slides": [{"type": "text", "data": "x", "buttons": [{**LINK_BUTTON, "hint": text}]}],
    },
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("by_name", [True, False])
async def test_a_message_with_a_secret_anywhere_in_it_is_refused_and_not_stored(
    lasting_world: World, place: str, *, by_name: bool
) -> None:
    world = lasting_world
    tool, graces = await world.tool(), await world.tool(owner=world.grace)
    where = "#builds" if by_name else world.id_of("#builds")
    before = len(await world.messages_in("#builds"))

    answers = [await tool.say(where, PLACES[place](text)) for text in (tool.secret, graces.secret)]
    allowed = await tool.say(where, PLACES[place](MADE_UP))
    await world.revoke(tool)
    await world.revoke(graces, world.grace)

    assert [(answer.status, answer.refused_with) for answer in answers] == [(400, "secret_in_message")] * 2
    assert allowed.status == 204
    assert len(await world.messages_in("#builds")) == before + 1


async def test_a_person_who_types_a_secret_is_refused_and_it_is_not_stored(world: World) -> None:
    tool = await world.tool()
    await world.ada.sign_in()
    general = world.id_of("#general")

    refused = await world.ada.say(general, f"My token is {tool.secret}, do not tell")
    allowed = await world.ada.say(general, f"My token is {MADE_UP}, do not tell")

    assert (refused.status, refused.refused_with) == (400, "secret_in_message")
    assert allowed.json == {"kind": "posted"}
    assert await world.texts_in("#general") == [f"My token is {MADE_UP}, do not tell"]
    assert tool.secret[4:] not in repr(await world.read(everything))


async def test_a_persons_api_token_is_one_too(world: World) -> None:
    tool, token = await world.tool(), world.grace.api_token

    told = await tool.say("#builds", f"token{token}s")
    allowed = await tool.say("#builds", token[:-1] + ("A" if token[-1] != "A" else "B"))

    assert (told.status, told.refused_with) == (400, "secret_in_message")
    assert allowed.status == 204


async def test_a_secret_is_still_one_after_it_was_revoked_and_after_a_restart(world: World) -> None:
    tool, other = await world.tool(), await world.tool()
    await world.revoke(other)
    await world.restart()

    answer = await tool.say("#general", other.secret)

    assert (answer.status, answer.refused_with) == (400, "secret_in_message")


async def test_secrets_in_an_event_are_dots_in_the_row_that_waits(world: World) -> None:
    tool = await world.tool(await world.extension())  # Nobody listens, so it waits.

    await event_full_of(tool, tool.secret)

    ((headers, params, body),) = await world.read(waiting)
    assert (headers["x-secret"], headers[DOTS]) == (f"it is {DOTS}", "named")
    assert params == {"key": DOTS, DOTS: "named"}
    assert body == f"One {DOTS}, two {DOTS}".encode() + b"\xff"
    assert tool.secret[4:] not in repr(await world.read(everything))


async def test_secrets_in_an_event_are_dots_for_the_handler(world: World) -> None:
    tool = await world.tool(await world.running_extension())

    await event_full_of(tool, tool.secret)

    (call,) = world.heard_by(tool.app)
    assert (call["headers"]["x-secret"], call["headers"][DOTS]) == (f"it is {DOTS}", "named")
    assert call["params"] == {"key": DOTS, DOTS: "named"}
    assert call["body"] == f"One {DOTS}, two {DOTS}\ufffd"
    assert tool.secret[4:].lower() not in str(call).lower()


@pytest.mark.parametrize("member", ["text", "challenge"])
async def test_a_handlers_answer_with_a_secret_is_neither_posted_nor_handed_back(world: World, member: str) -> None:
    tool, graces = await world.tool(await world.running_extension()), await world.tool(owner=world.grace)
    # Spelled so that the handler finds it when it reads the JSON, and nobody before.
    event = json.dumps({"answer": {member: f"Use {graces.secret}"}}).replace("kpt_", "\\u006bpt_")

    answer = await tool.event(event.encode())

    assert (answer.status, answer.body) == (204, b"")
    assert await world.messages_in("#builds") == []
    assert await world.read(outcomes) == ["given up"]


KEYS = Keys(bytes(32))
KNOWN = secret.new(sandbox=True).reveal()
AROUND = st.one_of(st.text(), st.text(ALPHABET + "_-", max_size=60), st.text(ALPHABET, max_size=60).map("kpt_".__add__))


@given(AROUND, AROUND)
def test_a_secret_is_found_and_masked_whatever_stands_around_it(before: str, after: str) -> None:
    register = Register()
    register.add_secret(TokenSecret(org_id=OrgId(1), token_id=TokenId(1), digest=KEYS.digest(KNOWN)))

    text = before + KNOWN + after

    assert holds_secret({"text": text}, KEYS, register, People())
    assert KNOWN.encode() not in masked(text.encode())


@given(AROUND)
def test_a_body_without_a_secret_stays_as_it_came(text: str) -> None:
    body = text.replace("kp", "").encode()

    assert masked(body) == body


async def event_full_of(tool: Tool, text: str) -> Answer:
    """An event that has a secret in every place but those that are for it."""
    headers = [("X-Secret", f"it is {text}"), (text, "named")]
    return await tool.event(
        f"One {text}, two {text}".encode() + b"\xff", query=f"&key={text}&{text}=named", headers=headers
    )


def table(headers: list[str], rows: list[dict[str, str]]) -> dict[str, Any]:
    return {"text": "x", "slides": [{"type": "table", "data": {"headers": headers, "rows": rows}}]}


def button(field: tuple[str, ...], text: str) -> dict[str, Any]:
    return {"text": "x", "buttons": [with_changed(TOKEN_BUTTON, field, text)]}


def waiting(tx: Tx) -> list[tuple[dict[str, str], dict[str, str], bytes]]:
    rows = tx.all(select(ingress).where(ingress.c.ended_at.is_(None)))
    return [(json.loads(row.headers), json.loads(row.params), row.body) for row in rows]


def outcomes(tx: Tx) -> list[str | None]:
    return [row.outcome for row in tx.all(select(ingress))]
