"""The card of a message: a title, facts in sections, something to choose from, buttons."""

from typing import Annotated, Final, Literal

from msgspec import Meta

from keypost_sdk.buttons import BUTTONS_MAX, CardButton
from keypost_sdk.forms import ADDRESS_MAX, IMAGE_ADDRESS, Form

CARD_TITLE_MAX: Final = 200
COLOR_MAX: Final = 50
SECTIONS_MAX: Final = 20
SECTION_TITLE_MAX: Final = 200
SECTION_FIELDS_MAX: Final = 50
FIELD_TITLE_MAX: Final = 100
FIELD_VALUE_MAX: Final = 1_000
POLL_OPTIONS_MIN: Final = 2
POLL_OPTIONS_MAX: Final = 10
POLL_OPTION_MAX: Final = 100


class SectionField(Form, frozen=True):
    """One fact: its name and its value."""

    title: Annotated[str, Meta(max_length=FIELD_TITLE_MAX)]
    value: Annotated[str, Meta(max_length=FIELD_VALUE_MAX)] | int | float | bool | None


class Section(Form, frozen=True):
    """Facts that belong together."""

    fields: Annotated[tuple[SectionField, ...], Meta(max_length=SECTION_FIELDS_MAX)] = ()
    title: Annotated[str, Meta(max_length=SECTION_TITLE_MAX)] = ""


class PollOption(Form, frozen=True):
    """What can be voted for. Its place in the list is its number, and two may read alike."""

    text: Annotated[str, Meta(min_length=1, max_length=POLL_OPTION_MAX)]


class Card(Form, frozen=True):
    """The theme `prompt` asks something: it has a title and at least one button. `poll` asks everybody: it has a title
    and at least `POLL_OPTIONS_MIN` options, which no other card has. `sections` are what
    `modern-inline` is for, and any card can have them. `icon`, `color` and `preview` are kept and not shown.
    """

    title: Annotated[str, Meta(max_length=CARD_TITLE_MAX)] = ""
    theme: Literal["basic", "modern-inline", "poll", "prompt"] | None = None
    options: Annotated[tuple[PollOption, ...], Meta(max_length=POLL_OPTIONS_MAX)] = ()
    sections: Annotated[tuple[Section, ...], Meta(max_length=SECTIONS_MAX)] = ()
    thumbnail: Annotated[str, Meta(max_length=ADDRESS_MAX, pattern=IMAGE_ADDRESS)] | None = None
    icon: Annotated[str, Meta(max_length=ADDRESS_MAX)] = ""
    color: Annotated[str, Meta(max_length=COLOR_MAX)] = ""
    preview: Annotated[str, Meta(max_length=ADDRESS_MAX)] = ""
    buttons: Annotated[tuple[CardButton, ...], Meta(max_length=BUTTONS_MAX)] = ()
