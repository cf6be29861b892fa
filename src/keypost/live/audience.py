"""Who watches, by organisation and person."""

from collections.abc import Callable, Iterator, KeysView

from keypost.ids import OrgId, PersonId
from keypost.live.edition import Edition
from keypost.live.frames import HEARTBEAT
from keypost.web.outlet import Outlet


class Watcher:
    """One open stream. `last` is the number of the newest event that it has, as long as it is behind its audience;
    `opened_at` that of the newest one when its session was looked at. `is_stuck`: it was full at the last heartbeat,
    and has had no room since.
    """

    __slots__ = ("_audience", "is_stuck", "last", "opened_at", "outlet", "person_id")

    def __init__(self, audience: "Audience", outlet: Outlet, person_id: PersonId, last: int, opened_at: int) -> None:
        self._audience = audience
        self.outlet = outlet
        self.person_id = person_id
        self.last = last
        self.opened_at = opened_at
        self.is_stuck = False

    def drained(self) -> None:
        self.is_stuck = False
        self._audience.wake()

    def gone(self) -> None:
        self._audience.leave(self)


class Audience:
    """Of one organisation. All have what happened up to `told`, but those who are behind: who came a moment ago, or are
    slow to take what they missed. These are read to by themselves, as fast as they take it, until they have caught up.

    Its generators write once between two turns, so that whoever runs them can make a pause: see `slices.py`.
    """

    def __init__(self, org_id: OrgId, told: int, wake: Callable[[], None]) -> None:
        self.org_id = org_id
        self.told = told
        self.wake = wake
        self._by_person: dict[PersonId, set[Watcher]] = {}
        self._behind: set[Watcher] = set()

    @property
    def persons(self) -> KeysView[PersonId]:
        return self._by_person.keys()

    @property
    def is_empty(self) -> bool:
        return not self._by_person

    def join(self, watcher: Watcher) -> None:
        """Behind at first, whatever it has: others may be in the middle of being told."""
        self._by_person.setdefault(watcher.person_id, set()).add(watcher)
        self._behind.add(watcher)
        self.wake()

    def leave(self, watcher: Watcher) -> None:
        self._behind.discard(watcher)
        mine = self._by_person.get(watcher.person_id, set())
        mine.discard(watcher)
        if not mine:
            self._by_person.pop(watcher.person_id, None)

    def of(self, person_id: PersonId) -> list[Watcher]:
        return list(self._by_person.get(person_id, ()))

    def all(self) -> list[Watcher]:
        return [watcher for watchers in self._by_person.values() for watcher in watchers]

    def tell(self, edition: Edition) -> Iterator[None]:
        """What comes after `told`, to all but those who are behind. Who has not taken what came before is cut."""
        for person_id in edition.readers():
            runs = edition.runs_for(person_id, self.told)
            for watcher in self.of(person_id):
                if watcher in self._behind:
                    continue
                if edition.ends(person_id, watcher.opened_at):
                    self._end(watcher)
                    continue
                for run in runs:
                    if watcher.outlet.is_full:
                        self._cut(watcher)
                        break
                    watcher.outlet.write(run.piece)
                    yield
        self.told = edition.newest

    def lagging(self) -> list[Watcher]:
        """Those who are behind and can take more."""
        return [watcher for watcher in self._behind if watcher.last < self.told and not watcher.outlet.is_full]

    def catch_up(self, watchers: list[Watcher], edition: Edition) -> Iterator[None]:
        """What these missed, and no more than what the others have: as much of it as they take."""
        for watcher in watchers:
            if edition.ends(watcher.person_id, watcher.opened_at):
                self._end(watcher)
                continue
            for run in edition.runs_for(watcher.person_id, watcher.last):
                if watcher.outlet.is_full:
                    break
                watcher.outlet.write(run.piece)
                watcher.last = run.number
                yield
            else:
                watcher.last = max(watcher.last, edition.newest)  # Who is less behind may be past this page already.

    def admit(self) -> None:
        """Those who have caught up are not behind any longer."""
        self._behind = {watcher for watcher in self._behind if watcher.last != self.told}

    def beat(self) -> Iterator[None]:
        """Says to all that their streams are alive. Who had no room since the last time is cut: it may never read."""
        for watcher in self.all():
            if watcher.is_stuck:
                self._cut(watcher)
            elif watcher.outlet.is_full:
                watcher.is_stuck = True
            else:
                watcher.outlet.write(HEARTBEAT)
            yield

    def end(self) -> None:
        for watcher in self.all():
            self._end(watcher)

    def end_of(self, person_id: PersonId, number: int) -> None:
        """Those streams that the person opened before that event."""
        for watcher in self.of(person_id):
            if watcher.opened_at < number:
                self._end(watcher)

    def _end(self, watcher: Watcher) -> None:
        self.leave(watcher)
        watcher.outlet.end()

    def _cut(self, watcher: Watcher) -> None:
        self.leave(watcher)
        watcher.outlet.cut()
