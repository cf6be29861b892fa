r"""A message without a page: for titles, notifications, terminals.

Terminals obey control characters, and text that turns its direction can say another thing than it shows; so both are
written out (`\x1b`, `\u202e`) wherever a stranger's text leaves as plain text.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from keypost.messages import markup, tree
from keypost_sdk.content import Button, Message, TableSlide

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def plain(message: Message) -> str:
    """Everything a message shows, in reading order, without formatting."""
    return "\n".join(visible(part, keep="\n\t") for part in _parts(message) if part.strip())


def visible(text: str, *, keep: str = "\n\t") -> str:
    """`text` with control characters, and halves of characters, written out, but for those to keep."""
    return _CONTROL.sub(lambda found: found[0] if found[0] in keep else _escaped(found[0]), text)


def text_of(text: str) -> str:
    """A text with its formatting read and left out."""
    return "\n".join(map(_of_block, markup.parse(text)))


def line_of(text: str) -> str:
    """A title or the like, in one line."""
    return " ".join(_inline(text).split())


def _parts(message: Message) -> Iterator[str]:
    yield text_of(message.text)
    if message.card is not None:
        yield _inline(message.card.title)
    for slide in message.slides:
        yield _inline(slide.title)
        yield "\n".join(_rows(slide)) if isinstance(slide, TableSlide) else text_of(slide.data)
        yield _buttons(slide.buttons)
    yield _buttons(message.buttons)


def _rows(slide: TableSlide) -> Iterator[str]:
    for row in slide.data.rows:
        yield " · ".join(f"{header}: {_inline(cell_text(row.get(header)))}" for header in slide.data.headers)


def cell_text(value: str | float | bool | None) -> str:
    """How a cell of a table is written, on a page and elsewhere."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _buttons(buttons: Iterable[Button]) -> str:
    return " ".join(f"[{button.label}]" for button in buttons)


def _of_block(block: tree.Block) -> str:
    match block:
        case tree.CodeBlock(text):
            return text
        case tree.Rule():
            return "---"
        case _:
            return _of_pieces(block.inside)


def _inline(text: str) -> str:
    return _of_pieces(markup.parse_inline(text))


def _of_pieces(pieces: Iterable[tree.Inline]) -> str:
    return "".join(map(_of_piece, pieces))


def _of_piece(piece: tree.Inline) -> str:
    match piece:
        case tree.Break():
            return "\n"
        case tree.Styled() | tree.Link():
            return _of_pieces(piece.inside)
        case _:
            return piece.text


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"  # noqa: PLR2004 - two hex digits hold this much
