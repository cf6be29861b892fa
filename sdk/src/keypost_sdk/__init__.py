"""Write an extension for Keypost: a program of its own that a Keypost server calls by signed HTTP.

    from keypost_sdk import CommandCall, Extension, Message

    extension = Extension("hello")

    @extension.command("hello")
    async def hello(call: CommandCall) -> Message:
        return Message(text=f"Hello, *{call.user.first_name}*!")

`Extension` takes the handlers and `python -m keypost_sdk run DIRECTORY` serves them. A handler receives a
`CommandCall`, `ButtonCall`, `IncomingCall`, `TokenEndedCall` or `InstallationCall` and returns a `Message`, a `Reply`,
an `Edit`, a `Banner`, a `Verdict` or None; it raises `Refuse` to say no. `Client` posts with a token. A token's text is
a `Secret`: it shows itself as dots until it is asked by `.reveal()`.

The types in `keypost_sdk.content` hold the limits of what a message can show. `keypost_sdk.testing` presses buttons and
sends events without a server. Nothing here knows the server's code.
"""

from keypost_sdk.answers import Answer, AnswerDoesNotFit, Refuse, Verdict
from keypost_sdk.calls import (
    Access,
    AppInfo,
    Arguments,
    ButtonCall,
    Call,
    Chat,
    CommandCall,
    Environment,
    IncomingCall,
    InstallationCall,
    Organization,
    PressedMessage,
    Target,
    Token,
    TokenEndedCall,
    User,
)
from keypost_sdk.client import Client, Refused
from keypost_sdk.content import (
    TOKEN,
    Banner,
    BotDisplay,
    Button,
    Card,
    CardButton,
    Confirm,
    Copied,
    Copy,
    Edit,
    FunctionRef,
    ImagesSlide,
    InstantButton,
    InvokeFunction,
    LabelSlide,
    ListSlide,
    ListStyle,
    Message,
    OpenUrl,
    PollOption,
    Reference,
    Reply,
    Served,
    Slide,
    Table,
    TableSlide,
    TextSlide,
    TokenInput,
    WebAddress,
)
from keypost_sdk.extension import Extension
from keypost_sdk.loading import CannotStart
from keypost_sdk.secret import Secret
from keypost_sdk.settings import NotSetUp

__all__ = [
    "TOKEN",
    "Access",
    "Answer",
    "AnswerDoesNotFit",
    "AppInfo",
    "Arguments",
    "Banner",
    "BotDisplay",
    "Button",
    "ButtonCall",
    "Call",
    "CannotStart",
    "Card",
    "CardButton",
    "Chat",
    "Client",
    "CommandCall",
    "Confirm",
    "Copied",
    "Copy",
    "Edit",
    "Environment",
    "Extension",
    "FunctionRef",
    "ImagesSlide",
    "IncomingCall",
    "InstallationCall",
    "InstantButton",
    "InvokeFunction",
    "LabelSlide",
    "ListSlide",
    "ListStyle",
    "Message",
    "NotSetUp",
    "OpenUrl",
    "Organization",
    "PollOption",
    "PressedMessage",
    "Reference",
    "Refuse",
    "Refused",
    "Reply",
    "Secret",
    "Served",
    "Slide",
    "Table",
    "TableSlide",
    "Target",
    "TextSlide",
    "Token",
    "TokenEndedCall",
    "TokenInput",
    "User",
    "Verdict",
    "WebAddress",
]
