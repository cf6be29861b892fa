"""The wire's text formatting, read into a tree.

It looks like Markdown and is not: `*bold*`, `_italic_`, `~strike~`, `` `code` ``, a boxed block between three
backticks, `! quote`, `# large` and `### small` headings, `[label](address)`, `[label]($1)`, `---`; `:smile:` and the
mentions `{@id}`, `{@all}`, `{#channel}`, `[label](zohoid:id)`. Marks live within their line and stand at the edges of
words, so `snake_case`, `2*3*4` and `12:30:45` mean nothing. What does not close stays as it was written, and so does a
`$1` that is not among the `references` of the message.

Reading is linear: each character is passed once, and once more by the piece that takes it in. A stranger chooses
the text, so no pattern here may step back: their loops are possessive or end at the next bracket.
"""

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from enum import Enum, auto
from itertools import groupby
from operator import itemgetter
from typing import Final, Literal

from keypost.messages.emoji_codes import find_emoji
from keypost.messages.tree import (
    AnyMention,
    Block,
    Break,
    ChannelMention,
    Code,
    CodeBlock,
    Emoji,
    Heading,
    Inline,
    Instant,
    Link,
    Mention,
    MentionOfAll,
    Paragraph,
    Quote,
    Rule,
    SilentMention,
    Style,
    Styled,
    Text,
)

OPEN_MARKS_MAX: Final = 8
FENCE: Final = "```"

_STYLES: Final[dict[str, Style]] = {"*": "bold", "_": "italic", "~": "strike"}
_HIDDEN: Final = r"\s\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069"
_EVERYBODY: Final[Mapping[str, Literal["all", "available"]]] = {"all": "all", "available": "available"}
_SPECIAL: Final = re.compile(r"\*++|_++|~++|`|\[|\{|:|https?://", re.IGNORECASE)
_LINK: Final = re.compile(r"\[((?:[^\[\]\n]++|\[[^\[\]\n]*+\])++)\]\(((?:[^()\s]++|\([^()\s]*+\))++)\)")
_MENTION: Final = re.compile(r"\{([@#])([^{}\s]++)\}")
_EMOJI: Final = re.compile(r"(?<![0-9A-Za-z]):([^\s:]++):(?![0-9A-Za-z])")
_PERSON: Final = re.compile(rf"(zohoid|mail):([^{_HIDDEN}]++)")
_TARGET: Final = re.compile(rf"(?i:https?://[^\W_]|mailto:|tel:)[^{_HIDDEN}]++")
_BARE: Final = re.compile(rf'(?i:https?://)[^\W_][^{_HIDDEN}<>"`]*+')
_NEWLINE: Final = re.compile(r"\r\n?")
_AFTER_SENTENCE: Final = ".,;:!?'*_~]}"


def parse(text: str, references: Container[str] = ()) -> tuple[Block, ...]:
    """Read a whole text; `references` are the names that `$` may lead. Never fails."""
    parts = _NEWLINE.sub("\n", text).split(FENCE)
    if len(parts) % 2 == 0:  # The last fence does not close.
        parts[-2:] = [FENCE.join(parts[-2:])]
    blocks: list[Block] = []
    for number, part in enumerate(parts):
        if number % 2:
            blocks.append(CodeBlock(part.removeprefix("\n").removesuffix("\n")))
        else:
            blocks += _blocks(part, references, after_fence=number > 0)
    return tuple(blocks)


def parse_inline(text: str, references: Container[str] = (), *, with_links: bool = True) -> tuple[Inline, ...]:
    """Read a text that stands in one place, such as a title or a cell: no blocks."""
    return _lines(_NEWLINE.sub("\n", text).split("\n"), references, with_links=with_links)


def _lines(lines: Iterable[str], references: Container[str], *, with_links: bool = True) -> tuple[Inline, ...]:
    found: list[Inline] = []
    for number, line in enumerate(lines):
        if number:
            found.append(Break())
        found += _Line(line, references, with_links=with_links).read()
    return tuple(found)


class _Kind(Enum):
    TEXT = auto()
    BLANK = auto()
    QUOTE = auto()
    LARGE = auto()
    SMALL = auto()
    RULE = auto()


def _blocks(part: str, references: Container[str], *, after_fence: bool) -> Iterator[Block]:
    lines = part.split("\n")
    kinds = [_kind(line) for line in lines]
    if after_fence and lines[0].strip():  # What follows a fence in its line is not at the start of a line.
        kinds[0] = (_Kind.TEXT, lines[0])
    for kind, group in groupby(kinds, key=itemgetter(0)):
        contents = [content for _, content in group]
        match kind:
            case _Kind.TEXT:
                yield Paragraph(_lines(contents, references))
            case _Kind.QUOTE:
                yield Quote(_lines(contents, references))
            case _Kind.LARGE:
                yield from (Heading("large", _lines([content], references)) for content in contents)
            case _Kind.SMALL:
                yield from (Heading("small", _lines([content], references)) for content in contents)
            case _Kind.RULE:
                yield from (Rule() for _ in contents)


def _kind(line: str) -> tuple[_Kind, str]:
    bare = line.strip()
    if not bare:
        return _Kind.BLANK, ""
    if bare == "---":
        return _Kind.RULE, ""
    for mark, kind in (("!", _Kind.QUOTE), ("###", _Kind.SMALL), ("#", _Kind.LARGE)):
        rest = line.removeprefix(mark)
        if rest != line and rest.strip() and not (mark[0] == rest[0] == "#"):
            return kind, rest.strip()
    return _Kind.TEXT, line


class _Line:
    """One line on its way to a tree: the pieces so far, and which of them are marks that may still close."""

    def __init__(self, line: str, references: Container[str], *, with_links: bool) -> None:
        self._line = line
        self._references = references
        self._with_links = with_links
        self._pieces: list[Inline] = []
        self._open: list[tuple[str, int]] = []
        self._last_backtick = line.rfind("`")

    def read(self) -> tuple[Inline, ...]:
        at = 0
        while found := _SPECIAL.search(self._line, at):
            self._text(at, found.start())
            at = self._take(found.group(), found.start(), found.end())
        self._text(at, len(self._line))
        return _joined(self._pieces)

    def _take(self, sign: str, start: int, end: int) -> int:
        """Add what begins at `start`; answer where it ends."""
        match sign[0]:
            case "`":
                taken = self._code(start)
            case "[":
                taken = self._link(start)
            case "{":
                taken = self._mention(start)
            case ":":
                taken = self._emoji(start)
            case "h" | "H":
                taken = self._bare_address(start)
            case _:
                taken = self._mark(sign, start, end)
        if taken is None:
            self._text(start, end)
            return end
        return taken

    def _text(self, start: int, end: int) -> None:
        if start < end:
            self._pieces.append(Text(self._line[start:end]))

    def _code(self, start: int) -> int | None:
        if self._last_backtick <= start + 1:
            return None
        end = self._line.index("`", start + 1)
        if end == start + 1:
            self._text(start, end + 1)
        else:
            self._pieces.append(Code(self._line[start + 1 : end]))
        return end + 1

    def _link(self, start: int) -> int | None:
        found = _LINK.match(self._line, start) if self._with_links else None
        if found is None:
            return None
        label, address = found.groups()
        if not label.strip():
            self._text(start, found.end())
        elif address[0] == "$" and address[1:] in self._references:
            self._pieces.append(Instant(address[1:], parse_inline(label, with_links=False)))
        elif _TARGET.fullmatch(address):
            self._pieces.append(Link(address, parse_inline(label, with_links=False)))
        elif person := _PERSON.fullmatch(address):
            self._pieces.append(SilentMention(label, "mail" if person[1] == "mail" else "zohoid", person[2]))
        else:  # A reference to nothing, or an address of another kind: not ours to follow.
            self._text(start, found.end())
        return found.end()

    def _mention(self, start: int) -> int | None:
        found = _MENTION.match(self._line, start)
        if found is None:
            return None
        self._pieces.append(_mentioned(*found.groups()))
        return found.end()

    def _emoji(self, start: int) -> int | None:
        found = _EMOJI.match(self._line, start)
        emoji = find_emoji(found[1]) if found is not None else None
        if found is None or emoji is None:
            return None
        self._pieces.append(Emoji(found[1], emoji))
        return found.end()

    def _bare_address(self, start: int) -> int | None:
        if not self._with_links or self._line[start - 1 : start].isalnum():
            return None  # Before the match: an address that is not one must not be passed again and again.
        found = _BARE.match(self._line, start)
        if found is None:
            return None
        address = _without_tail(found.group())
        self._pieces.append(Link(address, (Text(address),)))
        return start + len(address)

    def _mark(self, sign: str, start: int, end: int) -> int | None:
        if len(sign) > 1:  # `__init__`, `****`: a run of marks is a drawing or a name.
            return None
        before, after = self._line[start - 1 : start], self._line[end : end + 1]
        if before.strip() and not after.isalnum() and self._closes(sign):
            return end
        if after.strip() and not before.isalnum():
            # The oldest gives way, so that stray marks cannot switch formatting off and nesting stays shallow.
            del self._open[: max(0, len(self._open) + 1 - OPEN_MARKS_MAX)]
            self._open.append((sign, len(self._pieces)))
        return None

    def _closes(self, sign: str) -> bool:
        """Wrap everything since the last open `sign`, if there is one; marks opened in between become text."""
        position = next((n for n in reversed(range(len(self._open))) if self._open[n][0] == sign), None)
        if position is None:
            return False
        first = self._open[position][1]
        del self._open[position:]
        inside = _joined(self._pieces[first + 1 :])
        self._pieces[first:] = [Styled(_STYLES[sign], inside)]
        return True


def _mentioned(sign: str, name: str) -> AnyMention:
    if sign == "#":
        return ChannelMention(name)
    whom = _EVERYBODY.get(name)
    return MentionOfAll(whom) if whom is not None else Mention(name)


def _joined(pieces: list[Inline]) -> tuple[Inline, ...]:
    found: list[Inline] = []
    for is_text, group in groupby(pieces, key=lambda piece: isinstance(piece, Text)):
        if is_text:
            found.append(Text("".join(piece.text for piece in group if isinstance(piece, Text))))
        else:
            found.extend(group)
    return tuple(found)


def _without_tail(address: str) -> str:
    """The address without the punctuation of the sentence around it; brackets that it opened are its own."""
    end = len(address)
    unopened = address.count(")") - address.count("(")
    while address[end - 1] in _AFTER_SENTENCE or (address[end - 1] == ")" and unopened > 0):
        unopened -= address[end - 1] == ")"
        end -= 1
    return address[:end]
