"""From the bytes of a call to its type."""

from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from keypost_sdk import calls
from keypost_sdk.calls import ButtonCall, Call, CommandCall, IncomingCall, InstallationCall, TokenEndedCall
from keypost_sdk.errors import MalformedCall, NoHandler
from keypost_sdk.secret import Secret

NAME_SHOWN_MAX: Final = 60

WORDS: Final[dict[str, str]] = {
    calls.COMMAND: "command",
    calls.FUNCTION: "function",
    calls.INCOMING: "incoming",
    calls.BOT_INCOMING: "bot_incoming",
    calls.TOKEN_ENDED: "token_ended",
    calls.VALIDATOR: "installation_validator",
    calls.INSTALLATION: "installation",
    calls.UNINSTALLATION: "uninstallation",
}
"""What `Extension` calls the decorator of each handler."""

KINDS: Final[dict[tuple[str, str], type[Call]]] = {
    ("command", calls.COMMAND): CommandCall,
    ("function", calls.FUNCTION): ButtonCall,
    ("bot", calls.BOT_INCOMING): IncomingCall,
    ("extension", calls.INCOMING): IncomingCall,
    ("extension", calls.TOKEN_ENDED): TokenEndedCall,
    ("extension", calls.VALIDATOR): InstallationCall,
    ("extension", calls.INSTALLATION): InstallationCall,
    ("extension", calls.UNINSTALLATION): InstallationCall,
}
BOT: Final = "bot"
_NAMED: Final = frozenset({calls.COMMAND, calls.FUNCTION})
_OWN_ARGUMENTS: Final = frozenset({"key", "input"})


class _Handler(Struct, frozen=True):
    type: Annotated[str, Meta(min_length=1)]


class Envelope(Struct, frozen=True):
    """What is around the parameters of every call."""

    handler: _Handler
    timestamp: int
    params: msgspec.Raw
    type: str = ""
    name: str = ""
    unique_name: str = ""
    response_url: str = ""

    @property
    def word(self) -> str:
        """The handler's word in `calls`."""
        return f"{BOT}/{self.handler.type}" if self.type == BOT else self.handler.type

    @property
    def title(self) -> str:
        """How logs and sentences call it, such as `function authentication`."""
        return title(self.word, self.name if self.word in _NAMED else "")


def title(handler: str, name: str) -> str:
    word = WORDS.get(handler, handler[:NAME_SHOWN_MAX])
    return f"{word} {name[:NAME_SHOWN_MAX] or 'handler'}"


def open_envelope(body: bytes) -> Envelope:
    """What is around a call, or `MalformedCall`."""
    try:
        return msgspec.json.decode(body, type=Envelope)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _malformed(error) from None


def read(body: bytes) -> Call:
    """The call in a body of the wire; `MalformedCall`, or `NoHandler` for a kind that this SDK does not know."""
    envelope = open_envelope(body)
    kind = KINDS.get((envelope.type, envelope.word))
    if kind is None:
        raise _unknown(envelope)
    try:
        call = _click(envelope.params) if kind is ButtonCall else _decoded(envelope.params, kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _malformed(error) from None
    if isinstance(call, IncomingCall):
        call = replace(call, bot=envelope.unique_name)
    return replace(
        call,
        handler=envelope.word,
        name=envelope.name if envelope.word in _NAMED else "",
        timestamp=envelope.timestamp,
        response_url=envelope.response_url,
    )


def _decoded(params: msgspec.Raw, kind: type[Call]) -> Call:
    return msgspec.json.decode(params, type=kind, dec_hook=read_secret)


def _click(params: msgspec.Raw) -> Call:
    """On the wire the button's own arguments stand beside the two that the server adds; here they are apart."""
    members = msgspec.json.decode(params, type=dict[str, Any])
    arguments = members.get("arguments", {})
    if isinstance(arguments, dict):
        own = {name: value for name, value in arguments.items() if name in _OWN_ARGUMENTS}
        more = {name: value for name, value in arguments.items() if name not in _OWN_ARGUMENTS}
        members["arguments"] = {**own, "more": more}
    return msgspec.convert(members, ButtonCall, dec_hook=read_secret)


def read_secret(kind: type, value: Any) -> Secret:
    """For msgspec: a text where a type wants a `Secret`."""
    if kind is not Secret or not isinstance(value, str):
        raise TypeError("A secret is text.")
    return Secret(value)


def _malformed(error: Exception) -> MalformedCall:
    # Only the kind of trouble: the decoder's own sentence may quote the body.
    return MalformedCall("invalid_call", f"The call cannot be read: {type(error).__name__}.")


def _unknown(envelope: Envelope) -> NoHandler:
    kind = f"{envelope.type[:NAME_SHOWN_MAX]!r} with handler {envelope.handler.type[:NAME_SHOWN_MAX]!r}"
    return NoHandler("unknown_kind", f"This version of the SDK does not handle calls of type {kind}.")
