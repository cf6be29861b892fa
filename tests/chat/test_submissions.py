"""A batch with names in it: whatever it holds, each name stands for what was stored first under it, in one commit."""

from collections.abc import Sequence
from itertools import count
from typing import Final, NamedTuple

from hypothesis import given
from hypothesis import strategies as st
from tests.world import World

from keypost.chat import submissions
from keypost.chat.lane import Lane
from keypost.chat.model import Delivery, Message, PartyKind, Posting, Sender, Submission
from keypost.chat.submissions import Outcome
from keypost.errors import Refusal
from keypost_sdk.content import Message as Content

EXAMPLES: Final = count()


class Sent(NamedTuple):
    """`name` is of a delivery, None for a submission without one; `said` is what its fingerprint is of."""

    name: str | None
    said: str
    postings: int


BATCHES: Final = st.lists(
    st.lists(
        st.builds(Sent, st.none() | st.sampled_from("abc"), st.sampled_from(["one", "two"]), st.integers(1, 3)),
        min_size=1,
        max_size=6,
    ),
    min_size=1,
    max_size=4,
)


@given(batches=BATCHES)
async def test_each_name_stands_for_what_was_stored_first_under_it(
    lasting_world: World, batches: list[list[Sent]]
) -> None:
    world, example = lasting_world, next(EXAMPLES)
    before = len(await world.messages_in("#builds"))
    first: dict[str, tuple[str, list[str]]] = {}
    stored: list[str] = []

    for number, batch in enumerate(batches):
        texts = [[f"{number} {place} {part}" for part in range(sent.postings)] for place, sent in enumerate(batch)]
        given_in = [_submission(world, sent, said, example) for sent, said in zip(batch, texts, strict=True)]
        outcomes = await world.write(submissions.store, world.server.chats, given_in)

        for sent, said, outcome in zip(batch, texts, outcomes, strict=True):
            if sent.name is None or sent.name not in first:
                stored += said
            known = first.setdefault(sent.name, (sent.said, said)) if sent.name is not None else (sent.said, said)
            assert _heard(outcome) == (known[1] if sent.said == known[0] else "delivery_differs")

    assert (await world.texts_in("#builds"))[before:] == stored


async def test_a_repeat_counts_as_nothing_stored(world: World) -> None:
    lane = Lane(world.database, world.server.chats)

    for _ in range(3):
        await lane.commit_all(*_parts(_submission(world, Sent("a", "one", 2), ["one", "two"], 0)))

    assert lane.rows == 2


async def test_a_repeat_and_something_else_under_its_name_cost_the_others_no_commit(world: World) -> None:
    lane, name = world.server.lane, Sent("a", "one", 1)
    await lane.commit_all(*_parts(_submission(world, name, ["first"], 0)))
    heard: list[list[Message] | Exception] = []
    done = lane.batches

    for sent, said in ((name, "again"), (name._replace(said="two"), "else"), (name._replace(name=None), "new")):
        lane.submit(_submission(world, sent, [said], 0), heard.append)
    await lane.drain()

    assert [_heard(outcome) for outcome in heard] == [["first"], "delivery_differs", ["new"]]
    assert lane.batches == done + 1
    assert await world.texts_in("#builds") == ["first", "new"]


def _submission(world: World, sent: Sent, texts: Sequence[str], example: int) -> Submission:
    ada, place = world.ada.person, world.chat("#builds")
    sender = Sender(kind=PartyKind.PERSON, id=ada.id, name=ada.name)
    postings = [
        Posting(org_id=ada.org_id, chat_id=place.id, sender=sender, content=Content(text=text)) for text in texts
    ]
    if sent.name is None:
        return Submission(postings)
    key, fingerprint = f"{example} {sent.name}".encode(), sent.said.encode()
    delivery = Delivery(org_id=ada.org_id, sender=("person", ada.id), key=key, fingerprint=fingerprint)
    return Submission(postings, delivery)


def _parts(submission: Submission) -> tuple[Sequence[Posting], Delivery | None]:
    return submission.postings, submission.delivery


def _heard(outcome: Outcome | Exception) -> list[str] | str:
    if isinstance(outcome, Exception):
        assert isinstance(outcome, Refusal)
        return outcome.code
    return [message.content.text for message in outcome]
