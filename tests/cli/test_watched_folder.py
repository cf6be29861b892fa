from pathlib import Path

from keypost.cli.watched_folder import WatchedFolder


def test_what_is_written_renamed_and_deleted_is_noticed_once(tmp_path: Path) -> None:
    for name in ("extension.py", "extension.toml", "old.py"):
        (tmp_path / name).write_text("1")
    watched = WatchedFolder(tmp_path)

    (tmp_path / "extension.py").write_text("12")
    (tmp_path / "new.toml").write_text("1")
    (tmp_path / "new.toml").replace(tmp_path / "extension.toml")
    (tmp_path / "old.py").unlink()
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "words.json").write_text("{}")

    assert [str(path) for path in watched.changes()] == ["extension.py", "extension.toml", "old.py", "texts/words.json"]
    assert watched.changes() == []


def test_what_is_not_the_authors_is_not_watched(tmp_path: Path) -> None:
    for folder in (".git", "__pycache__", "venv/lib"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "venv" / "pyvenv.cfg").touch()
    watched = WatchedFolder(tmp_path)

    for name in (".git/hook.py", "__pycache__/extension.py", "venv/lib/module.py", "keypost.log"):
        (tmp_path / name).touch()

    assert watched.changes() == []
