"""Where an extension comes from: a folder of this machine that holds its manifest, or an https address."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from keypost.delivery.targets import Refused, judge_url
from keypost.errors import Invalid
from keypost.extensions import manifest_file
from keypost.extensions.manifest import Manifest
from keypost.extensions.manifest_file import FILE_NAME
from keypost.extensions.model import is_folder
from keypost.messages.wording import quoted


def judge(name: str, source: str, given: Mapping[str, Any] | None) -> Manifest:
    """The manifest of the extension `name`: the one that was given, else the one in the folder, which is read here."""
    found = _in_folder(Path(source)) if is_folder(source) else _elsewhere(source, given)
    _require_name(name, found, f"{source}/{FILE_NAME}" if is_folder(source) else "manifest")
    if given is None:
        return found
    judged = manifest_file.judge(given, "manifest")
    _require_name(name, judged, "manifest")
    return judged


def _in_folder(folder: Path) -> Manifest:
    if not folder.is_absolute():
        raise Invalid("source_invalid", "source is neither the whole path of a folder nor an https address")
    try:
        if not folder.is_dir():
            raise Invalid("source_invalid", f"source is {quoted(str(folder))}; there is no such folder on this machine")
        return manifest_file.read(folder)
    except OSError as error:
        raise Invalid("source_invalid", f"source cannot be read: {type(error).__name__}") from error


def _elsewhere(address: str, given: Mapping[str, Any] | None) -> Manifest:
    target = judge_url(address, local=frozenset())
    if isinstance(target, Refused):
        raise Invalid("source_invalid", f"source cannot be called. {target.reason}")
    if given is None:
        raise Invalid("param_missing", "manifest is missing; only a folder has its own")
    return manifest_file.judge(given, "manifest")


def _require_name(name: str, found: Manifest, where: str) -> None:
    if found.name != name:
        raise Invalid("manifest_invalid", f"{where}: name is {quoted(found.name)}; the address says {quoted(name)}")
