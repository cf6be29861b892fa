"""The rules of content that span fields, and what of a message goes where."""

from collections.abc import Collection, Mapping
from itertools import islice
from typing import Annotated, Final, NoReturn, TypeVar

from msgspec import Meta
from msgspec.structs import replace

from keypost.errors import Invalid
from keypost.messages.instant import instants
from keypost.messages.judging_buttons import judge_button
from keypost.messages.wording import quoted, step
from keypost_sdk.content import (
    INSTANT_BUTTONS_MAX,
    POLL_OPTIONS_MIN,
    Button,
    Card,
    ImageSlide,
    ImagesSlide,
    InvokeFunction,
    LabelSlide,
    ListSlide,
    ListStyle,
    Message,
    PollOption,
    Scalar,
    Slide,
    Table,
    TableSlide,
    buttons_of,
)

MESSAGE_ID_MAX: Final = 100
THREAD_TITLE_MAX: Final = 100

_ASKING: Final = frozenset({"poll", "prompt"})

M = TypeVar("M", bound=Message)
B = TypeVar("B", bound=Button)


class Draft(Message, frozen=True):
    """A message as it is posted, with the wishes of the sender about the posting itself.

    `reply_to` is the id of the message of the same chat that it answers. `thread_message_id` is that of the message on
    which a thread is opened or continued, `thread_title` what a new one is called; with `post_in_parent` the message
    stands beside the thread too. Keypost keeps no marks of what was read, so `mark_as_read` changes nothing.
    """

    sync_message: bool = False
    mark_as_read: bool = False
    reply_to: Annotated[str, Meta(max_length=MESSAGE_ID_MAX)] | None = None
    thread_message_id: Annotated[str, Meta(max_length=MESSAGE_ID_MAX)] | None = None
    thread_title: Annotated[str, Meta(max_length=THREAD_TITLE_MAX)] = ""
    post_in_parent: bool = False


def judge_post(draft: Draft) -> Message:
    """What a wire post shows, judged: the wire wants text beside whatever else is there."""
    if not draft.text.strip():
        raise Invalid("param_missing", "text is missing")
    return judge(content_of(draft))


def judge(message: M) -> M:
    """The message if its fields agree with each other and there is something to show; spelled in one way where the
    wire has two.
    """
    if not _shows_something(message):
        raise Invalid("param_missing", "text is missing, and so are card, slides and buttons: there is nothing to show")
    if message.card is not None:
        _judge_card(message.card)
    for index, slide in enumerate(message.slides):
        _judge_slide(slide, f"slides[{index}].data")
    for path, button in buttons_of(message):
        judge_button(button, path)
    _judge_references(message)
    return replace(message, slides=tuple(map(_canonical, message.slides)))


def content_of(message: Message) -> Message:
    """What is stored: the message without the wishes about its posting."""
    fields = Message.__struct_fields__
    return Message(**{name: getattr(message, name) for name in fields})


def readable(message: M) -> M:
    """The message as it may be read back: without the e-mail addresses of functions' owners."""
    card = message.card
    return replace(
        message,
        card=replace(card, buttons=_without_owners(card.buttons)) if card is not None else None,
        slides=tuple(replace(slide, buttons=_without_owners(slide.buttons)) for slide in message.slides),
        buttons=_without_owners(message.buttons),
        references={
            name: replace(entry, object=_without_owner(entry.object)) for name, entry in message.references.items()
        },
    )


def _shows_something(message: Message) -> bool:
    card = message.card
    card_shows = card is not None and bool(card.title.strip() or card.thumbnail or card.options or card.buttons)
    return bool(message.text.strip() or card_shows or message.slides or message.buttons)


def _judge_card(card: Card) -> None:
    if card.theme in _ASKING and not card.title.strip():
        raise Invalid("param_missing", f"card.title is missing: a {card.theme} has a title")
    if card.theme == "prompt" and not card.buttons:
        raise Invalid("param_missing", "card.buttons is missing: a prompt has at least one button")
    if card.theme == "poll":
        _judge_poll(card.options)
    elif card.options:
        raise Invalid("invalid_inputs", 'card.options is for a poll: its card has the theme "poll"')


def _judge_poll(options: Collection[PollOption]) -> None:
    if not options:
        raise Invalid("param_missing", "card.options is missing: a poll has something to choose from")
    if len(options) < POLL_OPTIONS_MIN:
        raise Invalid("invalid_inputs", f"card.options has 1 entry; {POLL_OPTIONS_MIN} is the least")
    for index, option in enumerate(options):
        if not option.text.strip():
            raise Invalid("invalid_inputs", f"card.options[{index}].text is empty")


def _judge_slide(slide: Slide, path: str) -> None:
    match slide:
        case TableSlide(data=table):
            _judge_table(table, path)
        case LabelSlide(data=entries):
            for index, entry in enumerate(entries):
                _judge_label(entry, f"{path}[{index}]")
        case _:
            pass


def _judge_table(table: Table, path: str) -> None:
    headers = set(table.headers)
    if len(headers) < len(table.headers):
        twice = next(header for index, header in enumerate(table.headers) if header in table.headers[:index])
        raise Invalid("invalid_inputs", f"{path}.headers has {quoted(twice)} twice")
    for index, row in enumerate(table.rows):
        if row.keys() != headers:
            _refuse_row(row.keys(), table.headers, f"{path}.rows[{index}]")


def _refuse_row(keys: Collection[str], headers: tuple[str, ...], path: str) -> NoReturn:
    for key in keys:
        if key not in headers:
            raise Invalid("invalid_inputs", f"{step(path, key)} is not one of the headers")
    missing = next(header for header in headers if header not in keys)
    raise Invalid("param_missing", f"{step(path, missing)} is missing")


def _judge_label(entry: Mapping[str, Scalar], path: str) -> None:
    if not entry:
        raise Invalid("invalid_inputs", f"{path} is empty")
    if len(entry) > 1 and entry.keys() != {"label", "value"}:
        raise Invalid("invalid_inputs", f'{path} has {len(entry)} names; it has one, or "label" and "value"')


def _judge_references(message: Message) -> None:
    """A reference that no text names does no harm; a page of nothing but buttons would."""
    if any(islice(instants(message), INSTANT_BUTTONS_MAX, None)):
        raise Invalid(
            "invalid_inputs", f"references are named more than {INSTANT_BUTTONS_MAX} times, which is the most"
        )


def _canonical(slide: Slide) -> Slide:
    match slide:
        case ImageSlide():
            return ImagesSlide(data=slide.data, title=slide.title, buttons=slide.buttons)
        case ListSlide(styles=ListStyle(type="bulleted")):
            return replace(slide, styles=ListStyle())
        case _:
            return slide


def _without_owners(buttons: tuple[B, ...]) -> tuple[B, ...]:
    return tuple(map(_without_owner, buttons))


def _without_owner(button: B) -> B:
    action = button.action
    if not isinstance(action, InvokeFunction) or action.data.owner is None:
        return button
    return replace(button, action=replace(action, data=replace(action.data, owner=None)))
