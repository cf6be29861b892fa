"""The mark beside the database is whole on the disk before it has its name: a power cut leaves all of it or none."""

from pathlib import Path
from typing import Final

from tests.tracing import on_disk

FIRST_START: Final = """
import sys
from pathlib import Path
from keypost.db.mark import Mark

database = Path(sys.argv[1]) / "keypost.db"
database.touch()
Mark(database, 1).close()
"""


def test_a_mark_is_whole_on_the_disk_before_it_has_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()

    done = on_disk(folder, FIRST_START)

    assert done == ["write keypost.new", "fsync keypost.new", "rename keypost.new keypost.mark", "fsync ."]
