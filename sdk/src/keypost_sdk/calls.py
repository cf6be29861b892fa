"""What a handler receives: the parameters of a call, as frozen types.

Members that these types do not name are skipped, so an extension keeps running when the server learns to send more.
Ids are text. What the server leaves out is empty: `user`, `chat` and `message` come only if the manifest asks for them
and the person agreed; who it was is always in `access`.
"""

from typing import Any, Final, Literal

from msgspec import Struct, field

from keypost_sdk.content import Served
from keypost_sdk.secret import Secret

COMMAND: Final = "execution_handler"
FUNCTION: Final = "button_handler"
INCOMING: Final = "incomingwebhook_handler"
BOT_INCOMING: Final = "bot/incomingwebhook_handler"
TOKEN_ENDED: Final = "token_ended_handler"
VALIDATOR: Final = "installation_validator"
INSTALLATION: Final = "installation_handler"
UNINSTALLATION: Final = "uninstallation_handler"
"""The handlers, as the wire calls them; a bot's have `bot/` before, for an extension has one of the same name."""


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
    """`type` is `channel`, `bot`, `dm`, `thread` or `chat`; only channels have a unique name."""

    id: str = ""
    type: str = ""
    title: str = ""
    owner: str = ""
    channel_unique_name: str = ""


class Organization(Struct, frozen=True):
    id: str = ""
    type: str = "company"


class Access(Struct, frozen=True):
    """`parent_chat_id` is the chat in which a thread hangs; empty outside of threads."""

    user_id: str = ""
    chat_id: str = ""
    parent_chat_id: str = ""
    message_id: str = ""
    user_agent: str = ""
    organization: Organization = Organization()


class Environment(Struct, frozen=True):
    """`base_url` names the organisation too: `https://HOST/company/ORG`."""

    base_url: str = ""
    data_center: str = ""
    tld: str = ""


class Token(Struct, frozen=True):
    """Which token the call concerns, never its text. Third-party apps post to `incoming_url`, with it in `header`, or
    to `bot_incoming_url`, which is empty if the manifest has no `[bot.incoming]`.

    `settings` are what its owner chose, by name, filled up with the manifest's defaults. `replaces` are the ids of the
    tokens that end because of this one; only the call that brings a new token has any.
    """

    id: str
    incoming_url: str = ""
    bot_incoming_url: str = ""
    header: str = "X-Keypost-Token"
    settings: dict[str, Any] = {}
    replaces: tuple[str, ...] = ()


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
    """The button's `key`, what its dialog was given, and in `more` the button's own `arguments`."""

    key: str = ""
    input: Secret | None = None
    more: dict[str, Any] = {}


class Call(Struct, frozen=True):
    """What every call has. `timestamp` is milliseconds since 1970, UTC; only commands and functions have a name and a
    chat, only they and the bot's handlers a `response_url`. `handler` is the wire's word for what is called, such as
    `button_handler`.
    """

    handler: str = ""
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
        return self.arguments.input if self.token is not None else None

    @property
    def typed(self) -> str:
        """What the person typed into the button's dialog; empty where there was no field."""
        if self.token is not None or self.arguments.input is None:
            return ""
        return self.arguments.input.reveal()


class IncomingCall(Call, frozen=True):
    """A third-party app posted to the extension's address, or to that of its bot: then `bot` is its unique name. `body`
    is as it came; credentials are taken out. Without a `token` it came with a person's API token.
    """

    headers: dict[str, str] = {}
    query: dict[str, str] = field(name="params", default_factory=dict)
    body: str = ""
    http_method: str = "POST"
    appkey: str = ""
    bot: str = ""

    def header(self, name: str) -> str:
        """A header's value, whatever the case of its name; empty if there is none."""
        wanted = name.lower()
        return next((value for key, value in self.headers.items() if key.lower() == wanted), "")


class TokenEndedCall(Call, frozen=True, kw_only=True):
    """A token of this extension has ended: time to take down what was registered with it. The server calls until it
    gets an answer, so the same end may arrive twice.

    `reason` is a sentence, such as `revoked by its owner`; `ended_at` is milliseconds since 1970, UTC; `serves` is what
    the extension last said that the token connects.
    """

    token: Token
    reason: str = ""
    ended_at: int = 0
    serves: tuple[Served, ...] = ()
    appkey: str = ""


class AppInfo(Struct, frozen=True):
    """`existing_version` is empty unless this is an upgrade."""

    current_version: str = ""
    existing_version: str = ""
    type: Literal["install", "upgrade", "uninstall"] = "install"


class InstallationCall(Call, frozen=True):
    """The extension is to be installed, has been, or is gone. `user` is the admin who does it, always."""

    app_info: AppInfo = AppInfo()
