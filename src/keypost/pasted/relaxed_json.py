"""Reads JSON as people paste it, and remembers the line of everything in it.

Beside JSON it takes comments (`//` and `/* */`), a comma after the last entry, spaces of other kinds, and the code that
vendors' pages print around a value: `response = {…}; return response;`. What is JSON reads as any reader has it.
"""

import json
import re
from bisect import bisect_right
from collections.abc import Callable
from json.decoder import scanstring  # type: ignore[attr-defined] # It is there, and is the standard library's own.
from typing import Any, Final, NoReturn

from msgspec import Struct

from keypost.messages.wording import quoted, step

DEPTH_MAX: Final = 100
"""Far more than content may have, and far less than Python's stack."""

_SPACE: Final = re.compile(r"(?:[\s\ufeff\u200b]+|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_WORD: Final = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_ASSIGNED: Final = re.compile(r"(?:[A-Za-z_$][A-Za-z0-9_$]*\s+)?[A-Za-z_$][A-Za-z0-9_$]*\s*=(?!=)")
_RETURNED: Final = re.compile(r"return\b")
_DELUGE: Final = re.compile(r"\bMap\(\)|\bList\(\)|\.put\(")
_CONSTANTS: Final = {"true": True, "false": False, "null": None}
_STRINGS: Final = {
    "Unterminated": 'this text does not end: its closing " is missing',
    "Invalid control": "a text stands on one line; a line break in it is written \\n",
    "Invalid": "JSON does not know this: a backslash in a text is written twice",
}
"""What the standard library's complaints begin with, and our words for them."""
_DELUGE_SENTENCE: Final = "this is Deluge code that builds its answer step by step; paste the JSON that it makes"
_QUOTES: Final = "“”„‟«»"


class Pasted(Struct, frozen=True):
    """`lines` has the line, from 1, of each path; `twice` are the paths that were named more than once."""

    value: Any
    lines: dict[str, int]
    twice: tuple[str, ...] = ()


class Unreadable(Exception):  # noqa: N818 - it says what is so
    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.line = line
        self.sentence = sentence


def read(text: str) -> Pasted:
    """The one value in a text, or `Unreadable` with a line and a sentence. Of two entries of one name the last wins."""
    reader = _Reader(text)
    value = reader.whole()
    return Pasted(value, reader.lines, tuple(reader.twice))


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._breaks = [found.start() for found in re.finditer("\n", text)]
        self.lines: dict[str, int] = {}
        self.twice: list[str] = []

    def whole(self) -> Any:
        self._code_before()
        value = self._value("", 0)
        self._code_after()
        return value

    def _code_before(self) -> None:
        self._space()
        for code in (_ASSIGNED, _RETURNED):
            if found := code.match(self._text, self._at):
                self._at = found.end()
                self._space()

    def _code_after(self) -> None:
        self._space()
        while self._at < len(self._text):
            returned = _RETURNED.match(self._text, self._at)
            if returned:
                self._at = returned.end()
                self._space()
                name = _WORD.match(self._text, self._at)
                self._at = name.end() if name else self._at
            elif not self._takes(";"):
                self._refuse_more()
            self._space()

    def _value(self, path: str, depth: int) -> Any:
        if depth > DEPTH_MAX:
            self._refuse(f"this is nested deeper than {DEPTH_MAX} levels")
        self.lines[path] = self._line(self._at)
        match self._text[self._at : self._at + 1]:
            case "{":
                return self._entries("{", "}", lambda found: self._member(found, path, depth), {})
            case "[":
                return self._entries("[", "]", lambda found: self._entry(found, path, depth), [])
            case '"':
                return self._string()
            case _:
                return self._scalar()

    def _entries(self, opening: str, closing: str, one: Callable[[Any], None], found: Any) -> Any:
        began = self._at
        self._at += 1
        self._space()
        while not self._takes(closing):
            one(found)
            self._space()
            if self._takes(closing):
                break
            if not self._takes(","):
                self._refuse_end(opening, began)
            self._space()
        return found

    def _member(self, found: dict[str, Any], path: str, depth: int) -> None:
        if self._text[self._at : self._at + 1] != '"':
            self._refuse_name()
        began = self._at
        name = self._string()
        where = step(path, name)
        self._space()
        if not self._takes(":"):
            self._refuse(f"after the name {quoted(name)} there has to be a colon")
        self._space()
        if name in found:
            self.twice.append(where)
        found[name] = self._value(where, depth + 1)
        self.lines[where] = self._line(began)

    def _entry(self, found: list[Any], path: str, depth: int) -> None:
        found.append(self._value(step(path, len(found)), depth + 1))

    def _string(self) -> str:
        began = self._at
        try:
            text, self._at = scanstring(self._text, began + 1, True)
        except json.JSONDecodeError as error:
            self._at = error.pos
            self._refuse(next(words for start, words in _STRINGS.items() if error.msg.startswith(start)))
        return str(text)

    def _scalar(self) -> Any:
        if number := _NUMBER.match(self._text, self._at):
            return self._number(number[0])
        word = _WORD.match(self._text, self._at)
        if word is None or word[0] not in _CONSTANTS:
            self._refuse_value(word[0] if word else "")
        self._at = word.end()
        return _CONSTANTS[word[0]]

    def _number(self, digits: str) -> Any:
        try:
            number = json.loads(digits)
        except ValueError:  # Python reads no integer of thousands of digits.
            self._refuse("this number has too many digits")
        self._at += len(digits)
        return number

    def _takes(self, character: str) -> bool:
        taken = self._text.startswith(character, self._at)
        self._at += len(character) * taken
        return taken

    def _space(self) -> None:
        found = _SPACE.match(self._text, self._at)
        self._at = found.end() if found else self._at
        if self._text.startswith("/*", self._at):
            self._refuse("this comment does not end: its closing */ is missing")

    def _line(self, position: int) -> int:
        return bisect_right(self._breaks, position - 1) + 1

    def _refuse_value(self, word: str) -> NoReturn:
        if _DELUGE.search(self._text):
            self._refuse(_DELUGE_SENTENCE)
        if self._at >= len(self._text):
            self._refuse("it ends where a value has to be")
        if word:
            self._refuse(f"{quoted(word)} is a name of code, not a value; text stands in double quotes")
        self._refuse_character("a value")

    def _refuse_more(self) -> NoReturn:
        if _DELUGE.search(self._text, self._at):
            self._refuse(_DELUGE_SENTENCE)
        if self._text.startswith(":", self._at):
            self._refuse("this is one entry of an object; put { and } around it")
        self._refuse("there is more after the value; check one at a time")

    def _refuse_name(self) -> NoReturn:
        word = _WORD.match(self._text, self._at)
        if word:
            self._refuse(f'a name stands in double quotes: "{word[0]}"')
        if self._text.startswith("{", self._at):
            self._refuse("a list is written with [ and ]; { begins an object, whose entries have names")
        self._refuse_character("a name in double quotes")

    def _refuse_end(self, opening: str, began: int) -> NoReturn:
        if self._at >= len(self._text):
            self._refuse(f"it ends too early: the {opening} of line {self._line(began)} is not closed")
        self._refuse_character("a comma", "a comma is missing before this, or something is not closed: ")

    def _refuse_character(self, wanted: str, why: str = "") -> NoReturn:
        character = self._text[self._at : self._at + 1]
        if character and character in _QUOTES:
            self._refuse(f'{character} is a typographic quotation mark; JSON has "')
        if character == "'":
            self._refuse("text stands in double quotes, not in single ones")
        found = quoted(character) if character else "the end"
        self._refuse(f"{why}here is {found} where {wanted} has to be")

    def _refuse(self, sentence: str) -> NoReturn:
        raise Unreadable(self._line(self._at), sentence)
