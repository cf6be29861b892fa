"""What a file is called when it is shown and fetched. Pure; the name is never the name of anything on our disk."""

import re
from typing import Final

NAME_MAX: Final = 255
ENDING_MAX: Final = 16
NAMELESS: Final = "file"

_PATH: Final = re.compile(r"[/\\]")
# What terminals obey, what turns a text around (so that `exe.png` reads as `gnp.exe`), halves of characters.
_UNSEEN: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


def shown_name(given: str) -> str:
    """`given` as one line, without a path and without characters that nobody sees; never empty."""
    last = _PATH.split(given.rstrip("/\\"))[-1]
    name = " ".join(_UNSEEN.sub("", last).split())
    return _cut(name) if name.strip(". ") else NAMELESS


def _cut(name: str) -> str:
    """At most `NAME_MAX` characters; a name keeps its ending, by which its reader knows what it is."""
    if len(name) <= NAME_MAX:
        return name
    stem, dot, ending = name.rpartition(".")
    if not stem or len(ending) > ENDING_MAX:
        return name[:NAME_MAX].rstrip()
    return stem[: NAME_MAX - len(ending) - 1] + dot + ending
