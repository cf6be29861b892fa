"""A file that stands under its digest is whole, and stays there when the power fails: only then may a row name it."""

from hashlib import sha256
from pathlib import Path
from typing import Final

from tests.syncing import noted

from keypost.files.cabinet import Cabinet

CONTENT: Final = b"Minutes"


def test_a_file_is_whole_on_the_disk_before_it_stands_in_its_place(tmp_path: Path) -> None:
    digest = sha256(CONTENT).hexdigest()
    shelf, place = digest[:2], f"{digest[:2]}/{digest[2:]}"
    cabinet = Cabinet(tmp_path)
    cabinet.open()

    with noted(tmp_path) as done:
        arriving = cabinet.begin("minutes")
        arriving.write(CONTENT)
        cabinet.keep(arriving.path, arriving.end())

    assert done == ["fsync arriving/minutes 7", f"rename arriving/minutes {place}", f"fsync {shelf}", "fsync ."]
