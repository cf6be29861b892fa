"""What a formatted text is made of: blocks, and the pieces of the lines in them."""

from typing import Literal, TypeAlias

from msgspec import Struct

Style: TypeAlias = Literal["bold", "italic", "strike"]


class Text(Struct, frozen=True):
    text: str


class Code(Struct, frozen=True):
    text: str


class Emoji(Struct, frozen=True):
    """`:code:`, and the emoji that it stands for."""

    code: str
    text: str

    @property
    def written(self) -> str:
        return f":{self.code}:"


class Mention(Struct, frozen=True):
    """`{@name}`: a person by id or e-mail address, or a team by id. Whom it means is not known here."""

    name: str

    @property
    def written(self) -> str:
        return f"{{@{self.name}}}"


class MentionOfAll(Struct, frozen=True):
    """`{@all}`, or `{@available}`: everybody who reads along."""

    whom: Literal["all", "available"]

    @property
    def written(self) -> str:
        return f"{{@{self.whom}}}"


class ChannelMention(Struct, frozen=True):
    """`{#name}`: a channel by id or unique name."""

    name: str

    @property
    def written(self) -> str:
        return f"{{#{self.name}}}"


class SilentMention(Struct, frozen=True):
    """`[label](zohoid:name)` or `[label](mail:name)`: a person who is named and not called."""

    label: str
    scheme: Literal["zohoid", "mail"]
    name: str

    @property
    def written(self) -> str:
        return f"[{self.label}]({self.scheme}:{self.name})"


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


AnyMention: TypeAlias = Mention | MentionOfAll | ChannelMention | SilentMention
Inline: TypeAlias = Text | Code | Emoji | AnyMention | Break | Styled | Link | Instant


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
