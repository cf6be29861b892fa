"""One reading of the log, as its readers get it: each sees what they may see, and what several see is made once."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from msgspec import Struct

from keypost.chat.directory import Chats
from keypost.ids import OrgId, PersonId
from keypost.live.frames import Frame
from keypost.web.outlet import Piece

RUN_MAX: Final = 64 * 1024
"""Bytes of frames that are written as one piece. One that is longer is a piece of its own."""


class Run(Struct, frozen=True):
    """`number` is that of the newest event in the piece."""

    number: int
    piece: Piece


class Edition:
    """What happened in an organisation up to the event `newest`, in order, for those of `persons` who may see it now:
    what happens in their chats, and what is about themselves.
    """

    def __init__(
        self, frames: Sequence[Frame], newest: int, org_id: OrgId, persons: Collection[PersonId], chats: Chats
    ) -> None:
        self.newest = newest
        self._frames = frames
        self._runs: dict[tuple[int, ...], Sequence[Run]] = {}
        self._shares = _shares(frames, org_id, persons, chats)
        self._ended = {frame.person_id: frame.number for frame in frames if frame.ends_streams}

    def readers(self) -> Collection[PersonId]:
        """Those of the persons to whom it is anything."""
        return self._shares.keys() | (person_id for person_id in self._ended if person_id is not None)

    def runs_for(self, person_id: PersonId, after: int) -> Sequence[Run]:
        """What the person may see of what happened after that event."""
        share = tuple(index for index in self._shares.get(person_id, ()) if self._frames[index].number > after)
        if share not in self._runs:
            self._runs[share] = _runs([self._frames[index] for index in share])
        return self._runs[share]

    def ends(self, person_id: PersonId, opened_at: int) -> bool:
        """Whether a session of the person ended after that event; an earlier end may be among what it missed."""
        return self._ended.get(person_id, 0) > opened_at


def _shares(
    frames: Sequence[Frame], org_id: OrgId, persons: Collection[PersonId], chats: Chats
) -> Mapping[PersonId, list[int]]:
    """For each of the persons the places of what they may see."""
    in_chat = {
        chat_id: chats.members_among(org_id, chat_id, persons)
        for chat_id in {frame.chat_id for frame in frames}
        if chat_id is not None
    }
    shares: dict[PersonId, list[int]] = {}
    for index, frame in enumerate(frames):
        if not frame.content:
            continue
        members = in_chat[frame.chat_id] if frame.chat_id is not None else frozenset()
        for person_id in members:
            shares.setdefault(person_id, []).append(index)
        if frame.person_id is not None and frame.person_id in persons and frame.person_id not in members:
            shares.setdefault(frame.person_id, []).append(index)
    return shares


def _runs(frames: Sequence[Frame]) -> Sequence[Run]:
    runs: list[Run] = []
    begun: list[Frame] = []
    size = 0
    for frame in frames:
        if begun and size + len(frame.content) > RUN_MAX:
            runs.append(_run(begun))
            begun, size = [], 0
        begun.append(frame)
        size += len(frame.content)
    return [*runs, _run(begun)] if begun else runs


def _run(frames: Sequence[Frame]) -> Run:
    return Run(frames[-1].number, Piece.of(b"".join(frame.content for frame in frames)))
