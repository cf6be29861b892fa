"""The rules of content that span fields, and what of a message goes where."""

from collections.abc import Collection
from typing import NoReturn

from msgspec.structs import replace

from keypost.errors import Invalid
from keypost.messages.wording import quoted, step
from keypost_sdk.content import Button, InvokeFunction, Message, Table, TableSlide, buttons_of


class Draft(Message, frozen=True):
    """A message as it is posted, with the wishes of the sender about the posting itself."""

    sync_message: bool = False


def judge_post(draft: Draft) -> Message:
    """What a wire post shows, judged: the wire wants text beside whatever else is there."""
    if not draft.text.strip():
        raise Invalid("param_missing", "text is missing")
    return judge(content_of(draft))


def judge(message: Message) -> Message:
    """The same message if its fields agree with each other and there is something to show."""
    if not _shows_something(message):
        raise Invalid("param_missing", "text is missing, and so are card, slides and buttons: there is nothing to show")
    for path, button in buttons_of(message):
        if not button.label.strip():
            raise Invalid("invalid_inputs", f"{path}.label is empty")
    for index, slide in enumerate(message.slides):
        if isinstance(slide, TableSlide):
            _judge_table(slide.data, f"slides[{index}].data")
    return message


def content_of(draft: Draft) -> Message:
    """What is stored: the draft without the wishes about its posting."""
    fields = Message.__struct_fields__
    return Message(**{name: getattr(draft, name) for name in fields})


def readable(message: Message) -> Message:
    """The message as it may be read back: without the e-mail addresses of functions' owners."""
    slides = tuple(replace(slide, buttons=_without_owners(slide.buttons)) for slide in message.slides)
    return replace(message, slides=slides, buttons=_without_owners(message.buttons))


def _shows_something(message: Message) -> bool:
    card = message.card
    card_shows = card is not None and bool(card.title.strip() or card.thumbnail)
    return bool(message.text.strip() or card_shows or message.slides or message.buttons)


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


def _without_owners(buttons: tuple[Button, ...]) -> tuple[Button, ...]:
    return tuple(map(_without_owner, buttons))


def _without_owner(button: Button) -> Button:
    action = button.action
    if not isinstance(action, InvokeFunction) or action.data.owner is None:
        return button
    return replace(button, action=replace(action, data=replace(action.data, owner=None)))
