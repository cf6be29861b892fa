"""What a file is, its first bytes say; what its sender says is believed of nothing that a page would show."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.files.forms import png

from keypost.files.media import PICTURES, UNKNOWN, media_of
from keypost.files.model import Media


def gif(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\x00\x00\x00;"


def jpeg(width: int, height: int) -> bytes:
    """With what a camera writes in front of the size."""
    exif = b"\xff\xe1" + struct.pack(">H", 3_002) + b"x" * 3_000
    size = b"\xff\xc2" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8" + exif + b"\xff" + size


def webp(kind: bytes, data: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", 22) + b"WEBP" + kind + struct.pack("<I", 10) + data.ljust(10, b"\x00")


SHOWN = {
    "image/png": png(640, 480),
    "image/gif": gif(640, 480),
    "image/jpeg": jpeg(640, 480),
    "image/webp lossy": webp(b"VP8 ", b"\x00\x00\x00\x9d\x01\x2a" + struct.pack("<HH", 640, 480)),
    "image/webp lossless": webp(b"VP8L", b"\x2f" + struct.pack("<I", 639 | 479 << 14)),
    "image/webp extended": webp(b"VP8X", b"\x00" * 4 + (639).to_bytes(3, "little") + (479).to_bytes(3, "little")),
}


@pytest.mark.parametrize("name", SHOWN)
def test_a_picture_is_known_by_its_bytes_with_its_size(name: str) -> None:
    assert media_of(SHOWN[name], "text/html") == Media(name.split(maxsplit=1)[0], 640, 480)


@pytest.mark.parametrize(
    ("head", "told", "media"),
    [
        (b"<svg xmlns='x'/>", "image/svg+xml", Media("image/svg+xml")),
        (b"<script>", "image/png", Media(UNKNOWN)),
        (b"<script>", "text/html; charset=utf-8", Media("text/html")),
        (b"x", "", Media(UNKNOWN)),
        (b"x", "no type", Media(UNKNOWN)),
        (b"x", "text/" + "x" * 200, Media(UNKNOWN)),
        (b"x", "text/x\r\nSet-Cookie: y", Media(UNKNOWN)),
        (gif(0, 10), "", Media("image/gif")),
        (gif(60_000, 60_000), "", Media("image/gif")),
        (b"\xff\xd8\xff\xe1\x00\x00", "", Media(UNKNOWN)),
    ],
)
def test_nothing_else_is_a_picture_that_pages_show(head: bytes, told: str, media: Media) -> None:
    found = media_of(head, told)

    assert found == media
    assert not found.is_shown


@given(
    start=st.sampled_from([whole[:size] for whole in SHOWN.values() for size in (2, 6, 12, 20, 31)]),
    rest=st.binary(max_size=80),
)
def test_no_bytes_are_a_fault(start: bytes, rest: bytes) -> None:
    found = media_of(start + rest, "")

    assert found.type in {*PICTURES, UNKNOWN}
    assert (found.width is None) == (found.height is None)
