"""Who is called by a message: not who is named in passing, which calls nobody."""

from collections.abc import Iterator
from typing import Final

from keypost.messages import tree
from keypost.messages.texts import pieces_of
from keypost_sdk.content import Message

SIGN: Final = "{@"


def calls_of(message: Message) -> Iterator[tree.Mention | tree.MentionOfAll]:
    """Every mention of people in the texts of a message, wherever formatting works, in reading order."""
    for piece in pieces_of(message, SIGN, message.references.keys()):
        if isinstance(piece, tree.Mention | tree.MentionOfAll):
            yield piece
