"""An extension with one handler for each way in which handlers behave."""

import logging
import threading
import time
from collections.abc import Mapping

from keypost_sdk import (
    Banner,
    Button,
    ButtonCall,
    CommandCall,
    Extension,
    IncomingCall,
    Message,
    OpenUrl,
    Refuse,
    WebAddress,
)

extension = Extension("probe")


@extension.command("hello")
async def hello(call: CommandCall) -> Message:
    return Message(text=f"Hello, {call.user.first_name}: {call.arguments}")


@extension.command("silent")
async def silent(_: CommandCall) -> None:
    pass


@extension.command("thread")
def thread(_: CommandCall) -> Message:
    return Message(text="main" if threading.current_thread() is threading.main_thread() else "another")


@extension.command("misfit")
def misfit(_: CommandCall) -> Message:
    button = Button(label="x" * 24, action=OpenUrl(data=WebAddress(web="https://keypost.example")))
    return Message(text="Look", buttons=(button,))


@extension.command("stuck")
def stuck(_: CommandCall) -> None:
    time.sleep(600)


@extension.command("blocking")
async def blocking(_: CommandCall) -> None:
    time.sleep(600)  # noqa: ASYNC251 - it does what an extension must not do


@extension.function("connect")
async def connect(call: ButtonCall) -> Banner:
    logging.getLogger("probe").info("got %s in %s", call.secret, call)
    return Banner(text=f"{len(call.secret.reveal()) if call.secret else 0} characters")


@extension.function("broken")
async def broken(call: ButtonCall) -> Banner:
    text = call.secret.reveal() if call.secret else ""
    try:
        {}[text]
    except KeyError as error:
        raise ValueError(f"no good: {text}") from error


@extension.function("careless")
async def careless(call: ButtonCall) -> Mapping[str, object]:
    return {"text": call.secret}


@extension.incoming
def incoming(call: IncomingCall) -> dict[str, object]:
    if call.header("x-event") == "unknown":
        raise Refuse("This is not from your tool.")
    return {"method": call.http_method, "event": call.header("x-event"), "query": call.query, "size": len(call.body)}
