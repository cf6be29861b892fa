"""Write an extension for Keypost: a program of its own that a Keypost server calls by signed HTTP.

    from keypost_sdk import CommandCall, Extension, Message

    extension = Extension("hello")

    @extension.command("hello")
    async def hello(call: CommandCall) -> Message:
        return Message(text=f"Hello, *{call.user.first_name}*!")

`Extension` takes the handlers and `python -m keypost_sdk run DIRECTORY` serves them. Handlers receive a `CommandCall`,
`ButtonCall` or `IncomingCall` and return a `Message`, a `Banner` or None. `Client` posts with a token. A token's text
is a `Secret`: it shows itself as dots until it is asked by `.reveal()`.

The types in `keypost_sdk.content` hold the limits of what a message can show. Nothing here knows the server's code.
"""

from keypost_sdk.calls import (
    Access,
    ButtonCall,
    Chat,
    CommandCall,
    Environment,
    IncomingCall,
    PressedMessage,
    Target,
    Token,
    User,
)
from keypost_sdk.client import Client, Refused
from keypost_sdk.content import (
    TOKEN,
    Banner,
    BotDisplay,
    Button,
    Card,
    Confirm,
    FunctionRef,
    InvokeFunction,
    Message,
    OpenUrl,
    Slide,
    Table,
    TableSlide,
    TextSlide,
    WebAddress,
)
from keypost_sdk.extension import Answer, Extension
from keypost_sdk.secret import Secret

__all__ = [
    "TOKEN",
    "Access",
    "Answer",
    "Banner",
    "BotDisplay",
    "Button",
    "ButtonCall",
    "Card",
    "Chat",
    "Client",
    "CommandCall",
    "Confirm",
    "Environment",
    "Extension",
    "FunctionRef",
    "IncomingCall",
    "InvokeFunction",
    "Message",
    "OpenUrl",
    "PressedMessage",
    "Refused",
    "Secret",
    "Slide",
    "Table",
    "TableSlide",
    "Target",
    "TextSlide",
    "Token",
    "User",
    "WebAddress",
]
