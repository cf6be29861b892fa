"""Folders of extensions, as authors have them."""

import shutil
from pathlib import Path
from typing import Final

from tests.world import STANDUP, World

SETTINGS: Final = """
[[settings]]
name = "address"
title = "Address"
type = "address"

[[settings]]
name = "access_token"
title = "Access token"
type = "secret"

[[settings]]
name = "loud"
title = "Loud"
type = "switch"
"""


def folder(world: World, more: str = SETTINGS) -> Path:
    """A copy of the tests' extension, not added to any server; with `more` at the end of its manifest."""
    made = world.folder / "author" / "standup"
    shutil.copytree(STANDUP, made, ignore=shutil.ignore_patterns("__pycache__"))
    manifest = made / "extension.toml"
    # It asks for nobody's data, so nobody is asked for consent before it is called.
    replace_in(manifest, 'permissions = ["user", "chat", "message"]\n', "")
    with manifest.open("a") as file:
        file.write(more)
    return made


def replace_in(file: Path, before: str, after: str) -> None:
    """At once, as editors save: nobody sees half of it."""
    text = file.read_text()
    assert before in text
    fresh = file.with_suffix(".new")
    fresh.write_text(text.replace(before, after))
    fresh.replace(file)
