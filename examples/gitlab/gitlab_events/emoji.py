"""Emoji Hook: a reaction given or taken back."""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from gitlab_events.markup import Text, buttons, code
from gitlab_events.payload import Person, Project
from gitlab_events.target import Target
from keypost_sdk import Message

NAME_MAX: Final = 60

SIGNS: Final[Mapping[str, str]] = {
    "thumbsup": "👍",
    "thumbsdown": "👎",
    "heart": "❤️",
    "tada": "🎉",
    "rocket": "🚀",
    "eyes": "👀",
    "smile": "😄",
    "laughing": "😆",
    "thinking": "🤔",
    "clap": "👏",
    "pray": "🙏",
    "fire": "🔥",
    "100": "💯",
    "white_check_mark": "✅",
}
"""The names that are used most; all others are shown as they are written."""


class Reaction(Struct, frozen=True):
    name: str
    action: Text = None
    awardable_type: Text = None
    awarded_on_url: Text = None


class EmojiEvent(Target, frozen=True, kw_only=True):
    """`event_type` says what was done too: the one of the two that is there counts."""

    object_attributes: Reaction
    project: Project
    event_type: Text = None
    user: Person | None = None


def on_emoji(event: EmojiEvent) -> Message:
    reaction = event.object_attributes
    sign = SIGNS.get(reaction.name) or code(f":{reaction.name}:", NAME_MAX)
    is_revoked = (reaction.action or event.event_type) == "revoke"
    deed = f"took back {sign} from" if is_revoked else f"reacted with {sign} to"
    who = (event.user or Person()).bold
    return Message(
        text=f"{who} {deed} {_target(event)} in {event.project.link}",
        buttons=buttons(("Open at GitLab", reaction.awarded_on_url or "")),
    )


def _target(event: EmojiEvent) -> str:
    reaction = event.object_attributes
    page, _, _ = (reaction.awarded_on_url or "").partition("#")
    secret = "confidential " if event.is_confidential else ""
    target = f"{secret}{event.named(page, with_title=not event.is_confidential) or 'something'}"
    return f"a comment on {target}" if reaction.awardable_type == "Note" else target
