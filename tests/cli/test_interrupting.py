"""Ctrl-C before a command has begun: while its modules are loaded, which takes a second or two."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

LOADED = ("attrs", "sqlalchemy.sql")
"""What tells that the command is being loaded: the command line itself, and then the server."""


@pytest.mark.parametrize("module", LOADED)
def test_a_command_that_is_still_loaded_ends_without_a_word(module: str, tmp_path: Path) -> None:
    command = [sys.executable, "-X", "importtime", "-m", "keypost", "demo", "--port=0", f"--data={tmp_path / 'demo'}"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None

    for line in process.stderr:
        if line.rpartition("|")[2].strip() == module:
            break
    process.send_signal(signal.SIGINT)
    out, rest = process.communicate(timeout=60)

    assert (process.returncode, out) == (-signal.SIGINT, "")
    assert [line for line in rest.splitlines() if not line.startswith("import time:")] == []
    assert not (tmp_path / "demo").exists()
