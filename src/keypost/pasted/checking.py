"""Checks what an author wrote or pasted: a manifest, a message, a button or several, and says what it took it for.

Pure, and never raises. What would be refused is named with its path and line; what has no effect, or is empty where the
wire lets it be, is a hint.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from keypost.errors import Invalid
from keypost.extensions import manifest_file
from keypost.extensions.as_json import as_json
from keypost.extensions.finding import Finding
from keypost.extensions.manifest import Manifest
from keypost.messages.complaint import complaints
from keypost.messages.judging import judge
from keypost.messages.spellings import Respelling
from keypost.messages.unsaid import said
from keypost.messages.wording import BODY
from keypost.pasted import relaxed_json, toml_lines
from keypost.pasted.hints import hints
from keypost.pasted.kinds import Reading, recognise
from keypost_sdk.content import Message

FINDINGS_MAX: Final = 100

_TOML_LINE: Final = re.compile(r"at line (\d+)")
_NEITHER: Final = (
    "this is neither a manifest nor a message, a banner, a button or a list of buttons: a manifest has a name, a title "
    "and a developer; a message has text, card, slides or buttons; a button has a label and an action"
)


class Checked(Struct, frozen=True):
    """`taken_for` is `a manifest`, `a message`, `a list of 3 buttons` …, or empty if it could not be told."""

    taken_for: str
    findings: tuple[Finding, ...]

    @property
    def is_fine(self) -> bool:
        """Whether it would be taken: hints do not count."""
        return all(finding.is_hint for finding in self.findings)


def check(content: bytes, name: str = "") -> Checked:
    """`name` is the file's: one that ends with `.toml` is read as TOML, anything else as JSON first."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _unreadable(None, f"it is not UTF-8 at byte {error.start}")
    if name.endswith(".toml"):
        return _checked_toml(text)
    try:
        pasted = relaxed_json.read(text)
    except relaxed_json.Unreadable as trouble:
        return _checked_toml(text) if _is_toml(text) else _unreadable(trouble.line, trouble.sentence)
    return _checked_json(pasted)


def lines_of(checked: Checked, name: str) -> list[str]:
    """For a terminal: `name:12: commands[1].name is missing`, errors before hints."""
    found = []
    for finding in checked.findings:
        place = f"{name}:{finding.line}" if finding.line is not None else name
        found.append(f"{place}: {'hint: ' if finding.is_hint else ''}{finding.sentence}")
    return found


def _checked_toml(text: str) -> Checked:
    try:
        content = manifest_file.read_toml(text, "it")
    except Invalid as refusal:
        line = _TOML_LINE.search(refusal.sentence)
        return _unreadable(int(line[1]) if line else None, refusal.sentence)
    return _as_checked("a manifest", manifest_file.findings(content), toml_lines.lines(text))


def _is_toml(text: str) -> bool:
    try:
        return bool(manifest_file.read_toml(text, "it"))
    except Invalid:
        return False


def _checked_json(pasted: relaxed_json.Pasted) -> Checked:
    reading = recognise(pasted.value)
    if reading is None:
        return _unreadable(1, _NEITHER)
    found = manifest_file.findings(reading.value) if reading.kind is Manifest else _findings(reading)
    lines = {reading.path_of(path): line for path, line in pasted.lines.items()}
    twice = [f"{reading.path_of(path)} is there twice; the last one counts" for path in pasted.twice]
    found += [Finding(sentence.partition(" ")[0], sentence, is_hint=True) for sentence in twice]
    return _as_checked(reading.taken_for, found, lines)


def _findings(reading: Reading) -> list[Finding]:
    spelling = Respelling()
    try:
        value = (
            spelling.message(as_json(reading.value)) if issubclass(reading.kind, Message) else as_json(reading.value)
        )
    except Invalid as refusal:
        return [_finding(reading, _path_in(refusal), refusal)]
    heard = said(value, reading.kind)
    wrong = [
        _finding(reading, path, refusal) for path, refusal in islice(complaints(heard, reading.kind), FINDINGS_MAX)
    ]
    if not wrong:
        wrong = list(_judged(reading, heard))
    named = {finding.path for finding in wrong}
    found = (*_respelled(reading, spelling), *hints(reading, value))
    return wrong + [hint for hint in found if hint.path not in named]


def _respelled(reading: Reading, spelling: Respelling) -> Iterator[Finding]:
    for path, meaning in spelling.notes:
        shown = reading.shown(path)
        yield Finding(shown, f"{shown} {meaning}", is_hint=True)


def _judged(reading: Reading, value: Mapping[str, Any]) -> Iterator[Finding]:
    """The first thing that does not agree between the fields of a message."""
    message: object = msgspec.convert(value, reading.kind)
    if not isinstance(message, Message):
        return
    try:
        judge(message)
    except Invalid as refusal:
        yield _finding(reading, _path_in(refusal), refusal)


def _path_in(refusal: Invalid) -> str:
    """Sentences begin with the path, if there is one."""
    return "" if refusal.sentence.startswith(BODY) else refusal.sentence.partition(" ")[0]


def _finding(reading: Reading, path: str, refusal: Invalid) -> Finding:
    rest = refusal.sentence.removeprefix(path).removeprefix(BODY)
    shown = reading.shown(path)
    return Finding(shown, f"{shown or 'it'}{rest}" if rest.startswith(" ") else refusal.sentence)


def _as_checked(taken_for: str, findings: list[Finding], lines: Mapping[str, int]) -> Checked:
    placed = [replace(finding, line=_line(finding.path, lines)) for finding in findings]
    placed.sort(key=lambda finding: (finding.is_hint, finding.line or 0))
    return Checked(taken_for, tuple(placed[:FINDINGS_MAX]))


def _line(path: str, lines: Mapping[str, int]) -> int | None:
    """Of the thing itself, or of the nearest that it is in: what is missing has no line."""
    while path and path not in lines:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return lines.get(path)


def _unreadable(line: int | None, sentence: str) -> Checked:
    return Checked("", (Finding("", sentence, line=line),))
