"""Every code that Keypost answers with, what kind of refusal it is, and what to do about it: `codes.toml`, read."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct


class Entry(Struct, frozen=True):
    """`kinds` are classes of `keypost.errors`; a status stands there for what no refusal is raised for."""

    kinds: tuple[str, ...]
    text: str


def _read(path: Path) -> Mapping[str, Entry]:
    return msgspec.convert(tomllib.loads(path.read_text("utf-8")), dict[str, Entry])


CODES: Final = _read(Path(__file__).with_suffix(".toml"))
