"""What the tests of the GitLab extension share: GitLab's bodies, whole and with changes."""

import json
import tomllib
from pathlib import Path
from typing import Any, Final

from gitlab_events import render

from keypost_sdk import Message, OpenUrl, TextSlide

HOME: Final = Path(__file__).parent.parent
FIXTURES: Final = HOME / "fixtures"
MESSAGE: Final = ".message.json"
"""What the name of a body's message ends with."""
REPLY: Final = ".reply.json"
"""And where a thing goes on, of the one message that says how it stands."""
ENGINE: Final = "https://gitlab.keypost.example/analytical/engine"
IN_ENGINE: Final = f"in [analytical/engine]({ENGINE})"


def samples() -> dict[str, Any]:
    return tomllib.loads((FIXTURES / "events.toml").read_text(encoding="utf-8"))


def cases() -> list[str]:
    """Every body in `fixtures/`: `EVENT`, and `EVENT__CASE` for what else there is of it."""
    return sorted(path.stem for path in FIXTURES.glob("*.json") if not path.name.endswith((MESSAGE, REPLY)))


def header(case: str) -> str:
    sample = samples().get(case.partition("__")[0], {"headers": {}})
    return str(sample["headers"].get("X-Gitlab-Event", ""))


def body(name: str, changes: dict[str, Any] | None = None) -> dict[str, Any]:
    """A fixture; `changes` are merged into it, member by member."""
    whole: dict[str, Any] = json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))
    return _merged(whole, changes or {})


def shown(name: str, changes: dict[str, Any] | None = None) -> Message:
    message = render("", json.dumps(body(name, changes)))
    assert message is not None
    return message


def text_slide(message: Message) -> str:
    [slide] = message.slides
    assert isinstance(slide, TextSlide)
    return slide.data


def addresses(message: Message) -> dict[str, str]:
    """Where each button leads, by its label."""
    return {button.label: button.action.data.web for button in message.buttons if isinstance(button.action, OpenUrl)}


def _merged(whole: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    merged = dict(whole)
    for key, value in changes.items():
        known = merged.get(key)
        merged[key] = _merged(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    return merged
