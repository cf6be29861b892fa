"""Emoji by their codes: `smile` is what `:smile:` in a text stands for."""

from collections.abc import Mapping
from functools import cache


def find_emoji(code: str) -> str | None:
    """The emoji of a code without its colons: Unicode's names, and the short ones that people know from elsewhere."""
    return _emojis().get(f":{code}:")


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
