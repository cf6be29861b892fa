"""Emoji by their codes: `smile` is what `:smile:` in a text stands for."""

from collections.abc import Mapping
from functools import cache


def find_emoji(code: str) -> str | None:
    """The emoji of a code without its colons: Unicode's names, and the short ones that people know from elsewhere."""
    return _emojis().get(f":{code}:")


def whole_emoji(text: str) -> str | None:
    """The text in its full spelling, if it is one emoji and nothing else; keyboards may leave a part of it out."""
    from emoji import EMOJI_DATA  # noqa: PLC0415 - as below

    known = EMOJI_DATA.get(text)
    return _emojis()[known["en"]] if known is not None else None


@cache
def _emojis() -> Mapping[str, str]:
    """One table for all codes: the library's own search reads its whole list for each name that it does not know."""
    # Read when the first code is met: a server whose people use none starts without it.
    from emoji import EMOJI_DATA, STATUS  # noqa: PLC0415

    whole = STATUS["fully_qualified"]
    found: dict[str, str] = {}
    for emoji, known in EMOJI_DATA.items():
        if known["status"] <= whole:
            for code in (known["en"], *known.get("alias", ())):
                found.setdefault(code, emoji)
    return found
