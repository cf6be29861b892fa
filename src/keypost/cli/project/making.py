"""Makes a new extension's folder."""

import json
import re
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template
from typing import Final

from keypost.errors import Conflict, Invalid
from keypost.extensions import manifest_file
from keypost.extensions.manifest import EXTENSION_NAME
from keypost.extensions.manifest_file import FILE_NAME

TEMPLATE: Final = files(__package__) / "template"
SUFFIX: Final = ".template"
COMMAND_MAX: Final = 20
"""A command's name is shorter than an extension's."""
_NAME: Final = re.compile(EXTENSION_NAME)


def make(folder: Path, name: str, *, developer: str, email: str) -> list[Path]:
    """Writes the project into `folder`, which must not exist, and answers its files in the order to read them.

    Refuses a name, a developer or an address that a manifest cannot have, before anything is written.
    """
    if not _NAME.match(name):
        raise Invalid("extension_name_invalid", f"The name {name} cannot be used: it must be 2 to 30 letters a to z.")
    words = {
        "name": name,
        "title": name.title(),
        "command": name[:COMMAND_MAX],
        "developer": _in_toml(developer),
        "email": _in_toml(email),
    }
    texts = {path: Template(text).substitute(words) for path, text in _templates(TEMPLATE, Path())}
    manifest_file.judge(manifest_file.read_toml(texts[Path(FILE_NAME)], FILE_NAME), FILE_NAME)
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        raise Conflict("folder_exists", f"{folder} exists already. Give another name, or remove it first.") from None
    return [_write(folder / path, text) for path, text in texts.items()]


def _templates(found: Traversable, path: Path) -> Iterator[tuple[Path, str]]:
    for entry in sorted(found.iterdir(), key=lambda entry: (entry.is_dir(), entry.name)):
        if entry.is_dir():
            yield from _templates(entry, path / entry.name)
        elif entry.name.endswith(SUFFIX):
            yield path / entry.name.removesuffix(SUFFIX), entry.read_text("utf-8")


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def _in_toml(text: str) -> str:
    """As it stands between the quotes of a text in TOML, which has JSON's escapes."""
    return json.dumps(text, ensure_ascii=False)[1:-1]
