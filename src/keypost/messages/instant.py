"""Instant buttons: `[Label]($1)` in a text, and the reference `1` that says what it does.

A reference that no text names is shown nowhere; so it is no button that anybody could press.
"""

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from keypost.messages import tree
from keypost.messages.plain import of_pieces
from keypost.messages.texts import pieces_of
from keypost_sdk.content import Button, InstantButton, Message, buttons_of

PREFIX: Final = "references."
SIGN: Final = "]($"


def find_button(message: Message, path: str) -> Button | None:
    """The button that the page shows under `path`; an instant one with the label that its text gives it first."""
    button = dict(buttons_of(message)).get(path)
    if not isinstance(button, InstantButton):
        return button
    name = path.removeprefix(PREFIX)
    label = next((of_pieces(shown.inside) for shown in instants(message) if shown.name == name), None)
    return replace(button, label=label) if label is not None else None


def instants(message: Message) -> Iterator[tree.Instant]:
    """Every instant button that the texts of a message show, in reading order."""
    if message.references:
        for piece in pieces_of(message, SIGN, message.references.keys()):
            if isinstance(piece, tree.Instant):
                yield piece
