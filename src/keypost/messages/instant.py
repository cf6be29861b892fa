"""Instant buttons: `[Label]($1)` in a text, and the reference `1` that says what it does.

A reference that no text names is shown nowhere; so it is no button that anybody could press.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Final

from msgspec.structs import replace

from keypost.messages import markup, tree
from keypost.messages.plain import cell_text, label_pair, of_pieces
from keypost_sdk.content import (
    Button,
    ImagesSlide,
    InstantButton,
    LabelSlide,
    ListSlide,
    Message,
    Slide,
    TableSlide,
    TextSlide,
    buttons_of,
)

PREFIX: Final = "references."
SIGN: Final = "]($"  # Most texts name no reference, and need not be read to know it.


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
        for pieces in _texts(message, message.references.keys()):
            yield from _inside(pieces)


def _inside(pieces: Iterable[tree.Inline]) -> Iterator[tree.Instant]:
    for piece in pieces:
        if isinstance(piece, tree.Instant):
            yield piece
        elif isinstance(piece, tree.Styled):
            yield from _inside(piece.inside)


def _texts(message: Message, names: Collection[str]) -> Iterator[tuple[tree.Inline, ...]]:
    yield from _blocks(message.text, names)
    if message.card is not None:
        for line in (message.card.title, *(option.text for option in message.card.options)):
            yield _line(line, names)
    for slide in message.slides:
        yield _line(slide.title, names)
        if isinstance(slide, TextSlide):
            yield from _blocks(slide.data, names)
        for line in _lines(slide):
            yield _line(line, names)


def _blocks(text: str, names: Collection[str]) -> Iterator[tuple[tree.Inline, ...]]:
    for block in markup.parse(text, names) if SIGN in text else ():
        if not isinstance(block, tree.CodeBlock | tree.Rule):
            yield block.inside


def _line(text: str, names: Collection[str]) -> tuple[tree.Inline, ...]:
    return markup.parse_inline(text, names) if SIGN in text else ()


def _lines(slide: Slide) -> Iterable[str]:
    match slide:
        case TableSlide(data=table):
            return (cell_text(row.get(header)) for row in table.rows for header in table.headers)
        case ListSlide(data=entries):
            return entries
        case LabelSlide(data=entries):
            return (label_pair(entry)[1] for entry in entries)
        case TextSlide() | ImagesSlide():
            return ()
