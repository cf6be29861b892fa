"""What a message can show: text, a card, slides and buttons; and what a handler can answer.

The types hold the limits of the wire, counted in Unicode code points; whatever decodes into them is valid
but for the few rules that span fields, which the server judges. Both sides use them: an extension builds
answers from them, the server decodes what it is sent into them.
"""

from typing import Annotated, Any, Final, Literal

from msgspec import Meta, Struct

TEXT_MAX: Final = 5_000
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
CARD_TITLE_MAX: Final = 200
POLL_OPTIONS_MIN: Final = 2
POLL_OPTIONS_MAX: Final = 10
POLL_OPTION_MAX: Final = 100
IMAGE_URL_MAX: Final = 2_000
BOT_NAME_MAX: Final = 100
SLIDES_MAX: Final = 20
SLIDE_TITLE_MAX: Final = 200
SLIDE_TEXT_MAX: Final = 5_000
LIST_MAX: Final = 100
LIST_ENTRY_MAX: Final = 1_000
LABELS_MAX: Final = 50
LABEL_NAME_MAX: Final = 100
LABEL_VALUE_MAX: Final = 1_000
IMAGES_MAX: Final = 20
TABLE_COLUMNS_MAX: Final = 20
TABLE_ROWS_MAX: Final = 100
TABLE_HEADER_MAX: Final = 100
BANNER_MAX: Final = 1_000
COLLAPSE_KEY_MAX: Final = 100
SERVES_MAX: Final = 500
SERVED_NAME_MAX: Final = 255

EMAIL: Final = r"^[^@\s]+@[^@\s]+\Z"
WEB_ADDRESS: Final = r"^(?i:https?://|tel:|sms:|sips?:)[^\s\x00-\x1f\x7f]+\Z"
HTTP_ADDRESS: Final = r"^(?i:https?://)[^\s\x00-\x1f\x7f]+\Z"
IMAGE_ADDRESS: Final = r"^(?i:https?://|/(?!/))[^\s\x00-\x1f\x7f]+\Z"
REFERENCE_NAME: Final = r"^[0-9]{1,3}\Z"


class _Content(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Fields left at their default do not appear on the wire."""


class TokenInput(_Content, frozen=True):
    """Asks the person who clicks for an extension token instead of for text; `TOKEN` is the one there is."""

    type: Literal["user_webhook_token"]


TOKEN: Final = TokenInput(type="user_webhook_token")


class Confirm(_Content, frozen=True):
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
    mandatory: bool | Literal["true", "false"] = False

    @property
    def asks_for_text(self) -> bool:
        return isinstance(self.input, str) and bool(self.input.strip())

    @property
    def is_mandatory(self) -> bool:
        """Whether the person must type something; never where there is nothing to type into."""
        return self.asks_for_text and self.mandatory in (True, "true")


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


class Copied(_Content, frozen=True):
    text: Annotated[str, Meta(min_length=1, max_length=COPY_MAX)]


class Copy(_Content, frozen=True, tag_field="type", tag="copy"):
    """Puts a text into the clipboard of the person who clicks."""

    data: Copied


class Button(_Content, frozen=True):
    """`type` is `+` (positive), `-` (negative) or empty (neutral); `key` tells the function which button it was.

    `arguments` go to the function as they are, in at most `ARGUMENTS_BYTES_MAX` bytes of JSON; `key` and `input` among
    them are the server's own.
    """

    label: Annotated[str, Meta(min_length=1, max_length=LABEL_MAX)]
    action: InvokeFunction | OpenUrl | Copy
    hint: Annotated[str, Meta(max_length=HINT_MAX)] = ""
    type: Literal["+", "-", ""] = ""
    key: Annotated[str, Meta(max_length=KEY_MAX)] = ""
    arguments: Annotated[dict[str, Any], Meta(max_length=ARGUMENTS_MAX)] = {}

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

    action: InvokeFunction | Copy
    label: Annotated[str, Meta(max_length=LABEL_MAX)] = ""


class Reference(_Content, frozen=True):
    """What `$1` in a text means."""

    type: Literal["button"]
    object: InstantButton


ReferenceName = Annotated[str, Meta(pattern=REFERENCE_NAME)]
Buttons = Annotated[tuple[Button, ...], Meta(max_length=BUTTONS_MAX)]


class PollOption(_Content, frozen=True):
    """What can be voted for. Its place in the list is its number, and two may read alike."""

    text: Annotated[str, Meta(min_length=1, max_length=POLL_OPTION_MAX)]


class Card(_Content, frozen=True):
    """The theme `prompt` asks something: it has a title and at least one button. `poll` asks everybody: it has a title
    and at least `POLL_OPTIONS_MIN` options, which no other card has.
    """

    title: Annotated[str, Meta(max_length=CARD_TITLE_MAX)] = ""
    theme: Literal["basic", "modern-inline", "poll", "prompt"] | None = None
    options: Annotated[tuple[PollOption, ...], Meta(max_length=POLL_OPTIONS_MAX)] = ()
    thumbnail: Annotated[str, Meta(max_length=IMAGE_URL_MAX, pattern=IMAGE_ADDRESS)] | None = None
    buttons: Annotated[tuple[CardButton, ...], Meta(max_length=BUTTONS_MAX)] = ()


Scalar = str | int | float | bool | None
LabelName = Annotated[str, Meta(max_length=LABEL_NAME_MAX)]
LabelValue = Annotated[str, Meta(max_length=LABEL_VALUE_MAX)] | int | float | bool | None


class Table(_Content, frozen=True):
    """Each row has exactly the headers as its keys."""

    headers: Annotated[
        tuple[Annotated[str, Meta(max_length=TABLE_HEADER_MAX)], ...], Meta(min_length=1, max_length=TABLE_COLUMNS_MAX)
    ]
    rows: Annotated[tuple[dict[str, Scalar], ...], Meta(max_length=TABLE_ROWS_MAX)] = ()


class TableSlide(_Content, frozen=True, tag_field="type", tag="table"):
    data: Table
    title: Annotated[str, Meta(max_length=SLIDE_TITLE_MAX)] = ""
    buttons: Buttons = ()


class TextSlide(_Content, frozen=True, tag_field="type", tag="text"):
    data: Annotated[str, Meta(min_length=1, max_length=SLIDE_TEXT_MAX)]
    title: Annotated[str, Meta(max_length=SLIDE_TITLE_MAX)] = ""
    buttons: Buttons = ()


class ListStyle(_Content, frozen=True):
    """`bulleted` is the wire's other word for `disc`."""

    type: Literal[
        "disc",
        "circle",
        "square",
        "decimal",
        "lower-alpha",
        "upper-alpha",
        "lower-roman",
        "upper-roman",
        "bulleted",
    ] = "disc"


class ListSlide(_Content, frozen=True, tag_field="type", tag="list"):
    data: Annotated[
        tuple[Annotated[str, Meta(max_length=LIST_ENTRY_MAX)], ...], Meta(min_length=1, max_length=LIST_MAX)
    ]
    title: Annotated[str, Meta(max_length=SLIDE_TITLE_MAX)] = ""
    styles: ListStyle = ListStyle()
    buttons: Buttons = ()


class LabelSlide(_Content, frozen=True, tag_field="type", tag="label"):
    """Names and values: each entry is `{"Name": "value"}`, or `{"label": "Name", "value": "value"}`."""

    data: Annotated[tuple[dict[LabelName, LabelValue], ...], Meta(min_length=1, max_length=LABELS_MAX)]
    title: Annotated[str, Meta(max_length=SLIDE_TITLE_MAX)] = ""
    buttons: Buttons = ()


class ImagesSlide(_Content, frozen=True, tag_field="type", tag="images"):
    data: Annotated[
        tuple[Annotated[str, Meta(max_length=IMAGE_URL_MAX, pattern=IMAGE_ADDRESS)], ...],
        Meta(min_length=1, max_length=IMAGES_MAX),
    ]
    title: Annotated[str, Meta(max_length=SLIDE_TITLE_MAX)] = ""
    buttons: Buttons = ()


class ImageSlide(ImagesSlide, frozen=True, tag="image"):
    """The wire's other spelling of `images`; the server stores it as that."""


Slide = TableSlide | TextSlide | ListSlide | LabelSlide | ImagesSlide | ImageSlide


class BotDisplay(_Content, frozen=True):
    """A name and picture shown beside the real sender; never an identity."""

    name: Annotated[str, Meta(min_length=1, max_length=BOT_NAME_MAX)]
    image: Annotated[str, Meta(max_length=IMAGE_URL_MAX, pattern=IMAGE_ADDRESS)] | None = None


class Message(_Content, frozen=True):
    """Any subset with something to show.

    `references` say what `$1` in its texts means; those may name references `INSTANT_BUTTONS_MAX` times in all.
    """

    text: Annotated[str, Meta(max_length=TEXT_MAX)] = ""
    bot: BotDisplay | None = None
    card: Card | None = None
    slides: Annotated[tuple[Slide, ...], Meta(max_length=SLIDES_MAX)] = ()
    buttons: Buttons = ()
    references: Annotated[dict[ReferenceName, Reference], Meta(max_length=REFERENCES_MAX)] = {}


class Served(_Content, frozen=True):
    """Something that a token connects with the chat: a project, a repository, a board."""

    name: Annotated[str, Meta(min_length=1, max_length=SERVED_NAME_MAX)]
    address: Annotated[str, Meta(max_length=IMAGE_URL_MAX, pattern=HTTP_ADDRESS)] | None = None


class Reply(Message, frozen=True):
    """A message that a handler answers with, and what is to become of it.

    `view="ephemeral"` shows it to the person who clicked or typed, and to nobody else; it is not stored. A reply with
    a `collapse_key` takes the place of the extension's earlier message with the same key, chat and token. `serves` is
    what the token of the call connects from now on; None leaves it as it is.
    """

    view: Literal["ephemeral"] | None = None
    collapse_key: Annotated[str, Meta(max_length=COLLAPSE_KEY_MAX)] = ""
    serves: Annotated[tuple[Served, ...], Meta(max_length=SERVES_MAX)] | None = None


class Edit(Message, frozen=True, tag_field="type", tag="message_edit"):
    """Takes the place of the message whose button was pressed, if the extension itself had sent that one."""


class Banner(_Content, frozen=True, tag_field="type", tag="banner"):
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
