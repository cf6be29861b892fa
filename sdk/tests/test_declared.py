import logging
from pathlib import Path

import pytest

from keypost_sdk.loading import CannotStart, load

CODE = """
import msgspec
from keypost_sdk import Extension, Verdict

class Settings(msgspec.Struct, frozen=True):
    address: str
    ca: str = ""

extension = Extension("tool", Settings)

@extension.command("tool")
def tool(_): ...

@extension.function("connect")
def connect(_): ...

@extension.incoming
def event(_): ...

@extension.bot_incoming
def alarm(_): ...

@extension.token_ended
def ended(_): ...
"""
MANIFEST = """
name = "tool"
handlers = ["token_ended_handler"]
commands = [{ name = "tool" }]
functions = [{ name = "connect" }]
settings = [{ name = "address", title = "Address" }, { name = "ca", title = "CA" }]
incoming = {}
bot = { incoming = {} }
"""


def folder(path: Path, manifest: str, code: str = CODE) -> Path:
    (path / "extension.toml").write_text(manifest, "utf-8")
    (path / "extension.py").write_text(code, "utf-8")
    return path


def test_code_and_manifest_that_agree_start_without_a_word(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert load(folder(tmp_path, MANIFEST)).name == "tool"
    assert caplog.records == []


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ('commands = [{ name = "tool" }, { name = "tools" }]', "extension.toml names command tools, and the code"),
        ('functions = [{ name = "conect" }]', "extension.toml names function conect, and the code"),
        ('handlers = ["installation_validator"]', "names installation_validator handler, and the code"),
        ('settings = [{ name = "ca" }]', "The code needs the setting address, and extension.toml does not name it."),
    ],
)
def test_what_is_promised_and_missing_stops_the_start(tmp_path: Path, more: str, sentence: str) -> None:
    member = more.partition(" ")[0]
    others = "\n".join(line for line in MANIFEST.splitlines() if not line.startswith(member))

    with pytest.raises(CannotStart) as caught:
        load(folder(tmp_path, f"{more}\n{others}"))

    assert sentence in str(caught.value)


def test_everything_that_is_missing_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(CannotStart) as caught:
        load(folder(tmp_path, MANIFEST, 'from keypost_sdk import Extension\nextension = Extension("tool")'))

    for missing in ("command tool", "function connect", "names incoming", "bot_incoming", "token_ended handler"):
        assert missing in str(caught.value)


def test_what_is_never_called_is_a_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    manifest = 'name = "tool"\ncommands = [{ name = "tool" }]\nsettings = [{ name = "address" }]'

    with caplog.at_level(logging.WARNING):
        load(folder(tmp_path, manifest))

    said = " ".join(record.getMessage() for record in caplog.records)
    for unused in (
        "function connect",
        "has incoming handler",
        "bot_incoming handler",
        "token_ended handler",
        "the setting ca",
    ):
        assert unused in said


@pytest.mark.parametrize("manifest", ["", "commands = 5\nfunctions = [5]\nhandlers = 'x'\nsettings = [[]]", "not toml"])
def test_a_manifest_that_is_none_is_for_the_server_to_judge(tmp_path: Path, manifest: str) -> None:
    code = 'from keypost_sdk import Extension\nextension = Extension("tool")'

    assert load(folder(tmp_path, manifest, code)).name == "tool"


def test_without_a_manifest_there_is_nothing_to_compare(tmp_path: Path) -> None:
    (tmp_path / "extension.py").write_text(CODE, "utf-8")

    assert load(tmp_path).name == "tool"
