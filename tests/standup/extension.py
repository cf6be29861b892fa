"""An extension that does what a test asks for, and notes every call beside itself in `heard.jsonl`."""

import asyncio
import json
from pathlib import Path
from typing import Any

from keypost_sdk import Answer, Banner, ButtonCall, CommandCall, Extension, IncomingCall, Message
from keypost_sdk.content import TOKEN, Button, Confirm, FunctionRef, InvokeFunction

HEARD = Path(__file__).parent / "heard.jsonl"

extension = Extension("standup")


@extension.command("standup")
async def show_button(call: CommandCall) -> Answer:
    _note(kind="command", arguments=call.arguments, person=call.user.email, chat=call.chat.id)
    return Message(text="Click on the token generation button below!", buttons=(button(call.arguments),))


@extension.function("authentication")
async def authentication(call: ButtonCall) -> Answer:
    _note_press(call)
    return Banner(text="Standup is connected")


@extension.function("tell")
async def tell(call: ButtonCall) -> Answer:
    """Answers with the secret itself: the server must show that to nobody but the one who clicked."""
    _note_press(call)
    return Message(text=f"Your token is {call.arguments.input.reveal() if call.arguments.input else ''}")


@extension.function("cheer")
async def cheer(call: ButtonCall) -> Answer:
    _note_press(call)
    return Message(text="Hooray!")


@extension.function("decline")
async def decline(call: ButtonCall) -> Answer:
    _note_press(call)
    return Banner(text="Not today", status="failure")


@extension.function("fail")
async def fail(call: ButtonCall) -> Answer:
    _note_press(call)
    raise RuntimeError("this function always fails")


@extension.incoming
async def incoming(call: IncomingCall) -> Answer:
    asked = _asked(call.body)
    seen = sum(line["kind"] == "incoming" for line in _heard())
    _note(kind="incoming", body=call.body, headers=dict(call.headers), params=dict(call.query), app=call.appkey)
    if asked.get("fail_until", 0) > seen:
        raise RuntimeError("not yet")
    if asked.get("hang"):
        await asyncio.Event().wait()
    answer: Answer = asked.get("answer", Message(text=f"event: {call.body[:60] or 'nothing'}"))
    return answer


def button(function: str) -> Button:
    confirm = Confirm(title="Connect standup", description="It will post as you", input=TOKEN)
    action = InvokeFunction(data=FunctionRef(name=function or "authentication"), confirm=confirm)
    return Button(label="Create token", hint="Makes a token", type="+", key="k1", action=action)


def _asked(body: str) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _note_press(call: ButtonCall) -> None:
    given = call.arguments.input
    _note(
        kind="function",
        name=call.name,
        secret=given.reveal() if given is not None else None,
        key=call.arguments.key,
        token=call.token.id if call.token else None,
        incoming_url=call.token.incoming_url if call.token else None,
        person=call.user.email,
        response_url=call.response_url,
    )


def _note(**what: object) -> None:
    with HEARD.open("a") as file:
        file.write(json.dumps(what) + "\n")


def _heard() -> list[dict[str, Any]]:
    return [json.loads(line) for line in HEARD.read_text().splitlines()] if HEARD.exists() else []
