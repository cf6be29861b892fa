"""Every event without a form of its own: one line that says what happened and where."""

from gitlab_events.markup import bold
from gitlab_events.payload import Project
from keypost_sdk import Message


def on_other(name: str, project: Project) -> Message:
    """`name` is GitLab's, such as `tag_push` or `Emoji Hook`."""
    words = name.strip().removesuffix(" Hook").replace("_", " ").lower()
    event = bold(words) or "an event without a name"
    is_named = project.path_with_namespace or project.name or project.web_url
    place = f" in {project.link}" if is_named else ""
    return Message(text=f"GitLab: {event}{place}")
