r"""A message without a page: for titles, notifications, terminals.

Terminals obey control characters, and text that turns its direction can say another thing than it shows; so both are
written out (`\x1b`, `\u202e`) wherever a stranger's text leaves as plain text.
"""

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import Final

from keypost.messages import markup, tree
from keypost.messages.charts import Sector, sectors
from keypost_sdk.content import (
    Button,
    Card,
    GraphCategory,
    GraphSlide,
    ImagesSlide,
    LabelSlide,
    ListSlide,
    Message,
    PercentageSlide,
    Scalar,
    Share,
    Slide,
    Table,
    TableSlide,
    TextSlide,
)

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def plain(message: Message) -> str:
    """Everything a message shows, in reading order, without formatting."""
    return "\n".join(visible(part, keep="\n\t") for part in _parts(message) if part.strip())


def first_line(message: Message) -> str:
    """Of what `plain` makes of it; the rest is not read."""
    first = next((part for part in _parts(message) if part.strip()), "")
    return visible(first, keep="\n\t").strip().split("\n", 1)[0]


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


def chart_text(slide: PercentageSlide | GraphSlide) -> str:
    """The numbers of a chart in words, a line for each of its parts."""
    if isinstance(slide, PercentageSlide):
        return "\n".join(_share(share, sector) for share, sector in _shares(slide.data))
    return "\n".join(_category(category) for category in slide.data)


def of_pieces(pieces: Iterable[tree.Inline]) -> str:
    return "".join(map(_of_piece, pieces))


class _Reader:
    """How the texts of one message are read: formatted, unless it wants them as they were written."""

    def __init__(self, message: Message) -> None:
        self._references = message.references
        self._formats = message.styles.markdown

    def text(self, text: str) -> str:
        return text_of(text, self._references) if self._formats else text

    def line(self, text: str) -> str:
        return _inline(text, self._references) if self._formats else text


def _parts(message: Message) -> Iterator[str]:
    read = _Reader(message)
    yield read.text(message.text)
    if message.card is not None:
        yield from _card(message.card, read)
    for slide in message.slides:
        yield read.line(slide.title)
        yield _slide(slide, read)
        yield _buttons(slide.buttons)
    yield _buttons(message.buttons)


def _card(card: Card, read: _Reader) -> Iterator[str]:
    yield read.line(card.title)
    for section in card.sections:
        yield read.line(section.title)
        yield "\n".join(f"{field.title}: {read.line(cell_text(field.value))}" for field in section.fields)
    yield "\n".join(f"- {read.line(option.text)}" for option in card.options)
    yield _buttons(card.buttons)


def _slide(slide: Slide, read: _Reader) -> str:
    match slide:
        case TableSlide(data=table):
            return "\n".join(_rows(table, read))
        case TextSlide(data=text):
            return read.text(text)
        case ListSlide(data=entries):
            return "\n".join(f"- {read.line(entry)}" for entry in entries)
        case LabelSlide(data=entries):
            return "\n".join(f"{name}: {read.line(value)}" for name, value in map(label_pair, entries))
        case ImagesSlide(data=addresses):
            return "\n".join(addresses)
        case PercentageSlide() | GraphSlide():
            return chart_text(slide)


def _rows(table: Table, read: _Reader) -> Iterator[str]:
    for row in table.rows:
        yield " · ".join(f"{header}: {read.line(cell_text(row.get(header)))}" for header in table.headers)


def _shares(shares: Sequence[Share]) -> Iterator[tuple[Share, Sector]]:
    return zip(shares, sectors([share.value for share in shares]), strict=True)


def _share(share: Share, sector: Sector) -> str:
    return f"{share.label}: {cell_text(share.value)} ({sector.size:.3g} %)"


def _category(category: GraphCategory) -> str:
    values = ", ".join(f"{value.label} {cell_text(value.value)}" for value in category.values)
    return f"{category.category}: {values}"


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
