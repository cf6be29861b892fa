"""`extension.toml`: read, and judged by its types and by the rules between its fields."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from keypost.errors import Invalid
from keypost.extensions import manifest_rules
from keypost.extensions.as_json import as_json
from keypost.extensions.finding import Finding
from keypost.extensions.manifest import Manifest
from keypost.messages.complaint import complaints

FILE_NAME: Final = "extension.toml"


def read(folder: Path) -> Manifest:
    """The manifest of an extension's folder; refusals name the file and the path in it."""
    path = folder / FILE_NAME
    try:
        content = path.read_text("utf-8")
    except FileNotFoundError as error:
        raise Invalid("manifest_missing", f"{path} does not exist") from error
    except UnicodeDecodeError as error:
        raise Invalid("manifest_invalid", f"{path} is not UTF-8 at byte {error.start}") from error
    return judge(read_toml(content, str(path)), str(path))


def read_toml(text: str, where: str) -> dict[str, object]:
    """The content of a manifest, not yet judged; a refusal names `where` and the line."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise Invalid("manifest_invalid", f"{where} is nested too deep") from None
    except ValueError as error:  # Bad TOML, and numbers of thousands of digits.
        raise Invalid("manifest_invalid", f"{where} is not TOML: {error}") from error


def judge(content: Mapping[str, object], where: str) -> Manifest:
    """The manifest in a file's content, or a refusal with the first thing that is wrong: `where: path trouble`."""
    for finding in findings(content):
        if not finding.is_hint:
            raise Invalid("manifest_invalid", f"{where}: {finding.sentence}")
    return msgspec.convert(as_json(content), Manifest)


def findings(content: Mapping[str, object]) -> list[Finding]:
    """Everything wrong with a manifest, and after that what could be better. Pure; never raises."""
    try:
        value = as_json(content)
    except Invalid as refusal:
        return [Finding("", refusal.sentence)]
    if wrong := [Finding(path, refusal.sentence) for path, refusal in complaints(value, Manifest)]:
        return wrong
    token = value.get("token", {})
    names_verbs = isinstance(token, dict) and "verbs" in token
    return manifest_rules.findings(msgspec.convert(value, Manifest), names_verbs=names_verbs)
