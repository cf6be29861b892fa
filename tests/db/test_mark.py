"""The mark beside the database is whole on the disk before it has its name: a power cut leaves all of it or none."""

from pathlib import Path

from tests.syncing import noted

from keypost.db.mark import Mark


def test_a_mark_is_whole_on_the_disk_before_it_has_its_name(tmp_path: Path) -> None:
    database = tmp_path / "keypost.db"
    database.touch()

    with noted(tmp_path) as done:
        Mark(database, 1).close()

    assert done == ["fsync keypost.new 16", "rename keypost.new keypost.mark", "fsync ."]
