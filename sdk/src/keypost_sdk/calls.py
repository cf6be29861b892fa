"""What a handler receives: the parameters of a call, as frozen types.

Members that these types do not name are skipped, so an extension keeps running when the server learns to send more.
Ids are text. What the server leaves out is empty.
"""

from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct, field
from msgspec.structs import replace

from keypost_sdk.errors import MalformedCall, NoHandler
from keypost_sdk.secret import Secret

NAME_SHOWN_MAX: Final = 60


class User(Struct, frozen=True):
    """The person who clicked or typed; for an incoming call, the one whose token was used."""

    id: str = ""
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    admin: bool = False
    organization_id: str = ""
    timezone: str = ""
    country: str = ""
    language: str = ""


class Chat(Struct, frozen=True):
    """`type` is `channel`, `bot`, `dm` or `chat`; only channels have a unique name."""

    id: str = ""
    type: str = ""
    title: str = ""
    owner: str = ""
    channel_unique_name: str = ""


class Organization(Struct, frozen=True):
    id: str = ""
    type: str = "company"


class Access(Struct, frozen=True):
    user_id: str = ""
    chat_id: str = ""
    message_id: str = ""
    user_agent: str = ""
    organization: Organization = Organization()


class Environment(Struct, frozen=True):
    """`base_url` names the organisation too: `https://HOST/company/ORG`."""

    base_url: str = ""
    data_center: str = ""
    tld: str = ""


class Token(Struct, frozen=True):
    """Which token the call concerns, never its text. Third-party apps post to `incoming_url`, with it in `header`."""

    id: str
    incoming_url: str = ""
    header: str = "X-Keypost-Token"


class Target(Struct, frozen=True):
    """The button as it was shown."""

    label: str = ""
    hint: str = ""
    key: str = ""
    type: str = ""


class PressedMessage(Struct, frozen=True):
    """The message that carries the button."""

    id: str = ""
    text: str = ""


class Arguments(Struct, frozen=True):
    key: str = ""
    input: Secret | None = None


class Call(Struct, frozen=True):
    """What every call has. `timestamp` is milliseconds since 1970, UTC; an incoming call has no chat and no name."""

    name: str = ""
    timestamp: int = 0
    response_url: str = ""
    user: User = User()
    chat: Chat = Chat()
    access: Access = Access()
    environment: Environment = Environment()
    token: Token | None = None


class CommandCall(Call, frozen=True):
    """Somebody typed `/name arguments`."""

    arguments: str = ""


class ButtonCall(Call, frozen=True):
    """Somebody pressed a button that runs a function, and accepted its dialog if it has one."""

    target: Target = Target()
    message: PressedMessage = PressedMessage()
    arguments: Arguments = Arguments()
    event: str = "click"

    @property
    def secret(self) -> Secret | None:
        """The token that was minted for this person, if the button asked for one. It arrives this one time."""
        return self.arguments.input


class IncomingCall(Call, frozen=True):
    """A third-party app posted to the extension's address. `body` is as it came; credentials are taken out."""

    headers: dict[str, str] = {}
    query: dict[str, str] = field(name="params", default_factory=dict)
    body: str = ""
    http_method: str = "POST"
    appkey: str = ""

    def header(self, name: str) -> str:
        """A header's value, whatever the case of its name; empty if there is none."""
        wanted = name.lower()
        return next((value for key, value in self.headers.items() if key.lower() == wanted), "")


class _Handler(Struct, frozen=True):
    type: Annotated[str, Meta(min_length=1)]


class _Envelope(Struct, frozen=True):
    handler: _Handler
    timestamp: int
    params: msgspec.Raw
    type: str = ""
    name: str = ""
    response_url: str = ""


KINDS: Final[dict[tuple[str, str], type[Call]]] = {
    ("command", "execution_handler"): CommandCall,
    ("function", "button_handler"): ButtonCall,
    ("extension", "incomingwebhook_handler"): IncomingCall,
}


def read(body: bytes) -> Call:
    """The call in a body of the wire; `MalformedCall`, or `NoHandler` for a kind that this SDK does not know."""
    try:
        envelope = msgspec.json.decode(body, type=_Envelope)
        kind = KINDS.get((envelope.type, envelope.handler.type))
        if kind is None:
            raise _unknown(envelope)
        call = msgspec.json.decode(envelope.params, type=kind, dec_hook=_read_secret)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        # Only the kind of trouble: the decoder's own sentence may quote the body.
        raise MalformedCall("invalid_call", f"The call cannot be read: {type(error).__name__}.") from None
    return replace(call, name=envelope.name, timestamp=envelope.timestamp, response_url=envelope.response_url)


def _unknown(envelope: _Envelope) -> NoHandler:
    kind = f"{envelope.type[:NAME_SHOWN_MAX]!r} with handler {envelope.handler.type[:NAME_SHOWN_MAX]!r}"
    return NoHandler("unknown_kind", f"This version of the SDK does not handle calls of type {kind}.")


def _read_secret(kind: type, value: Any) -> Secret:
    if kind is not Secret or not isinstance(value, str):
        raise TypeError("The input of a dialog is text.")
    return Secret(value)
