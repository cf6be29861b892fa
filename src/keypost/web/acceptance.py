"""Whether a caller takes the kind of answer that an address gives: its `Accept`, read kindly."""

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from keypost.errors import NotAcceptable

EVERYTHING: Final = "*/*"


class Range(Struct, frozen=True):
    """A range of media types, such as `application/*`, and whether it is wanted at all."""

    text: str
    is_wanted: bool


def require_acceptable(given: Sequence[str], media: str) -> None:
    """Refuses a request whose `Accept` headers leave out `media`. What says nothing that we understand leaves nothing
    out, and a missing one neither; an address that answers with `*/*` asks nobody.
    """
    if not given or EVERYTHING in (media, *given):
        return
    ranges = [found for text in given for found in _ranges(text)]
    if ranges and not _takes(ranges, media):
        raise NotAcceptable(
            "not_acceptable", f"This address answers with {media}, which your Accept header leaves out."
        )


def _takes(ranges: list[Range], media: str) -> bool:
    """The range that says it most precisely decides; of several alike, one that wants it."""
    for name in (media, media.partition("/")[0] + "/*", EVERYTHING):
        named = [found.is_wanted for found in ranges if found.text == name]
        if named:
            return any(named)
    return False


def _ranges(header: str) -> Iterator[Range]:
    for piece in header.split(","):
        text, *parameters = (part.strip().lower() for part in piece.split(";"))
        if "/" in text:
            yield Range(text, all(map(_wants, parameters)))


def _wants(parameter: str) -> bool:
    """Only a weight of zero says no: `q=0`, `q=0.000`."""
    name, _, value = parameter.partition("=")
    return name.strip() != "q" or value.strip().strip("0.") != "" or value.strip() == ""
