"""Mentions as HTML. Readers of one chat all get the same, so each page marks those that call its own reader by itself:
it has the ids for that in `data-person` and `data-team`. `data-channel` is what the sender wrote: a page that knows
the channel makes a link of it.
"""

from html import escape

from keypost.messages import tree
from keypost.messages.names import Names


def mention(piece: tree.AnyMention, names: Names) -> str:
    match piece:
        case tree.MentionOfAll(whom):
            return _span(f"@{whom}", "mention mention-all")
        case tree.ChannelMention(written):
            channel = names.find_channel(written)
            shown = f"#{channel.name}" if channel is not None else piece.written
            return _span(shown, "mention", f' data-channel="{escape(written)}"')
        case tree.SilentMention(label, _, written):
            known = names.find_person(written)
            return _span(known.name, "mention mention-silent") if known is not None else escape(label)
        case tree.Mention(written):
            return _called(piece, names)


def _called(piece: tree.Mention, names: Names) -> str:
    person = names.find_person(piece.name)
    if person is not None:
        return _span(f"@{person.name}", "mention", f' data-person="{escape(person.id)}"')
    team = names.find_team(piece.name)
    if team is not None:
        return _span(f"@{team.name}", "mention", f' data-team="{escape(team.id)}"')
    return _span(piece.written, "mention")


def _span(shown: str, classes: str, about: str = "") -> str:
    return f'<span class="{classes}"{about} dir="auto">{escape(shown)}</span>'
