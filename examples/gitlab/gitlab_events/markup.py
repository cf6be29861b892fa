"""GitLab's words inside the wire's text formatting.

That formatting has no escape character. A mark opens only before something that is not a space, so a hair space behind
it takes its power and is next to invisible. Backticks reach over everything, so they become apostrophes.
"""

import re
from typing import Final, TypeAlias

from keypost_sdk import Button, OpenUrl, WebAddress
from keypost_sdk.content import URL_MAX

Text: TypeAlias = str | None
"""GitLab sends null where it has nothing to say."""

HAIR_SPACE: Final = "\u200a"
ELLIPSIS: Final = "…"
NAME_MAX: Final = 80
TITLE_MAX: Final = 150
BRANCH_MAX: Final = 100
LINK_MAX: Final = 500
SHA_SHOWN: Final = 8
QUOTE_LINES: Final = 8
QUOTE_LINE_MAX: Final = 200
READ_MAX: Final = 4_000
"""What stands behind this in a text is never shown, so it is not looked at: GitLab may send megabytes."""

_UNSEEN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")
_OPENER: Final = re.compile(
    r"""(?<![^\W_]) (?: \*++ | _++ | ~++ ) (?= \S | \Z )  # bold, italic, strike: at the start of a word
      | \] (?= \( )                                       # between a link's label and its address
      | \{ (?= [@#] )                                     # a mention""",
    re.VERBOSE,
)
_HEADING: Final = re.compile(r"\A\s*#{1,6}\s")
_MARKS: Final = "*_~ "
_ADDRESS: Final = re.compile(r"https?://[0-9a-z][!#-;=?-Z_a-z~\[\]]*", re.IGNORECASE | re.ASCII)
_PARENTHESES: Final = str.maketrans({"(": "%28", ")": "%29"})


def plain(text: Text, most: int = TITLE_MAX) -> str:
    """`text` in one line, without any power over the formatting. At most twice `most` code points."""
    return _OPENER.sub(lambda found: found[0] + HAIR_SPACE, _clean(text, most))


def bold(text: Text, most: int = NAME_MAX) -> str:
    name = plain(_clean(text, most).strip(_MARKS), most)
    return f"*{name.replace('*', '∗')}*" if name else ""  # noqa: RUF001 - a star that is no mark


def code(text: Text, most: int = BRANCH_MAX) -> str:
    inside = _clean(text, most).replace("](", f"]{HAIR_SPACE}(")  # A link that began before would end in here.
    return f"`{inside}`" if inside else ""


def link(label: Text, url: Text, most: int = TITLE_MAX) -> str:
    """A link, or the label alone if the address is none that a message can carry."""
    shown = plain(label, most)
    to = address(url)
    if not to or len(to) > LINK_MAX or not shown:
        return shown
    return f"[{shown.replace('[', '(').replace(']', ')')}]({to})"


def sha(text: Text, url: Text = None) -> str:
    """The start of a commit's id, leading to the commit where there is an address."""
    shown = code(_clean(text, LINK_MAX)[:SHA_SHOWN])
    to = address(url)
    return f"[{shown}]({to})" if shown and _is_plain_word(shown) and to and len(to) <= LINK_MAX else shown


def quote(text: Text) -> str:
    """The first lines of a text in Markdown, as a quote of at most 3,300 code points; empty if there is none."""
    written = (_HEADING.sub("", line) for line in (text or "")[:READ_MAX].splitlines())
    lines = [line for line in (plain(line, QUOTE_LINE_MAX) for line in written) if line]
    shown = lines[:QUOTE_LINES] + [ELLIPSIS] * (len(lines) > QUOTE_LINES)
    return "\n".join(f"! {line}" for line in shown)


def address(url: Text) -> str:
    """An http or https address with nothing in it that could end a link; empty for all others."""
    if url is None or len(url) > READ_MAX:
        return ""
    encoded = url.translate(_PARENTHESES)
    return encoded if _ADDRESS.fullmatch(encoded) else ""


def buttons(*offers: tuple[str, str]) -> tuple[Button, ...]:
    """Buttons of a label and the address that it opens; those whose address is none or too long are left out."""
    usable = [(label, address(url)) for label, url in offers if len(address(url)) <= URL_MAX]
    return tuple(Button(label=label, action=OpenUrl(data=WebAddress(web=url))) for label, url in usable if url)


def cut(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    kept = text[: most - 1]
    before, _, last = kept.rpartition(" ")
    if "://" in last:  # Half an address would lead elsewhere.
        kept = before
    return kept.rstrip() + ELLIPSIS


def count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _clean(text: Text, most: int) -> str:
    words = _UNSEEN.sub(" ", (text or "")[:READ_MAX]).replace("`", "'").split()
    return cut(" ".join(words), most)


def _is_plain_word(shown: str) -> bool:
    return shown.strip("`").isalnum()
