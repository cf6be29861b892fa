"""The doors: one to write, one to read. Which database stands behind them is known to nobody else."""

from collections.abc import Callable
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from keypost.clock import Clock
from keypost.db.tx import Tx
from keypost.epoch import Epoch
from keypost.errors import Fault
from keypost.ids import IdSource

P = ParamSpec("P")
R = TypeVar("R")
Verb = Callable[Concatenate[Tx, P], R]


class Hooks(Protocol):
    """What the composition adds around each writing transaction."""

    def before_commit(self, tx: Tx) -> None:
        """Runs last inside the transaction: numbers and stores the events."""
        ...

    def after_commit(self, tx: Tx) -> None:
        """Runs in the event loop after the commit: wakes those who follow the log."""
        ...


class Database(Protocol):
    clock: Clock
    ids: IdSource
    epoch: Epoch

    async def write(self, verb: Verb[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Runs `verb(tx, …)` in one transaction. Returning commits; raising rolls back and raises here."""
        ...

    async def read(self, verb: Verb[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Runs `verb(tx, …)` on one snapshot of the database, which it cannot change."""
        ...

    async def close(self) -> None: ...


class CommitUnknown(Fault):
    """The transaction may have been committed. Whoever repeats it may do it twice."""


def conclude_or_say(hooks: Hooks, epoch: Epoch, tx: Tx) -> None:
    """In the event loop, after the commit: memory follows the database before anybody is answered."""
    if tx.effects:
        epoch.end()
    try:
        for effect in tx.effects:
            effect()
        hooks.after_commit(tx)
    except Exception as error:
        raise CommitUnknown("What follows from a commit failed in memory.") from error
