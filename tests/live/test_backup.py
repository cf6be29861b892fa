"""What the page about backups says is done, on both databases: then everything from before it is there."""

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

from tests.live.running import Demo, running
from tests.live.visitor import ask, post
from tests.postgres import Postgres

PAGE: Final = Path(__file__).parents[2] / "docs" / "how-to" / "back-up-and-restore.md"
SECTION: Final = re.compile(r"^## (.+?)\n(.*?)(?=^## |\Z)", re.DOTALL | re.MULTILINE)
COMMANDS: Final = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)
STEP_S: Final = 60.0
BYTES: Final = bytes(range(256))
FORM: Final = b'--x\r\nContent-Disposition: form-data; name="file"; filename="all.bin"\r\n\r\n%b\r\n--x--\r\n' % BYTES


def test_a_demo_on_sqlite_is_backed_up_while_it_runs_and_restored(tmp_path: Path) -> None:
    back_up, restore = commands("SQLite")

    with running(tmp_path / "keypost-demo") as before:
        fill(before)
        do(tmp_path, back_up)
        after_the_backup(before)
        before.kill()
    do(tmp_path, restore)

    with running(tmp_path / "keypost-demo", port=before.port) as after:
        assert_all_is_there(before, after)


async def test_a_demo_on_postgresql_is_backed_up_while_it_runs_and_restored(postgres: Postgres, tmp_path: Path) -> None:
    old, new = [await postgres.create(template="template0") for _ in range(2)]
    try:
        await asyncio.to_thread(_on_postgresql, tmp_path, postgres.url(old), postgres.url(new), postgres.programs())
    finally:
        await postgres.drop(old)
        await postgres.drop(new)


def _on_postgresql(folder: Path, old: str, new: str, programs: Path) -> None:
    back_up, restore = commands("PostgreSQL")
    path = f"{programs}:{os.environ['PATH']}"

    with running(folder / "keypost-demo", database_url=old) as before:
        fill(before)
        do(folder, back_up, DATABASE=old, PATH=path)
        after_the_backup(before)
    do(folder, restore, NEW_DATABASE=new, PATH=path)

    with running(folder / "keypost-demo", port=before.port, database_url=new) as after:
        assert_all_is_there(before, after)


def fill(demo: Demo) -> None:
    assert post(place(demo, "message"), {"text": "Before"}, header(demo)).status == 204
    form = ("Content-Type", "multipart/form-data; boundary=x")
    assert ask("POST", place(demo, "files"), FORM, [form, *header(demo)]).status == 204


def after_the_backup(demo: Demo) -> None:
    assert post(place(demo, "message"), {"text": "After"}, header(demo)).status == 204


def assert_all_is_there(before: Demo, after: Demo) -> None:
    said, sent = after.read(after.builds)
    api_token = ("Authorization", f"Bearer {after.facts.operator_token}")
    fetched = ask("GET", f"{after.facts.base_url}/api/v2/files/{sent['content']['file']['id']}", headers=[api_token])

    assert said["content"]["text"] == "Before"
    assert fetched.body == BYTES
    assert (after.facts.token, after.facts.operator_token) == (before.facts.token, before.facts.operator_token)
    assert post(place(after, "message"), {"text": "And on"}, header(before)).status == 204


def place(demo: Demo, what: str) -> str:
    return f"{demo.facts.base_url}/api/v2/channelsbyname/builds/{what}"


def header(demo: Demo) -> list[tuple[str, str]]:
    return [("X-Keypost-Token", demo.facts.token)]


def commands(database: str) -> list[str]:
    """To back up, and to restore."""
    return COMMANDS.findall(dict(SECTION.findall(PAGE.read_text("utf-8")))[database])


def do(folder: Path, lines: str, **environ: str) -> None:
    """In a folder like a checkout, in which the demo keeps everything in `keypost-demo`."""
    venv = folder / ".venv"
    if not venv.exists():
        venv.symlink_to(sys.prefix)
    ended = subprocess.run(
        ["bash", "-e", "-c", lines],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **environ},
        capture_output=True,
        text=True,
        timeout=STEP_S,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
