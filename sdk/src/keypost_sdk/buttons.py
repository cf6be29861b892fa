"""Buttons of a message: what they say, what they do, and the question that may stand before it."""

from typing import Annotated, Any, Final, Literal

from msgspec import Meta, field

from keypost_sdk.forms import EMAIL, HTTP_ADDRESS, WEB_ADDRESS, Form

BUTTONS_MAX: Final = 5
LABEL_MAX: Final = 20
CARD_LABEL_MAX: Final = 30
ARGUMENTS_MAX: Final = 20
ARGUMENTS_BYTES_MAX: Final = 4_096
PROMPT_MAX: Final = 300
COPY_MAX: Final = 200
REFERENCES_MAX: Final = 20
INSTANT_BUTTONS_MAX: Final = 100
HINT_MAX: Final = 100
KEY_MAX: Final = 100
CONFIRM_MAX: Final = 100
FUNCTION_NAME_MAX: Final = 30
OWNER_MAX: Final = 254
URL_MAX: Final = 256
PREVIEW_URL_MAX: Final = 500
BOT_UNIQUE_NAME_MAX: Final = 100
SAID_TO_BOT_MAX: Final = 1_000
API_MAX: Final = 100
REMINDER_MAX: Final = 1_000
MOMENT_MAX: Final = 40

REFERENCE_NAME: Final = r"^[0-9]{1,3}\Z"
SYSTEM_API: Final = (
    r"^(?:(?:audiocall|videocall|startchat|invite|joinchannel)/[^\s/]+|locationpermission|set_reminder)\Z"
)


class TokenInput(Form, frozen=True):
    """Asks the person who clicks for an extension token instead of for text; `TOKEN` is the one there is."""

    type: Literal["user_webhook_token"]


TOKEN: Final = TokenInput(type="user_webhook_token")


class Confirm(Form, frozen=True):
    """The dialog between the click and the call.

    `input` is `TOKEN` for a token button; a text is the prompt of a field into which the person types, and `mandatory`
    refuses an empty one; a blank text asks for nothing. Labels that are missing are the server's own.
    """

    title: Annotated[str, Meta(min_length=1, max_length=CONFIRM_MAX)]
    description: Annotated[str, Meta(max_length=CONFIRM_MAX)] = ""
    input: TokenInput | Annotated[str, Meta(max_length=PROMPT_MAX)] | None = None
    button_label: Annotated[str, Meta(max_length=CONFIRM_MAX)] = ""
    cancel_button_label: Annotated[str, Meta(max_length=CONFIRM_MAX)] = ""
    emotion: Literal["positive", "neutral", "negative"] = "positive"
    mandatory: bool = False

    @property
    def asks_for_text(self) -> bool:
        return isinstance(self.input, str) and bool(self.input.strip())

    @property
    def is_mandatory(self) -> bool:
        """Whether the person must type something; never where there is nothing to type into."""
        return self.asks_for_text and self.mandatory


class FunctionRef(Form, frozen=True):
    """A function by name. `owner` is its developer's e-mail address: read when judging, never shown again."""

    name: Annotated[str, Meta(min_length=1, max_length=FUNCTION_NAME_MAX)]
    owner: Annotated[str, Meta(max_length=OWNER_MAX, pattern=EMAIL)] | None = None


class InvokeFunction(Form, frozen=True, tag_field="type", tag="invoke.function"):
    data: FunctionRef
    confirm: Confirm | None = None


class WebAddress(Form, frozen=True):
    """Where a button leads: at least one of them. Pages open `web`; the others are for programs on other devices."""

    web: Annotated[str, Meta(max_length=URL_MAX, pattern=WEB_ADDRESS)] = ""
    windows: Annotated[str, Meta(max_length=URL_MAX)] = ""
    ios: Annotated[str, Meta(max_length=URL_MAX)] = field(name="iOS", default="")
    android: Annotated[str, Meta(max_length=URL_MAX)] = ""


class OpenUrl(Form, frozen=True, tag_field="type", tag="open.url"):
    data: WebAddress


class PreviewAddress(Form, frozen=True):
    url: Annotated[str, Meta(max_length=PREVIEW_URL_MAX, pattern=HTTP_ADDRESS)]


class PreviewUrl(Form, frozen=True, tag_field="type", tag="preview.url"):
    """Leads to an address as `OpenUrl` does: nothing is fetched to show what is there."""

    data: PreviewAddress


class Copied(Form, frozen=True):
    text: Annotated[str, Meta(min_length=1, max_length=COPY_MAX)]


class Copy(Form, frozen=True, tag_field="type", tag="copy"):
    """Puts a text into the clipboard of the person who clicks."""

    data: Copied


class SaidToBot(Form, frozen=True):
    bot_name: Annotated[str, Meta(min_length=1, max_length=BOT_UNIQUE_NAME_MAX)]
    message: Annotated[str, Meta(min_length=1, max_length=SAID_TO_BOT_MAX)]


class InvokeBot(Form, frozen=True, tag_field="type", tag="invoke.bot"):
    """Says `message` to a bot, as the person who clicks, in their chat with it. `bot_name` is its unique name."""

    data: SaidToBot


class Reminder(Form, frozen=True):
    content: Annotated[str, Meta(max_length=REMINDER_MAX)] = ""
    date_time: Annotated[str, Meta(max_length=MOMENT_MAX)] = ""


class SystemCall(Form, frozen=True):
    """`params` are those of `set_reminder`."""

    api: Annotated[str, Meta(max_length=API_MAX, pattern=SYSTEM_API)]
    params: Reminder | None = None


class SystemApi(Form, frozen=True, tag_field="type", tag="system.api"):
    """Calls people, asks where they are, reminds them: nothing that this server does. It is shown and does nothing."""

    data: SystemCall


Action = InvokeFunction | OpenUrl | PreviewUrl | Copy | InvokeBot | SystemApi


class Button(Form, frozen=True):
    """`type` is `+` (positive), `-` (negative) or empty (neutral); `key` tells the function which button it was.

    `arguments` go to the function as they are, in at most `ARGUMENTS_BYTES_MAX` bytes of JSON; `key` and `input` among
    them are the server's own.
    """

    label: Annotated[str, Meta(min_length=1, max_length=LABEL_MAX)]
    action: Action
    hint: Annotated[str, Meta(max_length=HINT_MAX)] = ""
    type: Literal["+", "-", ""] = ""
    key: Annotated[str, Meta(max_length=KEY_MAX)] = ""
    arguments: Annotated[dict[str, Any], Meta(max_length=ARGUMENTS_MAX)] = field(default_factory=dict)

    @property
    def asks_for_token(self) -> bool:
        action = self.action
        confirm = action.confirm if isinstance(action, InvokeFunction) else None
        return confirm is not None and isinstance(confirm.input, TokenInput)


class CardButton(Button, frozen=True, kw_only=True):
    """A card has room for a longer label."""

    label: Annotated[str, Meta(min_length=1, max_length=CARD_LABEL_MAX)]


class InstantButton(Button, frozen=True, kw_only=True):
    """A button inside a text, `[Label]($1)`. The label that is shown is the one in the text."""

    action: InvokeFunction | Copy | SystemApi
    label: Annotated[str, Meta(max_length=LABEL_MAX)] = ""


class Reference(Form, frozen=True):
    """What `$1` in a text means."""

    type: Literal["button"]
    object: InstantButton


ReferenceName = Annotated[str, Meta(pattern=REFERENCE_NAME)]
Buttons = Annotated[tuple[Button, ...], Meta(max_length=BUTTONS_MAX)]
