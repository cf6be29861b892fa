"""An extension that does what a test asks for, and notes every call beside itself in `heard.jsonl`."""

import asyncio
import json
from pathlib import Path
from typing import Any

from keypost_sdk import Answer, Banner, ButtonCall, CommandCall, Extension, IncomingCall, Message
from keypost_sdk.answers import Refuse
from keypost_sdk.calls import TokenEndedCall
from keypost_sdk.content import TOKEN, Button, Confirm, FunctionRef, InvokeFunction, Reply

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


@extension.function("note")
async def note(call: ButtonCall) -> Answer:
    """Has nothing to say."""
    _note_press(call)
    return None


@extension.function("whisper")
async def whisper(call: ButtonCall) -> Answer:
    _note_press(call)
    return Reply(text="For your eyes", buttons=(button("note"),), view="ephemeral")


@extension.function("repeat")
async def repeat(call: ButtonCall) -> Answer:
    """Whatever its button says; `{secret}` stands for the secret of the call, `{earlier}` for that of one before it."""
    earlier = next((line["secret"] for line in reversed(_heard()) if line.get("secret")), "")
    _note_press(call)
    said = json.dumps(call.arguments.more["answer"]).replace("{earlier}", earlier)
    answer: Answer = json.loads(said.replace("{secret}", call.secret.reveal() if call.secret is not None else ""))
    return answer


@extension.incoming
@extension.bot_incoming
async def incoming(call: IncomingCall) -> Answer:
    asked = _asked(call.body)
    seen = sum(line["kind"] == "incoming" for line in _heard())
    _note(
        kind="incoming",
        bot=call.bot,
        method=call.http_method,
        response_url=call.response_url,
        body=call.body,
        headers=dict(call.headers),
        params=dict(call.query),
        app=call.appkey,
        person=call.user.email,
        settings=call.token.settings if call.token else None,
    )
    if "join" in asked:
        _join(asked, *asked["join"])
    if asked.get("fail_until", 0) > seen:
        raise RuntimeError("not yet")
    if asked.get("hang"):
        await asyncio.Event().wait()
    if asked.get("refuse"):
        raise Refuse(asked["refuse"])
    if "say" in asked:  # Flat, as the newer wire has it.
        return Reply(text=asked["say"], collapse_key=asked["key"])
    answer: Answer = asked.get("answer", Message(text=f"event: {call.body[:60] or 'nothing'}"))
    return answer


@extension.token_ended
async def token_ended(call: TokenEndedCall) -> None:
    served = [entry.name for entry in call.serves]
    tried = sum(line["kind"] == "token_ended" for line in _heard())
    _note(
        kind="token_ended",
        token=call.token.id,
        settings=call.token.settings,
        replaces=list(call.token.replaces),
        reason=call.reason,
        ended_at=call.ended_at,
        serves=served,
        app=call.appkey,
        person=call.access.user_id,
    )
    if "fails once" in served and not tried:
        raise RuntimeError("not yet")
    if "refuses" in served:
        raise Refuse("It stays.")
    if "hangs" in served:
        await asyncio.Event().wait()


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


def _join(asked: dict[str, Any], field: str, rest: str) -> None:
    """What arrives has no secret in it: so it comes in two halves."""
    holder = asked if field in asked else asked["answer"]
    holder[field] += rest


def _note_press(call: ButtonCall) -> None:
    given = call.arguments.input
    _note(
        kind="function",
        name=call.name,
        secret=given.reveal() if given is not None else None,
        key=call.arguments.key,
        token=call.token.id if call.token else None,
        incoming_url=call.token.incoming_url if call.token else None,
        settings=call.token.settings if call.token else None,
        replaces=list(call.token.replaces) if call.token else None,
        more=call.arguments.more,
        target=[call.target.label, call.target.hint, call.target.key, call.target.type],
        person=call.user.email,
        chat=call.chat.id,
        message=call.message.text,
        access=[call.access.user_id, call.access.chat_id, call.access.message_id],
        response_url=call.response_url,
    )


def _note(**what: object) -> None:
    with HEARD.open("a") as file:
        file.write(json.dumps(what) + "\n")


def _heard() -> list[dict[str, Any]]:
    return [json.loads(line) for line in HEARD.read_text().splitlines()] if HEARD.exists() else []
