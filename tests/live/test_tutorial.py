"""The tutorial's commands do what it says, one after the other, in a folder like a newcomer's checkout."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from tests.live.running import ADA, BUILDS, READY, START_S
from tests.live.until import until
from tests.live.visitor import Connected, Visitor, agree, connect_gitlab

from keypost.cli.seed import Seeded, read

ROOT: Final = Path(__file__).parents[2]
TUTORIAL: Final = ROOT / "docs" / "tutorial" / "first-token-button.md"
CHECKOUT: Final = ("Makefile", "pyproject.toml", "requirements", "sdk", "src", "examples")
VENV: Final = ".venv"
INSTALLED: Final = ("bin", "lib", "pyvenv.cfg")
STAMPS: Final = (".made", ".runtime")
"""What make looks at: here everything is installed, and nothing of it is to be installed anew from this folder."""
COMMANDS: Final = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)
STEP_S: Final = 120.0
STARTED: Final = "runs here"


class Terminal:
    """What a person has open in the folder: a command that goes on, and what it has said so far."""

    def __init__(self, folder: Path, name: str, commands: str) -> None:
        self._said = folder.parent / f"{name}.said"
        with self._said.open("wb") as output:
            self._process = subprocess.Popen(
                ["bash", "-ec", f"exec {commands}"],
                cwd=folder,
                env=environment(folder),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        return self._said.read_text("utf-8", "replace")

    def shows(self, text: str) -> None:
        until(
            lambda: text in self.said or self._process.poll() is not None,
            f"the terminal shows {text}",
            within_s=START_S,
        )
        assert text in self.said, self.said

    def ends_by_ctrl_c(self, *, saying: str) -> None:
        """`make` itself dies of the signal, so its code says nothing; what it started says goodbye."""
        os.killpg(self._process.pid, signal.SIGINT)
        self._process.wait(START_S)
        self.shows(saying)

    def close(self) -> None:
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


class Reader:
    """Somebody who does what the tutorial says, with one terminal in which variables stay."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.steps = iter(COMMANDS.findall(TUTORIAL.read_text("utf-8")))
        self._kept = folder.parent / "variables"
        self._kept.write_text("")

    def does(self, *words: str, pasted: str = "") -> str:
        """The next commands, in which these words stand; answers all that they say. They succeed."""
        commands = self.reads(*words)
        script = f". ../variables\n{commands}\ndeclare -p ADDRESS TOKEN 2>/dev/null > ../variables || true\n"
        done = subprocess.run(
            ["bash", "-e", "-c", script],
            cwd=self.folder,
            env=environment(self.folder),
            input=pasted,
            capture_output=True,
            text=True,
            timeout=STEP_S,
            check=False,
        )
        assert done.returncode == 0, f"{commands}{done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def reads(self, *words: str) -> str:
        commands: str = next(self.steps)
        assert [word for word in words if word not in commands] == [], commands
        return commands

    def has_nothing_left(self) -> bool:
        return next(self.steps, None) is None

    def left_behind(self) -> set[str]:
        return {path.name for path in self.folder.iterdir()} - {*CHECKOUT, VENV}


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    checkout = tmp_path / "checkout"
    venv = checkout / VENV
    venv.mkdir(parents=True)
    for name in CHECKOUT:
        (checkout / name).symlink_to(ROOT / name)
    for name in INSTALLED:
        (venv / name).symlink_to(Path(sys.prefix) / name)
    for name in STAMPS:
        (venv / name).touch()
    return Reader(checkout)


@pytest.fixture
def server(reader: Reader) -> Iterator[Terminal]:
    terminal = Terminal(reader.folder, "server", reader.reads("make demo"))
    try:
        terminal.shows(READY)
        yield terminal
    finally:
        terminal.close()


def test_every_command_of_the_tutorial_does_what_it_says(reader: Reader, server: Terminal) -> None:
    reader.does("export PATH")
    assert "gitlab" in reader.does("extension list")
    reader.does("extension new deploys")
    assert "\nOK\n" in reader.does("unittest")
    reader.does("extension check deploys")
    assert "action is missing" in reader.does("check -")
    assert "deploys" in reader.does("extension add", "extension show")

    demo = facts(reader.folder)
    connected = click(demo)

    reader.does("read -r ADDRESS", pasted=connected.address + "\n")
    reader.does("read -rs TOKEN", pasted=connected.secret + "\n")
    reader.does("curl", "website")
    assert newest(reader.folder) == "website passed"
    assert "The body is not JSON." in reader.does("curl", "extension requests")

    author = Terminal(reader.folder, "author", reader.reads("extension run deploys"))
    try:
        author.shows(STARTED)
        reader.does("sed -i")
        author.shows("extension.py changed")
        reader.does("curl", "failed")
        # A request that came while it began anew is handed to it again.
        until(lambda: newest(reader.folder) == "website FAILED", "the changed code answers", within_s=STEP_S)
        author.ends_by_ctrl_c(saying="is given back to the server")
    finally:
        author.close()

    assert "deploys" in reader.does("token list")
    assert "invalid_zapikey" in reader.does("token revoke", "curl")
    reader.does("extension logs", "extension remove", "rm -r")
    assert reader.has_nothing_left()
    assert reader.left_behind() == {"keypost-demo"}
    server.ends_by_ctrl_c(saying="Stopped.")


def facts(folder: Path) -> Seeded:
    demo = read(folder / "keypost-demo" / "demo.json")
    assert demo is not None
    return demo


def click(demo: Seeded) -> Connected:
    """What the reader does in the browser: types the command, agrees, presses the button, and is shown this."""
    ada, chat = Visitor(demo.base_url, demo.persons[ADA].sign_in_url), demo.channels[BUILDS].chat_id
    question = ada.post(f"/chats/{chat}/say", {"text": "/deploys"})
    assert agree(ada, question).status == 200
    message = re.findall(r'data-message="([^"]+)"', ada.get(f"/chats/{chat}").text)[-1]
    return connect_gitlab(ada, chat, message)


def newest(folder: Path) -> str:
    demo = facts(folder)
    page = Visitor(demo.base_url, fresh_link(folder, demo)).get(f"/chats/{demo.channels[BUILDS].chat_id}").text
    return re.sub(r"<[^>]+>", "", re.findall(r'<div class="text">(.*?)</div>', page, re.DOTALL)[-1]).strip()


def fresh_link(folder: Path, demo: Seeded) -> str:
    """Another sign-in link of the same person, made as an admin makes one."""
    done = subprocess.run(
        [folder / ".venv" / "bin" / "keypost", "person", "link", demo.persons[ADA].email, "--json"],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        check=True,
        timeout=STEP_S,
    )
    found = re.search(r'"address": ?"([^"]+)"', done.stdout)
    assert found is not None, done.stdout
    return found[1]


def environment(folder: Path) -> dict[str, str]:
    """A newcomer's, with the port left to the machine: others may use the usual one."""
    known = {name: os.environ[name] for name in ("LANG", "HOME") if name in os.environ}
    return known | {"PATH": f"{folder}/.venv/bin:{os.environ['PATH']}", "PORT": "0", "COLUMNS": "200"}
