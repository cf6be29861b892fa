"""What came of a call, as a test wants to look at it."""

from typing import Any, Self

import msgspec
from msgspec import Struct

from keypost_sdk.answers import JUDGES, Refuse, Verdict
from keypost_sdk.content import Banner, Button, Edit, Message, Reply, buttons_of

_SHOWN = frozenset({"text", "card", "slides", "buttons"})


class Shown(Struct, frozen=True):
    """One of `message`, `banner`, `verdict` and `refused` is there, or none of them if there is nothing to see.

    `message` is a `Reply` or an `Edit`. `refused` is the sentence of a `Refuse` that a third-party app would get.
    `output` is the JSON as it leaves.
    """

    output: Any = ""
    message: Reply | Edit | None = None
    banner: Banner | None = None
    verdict: Verdict | None = None
    refused: str = ""

    @property
    def text(self) -> str:
        """What there is to read first: of a message, a banner, a verdict or a refusal."""
        shown = self.message or self.banner
        if shown is not None:
            return shown.text
        return self.verdict.message if self.verdict is not None else self.refused

    @property
    def is_success(self) -> bool:
        failed = self.banner is not None and self.banner.status == "failure"
        declined = self.verdict is not None and not self.verdict.allows
        return not failed and not declined and not self.refused

    @property
    def buttons(self) -> tuple[Button, ...]:
        """All of them, wherever they stand in the message."""
        return tuple(button for _, button in buttons_of(self.message or Message()))

    @classmethod
    def of(cls, handler: str, answered: bytes) -> Self:
        output = msgspec.json.decode(answered)["output"]
        if handler in JUDGES:
            return cls(output=output, verdict=msgspec.convert(output, Verdict))
        if not isinstance(output, dict) or not output:
            return cls(output=output)
        match output.get("type"):
            case "banner":
                return cls(output=output, banner=msgspec.convert(output, Banner))
            case "message_edit":
                return cls(output=output, message=msgspec.convert(output, Edit))
        if _SHOWN.isdisjoint(output):
            return cls(output=output)
        return cls(output=output, message=msgspec.convert(output, Reply))

    @classmethod
    def of_refusal(cls, refused: Refuse) -> Self:
        return cls(refused=refused.sentence)
