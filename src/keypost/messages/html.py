"""A message's content as HTML for a page. The page shows who sent it, when, and the name of a display bot.

Nothing is fetched to show it: a picture is a link. Every text of a stranger is escaped where it is set, stands in
an element with `dir="auto"`, and the whole passes the sanitiser.
"""

import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from keypost.messages.html_buttons import buttons
from keypost.messages.html_charts import chart
from keypost.messages.html_polls import poll
from keypost.messages.html_tables import table_of
from keypost.messages.html_texts import Sheet, blocks, inline, link
from keypost.messages.names import UNKNOWN, Names
from keypost.messages.plain import cell_text, label_pair, line_of, visible
from keypost.messages.sanitiser import clean
from keypost_sdk.content import (
    Card,
    GraphSlide,
    ImagesSlide,
    LabelSlide,
    ListSlide,
    Message,
    MessageStyles,
    PercentageSlide,
    Section,
    Slide,
    TableSlide,
    TextSlide,
)

NUMBERED: Final = frozenset({"decimal", "lower-alpha", "upper-alpha", "lower-roman", "upper-roman"})
FILE_NAME_MAX: Final = 40

# As browsers read it: a backslash is a slash, and the host begins after the last @.
_HOST: Final = re.compile(r"(?i:https?)://(?:[^/?#\\]*@)?(\[[^\]/?#\\]+\]|[^/?#\\:@\[\]]+)")
_FILE: Final = re.compile(r"[^?#]*/([^/?#\\]+)(?:[?#]|\Z)")


def render(message: Message, *, anchor: str, names: Names = UNKNOWN, votes: Sequence[int] | None = None) -> str:
    """HTML of one message. `anchor` begins every id in it: unique on the page, of letters, digits, `-` and `_`. `names`
    say whom its mentions mean. `votes` are a poll's, for each option; without them nobody can vote.

    A button that calls a function has its path in `data-button`, as `keypost_sdk.content.buttons_of` spells it, and
    `data-asks="token"` if it asks for one; a button that copies has the text in `data-copy-text`. A hint is the text
    that its button's `aria-describedby` names. An option that can be voted for has its number in `data-option`.
    """
    return clean(compose(message, anchor=anchor, names=names, votes=votes))


def render_poll(message: Message, *, anchor: str, names: Names = UNKNOWN, votes: Sequence[int]) -> str:
    """The options of a poll alone, as they stand in its message."""
    sheet = Sheet(anchor, message, names)
    return clean(poll(message.card, sheet, votes) if message.card is not None else "")


def compose(message: Message, *, anchor: str, names: Names = UNKNOWN, votes: Sequence[int] | None = None) -> str:
    """As `render`, but not yet sanitised: for judging the sanitiser, never for a page."""
    sheet = Sheet(anchor, message, names)
    parts = (
        f'<div class="text">{blocks(message.text, sheet)}</div>' if message.text.strip() else "",
        _card(message.card, sheet, votes) if message.card else "",
        *(_slide(slide, f"slides[{number}]", sheet) for number, slide in enumerate(message.slides)),
        buttons(message.buttons, "buttons", anchor),
    )
    return _tinted("".join(parts), message.styles)


def _tinted(html: str, styles: MessageStyles) -> str:
    kinds = ["highlighted"] * styles.highlight + [f"tint-{styles.background}"] * (styles.background is not None)
    return f'<div class="{" ".join(["tinted", *kinds])}">{html}</div>' if kinds else html


def _card(card: Card, sheet: Sheet, votes: Sequence[int] | None) -> str:
    """Nothing where the card has nothing that a page shows: no empty box."""
    theme = f" card-{card.theme}" if card.theme else ""
    title = f'<p class="card-title" dir="auto">{inline(card.title, sheet)}</p>' if card.title.strip() else ""
    facts = "".join(_section(section, sheet) for section in card.sections)
    shown = _thumbnail(card.thumbnail or "") + facts + poll(card, sheet, votes)
    below = shown + buttons(card.buttons, "card.buttons", sheet.anchor)
    return f'<div class="card{theme}">{title}{below}</div>' if title or below else ""


def _thumbnail(address: str) -> str:
    """A link that says where it leads; a path without a host leads nowhere from here."""
    host = _HOST.match(address)
    return f'<p class="card-thumbnail" dir="auto">{link(address, escape(host[1]))}</p>' if host else ""


def _section(section: Section, sheet: Sheet) -> str:
    title = f'<p class="section-title" dir="auto">{inline(section.title, sheet)}</p>' if section.title.strip() else ""
    fields = "".join(_label(field.title, cell_text(field.value), sheet) for field in section.fields)
    return title + (f'<dl class="labels fields">{fields}</dl>' if fields else "")


def _slide(slide: Slide, path: str, sheet: Sheet) -> str:
    title = f'<p class="slide-title" dir="auto">{inline(slide.title, sheet)}</p>' if slide.title.strip() else ""
    below = buttons(slide.buttons, f"{path}.buttons", sheet.anchor)
    return f'<section class="slide">{title}{_data(slide, sheet)}{below}</section>'


def _data(slide: Slide, sheet: Sheet) -> str:
    match slide:
        case TableSlide(data=table):
            return table_of(table, line_of(slide.title, sheet.references), sheet)
        case TextSlide(data=text):
            return f'<div class="text">{blocks(text, sheet)}</div>'
        case ListSlide(data=entries):
            return _list(entries, slide.styles.type, sheet)
        case LabelSlide(data=entries):
            return f'<dl class="labels">{"".join(_label(*label_pair(entry), sheet) for entry in entries)}</dl>'
        case ImagesSlide(data=addresses):
            return f'<ul class="images">{"".join(map(_image, addresses))}</ul>'
        case PercentageSlide() | GraphSlide():
            return chart(slide, line_of(slide.title, sheet.references))


def _list(entries: Iterable[str], style: str, sheet: Sheet) -> str:
    tag = "ol" if style in NUMBERED else "ul"
    items = "".join(f'<li dir="auto">{inline(entry, sheet)}</li>' for entry in entries)
    return f'<{tag} class="list-{style}">{items}</{tag}>'


def _label(name: str, value: str, sheet: Sheet) -> str:
    return f'<div><dt dir="auto">{escape(name)}</dt><dd dir="auto">{inline(value, sheet)}</dd></div>'


def _image(address: str) -> str:
    """A link as a thumbnail's, with the name of the file, for many pictures come from one host."""
    host, file = _HOST.match(address), _FILE.match(address)
    if host is None:
        return f'<li dir="auto">{escape(visible(address))}</li>'
    name = f" {escape(visible(file[1][:FILE_NAME_MAX]))}" if file and file.start(1) > host.end() else ""
    return f'<li dir="auto">{link(address, escape(host[1]))}{name}</li>'
