"""Wiki Page Hook: a page written, changed or deleted."""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from gitlab_events.markup import Text, buttons, link, quote
from gitlab_events.payload import Person, Project
from keypost_sdk import Message, TextSlide

DEEDS: Final[Mapping[str, str]] = {"create": "created", "update": "edited", "delete": "deleted"}


class WikiPage(Struct, frozen=True):
    title: str
    url: Text = None
    diff_url: Text = None
    message: Text = None
    action: Text = None


class WikiPageEvent(Struct, frozen=True):
    object_attributes: WikiPage
    project: Project
    user: Person | None = None


def on_wiki_page(event: WikiPageEvent) -> Message:
    page = event.object_attributes
    who, deed = (event.user or Person()).bold, DEEDS.get(page.action or "", "changed")
    is_there = page.action != "delete"
    said = quote(page.message)
    return Message(
        text=f"{who} {deed} wiki page {link(page.title, page.url if is_there else None)} in {event.project.link}",
        slides=(TextSlide(data=said),) if said else (),
        buttons=buttons(
            ("Open page", (is_there and page.url) or ""),
            ("Changes", page.diff_url or ""),
            ("Open project", event.project.web_url or ""),
        ),
    )
