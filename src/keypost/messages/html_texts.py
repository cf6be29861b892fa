"""Formatted texts as HTML: blocks, and the lines in them with their links and instant buttons."""

from collections.abc import Iterable, Mapping
from html import escape
from itertools import count
from typing import Final

from keypost.messages import markup, tree
from keypost.messages.html_buttons import instant
from keypost.messages.html_mentions import mention
from keypost.messages.names import Names
from keypost_sdk.content import Message

_STYLE_TAGS: Final[Mapping[tree.Style, str]] = {"bold": "strong", "italic": "em", "strike": "del"}


class Sheet:
    """What the parts of one message share while it is set."""

    def __init__(self, anchor: str, message: Message, names: Names) -> None:
        self.anchor = anchor
        self._message = message
        self.references = message.references
        self.formats = message.styles.markdown
        self.names = names
        self._numbers = count()

    def within(self, part: str) -> "Sheet":
        """For what is also set alone, when it changes: its ids must come out then as they did in the whole."""
        return Sheet(f"{self.anchor}-{part}", self._message, self.names)

    def new_id(self) -> str:
        """For a button that may stand in the texts more than once."""
        return f"{self.anchor}-hint-instant-{next(self._numbers)}"


def blocks(text: str, sheet: Sheet) -> str:
    if not sheet.formats:
        return f'<p dir="auto">{escape(text)}</p>'
    return "".join(_block(block, sheet) for block in markup.parse(text, sheet.references))


def inline(text: str, sheet: Sheet) -> str:
    """As one piece of a line; a text that is shown as it was written keeps its own lines by the style sheet alone."""
    if not sheet.formats:
        return escape(text)
    return _pieces(markup.parse_inline(text, sheet.references), sheet)


def link(address: str, label: str) -> str:
    """`label` is HTML."""
    return f'<a href="{escape(address)}" dir="auto">{label}</a>'


def _block(block: tree.Block, sheet: Sheet) -> str:
    """Headings are paragraphs: a stranger's text must not bend the outline of the page."""
    match block:
        case tree.Paragraph(inside):
            return f'<p dir="auto">{_pieces(inside, sheet)}</p>'
        case tree.Heading(size, inside):
            return f'<p class="heading-{size}" dir="auto"><strong>{_pieces(inside, sheet)}</strong></p>'
        case tree.Quote(inside):
            return f'<blockquote dir="auto">{_pieces(inside, sheet)}</blockquote>'
        case tree.CodeBlock(text):
            return f'<pre dir="auto"><code>{escape(text)}</code></pre>'
        case tree.Rule():
            return "<hr>"


def _pieces(pieces: Iterable[tree.Inline], sheet: Sheet) -> str:
    return "".join(_piece(piece, sheet) for piece in pieces)


def _piece(piece: tree.Inline, sheet: Sheet) -> str:
    match piece:
        case tree.Text(text) | tree.Emoji(_, text):
            return escape(text)
        case tree.Break():
            return "<br>"
        case tree.Code(text):
            return f"<code>{escape(text)}</code>"
        case tree.Styled() | tree.Link() | tree.Instant():
            return _around(piece, _pieces(piece.inside, sheet), sheet)
        case _:
            return mention(piece, sheet.names)


def _around(piece: tree.Styled | tree.Link | tree.Instant, inside: str, sheet: Sheet) -> str:
    match piece:
        case tree.Styled(style):
            tag = _STYLE_TAGS[style]
            return f"<{tag}>{inside}</{tag}>"
        case tree.Link(address):
            return link(address, inside)
        case tree.Instant(name):
            return instant(sheet.references[name].object, f"references.{name}", inside, sheet.new_id())
