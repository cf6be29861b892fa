from typing import Final
from urllib.parse import quote

from msgspec import Struct

from keypost.ids import FileId, OrgId, PersonId, show_file

FILES_MAX: Final = 10
"""The most that one request brings."""
FILE_BYTES_MAX: Final = 50 * 1024 * 1024


class Media(Struct, frozen=True):
    """What a file is, as `image/png`. Width and height, in pixels, are known of pictures that pages show, and of no
    other file.
    """

    type: str
    width: int | None = None
    height: int | None = None

    @property
    def is_shown(self) -> bool:
        return self.width is not None


class Kept(Struct, frozen=True, kw_only=True):
    """A file whose bytes are safe, and of which no row tells yet: what a posting brings."""

    digest: bytes
    size: int
    name: str
    media: Media
    uploaded_by: PersonId


class File(Struct, frozen=True, kw_only=True):
    """`size` is in bytes, `digest` the SHA-256 of them."""

    org_id: OrgId
    id: FileId
    digest: bytes
    size: int
    name: str
    media: Media
    uploaded_by: PersonId

    @property
    def shown_id(self) -> str:
        return show_file(self.id)

    @property
    def path(self) -> str:
        """Where people with a session get it."""
        return f"/files/{self.shown_id}/{quote(self.name, safe='')}"
