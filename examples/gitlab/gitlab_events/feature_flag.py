"""Feature Flag Hook: a flag turned on or off."""

from msgspec import Struct

from gitlab_events.markup import Text, buttons, code, quote
from gitlab_events.payload import Person, Project
from keypost_sdk import Message, TextSlide


class FeatureFlag(Struct, frozen=True):
    name: str
    active: bool
    description: Text = None


class FeatureFlagEvent(Struct, frozen=True):
    object_attributes: FeatureFlag
    project: Project
    user: Person | None = None


def on_feature_flag(event: FeatureFlagEvent) -> Message:
    flag = event.object_attributes
    who, side = (event.user or Person()).bold, "on" if flag.active else "off"
    said = quote(flag.description)
    return Message(
        text=f"{who} turned feature flag {code(flag.name) or 'without a name'} *{side}* in {event.project.link}",
        slides=(TextSlide(data=said),) if said else (),
        # The page of one flag has a number that GitLab does not send.
        buttons=buttons(
            ("Open feature flags", event.project.page("feature_flags")),
            ("Open project", event.project.web_url or ""),
        ),
    )
