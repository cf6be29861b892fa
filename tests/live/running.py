"""`keypost demo` as a process of its own, as a newcomer starts it."""

import os
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import msgspec
import psutil
from tests.live.until import PATIENCE_S, until
from tests.live.visitor import Answer, Visitor, ask

from keypost.cli.seed import Seeded

READY: Final = "Ctrl-C stops everything"
START_S: Final = 60.0
"""Longer than it takes: a busy machine reads every module for the first time."""
FIXTURES: Final = Path(__file__).parents[2] / "examples" / "gitlab" / "fixtures"
ADA, GRACE = range(2)
BUILDS: Final = 1


class Demo:
    """`facts` is what it wrote to demo.json, once it runs; `output` all that it printed."""

    facts: Seeded

    def __init__(self, data: Path, *, port: int = 0, level: str = "info", database_url: str = "") -> None:
        self.data = data
        self._ended = False
        options = {"port": str(port), "data": str(data), "log-level": level, "database-url": database_url}
        self._output = data.with_suffix(".out")
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                keypost("demo", *(f"--{name}={value}" for name, value in options.items())),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def wait(self) -> None:
        """Until it runs."""
        until(
            lambda: READY in self.output or self.process.poll() is not None,
            "the demo says that it runs",
            within_s=START_S,
        )
        assert self.process.poll() is None, self.output
        self.facts = msgspec.json.decode((self.data / "demo.json").read_bytes(), type=Seeded)

    @property
    def output(self) -> str:
        return self._output.read_text("utf-8")

    @property
    def builds(self) -> str:
        return self.facts.channels[BUILDS].chat_id

    @property
    def port(self) -> int:
        return int(self.facts.base_url.rpartition(":")[2])

    def children(self) -> list[psutil.Process]:
        return list(psutil.Process(self.process.pid).children(recursive=True))

    def sign_in(self, person: int) -> Visitor:
        return Visitor(self.facts.base_url, self.facts.persons[person].sign_in_url)

    def read(self, chat: str) -> list[dict[str, Any]]:
        """The messages of a chat that the first person sees, oldest first."""
        url = f"{self.facts.base_url}/api/v2/chats/{chat}/messages"
        answer = ask("GET", url, headers=[("Authorization", f"Bearer {self.facts.operator_token}")])
        assert answer.status == 200, answer.text
        return list(answer.json()["data"])

    def stop(self) -> None:
        """Ctrl-C, which ends the server and its children whatever is open: nothing of that would end by itself."""
        self._ended = True
        children = self.children()
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(PATIENCE_S) == 0, self.output
        until(lambda: not any(map(is_alive, children)), "the children ended with their server")

    def kill(self) -> None:
        """As the kernel does when memory is short: nothing of ours runs any more."""
        self._ended = True
        self.process.kill()
        self.process.wait()

    def end(self) -> None:
        """At the end of a test: stopped in order, if the test has not ended it; it never ends by itself."""
        if not self._ended:
            assert self.process.poll() is None, f"ended by itself with {self.process.returncode}: {self.output}"
            self.stop()


@contextmanager
def running(data: Path, *, port: int = 0, level: str = "info", database_url: str = "") -> Iterator[Demo]:
    """A free port if none is asked for."""
    demo = Demo(data, port=port, level=level, database_url=database_url)
    try:
        demo.wait()
        yield demo
        demo.end()
    finally:
        if demo.process.poll() is None:
            demo.kill()


def keypost(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "keypost", *arguments]


def run(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A command of ours that ends by itself."""
    return subprocess.run(
        keypost(*arguments),
        cwd=folder,
        env=os.environ | {"COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def is_alive(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:  # It went between the two questions.
        return False


def send_gitlab(event: str, address: str, header: str, secret: str) -> Answer:
    """An event as GitLab sends it: its documented body, its headers, and the header that was pasted there.

    Each time a new one: what is the same under `Idempotency-Key` would be a repeat.
    """
    sample = tomllib.loads((FIXTURES / "events.toml").read_text("utf-8"))[event]
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "GitLab/18.6.0",
        "X-Gitlab-Instance": "https://gitlab.keypost.example",
        "X-Gitlab-Webhook-UUID": "6a1f3c0e-52a7-4f5e-8f0e-4e0d6f4b3f0b",
        "X-Gitlab-Event-UUID": "13792a34-cac6-4fda-95a8-c58e00a3954e",
        "Idempotency-Key": str(uuid4()),
        **sample["headers"],
        header: secret,
    }
    return ask("POST", address, (FIXTURES / sample["body"]).read_bytes(), list(headers.items()))
