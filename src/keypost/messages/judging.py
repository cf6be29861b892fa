"""The rules of content that span fields, and what of a message goes where."""

from itertools import islice
from typing import Annotated, Final, TypeVar

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from keypost.errors import Invalid
from keypost.messages.instant import instants
from keypost.messages.judging_buttons import judge_button
from keypost.messages.judging_cards import judge_card
from keypost.messages.judging_slides import judge_slide
from keypost.messages.wording import BODY
from keypost_sdk.buttons import INSTANT_BUTTONS_MAX
from keypost_sdk.content import TEXT_MAX, Button, InvokeFunction, Message, MessageStyles, buttons_of

MESSAGE_ID_MAX: Final = 100
THREAD_TITLE_MAX: Final = 100
CONTENT_MAX: Final = 65_536
BOT_SLIDES_MAX: Final = 10_000
ESCAPED_MAX: Final = 6
"""Bytes that JSON may need for a character."""
TEXT_ALONE_MAX: Final = CONTENT_MAX // ESCAPED_MAX - len('{"text":""}')
"""A text of so many characters is not too much, whatever they are."""
USUAL_STYLES: Final = MessageStyles()

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


def judge_post(draft: Draft, text_max: int = TEXT_MAX) -> Message:
    """What a wire post shows, judged: the wire wants text beside whatever else is there."""
    if not draft.text.strip():
        raise Invalid("param_missing", "text is missing")
    return judge(content_of(draft), text_max)


def judge_for_bot(draft: Draft, text_max: int = TEXT_MAX) -> Message:
    """What a bot of the newer wire says, judged: any of text, card and slides will do, and its slides have a size."""
    content = judge(content_of(draft), text_max)
    size = _size(content.slides)
    if size > BOT_SLIDES_MAX:
        raise Invalid("invalid_inputs", f"slides have {size} characters of JSON; {BOT_SLIDES_MAX} is the most")
    return content


def judge(message: M, text_max: int = TEXT_MAX) -> M:
    """The message, if its fields agree with each other, there is something to show, and not too much of it."""
    if not _shows_something(message):
        raise Invalid("param_missing", "text is missing, and so are card, slides and buttons: there is nothing to show")
    if len(message.text) > text_max:
        raise Invalid("text_length_exceeded", f"text has {len(message.text)} characters; {text_max} is the most")
    if _is_text_alone(message) and len(message.text) <= TEXT_ALONE_MAX:
        return message
    if message.card is not None:
        judge_card(message.card)
    for index, slide in enumerate(message.slides):
        judge_slide(slide, f"slides[{index}].data")
    for path, button in buttons_of(message):
        judge_button(button, path)
    _judge_references(message)
    _judge_size(message)
    return message


def content_of(message: Message) -> Message:
    """What is stored: the message without the wishes about its posting."""
    if _is_text_alone(message):
        return Message(text=message.text)
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


def _is_text_alone(message: Message) -> bool:
    """As most messages are: a text, and everything else as it is if nobody says anything about it."""
    is_more = message.card or message.slides or message.buttons or message.references or message.bot
    return not is_more and message.styles == USUAL_STYLES


def _shows_something(message: Message) -> bool:
    card = message.card
    card_shows = card is not None and bool(
        card.title.strip() or card.thumbnail or card.sections or card.options or card.buttons
    )
    return bool(message.text.strip() or card_shows or message.slides or message.buttons)


def _judge_size(message: Message) -> None:
    """Each part has its limits; all of them together would be more than a page can show or a person can read."""
    size = _size(content_of(message))
    if size > CONTENT_MAX:
        raise Invalid("invalid_inputs", f"{BODY} shows {size} characters of JSON; {CONTENT_MAX} is the most")


def _size(content: object) -> int:
    return len(msgspec.json.encode(content).decode())


def _judge_references(message: Message) -> None:
    """A reference that no text names does no harm; a page of nothing but buttons would."""
    if any(islice(instants(message), INSTANT_BUTTONS_MAX, None)):
        raise Invalid(
            "invalid_inputs", f"references are named more than {INSTANT_BUTTONS_MAX} times, which is the most"
        )


def _without_owners(buttons: tuple[B, ...]) -> tuple[B, ...]:
    return tuple(map(_without_owner, buttons))


def _without_owner(button: B) -> B:
    action = button.action
    if not isinstance(action, InvokeFunction) or action.data.owner is None:
        return button
    return replace(button, action=replace(action, data=replace(action.data, owner=None)))
