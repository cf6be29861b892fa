"""The formatted texts of a message: what stands in them is looked for here, wherever formatting works."""

from collections.abc import Collection, Iterable, Iterator

from keypost.messages import markup, tree
from keypost.messages.plain import cell_text, label_pair
from keypost_sdk.content import Card, LabelSlide, ListSlide, Message, Slide, TableSlide, TextSlide


def pieces_of(message: Message, sign: str, references: Collection[str] = ()) -> Iterator[tree.Inline]:
    """Every piece of the texts that hold `sign`, in reading order, each before what is inside of it. Most texts do not
    hold it, and need not be read to know that nothing of the kind is in them. Where texts are shown as they were
    written, nothing is in any of them.
    """
    if not message.styles.markdown:
        return
    for text, has_blocks in _texts(message):
        if sign not in text:
            continue
        lines = _of_blocks(text, references) if has_blocks else [markup.parse_inline(text, references)]
        for line in lines:
            yield from _with_inner(line)


def _with_inner(pieces: Iterable[tree.Inline]) -> Iterator[tree.Inline]:
    for piece in pieces:
        yield piece
        if isinstance(piece, tree.Styled | tree.Link | tree.Instant):
            yield from _with_inner(piece.inside)


def _of_blocks(text: str, references: Collection[str]) -> Iterator[tuple[tree.Inline, ...]]:
    for block in markup.parse(text, references):
        if not isinstance(block, tree.CodeBlock | tree.Rule):
            yield block.inside


def _texts(message: Message) -> Iterator[tuple[str, bool]]:
    """Each text, and whether it has blocks or is one line."""
    yield message.text, True
    if message.card is not None:
        yield from ((line, False) for line in _lines_of_card(message.card))
    for slide in message.slides:
        yield slide.title, False
        if isinstance(slide, TextSlide):
            yield slide.data, True
        for line in _lines(slide):
            yield line, False


def _lines_of_card(card: Card) -> Iterator[str]:
    yield card.title
    for section in card.sections:
        yield section.title
        yield from (cell_text(field.value) for field in section.fields)
    yield from (option.text for option in card.options)


def _lines(slide: Slide) -> Iterable[str]:
    match slide:
        case TableSlide(data=table):
            return (cell_text(row.get(header)) for row in table.rows for header in table.headers)
        case ListSlide(data=entries):
            return entries
        case LabelSlide(data=entries):
            return (label_pair(entry)[1] for entry in entries)
        case _:
            return ()
