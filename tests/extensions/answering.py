"""Buttons of the tests' extension whose function answers whatever a test wants, at once or late."""

from typing import Any, Final

from tests.extensions.pressing import button, newest
from tests.people import Answer, Tool, Visitor
from tests.world import World

from keypost.chat.model import Message
from keypost.delivery.answer import Failed
from keypost.extensions import invocations
from keypost.extensions.calls import Call
from keypost.ids import MessageId
from keypost.tokens import service as tokens
from keypost.tokens.model import Token

ASKS: Final = {"title": "Connect", "input": {"type": "user_webhook_token"}}


def repeating(answer: object, confirm: object = None) -> dict[str, Any]:
    """A message with a button; the extension answers `answer` to who presses it."""
    return {"text": "Press", "buttons": [button("repeat", confirm, arguments={"answer": answer})]}


async def pressed(world: World, tool: Tool, answer: object, who: Visitor | None = None) -> Answer:
    """The extension posts a button, and somebody (Ada) presses it."""
    await tool.event({"answer": repeating(answer)})
    return await press_newest(world, who or world.ada)


async def accepted(world: World, tool: Tool, answer: object) -> Answer:
    """The same with a button that asks for a token, which Ada gives."""
    await tool.event({"answer": repeating(answer, ASKS)})
    dialog = await press_newest(world, world.ada)
    done = await world.ada.accept(dialog.nonce)
    assert done.status == 200, done.text
    return done


async def press_newest(world: World, who: Visitor) -> Answer:
    await who.arrive()
    answer = await who.press(world.id_of("#builds"), await newest(world))
    assert answer.status == 200, answer.text
    return answer


async def timed_out(world: World, tool: Tool, *, pressed: Message | None = None) -> str:
    """The path at which a late answer is awaited: of Ada's press of a button that made the tool's token."""
    place, call = world.chat("#builds"), Call("function", "button_handler", "repeat", {})
    invocation, nonce = await world.write(
        invocations.begin,
        world.server.keys,
        tool.app,
        world.ada.person.id,
        call,
        chat_id=place.id,
        message_id=pressed.id if pressed is not None else MessageId(1),
        token_id=tool.token.id,
    )
    await world.write(invocations.end, invocation, Failed("timeout", "15 s"))
    return world.server.addresses.late_answer(tool.app, nonce).removeprefix(world.base)


async def newest_token(world: World) -> Token:
    return max(await world.read(tokens.list_mine, world.caller(world.ada)), key=lambda token: token.id)
