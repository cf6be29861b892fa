"""The nginx of `keypost bench`: what is measured is the one that was started, and nothing of it stays."""

import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from keypost.cli.bench import nginx
from keypost.errors import Fault

STUBBORN: Final = f"""#!{sys.executable}
import re, signal, socket, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
configuration = open(sys.argv[-1]).read()
listener = socket.create_server(("127.0.0.1", int(re.search(r"listen [^:]*:([0-9]+)", configuration)[1])))
open({{told!r}}, "w").write(str(listener.getsockname()[1]))
signal.pause()
"""
Program = Callable[[str], str]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    def written(text: str) -> str:
        file = tmp_path / "program"
        file.write_text(text)
        file.chmod(0o755)
        return str(file)

    return written


def test_it_answers_and_is_gone_afterwards(tmp_path: Path) -> None:
    found = nginx.found()
    assert found is not None

    with nginx.running(found, tmp_path) as port:
        socket.create_connection(("127.0.0.1", port)).close()

    assert_nobody_listens(port)


def test_one_that_ends_at_once_is_not_waited_for(program: Program, tmp_path: Path) -> None:
    with (
        pytest.raises(Fault, match="nginx did not start: it ended with 7"),
        nginx.running(program("#!/bin/sh\nexit 7\n"), tmp_path),
    ):
        pass


def test_a_server_that_is_another_is_not_measured_and_one_that_does_not_end_is_ended(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nginx, "START_S", 1.0)
    monkeypatch.setattr(nginx, "STOP_S", 0.1)
    told = tmp_path / "port"

    with (
        pytest.raises(Fault, match=r"nginx did not start\."),
        nginx.running(program(STUBBORN.format(told=str(told))), tmp_path),
    ):
        pass

    assert_nobody_listens(int(told.read_text()))


def assert_nobody_listens(port: int) -> None:
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))
