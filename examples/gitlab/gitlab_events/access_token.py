"""Resource Access Token Hook and Resource Deploy Token Hook: a token of a project or a group ends soon.

GitLab sends the token's name, never the token.
"""

from msgspec import Struct

from gitlab_events.markup import NAME_MAX, Text, buttons, code
from gitlab_events.payload import Group, Project, day
from keypost_sdk import Message


class Token(Struct, frozen=True):
    name: str
    expires_at: Text = None


class TokenEvent(Struct, frozen=True):
    """With a project or with a group."""

    object_attributes: Token
    project: Project | None = None
    group: Group | None = None

    @property
    def owner(self) -> str:
        if self.project:
            return f" of {self.project.link}"
        return f" of group {shown}" if self.group and (shown := self.group.shown) else ""


def on_access_token(event: TokenEvent) -> Message:
    return _expiring(event, "Access token", "settings/access_tokens")


def on_deploy_token(event: TokenEvent) -> Message:
    return _expiring(event, "Deploy token", "settings/repository")


def _expiring(event: TokenEvent, noun: str, page: str) -> Message:
    token = event.object_attributes
    ends = day(token.expires_at)
    when = f"expires on *{ends}*" if ends else "expires soon"
    return Message(
        text=f"{noun} {code(token.name, NAME_MAX) or 'without a name'}{event.owner} {when}",
        buttons=buttons(("Open tokens", event.project.page(page) if event.project else "")),
    )
