"""Whatever arrives as a form: nothing that is taken is lost, and of nothing that is refused anything stays."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.files.forms import BOUNDARY, Part, body, content_type, file, raw_body

from keypost.errors import Invalid
from keypost.files import form as form_module
from keypost.files.cabinet import ARRIVING, Cabinet
from keypost.files.form import FIELD_BYTES_MAX, Form
from keypost.files.model import FILE_BYTES_MAX, FILES_MAX
from keypost.files.naming import NAMELESS, shown_name
from keypost.ids import PersonId
from keypost.web.multipart import HEADER_BYTES_MAX, PARTS_MAX, Multipart

TYPE = content_type()[1]
LIKE_THE_EDGE = st.sampled_from([b"", b"\r\n", b"--", b"\r\n--" + BOUNDARY.encode()[:-1], b"\x00\xff", b"x" * 3_000])
CONTENTS = st.lists(LIKE_THE_EDGE | st.binary(max_size=40), max_size=4).map(b"".join)
NAMES = st.text(st.characters(exclude_characters='"\\\r\n\x00', codec="utf-8"), min_size=1, max_size=30)
FIELDS = st.builds(Part, st.sampled_from(["comments", "bot_name", "other"]), st.text(max_size=20).map(str.encode))
FILES = st.builds(
    file,
    CONTENTS,
    NAMES,
    st.sampled_from(["", "image/png", "text/html; charset=x"]),
    st.sampled_from(["file", "files"]),
)
FORMS = st.lists(FIELDS, max_size=3).flatmap(
    lambda fields: st.lists(FILES, min_size=1, max_size=4).flatmap(lambda files: st.permutations([*fields, *files]))
)


def cut(whole: bytes, places: Sequence[int]) -> Iterator[bytes]:
    """The body in pieces, cut at any places."""
    edges = sorted({0, len(whole), *(place % (len(whole) + 1) for place in places)})
    return (whole[start:end] for start, end in pairwise(edges))


@contextmanager
def cabinet() -> Iterator[Cabinet]:
    """Where at the end nothing is on its way any more."""
    with tempfile.TemporaryDirectory() as folder:
        made = Cabinet(Path(folder))
        made.open()
        yield made
        assert list((Path(folder) / ARRIVING).iterdir()) == []


@given(parts=FORMS, places=st.lists(st.integers(0, 1 << 20), max_size=12))
def test_a_form_is_read_alike_wherever_it_was_cut(parts: Sequence[Part], places: Sequence[int]) -> None:
    files = [part for part in parts if part.file_name is not None]

    with cabinet() as place:
        form = Form(place, TYPE)
        for piece in cut(body(parts), places):
            form.feed(piece)
        form.finish()

        assert [arrived.arriving.path.read_bytes() for arrived in form.files] == [part.content for part in files]
        assert [arrived.digest for arrived in form.files] == [sha256(part.content).digest() for part in files]
        assert [arrived.name for arrived in form.files] == [shown_name(part.file_name or "") for part in files]
        assert form.fields == fields_of(parts)
        form.drop()


@given(parts=FORMS, end=st.integers(1, 1 << 20), places=st.lists(st.integers(0, 1 << 20), max_size=4))
def test_a_form_without_its_end_is_refused_and_leaves_nothing(
    parts: Sequence[Part], end: int, places: Sequence[int]
) -> None:
    whole = body(parts)
    kept = whole[: len(whole) - 1 - end % (len(whole) - 1)]
    assume(BOUNDARY.encode() + b"--" not in kept[-len(BOUNDARY) - 4 :])

    with cabinet() as place:
        refused(place, cut(kept, places))


@given(parts=st.lists(st.binary(max_size=80), max_size=4), junk=st.binary(max_size=60))
def test_whatever_stands_in_the_headers_is_read_or_refused(parts: list[bytes], junk: bytes) -> None:
    odd = [b'Content-Disposition: form-data; name="file"; filename=' + junk + b"\r\n\r\nx", *parts]

    with cabinet() as place:
        form = Form(place, TYPE)
        try:
            form.feed(raw_body(odd))
            form.finish()
        except Invalid:
            assert True
        else:
            assert form.files
            assert all(arrived.name for arrived in form.files)
        finally:
            form.drop()


@given(given_name=st.text(max_size=400))
def test_a_name_is_one_short_line_without_a_path(given_name: str) -> None:
    name = shown_name(given_name)

    assert 0 < len(name) <= 255
    assert name.strip(". ") != ""
    assert not any(letter in "/\\\x00\r\n\u202e\u2066\u200f" for letter in name)
    name.encode("utf-8")


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\fakepath\\report.pdf", "report.pdf"),
        ("annex\u202egnp.exe", "annexgnp.exe"),
        ("a\r\nSet-Cookie: x", "aSet-Cookie: x"),
        ("..", NAMELESS),
        (" ", NAMELESS),
        ("folder/", "folder"),
        ("é" * 300 + ".jpeg", "é" * 250 + ".jpeg"),
    ],
)
def test_what_a_name_should_not_have_is_taken_out(sent: str, shown: str) -> None:
    assert shown_name(sent) == shown


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        (b'form-data; name="file"; filename="a;b.txt"', "a;b.txt"),
        ('form-data; name="file"; filename="Zürich.txt"'.encode(), "Zürich.txt"),
        (b"form-data; name=file; filename*=utf-8''Z%C3%BCrich.txt", "Zürich.txt"),
        (b'form-data; name="file"; filename="\xff.txt"', "\ufffd.txt"),
        (b'form-data; name="file"', NAMELESS),
    ],
)
def test_a_name_is_understood_in_every_spelling(disposition: bytes, name: str) -> None:
    with cabinet() as place:
        form = Form(place, TYPE)
        form.feed(raw_body([b"Content-Disposition: " + disposition + b"\r\n\r\nx"]))
        form.finish()

        assert [arrived.name for arrived in form.files] == [name]
        form.drop()


MANY = {
    "eleven files": ([file(b"x")] * (FILES_MAX + 1), "files_too_many"),
    "no file": ([Part("comments", b"[]")], "param_missing"),
    "a field where nobody chose a file": ([file(b"", "")], "param_missing"),
    "a file in another field": ([file(b"x", field="picture")], "invalid_inputs"),
    "too many parts": ([file(b"x"), *[Part("a", b"")] * PARTS_MAX], "invalid_inputs"),
    "too much that is no file": ([file(b"x"), Part("a", b"x" * (FIELD_BYTES_MAX + 1))], "invalid_inputs"),
    "a field that is no text": ([file(b"x"), Part("comments", b"\xff")], "invalid_inputs"),
}


@pytest.mark.parametrize("name", MANY)
def test_a_form_that_breaks_a_bound_is_refused_and_leaves_nothing(name: str) -> None:
    parts, code = MANY[name]

    with cabinet() as place:
        assert refused(place, [body(parts)]) == code


RAW = {
    "no name": (b"Content-Disposition: form-data\r\n\r\nx", "invalid_form"),
    "no header": (b"\r\nx", "invalid_form"),
    "no form-data": (b'Content-Disposition: attachment; name="file"\r\n\r\nx', "invalid_form"),
    "base64": (
        b'Content-Disposition: form-data; name="file"\r\nContent-Transfer-Encoding: base64\r\n\r\nx',
        "invalid_form",
    ),
    "a long header": (b'Content-Disposition: form-data; name="' + b"x" * 2 * HEADER_BYTES_MAX, "invalid_form"),
    "many headers": (b"A: b\r\n" * 20 + b'Content-Disposition: form-data; name="file"\r\n\r\nx', "invalid_form"),
    "a header with a NUL": (b"A\x00: b\r\n\r\n", "invalid_form"),
}


@pytest.mark.parametrize("name", RAW)
def test_a_part_that_breaks_the_rules_is_refused(name: str) -> None:
    part, code = RAW[name]

    with cabinet() as place:
        assert refused(place, [raw_body([part])]) == code


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "application/json",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/mixed; boundary=x",
        f"multipart/form-data; boundary={'x' * 201}",
        "multipart/form-data; boundary=é",
    ],
)
def test_what_is_no_form_is_told_so(kind: str) -> None:
    with pytest.raises(Invalid) as told:
        Multipart(kind)

    assert told.value.code == "form_needed"


def test_a_file_of_the_largest_size_is_taken_and_one_byte_more_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(form_module, "FILE_BYTES_MAX", 5_000)
    assert FILE_BYTES_MAX == 50 * 1024 * 1024

    with cabinet() as place:
        form = Form(place, TYPE)
        form.feed(body([file(b"x" * 5_000)]))
        form.finish()
        form.drop()

        assert refused(place, [body([file(b"x" * 5_001)])]) == "file_too_large"


def test_a_form_that_was_given_up_takes_nothing_more() -> None:
    whole = body([file(b"x" * 1_000)])

    with cabinet() as place:
        form = Form(place, TYPE)
        form.feed(whole[:200])
        form.drop()
        form.feed(whole[200:])

        assert form.files == []


def test_bytes_of_one_digest_are_known_to_its_person() -> None:
    with cabinet() as place:
        form = Form(place, TYPE)
        form.feed(body([file(b"a,b", "t.csv", "text/csv")]))
        form.finish()
        kept = form.files[0].kept(PersonId(7))
        form.drop()

    assert (kept.size, kept.name, kept.media.type, kept.uploaded_by) == (3, "t.csv", "text/csv", 7)


def refused(place: Cabinet, pieces: Iterable[bytes]) -> str:
    form = Form(place, TYPE)
    with pytest.raises(Invalid) as told:
        take(form, pieces)
    form.drop()
    return told.value.code


def take(form: Form, pieces: Iterable[bytes]) -> None:
    for piece in pieces:
        form.feed(piece)
    form.finish()


def fields_of(parts: Sequence[Part]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for part in parts:
        if part.file_name is None:
            found.setdefault(part.name, []).append(part.content.decode())
    return found
