"""What the lane stores in one transaction. Of a delivery that was stored before, that is nothing."""

from collections.abc import Sequence
from itertools import chain, islice
from typing import TypeAlias

from keypost.chat import deliveries, service
from keypost.chat.directory import Chats
from keypost.chat.model import Delivery, Message, Submission
from keypost.db.tx import Tx
from keypost.errors import Refusal
from keypost.ids import MessageId


class Repeated(list[Message]):
    """What the first became: nothing new was stored."""


Outcome: TypeAlias = list[Message] | Refusal
"""The messages of a submission, `Repeated` if it is a repeat. A refusal is of this submission alone."""


def store(tx: Tx, chats: Chats, batch: Sequence[Submission]) -> list[Outcome]:
    if all(each.delivery is None for each in batch):  # Nothing to decide, and most batches are like that.
        stored = iter(service.store_batch(tx, chats, [posting for each in batch for posting in each.postings]))
        return [list(islice(stored, len(each.postings))) for each in batch]
    return _store_new(tx, chats, batch)


def _store_new(tx: Tx, chats: Chats, batch: Sequence[Submission]) -> list[Outcome]:
    """Decides first which deliveries are new: of a repeat nothing is looked at again, for much may have changed."""
    given = [(each, [MessageId(new_id) for new_id in tx.new_ids(len(each.postings))]) for each in batch]
    claims = [(each.delivery, ids) for each, ids in given if each.delivery is not None]
    claimed = deliveries.claim(tx, claims)
    repeats = {ids[0]: delivery for delivery, ids in claims if ids[0] not in claimed}
    new = [pair for pair in given if pair[1][0] not in repeats]
    stored = iter(
        service.store_batch(
            tx,
            chats,
            list(chain.from_iterable(each.postings for each, _ in new)),
            list(chain.from_iterable(ids for _, ids in new)),
        )
    )
    return [
        list(islice(stored, len(ids))) if ids[0] not in repeats else _first(tx, repeats[ids[0]]) for each, ids in given
    ]


def _first(tx: Tx, repeated: Delivery) -> Outcome:
    try:
        return Repeated(deliveries.list_messages(tx, repeated))
    except Refusal as refusal:
        return refusal
