"""What a pasted value is, told by the names in it."""

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct

from keypost.extensions.manifest import Manifest
from keypost.messages.wording import step
from keypost_sdk.content import Banner, Edit, Message, Reply

MANIFEST: Final = frozenset({"developer", "commands", "functions", "permissions", "handlers", "token"})
SHOWN: Final = frozenset({"text", "card", "slides", "buttons", "references", "bot"})
BUTTON: Final = frozenset({"label", "action"})
FILLING: Final = "A text"
"""Beside a button that is checked as part of a message."""


class Posted(Reply, frozen=True):
    """Whatever a message can bring: as a post, to a bot, or as a handler's answer."""

    sync_message: bool = False
    broadcast: Any = None
    userids: Any = None
    user_ids: Any = None


class Reading(Struct, frozen=True):
    """A pasted thing as what it was taken for: `value` is a `kind`, and the pasted thing stands in it at `inside`."""

    taken_for: str
    kind: type
    value: dict[str, Any]
    inside: str = ""

    def shown(self, path: str) -> str:
        """A path in `value` as the author would write it: from the button, if that is what was pasted."""
        return path.removeprefix(self.inside).removeprefix(".") if self.inside in {ONE, REFERENCE} else path

    def path_of(self, path: str) -> str:
        """The same for a path in what was pasted."""
        return f"{self.inside}{path}" if self.inside == SEVERAL else path


ONE: Final = step("buttons", 0)
SEVERAL: Final = "buttons"
REFERENCE: Final = step("references", "1")
BY_TYPE: Final[Mapping[object, tuple[str, type]]] = {
    "banner": ("a banner", Banner),
    "message_edit": ("an edit of a message", Edit),
}


def recognise(value: object) -> Reading | None:
    if isinstance(value, list):
        return _buttons(value)
    return _object(value) if isinstance(value, dict) else None


def _object(value: dict[str, Any]) -> Reading | None:
    names, told = value.keys(), value.get("type")
    if isinstance(told, str) and told in BY_TYPE:
        return Reading(*BY_TYPE[told], value)
    if not names.isdisjoint(MANIFEST) or ({"name", "title"} <= names and names.isdisjoint(SHOWN)):
        return Reading("a manifest", Manifest, value)
    if "object" in names and told == "button":
        return Reading("a button inside a text", Message, {"text": FILLING, "references": {"1": value}}, REFERENCE)
    if not names.isdisjoint(SHOWN):
        return Reading("a message", Posted, value)
    return _button(value) if not names.isdisjoint(BUTTON) else None


def _button(value: dict[str, Any]) -> Reading:
    return Reading("a button", Message, {"text": FILLING, "buttons": [value]}, ONE)


def _buttons(value: list[Any]) -> Reading | None:
    if not any(isinstance(entry, dict) and not entry.keys().isdisjoint(BUTTON) for entry in value):
        return None
    counted = "1 button" if len(value) == 1 else f"{len(value)} buttons"
    return Reading(f"a list of {counted}", Message, {"text": FILLING, "buttons": value}, SEVERAL)
