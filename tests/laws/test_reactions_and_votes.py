"""Reactions and votes are a plain table in the head: whatever several people do in whatever order, and twice."""

from collections import Counter
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.laws.story import Story
from tests.world import World

from keypost.chat import reactions, votes
from keypost.chat import service as chat
from keypost.chat.model import Message
from keypost.db.tx import Tx

Step = tuple[Any, ...]

WHO: Final = st.integers(0, 2)
WHICH: Final = st.integers(0, 1)
EMOJI: Final = st.sampled_from(["👍", "🎉", "❤️"])
STEPS: Final[st.SearchStrategy[Step]] = st.one_of(
    st.tuples(st.just("react"), WHICH, WHO, EMOJI),
    st.tuples(st.just("take_back"), WHICH, WHO, EMOJI),
    st.tuples(st.just("vote"), WHICH, WHO, st.none() | st.integers(0, 2)),
    st.tuples(st.just("ask_anew"), WHICH, st.integers(2, 3)),
    st.tuples(st.just("edit"), WHICH, st.just("No poll any more")),
)


class Table:
    """What should be there: for each message how many options it has, who reacted how, who voted for what."""

    def __init__(self) -> None:
        self.options = [3, 3]
        self.reactions: set[tuple[int, int, str]] = set()
        self.votes: dict[tuple[int, int], int] = {}

    def react(self, which: int, who: int, emoji: str) -> None:
        self.reactions.add((which, who, emoji))

    def take_back(self, which: int, who: int, emoji: str) -> None:
        self.reactions.discard((which, who, emoji))

    def vote(self, which: int, who: int, option: int | None) -> None:
        if option is None:
            self.votes.pop((which, who), None)
        elif option < self.options[which]:
            self.votes[which, who] = option

    def ask_anew(self, which: int, options: int) -> None:
        if options != self.options[which]:
            self.options[which] = options
            self.votes = {key: option for key, option in self.votes.items() if key[0] != which}

    def edit(self, which: int, _text: str) -> None:
        self.ask_anew(which, 0)


@settings(max_examples=40)
@given(steps=st.lists(STEPS, max_size=15))
async def test_reactions_and_votes_are_what_was_said_last(lasting_world: World, steps: list[Step]) -> None:
    story, table = await Story.begin(lasting_world), Table()
    for _ in range(2):
        await story.ask(0, 0, 3)

    for verb, *arguments in steps:
        await getattr(story, verb)(*arguments)
        getattr(table, verb)(*arguments)

    for which, message in enumerate(story.sent):
        given, tally, chosen = await lasting_world.read(found, story, message)
        assert given == {(who, emoji) for one, who, emoji in table.reactions if one == which}
        assert chosen == {who: option for (one, who), option in table.votes.items() if one == which}
        assert tally == tallied(table.options[which], chosen)


def found(tx: Tx, story: Story, message: Message) -> tuple[set[tuple[int, str]], votes.Tally | None, dict[int, int]]:
    number = {who.person.id: index for index, who in enumerate(story.persons)}
    (message,) = chat.list_by_id(tx, message.org_id, [message.id])
    given = reactions.list_of(tx, message.org_id, [message.id]).get(message.id, [])
    chosen = votes.choices(tx, message.org_id, [message.id], list(number))
    return (
        {(number[person_id], reaction.emoji) for reaction in given for person_id in reaction.person_ids},
        votes.tallies(tx, message.org_id, [message]).get(message.id),
        {number[person_id]: option for (_, person_id), option in chosen.items()},
    )


def tallied(options: int, chosen: dict[int, int]) -> votes.Tally | None:
    counts = Counter(chosen.values())
    return tuple(counts[number] for number in range(options)) if options else None
