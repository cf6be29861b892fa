"""What is shown with messages and stands in rows of its own: read for many messages at once."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from keypost.chat import around, reaction_views, reactions, votes
from keypost.chat.around import Around
from keypost.chat.directory import Chats
from keypost.chat.model import Message, Reaction
from keypost.chat.views import MessageView
from keypost.chat.votes import Tally
from keypost.db.tx import Tx
from keypost.ids import MessageId, OrgId
from keypost.messages.names import Names
from keypost.people.directory import People


class Surroundings(Struct, frozen=True):
    reactions: Mapping[MessageId, Sequence[Reaction]]
    tallies: Mapping[MessageId, Tally]
    around: Mapping[MessageId, Around]

    def view(self, people: People, message: Message, *, by_token: str, names: Names) -> MessageView:
        return MessageView.of(
            message,
            self.around[message.id],
            by_token=by_token,
            names=names,
            reactions=reaction_views.views_of(people, message, self.reactions.get(message.id, ())),
            votes=self.tallies.get(message.id),
        )


def read(tx: Tx, chats: Chats, org_id: OrgId, messages: Sequence[Message]) -> Surroundings:
    return Surroundings(
        reactions.list_of(tx, org_id, [message.id for message in messages]),
        votes.tallies(tx, org_id, messages),
        around.read(tx, chats, org_id, messages),
    )
