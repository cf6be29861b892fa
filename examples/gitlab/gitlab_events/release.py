"""Release Hook: a release published, changed or deleted. GitLab does not say by whom."""

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct

from gitlab_events.markup import NAME_MAX, Text, buttons, code, link, plain, quote
from gitlab_events.payload import Commit, Project
from keypost_sdk import Card, Message, TextSlide
from keypost_sdk.content import CARD_TITLE_MAX

LINKS_SHOWN: Final = 5

DEEDS: Final[Mapping[str, str]] = {"create": "published", "update": "updated", "delete": "deleted"}


class AssetLink(Struct, frozen=True):
    name: Text = None
    url: Text = None


class Assets(Struct, frozen=True):
    links: tuple[AssetLink, ...] = ()


class ReleaseEvent(Struct, frozen=True):
    tag: str
    project: Project
    name: Text = None
    url: Text = None
    action: Text = None
    description: Text = None
    assets: Assets | None = None
    commit: Commit | None = None


def on_release(event: ReleaseEvent) -> Message:
    name, deed = event.name or event.tag, DEEDS.get(event.action or "", "changed")
    is_there = event.action != "delete"
    shown = link(name, event.url if is_there else None, NAME_MAX) or "without a name"
    return Message(
        text=f"Release {shown} *{deed}* in {event.project.link}",
        card=Card(title=plain(f"{event.project.shown}: {name} {deed}", CARD_TITLE_MAX // 2)),
        slides=_slides(event) if is_there else (),
        buttons=buttons(
            ("Open release", (is_there and event.url) or ""),
            ("Open project", event.project.web_url or ""),
        ),
    )


def _slides(event: ReleaseEvent) -> tuple[TextSlide, ...]:
    facts = "\n".join(_lines(event))
    return tuple(TextSlide(data=data) for data in (quote(event.description), facts) if data)


def _lines(event: ReleaseEvent) -> Iterable[str]:
    if tag := code(event.tag):
        yield f"Tag: {tag}"
    if event.commit:
        yield event.commit.line
    links = event.assets.links[:LINKS_SHOWN] if event.assets else ()
    if shown := ", ".join(filter(None, (link(asset.name, asset.url, NAME_MAX) for asset in links))):
        yield f"Assets: {shown}"
