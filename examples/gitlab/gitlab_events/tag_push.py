"""Tag Push Hook: a tag that came, went or moved."""

from msgspec import Struct

from gitlab_events.markup import Text, buttons, code, quote, sha
from gitlab_events.payload import Person, Project
from gitlab_events.ref import is_nothing, quoted
from keypost_sdk import Message, TextSlide


class TagPush(Struct, frozen=True):
    """`checkout_sha` is the commit, `after` the tag itself if it has a message of its own."""

    ref: str
    before: str
    after: str
    project: Project
    checkout_sha: Text = None
    message: Text = None
    user_name: Text = None
    user_username: Text = None

    @property
    def tag(self) -> str:
        return self.ref.removeprefix("refs/tags/")


def on_tag_push(push: TagPush) -> Message:
    who = Person(push.user_name, push.user_username).bold
    said = "" if is_nothing(push.after) else quote(push.message)
    return Message(
        text=f"{who} {_deed(push)} in {push.project.link}",
        slides=(TextSlide(data=said),) if said else (),
        buttons=buttons(*_offers(push), ("Open project", push.project.web_url or "")),
    )


def _deed(push: TagPush) -> str:
    tag = code(push.tag)
    if is_nothing(push.after):
        return f"deleted tag {tag}"
    commit = push.checkout_sha or push.after
    at = sha(commit, push.project.page(f"commit/{quoted(commit)}"))
    return f"created tag {tag} at {at}" if is_nothing(push.before) else f"moved tag {tag} to {at}"


def _offers(push: TagPush) -> list[tuple[str, str]]:
    return [] if is_nothing(push.after) else [("Open tag", push.project.page(f"tags/{quoted(push.tag)}"))]
