from collections.abc import Callable
from itertools import groupby

import msgspec

from keypost.db.tx import Tx
from keypost.events import store
from keypost.events.model import Event
from keypost.ids import OrgId

Listener = Callable[[list[Event]], None]


def last_number(tx: Tx, org_id: OrgId) -> int:
    return store.last_number(tx, org_id)


def last_numbers(tx: Tx) -> dict[OrgId, int]:
    """Of every organisation, for those who follow the log from the start on."""
    return store.last_numbers(tx)


def list_after(tx: Tx, org_id: OrgId, number: int) -> list[Event]:
    """The events after a number, in order; a page of them."""
    return store.list_after(tx, org_id, number)


def emit(tx: Tx, event: Event) -> None:
    tx.events.append(event)


class Log:
    """The hooks that give each transaction's events their numbers, and tell those who follow the log of new ones."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def follow(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def before_commit(self, tx: Tx) -> None:
        if not tx.events:
            return
        numbered: list[Event] = []
        # Organisations in ascending order: two transactions that touch both cannot wait for each other.
        for org_id, events in groupby(sorted(tx.events, key=_org), key=_org):
            waiting = list(events)
            first = store.take_numbers(tx, org_id, len(waiting))
            numbered += [
                msgspec.structs.replace(event, number=first + index, at=tx.now) for index, event in enumerate(waiting)
            ]
        store.add_all(tx, numbered)
        tx.events = numbered

    def after_commit(self, tx: Tx) -> None:
        if tx.events:
            for listener in self._listeners:
                listener(tx.events)


def _org(event: Event) -> OrgId:
    return event.org_id
