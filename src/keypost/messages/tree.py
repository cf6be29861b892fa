"""What a formatted text is made of: blocks, and the pieces of the lines in them."""

from typing import Literal, TypeAlias

from msgspec import Struct

Style: TypeAlias = Literal["bold", "italic", "strike"]


class Text(Struct, frozen=True):
    text: str


class Code(Struct, frozen=True):
    text: str


class Mention(Struct, frozen=True):
    """`{@id}`, `{@all}` or `{#id}`, as written: whom it means is not known here."""

    text: str


class Break(Struct, frozen=True):
    """The end of a line inside a block."""


class Styled(Struct, frozen=True):
    style: Style
    inside: tuple["Inline", ...]


class Link(Struct, frozen=True):
    address: str
    inside: tuple["Inline", ...]


class Instant(Struct, frozen=True):
    """A button in the text: `name` is that of its reference, such as `1`."""

    name: str
    inside: tuple["Inline", ...]


Inline: TypeAlias = Text | Code | Mention | Break | Styled | Link | Instant


class Paragraph(Struct, frozen=True):
    inside: tuple[Inline, ...]


class Quote(Struct, frozen=True):
    inside: tuple[Inline, ...]


class Heading(Struct, frozen=True):
    size: Literal["large", "small"]
    inside: tuple[Inline, ...]


class CodeBlock(Struct, frozen=True):
    text: str


class Rule(Struct, frozen=True):
    pass


Block: TypeAlias = Paragraph | Quote | Heading | CodeBlock | Rule
