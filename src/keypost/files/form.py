"""A form that brings files, taken in as it arrives: files into the cabinet's folder, the other fields into memory.

Blocking, for it writes and hashes: it belongs into a thread. Whoever makes one drops it at the end, whatever happened;
what was put into its place by then stays.
"""

import secrets
from threading import Lock
from typing import Final

import msgspec
from msgspec import Struct

from keypost.errors import Invalid
from keypost.files.cabinet import Arriving, Cabinet
from keypost.files.media import media_of
from keypost.files.model import FILE_BYTES_MAX, FILES_MAX, Kept
from keypost.files.naming import shown_name
from keypost.ids import PersonId
from keypost.messages.wording import quoted
from keypost.web.multipart import Begins, Ends, Happening, Holds, Multipart

FILE_FIELDS: Final = frozenset({"file", "files"})
FIELD_BYTES_MAX: Final = 256 * 1024
"""Of all fields that are no files, together."""
NAME_BYTES: Final = 16
MIB: Final = 1024 * 1024


class Arrived(Struct, frozen=True):
    """A file that is durable, but not yet in its place."""

    arriving: Arriving
    digest: bytes
    name: str
    told: str

    def kept(self, by: PersonId) -> Kept:
        return Kept(
            digest=self.digest,
            size=self.arriving.size,
            name=self.name,
            media=media_of(self.arriving.head, self.told),
            uploaded_by=by,
        )


class Form:
    """After `finish`, `fields` has the values of each field, and `files` the files, in the order in which they came."""

    def __init__(self, cabinet: Cabinet, content_type: str) -> None:
        self.fields: dict[str, list[str]] = {}
        self.files: list[Arrived] = []
        self._cabinet = cabinet
        self._multipart = Multipart(content_type)
        self._part = Begins("", None, "")
        self._arriving: Arriving | None = None
        self._field = bytearray()
        self._field_bytes = 0
        # A request that is given up drops its form while a thread may still be busy with the last piece.
        self._lock = Lock()
        self._is_over = False

    def feed(self, piece: bytes) -> None:
        with self._lock:
            if not self._is_over:
                for happening in self._multipart.feed(piece):
                    self._take(happening)

    @property
    def said(self) -> bytes:
        """What it says and brings, the same however it is packed: whoever sends it again packs it anew."""
        brought = [(file.digest, file.name, file.told) for file in self.files]
        return msgspec.json.encode((self.fields, brought), order="deterministic")

    def finish(self) -> None:
        """Refuses a form that is not whole, or brings no file."""
        with self._lock:
            self._multipart.finish()
            if not self.files:
                raise Invalid("param_missing", "file is missing: the form brings none")

    def drop(self) -> None:
        with self._lock:
            self._is_over = True
            for arrived in self.files:
                arrived.arriving.drop()
            if self._arriving is not None:
                self._arriving.drop()

    def _take(self, happening: Happening) -> None:
        match happening:
            case Begins():
                self._begin(happening)
            case Holds(content) if self._arriving is not None:
                self._write(self._arriving, content)
            case Holds(content):
                self._hold(content)
            case Ends() if self._arriving is not None:
                self._end_file(self._arriving)
            case Ends():
                self._end_field()

    def _begin(self, part: Begins) -> None:
        self._part = part
        if part.name in FILE_FIELDS:
            if len(self.files) >= FILES_MAX:
                raise Invalid("files_too_many", f"The form brings more than {FILES_MAX} files, which is the most.")
            self._arriving = self._cabinet.begin(secrets.token_hex(NAME_BYTES))
        elif part.file_name is not None:
            raise Invalid("invalid_inputs", f"{quoted(part.name)} brings a file; files come in the field file")

    def _write(self, arriving: Arriving, content: bytes) -> None:
        if arriving.size + len(content) > FILE_BYTES_MAX:
            raise Invalid(
                "file_too_large",
                f"files[{len(self.files)}] has more than {FILE_BYTES_MAX // MIB} MiB, which is the most.",
            )
        arriving.write(content)

    def _hold(self, content: bytes) -> None:
        self._field_bytes += len(content)
        if self._field_bytes > FIELD_BYTES_MAX:
            raise Invalid("invalid_inputs", f"the form's fields have more than {FIELD_BYTES_MAX // 1024} KiB")
        self._field += content

    def _end_file(self, arriving: Arriving) -> None:
        self._arriving = None
        if self._part.file_name == "" and not arriving.size:
            arriving.drop()  # What browsers send for a field in which nobody chose a file.
            return
        digest = arriving.end()
        name = shown_name(self._part.file_name or "")
        self.files.append(Arrived(arriving, digest, name, self._part.media_type))

    def _end_field(self) -> None:
        try:
            text = self._field.decode("utf-8")
        except UnicodeDecodeError as error:
            raise Invalid("invalid_inputs", f"{quoted(self._part.name)} is not UTF-8") from error
        self.fields.setdefault(self._part.name, []).append(text)
        self._field.clear()
