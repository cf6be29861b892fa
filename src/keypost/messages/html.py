"""A message's content as HTML for a page. The page shows who sent it, when, and the name of a display bot.

Nothing is fetched to show it: a picture is a link. Every text of a stranger is escaped where it is set, stands in
an element with `dir="auto"`, and the whole passes the sanitiser.
"""

import re
from collections.abc import Iterable, Mapping
from html import escape
from typing import Final

from keypost.messages import markup, tree
from keypost.messages.plain import cell_text, line_of
from keypost.messages.sanitiser import SCHEMES, clean
from keypost_sdk.content import Button, Card, InvokeFunction, Message, OpenUrl, Slide, Table, TableSlide

_TONES: Final[Mapping[str, str]] = {"+": "positive", "-": "negative", "": "neutral"}
_STYLE_TAGS: Final[Mapping[tree.Style, str]] = {"bold": "strong", "italic": "em", "strike": "del"}
# As browsers read it: a backslash is a slash, and the host begins after the last @.
_HOST: Final = re.compile(r"(?i:https?)://(?:[^/?#\\]*@)?(\[[^\]/?#\\]+\]|[^/?#\\:@\[\]]+)")
_NOT_IN_ID: Final = re.compile(r"[^a-z0-9]+")


def render(message: Message, *, anchor: str) -> str:
    """HTML of one message. `anchor` begins every id in it: unique on the page, of letters, digits, `-` and `_`.

    A button that calls a function has its path in `data-button`, as `keypost_sdk.content.buttons_of` spells it, and
    `data-asks="token"` if it asks for one. A hint is the text that its button's `aria-describedby` names.
    """
    return clean(compose(message, anchor=anchor))


def compose(message: Message, *, anchor: str) -> str:
    """As `render`, but not yet sanitised: for judging the sanitiser, never for a page."""
    return "".join(
        (
            f'<div class="text">{_blocks(message.text)}</div>' if message.text.strip() else "",
            _card(message.card) if message.card else "",
            *(_slide(slide, f"slides[{number}]", anchor) for number, slide in enumerate(message.slides)),
            _buttons(message.buttons, "buttons", anchor),
        )
    )


def _card(card: Card) -> str:
    theme = f" card-{card.theme}" if card.theme else ""
    title = f'<p class="card-title" dir="auto">{_inline(card.title)}</p>' if card.title.strip() else ""
    return f'<div class="card{theme}">{title}{_thumbnail(card.thumbnail or "")}</div>'


def _thumbnail(address: str) -> str:
    """A link that says where it leads; a path without a host leads nowhere from here."""
    host = _HOST.match(address)
    return f'<p class="card-thumbnail" dir="auto">{_link(address, escape(host[1]))}</p>' if host else ""


def _slide(slide: Slide, path: str, anchor: str) -> str:
    title = f'<p class="slide-title" dir="auto">{_inline(slide.title)}</p>' if slide.title.strip() else ""
    if isinstance(slide, TableSlide):
        body = _table(slide.data, slide.title)
    else:
        body = f'<div class="text">{_blocks(slide.data)}</div>'
    return f'<section class="slide">{title}{body}{_buttons(slide.buttons, f"{path}.buttons", anchor)}</section>'


def _table(table: Table, title: str) -> str:
    """A wide table scrolls by itself, by keyboard too: so its frame takes the focus and has a name."""
    heads = "".join(f'<th scope="col" dir="auto">{escape(header)}</th>' for header in table.headers)
    rows = "".join(f"<tr>{_cells(table.headers, row)}</tr>" for row in table.rows)
    frame = f'class="table-scroll" role="group" tabindex="0" aria-label="{escape(line_of(title) or "Table")}"'
    return f"<div {frame}><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"


def _cells(headers: Iterable[str], row: Mapping[str, str | float | bool | None]) -> str:
    return "".join(f'<td dir="auto">{_inline(cell_text(row.get(header)))}</td>' for header in headers)


def _buttons(buttons: tuple[Button, ...], path: str, anchor: str) -> str:
    if not buttons:
        return ""
    places = (_button(button, f"{path}[{index}]", anchor) for index, button in enumerate(buttons))
    return f'<div class="buttons">{"".join(places)}</div>'


def _button(button: Button, path: str, anchor: str) -> str:
    """The button with its hint beside it; both in one place, so that hovering and focus can show the hint."""
    hint_id = escape(f"{anchor}-hint-{_NOT_IN_ID.sub('-', path).strip('-')}")
    hint = f'<span role="tooltip" class="hint" id="{hint_id}" dir="auto">{escape(button.hint)}</span>'
    described = f' aria-describedby="{hint_id}"' if button.hint else ""
    shown = f'class="button button-{_TONES[button.type]}" dir="auto"{described}'
    return f'<span class="button-place">{_control(button, path, shown)}{hint if button.hint else ""}</span>'


def _control(button: Button, path: str, shown: str) -> str:
    label = escape(button.label)
    match button.action:
        case InvokeFunction():
            asks = ' data-asks="token"' if button.asks_for_token else ""
            return f'<button type="button" {shown} data-button="{path}"{asks}>{label}</button>'
        case OpenUrl(data=target) if target.web.partition(":")[0].lower() in SCHEMES:
            return f'<a {shown} href="{escape(target.web)}">{label}</a>'
        case OpenUrl(data=target):  # A page does not start programs; a person may copy the address.
            return f'<span class="button-inert" dir="auto">{label} ({escape(target.web)})</span>'


def _blocks(text: str) -> str:
    return "".join(map(_block, markup.parse(text)))


def _block(block: tree.Block) -> str:
    """Headings are paragraphs: a stranger's text must not bend the outline of the page."""
    match block:
        case tree.Paragraph(inside):
            return f'<p dir="auto">{_pieces(inside)}</p>'
        case tree.Heading(size, inside):
            return f'<p class="heading-{size}" dir="auto"><strong>{_pieces(inside)}</strong></p>'
        case tree.Quote(inside):
            return f'<blockquote dir="auto">{_pieces(inside)}</blockquote>'
        case tree.CodeBlock(text):
            return f'<pre dir="auto"><code>{escape(text)}</code></pre>'
        case tree.Rule():
            return "<hr>"


def _inline(text: str) -> str:
    return _pieces(markup.parse_inline(text))


def _pieces(pieces: Iterable[tree.Inline]) -> str:
    return "".join(map(_piece, pieces))


def _piece(piece: tree.Inline) -> str:
    match piece:
        case tree.Text(text):
            return escape(text)
        case tree.Break():
            return "<br>"
        case tree.Code(text):
            return f"<code>{escape(text)}</code>"
        case tree.Mention(text):
            return f'<span class="mention" dir="auto">{escape(text)}</span>'
        case tree.Styled(style, inside):
            tag = _STYLE_TAGS[style]
            return f"<{tag}>{_pieces(inside)}</{tag}>"
        case tree.Link(address, inside):
            return _link(address, _pieces(inside))


def _link(address: str, label: str) -> str:
    return f'<a href="{escape(address)}" dir="auto">{label}</a>'
