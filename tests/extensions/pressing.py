"""Typing the command of the tests' extension, pressing its button, accepting its dialog."""

from sqlalchemy import select
from tests.people import Answer, Visitor
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
