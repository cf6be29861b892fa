"""Who waits for the lane: each sender in a line of its own, and the lines take turns."""

from collections import deque
from collections.abc import Callable

from keypost.chat.model import Message, Posting, Submission

Settle = Callable[[list[Message] | Exception], None]
Waiter = tuple[Submission, Settle]
"""What is to be stored, and what is called with what became of it."""


class Waiting:
    """However long the line of one sender is, another's first waiter stands behind one of each line at most."""

    def __init__(self) -> None:
        self._lines: dict[int, deque[Waiter]] = {}
        self._turns: deque[int] = deque()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def is_short(self, sender: int) -> bool:
        """Whether the sender's line would be shorter than the longest with one more in it."""
        line = self._lines.get(sender, ())
        return len(line) + 1 < max(map(len, self._lines.values()), default=0)

    def add(self, waiter: Waiter) -> None:
        sender = sender_of(waiter[0].postings[0])
        line = self._lines.get(sender)
        if line is None:
            self._lines[sender] = deque((waiter,))
            self._turns.append(sender)
        else:
            line.append(waiter)
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
        self._count -= 1
        return max(self._lines.values(), key=len).pop()

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
        self._count -= 1
        return waiter


def _rows(waiter: Waiter) -> int:
    return len(waiter[0].postings)


def sender_of(posting: Posting) -> int:
    """Who takes a turn: the token, else the person or bot. Ids of all kinds come from one source."""
    return posting.token_id or posting.sender.id
