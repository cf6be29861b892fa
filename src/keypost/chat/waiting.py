"""Who waits for the lane: each sender in a line of its own, and the lines take turns."""

from collections import deque
from collections.abc import Callable

from keypost.chat.model import Message, Posting, Submission

Settle = Callable[[list[Message] | Exception], None]
Waiter = tuple[Submission, Settle]
"""What is to be stored, and what is called with what became of it."""


class Waiting:
    """However long the line of one sender is, another's first waiter stands behind one of each line at most.

    `_reaching[n]` holds the senders with more than n waiters. Its last set is who has the most, so nobody has to
    search.
    """

    def __init__(self) -> None:
        self._lines: dict[int, deque[Waiter]] = {}
        self._turns: deque[int] = deque()
        self._reaching: list[set[int]] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def is_short(self, sender: int) -> bool:
        """Whether the sender's line would be shorter than the longest with one more in it."""
        return len(self._lines.get(sender, ())) + 1 < len(self._reaching)

    def add(self, waiter: Waiter) -> None:
        sender = sender_of(waiter[0].postings[0])
        line = self._lines.get(sender)
        if line is None:
            line = self._lines[sender] = deque()
            self._turns.append(sender)
        line.append(waiter)
        if len(line) > len(self._reaching):
            self._reaching.append(set())
        self._reaching[len(line) - 1].add(sender)
        self._count += 1

    def take(self, rows_max: int) -> list[Waiter]:
        """Those whose turn it is, with as many postings together; the first one in any case."""
        taken: list[Waiter] = []
        rows = 0
        while self._turns and (not taken or rows + _rows(self._lines[self._turns[0]][0]) <= rows_max):
            waiter = self._next()
            taken.append(waiter)
            rows += _rows(waiter)
        return taken

    def drop(self) -> Waiter:
        """The last one of the longest line, where one is short; it waits no more."""
        sender = self._reaching[-1].pop()
        waiter = self._lines[sender].pop()
        self._note_shorter(sender, len(self._lines[sender]))
        return waiter

    def take_all(self) -> list[Waiter]:
        return [self._next() for _ in range(self._count)]

    def _next(self) -> Waiter:
        sender = self._turns.popleft()
        line = self._lines[sender]
        waiter = line.popleft()
        if line:
            self._turns.append(sender)
        else:
            del self._lines[sender]
        self._note_shorter(sender, len(line))
        return waiter

    def _note_shorter(self, sender: int, length: int) -> None:
        """Its line has only so many now."""
        self._count -= 1
        self._reaching[length].discard(sender)
        if not self._reaching[length]:
            self._reaching.pop()


def _rows(waiter: Waiter) -> int:
    return len(waiter[0].postings)


def sender_of(posting: Posting) -> int:
    """Who takes a turn: the token, else the person or bot. Ids of all kinds come from one source."""
    return posting.token_id or posting.sender.id
