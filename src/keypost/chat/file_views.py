"""How a message's file looks to a reader: as the wire's JSON, and on a page."""

from typing import Final

from msgspec import Struct

from keypost.files.model import File, Media

KILO: Final = 1024
PICTURE_WIDTH: Final = 400
PICTURE_HEIGHT: Final = 300


class DimensionsOut(Struct, omit_defaults=True):
    """`size` in bytes; width and height, in pixels, of a picture that pages show."""

    size: int
    width: int | None = None
    height: int | None = None


class FileOut(Struct):
    """`type` is what its first bytes say, else what its sender said. With `id`, `/api/v2/files/{id}` gives it."""

    name: str
    id: str
    type: str
    dimensions: DimensionsOut

    @classmethod
    def of(cls, file: File) -> "FileOut":
        media = file.media
        return cls(file.name, file.shown_id, media.type, DimensionsOut(file.size, media.width, media.height))


class FileView(Struct, frozen=True):
    """`address` is where it is fetched. Width and height are those with which a page shows a picture, so that nothing
    moves when it comes; 0 for every other file.
    """

    name: str
    address: str
    size: str
    width: int
    height: int

    @classmethod
    def of(cls, file: File) -> "FileView":
        return cls(file.name, file.path, size_text(file.size), *_shown(file.media))


def _shown(media: Media) -> tuple[int, int]:
    width, height = media.width or 0, media.height or 0
    if not width or not height:
        return 0, 0
    scale = min(1, PICTURE_WIDTH / width, PICTURE_HEIGHT / height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def size_text(size: int) -> str:
    """As people read it: `1 byte`, `12.3 KB`, `4.0 MB`."""
    if size < KILO:
        return f"{size} byte" if size == 1 else f"{size} bytes"
    if size < KILO * KILO:
        return f"{size / KILO:.1f} KB"
    return f"{size / KILO / KILO:.1f} MB"
