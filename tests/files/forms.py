"""Forms with files, byte for byte: what libraries send, and what only an attacker would."""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tests.people import Answer, Tool, posting_path

BOUNDARY: Final = "keypost-test-boundary"
Header = tuple[str, str]


@dataclass(frozen=True)
class Part:
    """A field of a form; with a `file_name` it is a file."""

    name: str
    content: bytes
    file_name: str | None = None
    media_type: str = ""

    def encoded(self) -> bytes:
        head = f'Content-Disposition: form-data; name="{self.name}"'
        if self.file_name is not None:
            head += f'; filename="{self.file_name}"'
        if self.media_type:
            head += f"\r\nContent-Type: {self.media_type}"
        return head.encode() + b"\r\n\r\n" + self.content


def file(content: bytes, name: str = "notes.txt", media_type: str = "text/plain", field: str = "file") -> Part:
    return Part(field, content, name, media_type)


def comments(text: str) -> Part:
    return Part("comments", text.encode())


def body(parts: Sequence[Part], boundary: str = BOUNDARY) -> bytes:
    return raw_body([part.encoded() for part in parts], boundary)


def raw_body(parts: Sequence[bytes], boundary: str = BOUNDARY) -> bytes:
    line = b"--" + boundary.encode()
    return b"".join(line + b"\r\n" + part + b"\r\n" for part in parts) + line + b"--\r\n"


def content_type(boundary: str = BOUNDARY) -> Header:
    return ("Content-Type", f"multipart/form-data; boundary={boundary}")


def files_path(place: str, company: object = None) -> str:
    return posting_path(place, company).removesuffix("message") + "files"


async def send(tool: Tool, place: str, *parts: Part, query: str = "", company: object = None) -> Answer:
    return await tool.carry(files_path(place, company) + query, body(parts), [content_type()])


def png(width: int, height: int) -> bytes:
    """A picture of one grey."""
    rows = (b"\x00" + b"\x80" * width) * height
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
