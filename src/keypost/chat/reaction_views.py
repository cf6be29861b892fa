"""How the reactions to a message look: as JSON for programs, and as what a page's template needs."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from keypost.chat.model import Message, Reaction
from keypost.ids import OrgId, show_message
from keypost.people.directory import People
from keypost.web.pages import fragment

NAMES_MAX: Final = 12
"""As many persons are named; the others are counted."""


AT_HAND: Final = (
    ("👍", "Thumbs up"),
    ("✅", "Done"),
    ("👀", "Looking at it"),
    ("🎉", "Party"),
    ("❤️", "Heart"),
    ("😄", "Laughing"),
    ("🙏", "Thank you"),
    ("👎", "Thumbs down"),
)
"""What a page offers; a program may give any emoji."""


class ReactorOut(Struct, frozen=True):
    id: str
    name: str


class ReactionOut(Struct, frozen=True):
    emoji_code: str
    count: int
    users: list[ReactorOut]

    @classmethod
    def of(cls, people: People, org_id: OrgId, reaction: Reaction) -> "ReactionOut":
        users = [ReactorOut(str(who), people.get(org_id, who).name) for who in reaction.person_ids]
        return cls(reaction.emoji, len(users), users)


class ReactionsOut(Struct, frozen=True):
    data: list[ReactionOut]


class ReactionView(Struct, frozen=True):
    """`persons` are ids with spaces between: the page of each of them marks the reaction as its reader's own. What is
    shown is the same for every reader of a chat, so it is made once.
    """

    emoji: str
    count: int
    persons: str
    names: str

    @classmethod
    def of(cls, people: People, org_id: OrgId, reaction: Reaction) -> "ReactionView":
        named = [people.get(org_id, who).name for who in reaction.person_ids[:NAMES_MAX]]
        others = len(reaction.person_ids) - len(named)
        return cls(
            emoji=reaction.emoji,
            count=len(reaction.person_ids),
            persons=" ".join(map(str, reaction.person_ids)),
            names=", ".join(named) + (f" and {others} more" if others else ""),
        )


def views_of(people: People, message: Message, reactions: Sequence[Reaction]) -> tuple[ReactionView, ...]:
    return tuple(ReactionView.of(people, message.org_id, reaction) for reaction in reactions)


def render(people: People, message: Message, reactions: Sequence[Reaction]) -> str:
    """The row under a message, alone."""
    return fragment("chat/reactions.html", id=show_message(message.id), reactions=views_of(people, message, reactions))
