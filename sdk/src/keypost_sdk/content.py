"""What a message can show: text, a card, slides and buttons.

The types hold the limits of the wire, counted in Unicode code points; whatever decodes into them is valid
but for the few rules that span fields, which the server judges. Both sides use them: an extension builds
answers from them, the server decodes what it is sent into them.
"""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

TEXT_MAX: Final = 5_000
BUTTONS_MAX: Final = 5
LABEL_MAX: Final = 20
HINT_MAX: Final = 100
KEY_MAX: Final = 100
CONFIRM_MAX: Final = 100
FUNCTION_NAME_MAX: Final = 30
OWNER_MAX: Final = 254
URL_MAX: Final = 256
CARD_TITLE_MAX: Final = 200
IMAGE_URL_MAX: Final = 2_000
BOT_NAME_MAX: Final = 100
SLIDES_MAX: Final = 20
SLIDE_TITLE_MAX: Final = 200
SLIDE_TEXT_MAX: Final = 5_000
TABLE_COLUMNS_MAX: Final = 20
TABLE_ROWS_MAX: Final = 100
TABLE_HEADER_MAX: Final = 100
BANNER_MAX: Final = 1_000

EMAIL: Final = r"^[^@\s]+@[^@\s]+\Z"
WEB_ADDRESS: Final = r"^(?i:https?://|tel:|sms:|sips?:)[^\s\x00-\x1f\x7f]+\Z"
IMAGE_ADDRESS: Final = r"^(?i:https?://|/(?!/))[^\s\x00-\x1f\x7f]+\Z"


class _Content(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Fields left at their default do not appear on the wire."""


class TokenInput(_Content, frozen=True):
    """Asks the person who clicks for an extension token instead of for text; `TOKEN` is the one there is."""

    type: Literal["user_webhook_token"]


TOKEN: Final = TokenInput(type="user_webhook_token")


class Confirm(_Content, frozen=True):
    """The dialog between the click and the call."""

    title: Annotated[str, Meta(min_length=1, max_length=CONFIRM_MAX)]
    description: Annotated[str, Meta(max_length=CONFIRM_MAX)] = ""
    input: TokenInput | None = None


class FunctionRef(_Content, frozen=True):
    """A function by name. `owner` is its developer's e-mail address: read when judging, never shown again."""

    name: Annotated[str, Meta(min_length=1, max_length=FUNCTION_NAME_MAX)]
    owner: Annotated[str, Meta(max_length=OWNER_MAX, pattern=EMAIL)] | None = None


class InvokeFunction(_Content, frozen=True, tag_field="type", tag="invoke.function"):
    data: FunctionRef
    confirm: Confirm | None = None


class WebAddress(_Content, frozen=True):
    web: Annotated[str, Meta(max_length=URL_MAX, pattern=WEB_ADDRESS)]


class OpenUrl(_Content, frozen=True, tag_field="type", tag="open.url"):
    data: WebAddress


class Button(_Content, frozen=True):
    """`type` is `+` (positive), `-` (negative) or empty (neutral); `key` tells the function which button it was."""

    label: Annotated[str, Meta(min_length=1, max_length=LABEL_MAX)]
    action: InvokeFunction | OpenUrl
    hint: Annotated[str, Meta(max_length=HINT_MAX)] = ""
    type: Literal["+", "-", ""] = ""
    key: Annotated[str, Meta(max_length=KEY_MAX)] = ""

    @property
    def asks_for_token(self) -> bool:
        action = self.action
        return isinstance(action, InvokeFunction) and action.confirm is not None and action.confirm.input is not None


Buttons = Annotated[tuple[Button, ...], Meta(max_length=BUTTONS_MAX)]


class Card(_Content, frozen=True):
    title: Annotated[str, Meta(max_length=CARD_TITLE_MAX)] = ""
    theme: Literal["basic", "modern-inline"] | None = None
    thumbnail: Annotated[str, Meta(max_length=IMAGE_URL_MAX, pattern=IMAGE_ADDRESS)] | None = None


class Table(_Content, frozen=True):
    """Each row has exactly the headers as its keys."""

    headers: Annotated[
        tuple[Annotated[str, Meta(max_length=TABLE_HEADER_MAX)], ...], Meta(min_length=1, max_length=TABLE_COLUMNS_MAX)
    ]
    rows: Annotated[tuple[dict[str, str | int | float | bool | None], ...], Meta(max_length=TABLE_ROWS_MAX)] = ()


class TableSlide(_Content, frozen=True, tag_field="type", tag="table"):
    data: Table
    title: Annotated[str, Meta(max_length=SLIDE_TITLE_MAX)] = ""
    buttons: Buttons = ()


class TextSlide(_Content, frozen=True, tag_field="type", tag="text"):
    data: Annotated[str, Meta(min_length=1, max_length=SLIDE_TEXT_MAX)]
    title: Annotated[str, Meta(max_length=SLIDE_TITLE_MAX)] = ""
    buttons: Buttons = ()


Slide = TableSlide | TextSlide


class BotDisplay(_Content, frozen=True):
    """A name and picture shown beside the real sender; never an identity."""

    name: Annotated[str, Meta(min_length=1, max_length=BOT_NAME_MAX)]
    image: Annotated[str, Meta(max_length=IMAGE_URL_MAX, pattern=IMAGE_ADDRESS)] | None = None


class Message(_Content, frozen=True):
    """Any subset with something to show."""

    text: Annotated[str, Meta(max_length=TEXT_MAX)] = ""
    bot: BotDisplay | None = None
    card: Card | None = None
    slides: Annotated[tuple[Slide, ...], Meta(max_length=SLIDES_MAX)] = ()
    buttons: Buttons = ()


class Banner(_Content, frozen=True, tag_field="type", tag="banner"):
    """One line shown to the person who clicked, and to nobody else."""

    text: Annotated[str, Meta(min_length=1, max_length=BANNER_MAX)]
    status: Literal["success", "failure"] = "success"


def buttons_of(message: Message) -> tuple[tuple[str, Button], ...]:
    """Every button of a message with its path, e.g. `("slides[0].buttons[1]", …)`, in reading order."""
    found = [(f"buttons[{index}]", button) for index, button in enumerate(message.buttons)]
    for number, slide in enumerate(message.slides):
        found += [(f"slides[{number}].buttons[{index}]", button) for index, button in enumerate(slide.buttons)]
    return tuple(found)
