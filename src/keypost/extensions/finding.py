"""What a check finds in something that an author wrote."""

from msgspec import Struct


class Finding(Struct, frozen=True):
    """`path` is where, as `commands[1].name`, empty for the whole; the sentence begins with it. A hint says what could
    be better; anything else keeps the thing from working. `line` counts from 1; it is None where it is not known.
    """

    path: str
    sentence: str
    is_hint: bool = False
    line: int | None = None
