"""An extension that notes what it is told of its life in `heard.jsonl`, and answers what stands in `answers.json`."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import msgspec

from keypost_sdk import Answer, ButtonCall, CommandCall, Extension, IncomingCall, Message
from keypost_sdk.answers import Verdict
from keypost_sdk.calls import InstallationCall, TokenEndedCall
from keypost_sdk.content import TOKEN, Button, Confirm, FunctionRef, InvokeFunction

HERE = Path(__file__).parent
ANSWERS = HERE / "answers.json"

extension = Extension("keeper")


def answer_to(handler: str) -> Any:
    return json.loads(ANSWERS.read_text()).get(handler) if ANSWERS.exists() else None


if answer_to("start") == "die":
    sys.exit(3)


@extension.command("keeper")
async def say(call: CommandCall) -> Answer:
    note("command", arguments=call.arguments)
    confirm = Confirm(title="Connect", description="It will post as you", input=TOKEN)
    action = InvokeFunction(data=FunctionRef(name="authentication"), confirm=confirm)
    return Message(text=f"Keeper {call.arguments}".strip(), buttons=(Button(label="Connect", action=action),))


@extension.function("authentication")
async def authentication(call: ButtonCall) -> Answer:
    note("function", token=call.token.id if call.token else None, response_url=call.response_url)
    return Message(text="Connected")


@extension.incoming
async def incoming(call: IncomingCall) -> Answer:
    note("incoming", body=call.body)
    return Message(text=f"event: {call.body}")


@extension.installation_validator
async def validate(call: InstallationCall) -> Verdict:
    return verdict("installation_validator", call)


@extension.installation
async def installed(call: InstallationCall) -> Verdict:
    return verdict("installation_handler", call)


@extension.uninstallation
async def uninstalled(call: InstallationCall) -> None:
    note("uninstallation_handler", **life(call))
    if answer_to("uninstallation_handler") == "hang":
        await asyncio.Event().wait()


@extension.token_ended
async def token_ended(call: TokenEndedCall) -> None:
    note("token_ended_handler", token=call.token.id, reason=call.reason)
    if answer_to("token_ended_handler") == "fail":
        raise RuntimeError("not now")


def verdict(handler: str, call: InstallationCall) -> Verdict:
    note(handler, **life(call))
    wanted = answer_to(handler)
    if wanted == "die":
        os._exit(1)
    return msgspec.convert(wanted, Verdict) if wanted is not None else Verdict()


def life(call: InstallationCall) -> dict[str, Any]:
    return {"user": call.user.email, "app_info": msgspec.to_builtins(call.app_info)}


def note(kind: str, **what: object) -> None:
    settings = json.loads(os.environ["KEYPOST_SETTINGS"])
    with (HERE / "heard.jsonl").open("a") as file:
        file.write(json.dumps({"kind": kind, "pid": os.getpid(), "settings": settings, **what}) + "\n")
