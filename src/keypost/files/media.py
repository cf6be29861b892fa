"""What a file is, by its first bytes: what its sender says is believed of nothing that a page would show. Pure."""

import re
from collections.abc import Callable, Iterator
from struct import Struct, unpack_from
from typing import Final

from keypost.files.model import Media

HEAD_BYTES: Final = 64 * 1024
"""How much of a file is looked at. A JPEG says its size behind what cameras write into it."""
PIXELS_MAX: Final = 32_000_000
"""Of a picture that pages show: each pixel takes four bytes of every reader's memory, however small the file is."""
UNKNOWN: Final = "application/octet-stream"
TOLD_MAX: Final = 120

_TOLD: Final = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*")
_JPEG_SIZE: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_JPEG_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD9)})
_SEGMENT: Final = Struct(">BBH")

Size = tuple[int, int]


def media_of(head: bytes, told: str) -> Media:
    """`head` are the first `HEAD_BYTES` of the file; `told` is what its sender calls it."""
    for kind, size_of in PICTURES.items():
        size = size_of(head)
        if size is not None:
            return Media(kind, *size) if _is_showable(size) else Media(kind)
    return Media(_told(told))


def _is_showable(size: Size) -> bool:
    return 0 < size[0] * size[1] <= PIXELS_MAX


def _told(told: str) -> str:
    """A type as it was told, without its parameters; one that claims to be a picture that pages show is wrong."""
    kind = told.partition(";")[0].strip().lower()
    if len(kind) > TOLD_MAX or not _TOLD.fullmatch(kind) or kind in PICTURES:
        return UNKNOWN
    return kind


def _png(head: bytes) -> Size | None:
    if not head.startswith(b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR") or len(head) < 24:  # noqa: PLR2004 - see there
        return None
    width, height = unpack_from(">II", head, 16)
    return width, height


def _gif(head: bytes) -> Size | None:
    if not head.startswith((b"GIF87a", b"GIF89a")) or len(head) < 10:  # noqa: PLR2004 - where the size ends
        return None
    width, height = unpack_from("<HH", head, 6)
    return width, height


def _webp(head: bytes) -> Size | None:
    if head[:4] != b"RIFF" or head[8:12] != b"WEBP" or len(head) < 30:  # noqa: PLR2004 - where each kind's size ends
        return None
    match head[12:16]:
        case b"VP8 " if head[23:26] == b"\x9d\x01\x2a":
            width, height = unpack_from("<HH", head, 26)
            return width & 0x3FFF, height & 0x3FFF
        case b"VP8L" if head[20] == 0x2F:  # noqa: PLR2004 - the kind's own mark
            (both,) = unpack_from("<I", head, 21)
            return (both & 0x3FFF) + 1, (both >> 14 & 0x3FFF) + 1
        case b"VP8X":
            return int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1
        case _:
            return None


def _jpeg(head: bytes) -> Size | None:
    if not head.startswith(b"\xff\xd8\xff"):
        return None
    for marker, start in _segments(head):
        if marker in _JPEG_SIZE and start + 5 <= len(head):
            height, width = unpack_from(">HH", head, start + 1)
            return width, height
    return None


def _segments(head: bytes) -> Iterator[tuple[int, int]]:
    """Each segment's marker, and where its content begins."""
    at = 2
    while at + _SEGMENT.size <= len(head):
        mark, marker, length = _SEGMENT.unpack_from(head, at)
        if mark != 0xFF:  # noqa: PLR2004 - what every segment begins with
            return
        if marker == 0xFF:  # noqa: PLR2004 - padding in front of a segment
            at += 1
        elif marker in _JPEG_ALONE:
            at += 2
        else:
            yield marker, at + _SEGMENT.size
            at += 2 + max(length, 2)


PICTURES: Final[dict[str, Callable[[bytes], Size | None]]] = {
    "image/png": _png,
    "image/jpeg": _jpeg,
    "image/gif": _gif,
    "image/webp": _webp,
}
"""The kinds that pages show, each with what finds its size; None for what is no such picture."""
