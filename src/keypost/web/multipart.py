"""The body of a form with files (multipart/form-data), read as it arrives. Pure: pieces in, happenings out.

Nothing is kept but the headers of the part that is under way, and those are bounded. What a part holds is handed on in
the pieces in which it came, so it can have any size.
"""

import re
from collections.abc import Mapping
from typing import Final, TypeAlias
from urllib.parse import unquote

from msgspec import Struct
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from keypost.errors import Invalid

FORM: Final = "multipart/form-data"
BOUNDARY_MAX: Final = 200
HEADERS_MAX: Final = 8
"""Of one part."""
HEADER_BYTES_MAX: Final = 4 * 1024
PARTS_MAX: Final = 64
ENCODINGS: Final = frozenset({"", "binary", "8bit", "7bit"})

# As older clients spell a name that is not ASCII.
_EXTENDED: Final = re.compile(rb"filename\*=(?:utf-8|UTF-8)''([A-Za-z0-9%!#$&+.^_`|~-]+)")


class Begins(Struct, frozen=True):
    """A part begins. `file_name` is None for one that says it is no file; `media_type` is what its sender says."""

    name: str
    file_name: str | None
    media_type: str


class Holds(Struct, frozen=True):
    content: bytes


class Ends(Struct, frozen=True):
    pass


Happening: TypeAlias = Begins | Holds | Ends


class Multipart:
    """`content_type` is the header of the request."""

    def __init__(self, content_type: str) -> None:
        self._headers: dict[str, bytes] = {}
        self._field = self._value = b""
        self._happened: list[Happening] = []
        self._parts = 0
        self._is_whole = False
        self._parser = MultipartParser(
            _boundary(content_type),
            {
                "on_part_begin": self._begin,
                "on_header_field": self._take_field,
                "on_header_value": self._take_value,
                "on_header_end": self._end_header,
                "on_headers_finished": self._end_headers,
                "on_part_data": self._hold,
                "on_part_end": lambda: self._happened.append(Ends()),
                "on_end": self._end,
            },
            max_header_count=HEADERS_MAX,
            max_header_size=HEADER_BYTES_MAX,
        )

    def feed(self, piece: bytes) -> list[Happening]:
        """What happens in the next piece of the body."""
        self._happened = []
        try:
            self._parser.write(piece)
        except FormParserError as error:
            raise _malformed("it breaks the rules of multipart/form-data") from error
        return self._happened

    def finish(self) -> None:
        """Refuses a body whose end is missing."""
        if not self._is_whole:
            raise _malformed("its end is missing")

    def _begin(self) -> None:
        self._headers = {}
        self._parts += 1
        if self._parts > PARTS_MAX:
            raise Invalid("invalid_inputs", f"the form has more than {PARTS_MAX} parts, which is the most")

    def _take_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _take_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        self._headers[self._field.decode("latin-1").lower()] = self._value.strip()
        self._field = self._value = b""

    def _end_headers(self) -> None:
        self._happened.append(_part_of(self._headers))

    def _hold(self, data: bytes, start: int, end: int) -> None:
        self._happened.append(Holds(data[start:end]))

    def _end(self) -> None:
        self._is_whole = True


def is_form(content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() == FORM


def _boundary(content_type: str) -> bytes:
    options = parse_options_header(content_type)[1] if is_form(content_type) and content_type.isascii() else {}
    boundary = options.get(b"boundary", b"")
    if not 0 < len(boundary) <= BOUNDARY_MAX:
        raise Invalid("form_needed", "The body must be a form with files: multipart/form-data, with its boundary.")
    return boundary


def _part_of(headers: Mapping[str, bytes]) -> Begins:
    if _text(headers.get("content-transfer-encoding", b"")).lower() not in ENCODINGS:
        raise _malformed("a part is encoded; send it as it is")
    kind, options = parse_options_header(headers.get("content-disposition", b""))
    if kind != b"form-data" or b"name" not in options:
        raise _malformed("a part has no name")
    return Begins(
        name=_text(options[b"name"]),
        file_name=_file_name(headers["content-disposition"], options),
        media_type=_text(headers.get("content-type", b"")),
    )


def _file_name(disposition: bytes, options: Mapping[bytes, bytes]) -> str | None:
    if b"filename" in options:
        return _text(options[b"filename"])
    extended = _EXTENDED.search(disposition)
    return unquote(extended[1].decode("ascii"), errors="replace") if extended else None


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _malformed(why: str) -> Invalid:
    return Invalid("invalid_form", f"The form cannot be read: {why}.")
