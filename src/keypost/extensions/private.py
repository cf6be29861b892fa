"""An answer for one person's eyes: shown in the dialog, or among the messages if it comes late; stored nowhere."""

from typing import Final, TypeVar

from msgspec.structs import replace

from keypost.chat.views import initials_of
from keypost.extensions.model import App
from keypost.ids import InvocationId
from keypost.messages import html
from keypost.messages.names import Names
from keypost.web.pages import fragment
from keypost_sdk.content import Button, InvokeFunction, Message, Slide

ANCHOR: Final = "private"
"""Begins the ids of what a dialog shows: there is one dialog on a page."""

B = TypeVar("B", bound=Button)


def dialog(app: App, content: Message, names: Names) -> str:
    """The dialog's HTML."""
    return fragment("extensions/private.html", extension=app.title, message_html=shown(content, names))


def entry(app: App, invocation_id: InvocationId, content: Message, names: Names) -> str:
    """The HTML of an article of its own, for a page on which several may stand."""
    anchor = f"{ANCHOR}-{invocation_id}"
    return fragment(
        "chat/private.html",
        anchor=anchor,
        sender_name=app.title,
        initials=initials_of(app.title),
        html=shown(content, names, anchor),
    )


def shown(content: Message, names: Names, anchor: str = ANCHOR) -> str:
    """The message's HTML, without what nobody could press: a function's button is found in a stored message alone."""
    return html.render(_without_calls(content), anchor=anchor, names=names)


def _without_calls(content: Message) -> Message:
    card = content.card
    return replace(
        content,
        card=replace(card, buttons=_kept(card.buttons)) if card is not None else None,
        slides=tuple(_slide(slide) for slide in content.slides),
        buttons=_kept(content.buttons),
        references={name: entry for name, entry in content.references.items() if not _calls(entry.object)},
    )


def _slide(slide: Slide) -> Slide:
    return replace(slide, buttons=_kept(slide.buttons))


def _kept(buttons: tuple[B, ...]) -> tuple[B, ...]:
    return tuple(button for button in buttons if not _calls(button))


def _calls(button: Button) -> bool:
    return isinstance(button.action, InvokeFunction)
