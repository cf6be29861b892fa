"""One reading of the log, as its readers get it: each sees what they may see, and what several see is made once."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct

from keypost.chat.directory import Chats
from keypost.ids import ChatId, OrgId, PersonId
from keypost.live.frames import Frame
from keypost.web.outlet import Piece

RUN_MAX: Final = 64 * 1024
"""Bytes of frames that are written as one piece. One that is longer is a piece of its own."""
KEPT_MAX: Final = 4 * 1024 * 1024
"""Bytes that are kept for others who see the same. Where everybody sees something else, hardly any would be used."""


class Run(Struct, frozen=True):
    """`number` is that of the newest event in the piece."""

    number: int
    piece: Piece


class View(Struct, frozen=True):
    """What somebody sees: what happens in these chats, and what is about `own_id`, if anything is."""

    chat_ids: tuple[ChatId, ...]
    own_id: PersonId | None


class Edition:
    """What happened in an organisation up to the event `newest`, in order, for those of `persons` who may see it now:
    what happens in their chats, and what is about themselves.
    """

    def __init__(
        self, frames: Sequence[Frame], newest: int, org_id: OrgId, persons: Collection[PersonId], chats: Chats
    ) -> None:
        self.newest = newest
        self._frames = frames
        self._views = _views([frame for frame in frames if frame.content], org_id, persons, chats)
        self._runs: dict[tuple[View, int], Sequence[Run]] = {}
        self._kept = 0
        self._ended = {frame.person_id: frame.number for frame in frames if frame.ends_streams}

    def readers(self) -> Collection[PersonId]:
        """Those of the persons to whom it is anything."""
        return self._views.keys() | (person_id for person_id in self._ended if person_id is not None)

    def runs_for(self, person_id: PersonId, after: int) -> Sequence[Run]:
        """What the person may see of what happened after that event."""
        view = self._views.get(person_id)
        if view is None:
            return ()
        known = self._runs.get((view, after))
        return known if known is not None else self._make((view, after))

    def ends(self, person_id: PersonId, opened_at: int) -> bool:
        """Whether a session of the person ended after that event; an earlier end may be among what it missed."""
        return self._ended.get(person_id, 0) > opened_at

    def _make(self, wanted: tuple[View, int]) -> Sequence[Run]:
        if self._kept > KEPT_MAX:
            self._runs.clear()
            self._kept = 0
        runs = self._runs[wanted] = _runs(list(_seen(self._frames, *wanted)))
        self._kept += sum(len(run.piece.content) for run in runs)
        return runs


def _views(
    frames: Sequence[Frame], org_id: OrgId, persons: Collection[PersonId], chats: Chats
) -> Mapping[PersonId, View]:
    """Of each of the persons who sees any of the frames. Goes through members once, however much there is to see."""
    chats_of: dict[PersonId, tuple[ChatId, ...]] = {}
    for chat_id in sorted({frame.chat_id for frame in frames if frame.chat_id is not None}):
        for person_id in chats.members_among(org_id, chat_id, persons):
            chats_of[person_id] = (*chats_of.get(person_id, ()), chat_id)
    own = {frame.person_id for frame in frames if frame.person_id in persons}
    views = {person_id: View(chat_ids, None) for person_id, chat_ids in chats_of.items() if person_id not in own}
    return views | {own_id: View(chats_of.get(own_id, ()), own_id) for own_id in own if own_id is not None}


def _seen(frames: Iterable[Frame], view: View, after: int) -> Iterator[Frame]:
    chat_ids = frozenset(view.chat_ids)
    for frame in frames:
        is_own = frame.person_id is not None and frame.person_id == view.own_id
        if frame.number > after and frame.content and (is_own or frame.chat_id in chat_ids):
            yield frame


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
