"""What was read from TOML or from pasted text, as a body of JSON would bring it."""

import json
import math
from collections.abc import Mapping
from typing import Any

from keypost.messages.decoding import decode


def as_json(content: Mapping[str, object]) -> dict[str, Any]:
    """Within the bounds of a body, or `Invalid`. A date of TOML is text; infinity and what is no number are null."""
    return decode(json.dumps(_as_json(content)).encode(), dict)


def _as_json(value: object) -> object:
    match value:
        case Mapping():
            return {key: _as_json(item) for key, item in value.items()}
        case list() | tuple():
            return [_as_json(item) for item in value]
        case float():
            return value if math.isfinite(value) else None
        case str() | int() | None:
            return value
        case _:
            return str(value)
