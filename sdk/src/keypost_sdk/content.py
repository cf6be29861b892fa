"""What a message can show: text, a card, slides and buttons; and what a handler can answer.

The types hold the limits of the wire, counted in Unicode code points; whatever decodes into them is valid
but for the few rules that span fields, which the server judges. Both sides use them: an extension builds
answers from them, the server decodes what it is sent into them.
"""

from typing import Annotated, Final, Literal

from msgspec import Meta, field

from keypost_sdk.buttons import (
    BUTTONS_MAX,
    CARD_LABEL_MAX,
    CONFIRM_MAX,
    FUNCTION_NAME_MAX,
    HINT_MAX,
    LABEL_MAX,
    OWNER_MAX,
    PROMPT_MAX,
    REFERENCE_NAME,
    REFERENCES_MAX,
    TOKEN,
    URL_MAX,
    Action,
    Button,
    Buttons,
    CardButton,
    Confirm,
    Copied,
    Copy,
    FunctionRef,
    InstantButton,
    InvokeBot,
    InvokeFunction,
    OpenUrl,
    PreviewAddress,
    PreviewUrl,
    Reference,
    ReferenceName,
    Reminder,
    SaidToBot,
    SystemApi,
    SystemCall,
    TokenInput,
    WebAddress,
)
from keypost_sdk.cards import (
    CARD_TITLE_MAX,
    POLL_OPTION_MAX,
    POLL_OPTIONS_MAX,
    POLL_OPTIONS_MIN,
    Card,
    PollOption,
    Section,
    SectionField,
)
from keypost_sdk.charts import (
    GraphCategory,
    GraphSlide,
    GraphStyles,
    GraphValue,
    PercentageSlide,
    PercentageStyles,
    Share,
)
from keypost_sdk.forms import ADDRESS_MAX, EMAIL, HTTP_ADDRESS, IMAGE_ADDRESS, WEB_ADDRESS, Form, Scalar
from keypost_sdk.slides import (
    SLIDE_TEXT_MAX,
    SLIDE_TITLE_MAX,
    TABLE_COLUMNS_MAX,
    TABLE_ROWS_MAX,
    ImagesSlide,
    LabelSlide,
    ListSlide,
    ListStyle,
    Slide,
    Sticky,
    Table,
    TableSlide,
    TableStyles,
    TextSlide,
)

__all__ = [
    "ADDRESS_MAX",
    "BANNER_MAX",
    "BOT_NAME_MAX",
    "BUTTONS_MAX",
    "CARD_LABEL_MAX",
    "CARD_TITLE_MAX",
    "COLLAPSE_KEY_MAX",
    "CONFIRM_MAX",
    "EMAIL",
    "FUNCTION_NAME_MAX",
    "HINT_MAX",
    "HTTP_ADDRESS",
    "IMAGE_ADDRESS",
    "LABEL_MAX",
    "LONG_TEXT_MAX",
    "OWNER_MAX",
    "POLL_OPTIONS_MAX",
    "POLL_OPTIONS_MIN",
    "POLL_OPTION_MAX",
    "PROMPT_MAX",
    "REFERENCE_NAME",
    "SERVED_NAME_MAX",
    "SERVES_MAX",
    "SLIDES_MAX",
    "SLIDE_TEXT_MAX",
    "SLIDE_TITLE_MAX",
    "TABLE_COLUMNS_MAX",
    "TABLE_ROWS_MAX",
    "TEXT_CEILING",
    "TEXT_MAX",
    "TOKEN",
    "URL_MAX",
    "WEB_ADDRESS",
    "Action",
    "Banner",
    "BotDisplay",
    "Button",
    "Buttons",
    "Card",
    "CardButton",
    "Confirm",
    "Copied",
    "Copy",
    "Edit",
    "FunctionRef",
    "GraphCategory",
    "GraphSlide",
    "GraphStyles",
    "GraphValue",
    "ImagesSlide",
    "InstantButton",
    "InvokeBot",
    "InvokeFunction",
    "LabelSlide",
    "ListSlide",
    "ListStyle",
    "Message",
    "MessageStyles",
    "OpenUrl",
    "PercentageSlide",
    "PercentageStyles",
    "PollOption",
    "PreviewAddress",
    "PreviewUrl",
    "Reference",
    "ReferenceName",
    "Reminder",
    "Reply",
    "SaidToBot",
    "Scalar",
    "Section",
    "SectionField",
    "Served",
    "Share",
    "Slide",
    "Sticky",
    "SystemApi",
    "SystemCall",
    "Table",
    "TableSlide",
    "TableStyles",
    "TextSlide",
    "TokenInput",
    "WebAddress",
    "buttons_of",
]

TEXT_MAX: Final = 5_000
LONG_TEXT_MAX: Final = 10_000
TEXT_CEILING: Final = 50_000
"""What an operator can raise either to."""
BOT_NAME_MAX: Final = 100
SLIDES_MAX: Final = 20
BANNER_MAX: Final = 1_000
COLLAPSE_KEY_MAX: Final = 100
SERVES_MAX: Final = 500
SERVED_NAME_MAX: Final = 255


class BotDisplay(Form, frozen=True):
    """A name and picture shown beside the real sender; never an identity."""

    name: Annotated[str, Meta(min_length=1, max_length=BOT_NAME_MAX)]
    image: Annotated[str, Meta(max_length=ADDRESS_MAX, pattern=IMAGE_ADDRESS)] | None = None


class MessageStyles(Form, frozen=True):
    """`markdown=False` shows every text of the message as it was written."""

    highlight: bool = False
    background: Literal["red", "yellow", "green", "blue", "grey"] | None = None
    markdown: bool = True


class Message(Form, frozen=True):
    """Any subset with something to show. A text may have `TEXT_MAX` characters, in a chat of the newer wire
    `LONG_TEXT_MAX`, if the operator did not say otherwise.

    `references` say what `$1` in its texts means; those may name references `INSTANT_BUTTONS_MAX` times in all.
    """

    text: Annotated[str, Meta(max_length=TEXT_CEILING)] = ""
    bot: BotDisplay | None = None
    card: Card | None = None
    slides: Annotated[tuple[Slide, ...], Meta(max_length=SLIDES_MAX)] = ()
    buttons: Buttons = ()
    references: Annotated[dict[ReferenceName, Reference], Meta(max_length=REFERENCES_MAX)] = field(default_factory=dict)
    styles: MessageStyles = MessageStyles()


class Served(Form, frozen=True):
    """Something that a token connects with the chat: a project, a repository, a board."""

    name: Annotated[str, Meta(min_length=1, max_length=SERVED_NAME_MAX)]
    address: Annotated[str, Meta(max_length=ADDRESS_MAX, pattern=HTTP_ADDRESS)] | None = None


class Reply(Message, frozen=True):
    """A message that a handler answers with, and what is to become of it.

    `view="ephemeral"` shows it to the person who clicked or typed, and to nobody else; it is not stored. A reply with
    a `collapse_key` takes the place of the extension's earlier message with the same key, chat and token. `serves` is
    what the token of the call connects from now on; None leaves it as it is. `by_hand` says that whoever made the token
    has to take its address and header to the app: the dialog, which shows them once, leads to them.
    """

    view: Literal["ephemeral"] | None = None
    collapse_key: Annotated[str, Meta(max_length=COLLAPSE_KEY_MAX)] = ""
    serves: Annotated[tuple[Served, ...], Meta(max_length=SERVES_MAX)] | None = None
    by_hand: bool = False


class Edit(Message, frozen=True, tag_field="type", tag="message_edit"):
    """Takes the place of the message whose button was pressed, if the extension itself had sent that one."""


class Banner(Form, frozen=True, tag_field="type", tag="banner"):
    """One line shown to the person who clicked, and to nobody else."""

    text: Annotated[str, Meta(min_length=1, max_length=BANNER_MAX)]
    status: Literal["success", "failure"] = "success"


def buttons_of(message: Message) -> tuple[tuple[str, Button], ...]:
    """Every button of a message with its path, e.g. `("slides[0].buttons[1]", …)`: those in texts first, as
    `references.1`, then in reading order.
    """
    found: list[tuple[str, Button]] = [
        (f"references.{name}", entry.object) for name, entry in message.references.items()
    ]
    found += _listed("card.buttons", message.card.buttons if message.card else ())
    for number, slide in enumerate(message.slides):
        found += _listed(f"slides[{number}].buttons", slide.buttons)
    return (*found, *_listed("buttons", message.buttons))


def _listed(path: str, buttons: tuple[Button, ...]) -> list[tuple[str, Button]]:
    return [(f"{path}[{index}]", button) for index, button in enumerate(buttons)]
