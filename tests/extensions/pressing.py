"""Typing the command of the tests' extension, pressing its buttons, accepting its dialogs."""

from typing import Any

from sqlalchemy import select
from tests.people import Answer, Tool, Visitor
from tests.world import World

from keypost.db.tables import invocations as invocation_rows
from keypost.db.tables import metadata
from keypost.db.tx import Tx
from keypost.ids import show_message
from keypost.tokens import service as tokens
from keypost.tokens.model import Token


async def pressed(world: World, who: Visitor, function: str = "authentication") -> Answer:
    """Somebody types the command and presses the button of the answer."""
    message = await shown_button(world, who, function)
    answer = await who.press(world.id_of("#builds"), message)
    assert answer.status == 200
    return answer


async def accepted(world: World, who: Visitor, function: str = "authentication") -> Answer:
    dialog = await pressed(world, who, function)
    answer = await who.accept(dialog.nonce)
    assert answer.status == 200
    return answer


async def shown_button(world: World, who: Visitor, function: str = "authentication") -> str:
    await who.sign_in()
    answer = await who.say(world.id_of("#builds"), f"/standup {function}")
    assert answer.status == 200, answer.text
    return await newest(world)


def button(function: str = "note", confirm: object = None, **more: Any) -> dict[str, Any]:
    """As somebody posts it; without `confirm` it asks nothing."""
    asks = {"confirm": confirm} if confirm is not None else {}
    return {"label": "Press", "action": {"type": "invoke.function", "data": {"name": function}, **asks}} | more


async def press_of(
    world: World, who: Visitor, tool: Tool, *buttons: dict[str, Any], path: str = "buttons[0]"
) -> Answer:
    """A tool posts buttons, and somebody presses one of them."""
    return await press_in(world, who, tool, {"text": "Press", "buttons": buttons}, path)


async def press_in(world: World, who: Visitor, tool: Tool, content: object, path: str) -> Answer:
    posted = await tool.say("#builds", content)
    assert posted.status == 204, posted.text
    await who.arrive()
    return await who.press(world.id_of("#builds"), await newest(world), path)


async def newest(world: World) -> str:
    return show_message((await world.messages_in("#builds"))[-1].id)


async def can_post(world: World, secret: str) -> bool:
    path = "/api/v2/channelsbyname/general/message"
    return (await world.stranger.post(path, {"text": "Hi"}, [("X-Keypost-Token", secret)])).status == 204


async def mine(world: World, who: Visitor) -> list[Token]:
    return await world.read(tokens.list_mine, world.caller(who))


def outcomes(tx: Tx) -> list[str]:
    rows = tx.all(select(invocation_rows.c.outcome).order_by(invocation_rows.c.id))
    return [row.outcome for row in rows]


def everything(tx: Tx) -> list[object]:
    return [tuple(row) for table in metadata.sorted_tables for row in tx.all(select(table))]
