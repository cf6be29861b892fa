r"""A message without a page: for titles, notifications, terminals.

Terminals obey control characters, and text that turns its direction can say another thing than it shows; so both are
written out (`\x1b`, `\u202e`) wherever a stranger's text leaves as plain text.
"""

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Final

from keypost.messages import markup, tree
from keypost_sdk.content import (
    Button,
    ImagesSlide,
    LabelSlide,
    ListSlide,
    Message,
    Scalar,
    Slide,
    Table,
    TableSlide,
    TextSlide,
)

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def plain(message: Message) -> str:
    """Everything a message shows, in reading order, without formatting."""
    return "\n".join(visible(part, keep="\n\t") for part in _parts(message) if part.strip())


def visible(text: str, *, keep: str = "\n\t") -> str:
    """`text` with control characters, and halves of characters, written out, but for those to keep."""
    return _CONTROL.sub(lambda found: found[0] if found[0] in keep else _escaped(found[0]), text)


def text_of(text: str, references: Container[str] = ()) -> str:
    """A text with its formatting read and left out; `references` are those of its message."""
    return "\n".join(map(_of_block, markup.parse(text, references)))


def line_of(text: str, references: Container[str] = ()) -> str:
    """A title or the like, in one line."""
    return " ".join(_inline(text, references).split())


def cell_text(value: Scalar) -> str:
    """How a cell of a table is written, on a page and elsewhere."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def label_pair(entry: Mapping[str, Scalar]) -> tuple[str, str]:
    """The name and the value of an entry of a label slide, in either of its two forms."""
    if entry.keys() == {"label", "value"}:
        return cell_text(entry["label"]), cell_text(entry["value"])
    ((name, value),) = entry.items()
    return name, cell_text(value)


def of_pieces(pieces: Iterable[tree.Inline]) -> str:
    return "".join(map(_of_piece, pieces))


def _parts(message: Message) -> Iterator[str]:
    names = message.references
    yield text_of(message.text, names)
    if message.card is not None:
        yield _inline(message.card.title, names)
        yield "\n".join(f"- {_inline(option.text, names)}" for option in message.card.options)
        yield _buttons(message.card.buttons)
    for slide in message.slides:
        yield _inline(slide.title, names)
        yield _slide(slide, names)
        yield _buttons(slide.buttons)
    yield _buttons(message.buttons)


def _slide(slide: Slide, names: Container[str]) -> str:
    match slide:
        case TableSlide(data=table):
            return "\n".join(_rows(table, names))
        case TextSlide(data=text):
            return text_of(text, names)
        case ListSlide(data=entries):
            return "\n".join(f"- {_inline(entry, names)}" for entry in entries)
        case LabelSlide(data=entries):
            return "\n".join(f"{name}: {_inline(value, names)}" for name, value in map(label_pair, entries))
        case ImagesSlide(data=addresses):
            return "\n".join(addresses)


def _rows(table: Table, names: Container[str]) -> Iterator[str]:
    for row in table.rows:
        yield " · ".join(f"{header}: {_inline(cell_text(row.get(header)), names)}" for header in table.headers)


def _buttons(buttons: Iterable[Button]) -> str:
    return " ".join(f"[{button.label}]" for button in buttons)


def _of_block(block: tree.Block) -> str:
    match block:
        case tree.CodeBlock(text):
            return text
        case tree.Rule():
            return "---"
        case _:
            return of_pieces(block.inside)


def _inline(text: str, references: Container[str]) -> str:
    return of_pieces(markup.parse_inline(text, references))


def _of_piece(piece: tree.Inline) -> str:
    match piece:
        case tree.Break():
            return "\n"
        case tree.Styled() | tree.Link():
            return of_pieces(piece.inside)
        case tree.Instant(_, inside):
            return f"[{of_pieces(inside)}]"
        case tree.SilentMention(label):
            return label
        case tree.Mention() | tree.MentionOfAll() | tree.ChannelMention():
            return piece.written
        case _:
            return piece.text


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"  # noqa: PLR2004 - two hex digits hold this much
