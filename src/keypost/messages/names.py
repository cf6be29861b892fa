"""Who is meant by a mention: asked of whoever knows the people of the message, and of nobody here."""

from typing import Final, Protocol

from msgspec import Struct


class Named(Struct, frozen=True):
    """Somebody or something that a mention names: its id, and what it is called now."""

    id: str
    name: str


class Names(Protocol):
    """What a mention may say to all who read the message: None for what is not there, and for what one of them must
    not learn from it. `written` is what stands in the mention.
    """

    def find_person(self, written: str) -> Named | None: ...
    def find_team(self, written: str) -> Named | None: ...
    def find_channel(self, written: str) -> Named | None: ...


class Unknown:
    """For whoever knows nobody: each mention stays as it was written."""

    def find_person(self, written: str) -> Named | None:  # noqa: ARG002 - as `Names` has it
        return None

    find_team = find_channel = find_person


UNKNOWN: Final[Names] = Unknown()
