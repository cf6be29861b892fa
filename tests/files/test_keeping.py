"""A file that stands under its digest is whole, and stays there when the power fails: only then may a row name it."""

from hashlib import sha256
from pathlib import Path
from typing import Final

from tests.tracing import on_disk

CONTENT: Final = b"Minutes"
KEEPING: Final = """
import sys
from pathlib import Path
from keypost.files.cabinet import Cabinet

cabinet = Cabinet(Path(sys.argv[1]))
cabinet.open()
arriving = cabinet.begin("minutes")
arriving.write(b"Minutes")
cabinet.keep(arriving.path, arriving.end())
"""


def test_a_file_is_whole_on_the_disk_before_it_stands_in_its_place(tmp_path: Path) -> None:
    digest = sha256(CONTENT).hexdigest()
    shelf, place = digest[:2], f"{digest[:2]}/{digest[2:]}"

    done = on_disk(tmp_path / "files", KEEPING)

    assert done == [
        "write arriving/minutes",
        "fsync arriving/minutes",
        f"rename arriving/minutes {place}",
        f"fsync {shelf}",
        "fsync .",
    ]
