"""What the gallery shows: bodies of posts, byte for byte, in the order of `samples/index.toml`."""

import tomllib
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

FOLDER: Final = Path(__file__).parent / "samples"
INDEX: Final = "index.toml"


class Sample(Struct, frozen=True, kw_only=True):
    """`body` is what a tool sends; `note` says what to look at."""

    name: str
    title: str
    note: str
    body: bytes


class Group(Struct, frozen=True, kw_only=True):
    name: str
    title: str
    text: str
    samples: tuple[Sample, ...]


class _Listed(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    title: str
    note: str = ""


class _ListedGroup(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    title: str
    text: str
    sample: tuple[_Listed, ...]


def read() -> tuple[Group, ...]:
    index = tomllib.loads((FOLDER / INDEX).read_text("utf-8"))
    return tuple(_group(listed) for listed in msgspec.convert(index["group"], tuple[_ListedGroup, ...]))


def _group(listed: _ListedGroup) -> Group:
    samples = tuple(_sample(listed.name, sample) for sample in listed.sample)
    return Group(name=listed.name, title=listed.title, text=listed.text, samples=samples)


def _sample(group: str, listed: _Listed) -> Sample:
    body = (FOLDER / group / f"{listed.name}.json").read_bytes()
    return Sample(name=f"{group}-{listed.name}", title=listed.title, note=listed.note, body=body)
