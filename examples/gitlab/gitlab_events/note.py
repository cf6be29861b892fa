"""Note Hook: a comment on a commit, a merge request, an issue or a snippet.

What is said in confidence stays at GitLab: who may read the chat is not who may read the comment.
"""

from typing import Final

from msgspec import Struct

from gitlab_events.markup import Text, buttons, plain, quote
from gitlab_events.payload import Person, Project
from gitlab_events.target import Target
from keypost_sdk import Message, TextSlide

TYPE_MAX: Final = 40


class Note(Struct, frozen=True):
    """`action` is there since GitLab 16.11; before that only new comments were announced."""

    note: Text = None
    url: Text = None
    action: Text = None
    noteable_type: Text = None
    internal: bool | None = None


class NoteEvent(Target, frozen=True, kw_only=True):
    object_attributes: Note
    project: Project
    event_type: Text = None
    user: Person | None = None


def on_note(event: NoteEvent) -> Message:
    note = event.object_attributes
    in_confidence = event.is_confidential or event.event_type == "confidential_note"
    about_secret = event.is_confidential or (in_confidence and not note.internal)
    said = "" if in_confidence or note.internal else quote(note.note)
    who = (event.user or Person()).bold
    target = _target(event, with_title=not about_secret)
    return Message(
        text=f"{who} {_deed(note)} {'confidential ' if about_secret else ''}{target} in {event.project.link}",
        slides=(TextSlide(data=said),) if said else (),
        buttons=buttons(("Open comment", note.url or ""), ("Open project", event.project.web_url or "")),
    )


def _deed(note: Note) -> str:
    if note.action == "update":
        return "edited an internal comment on" if note.internal else "edited a comment on"
    return "made an internal comment on" if note.internal else "commented on"


def _target(event: NoteEvent, *, with_title: bool) -> str:
    note = event.object_attributes
    page, _, _ = (note.url or "").partition("#")
    return event.named(page, with_title=with_title) or plain(note.noteable_type, TYPE_MAX).lower() or "something"
