"""What answers say in their headers about how fast one may go on, as the API's document describes it."""

from http import HTTPStatus
from typing import Any, Final

from keypost.web.routing import Route

Json = dict[str, Any]

LIMIT: Final = "RateLimit"
POLICY: Final = "RateLimit-Policy"
RETRY_AFTER: Final = "Retry-After"
LOCKED: Final = "Retry-After-Of-Lock"
LATER: Final = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
NAMES: Final = '"(token|person|chat)"'
ALL: Final[Json] = {
    LIMIT: {
        "description": "Of the budget with the least left: `r` calls may come now, after `t` seconds as many as ever "
        "at once. Not there where nothing bounds the token.",
        "schema": {"type": "string", "pattern": f"^{NAMES};r=[0-9]+;t=[0-9]+$"},
    },
    POLICY: {
        "description": "The budgets that the call counts in: of its token, of all tokens of its person, of all that "
        "post to its chat; `q` calls in `w` seconds.",
        "schema": {"type": "string", "pattern": f"^{NAMES};q=[0-9]+;w=60(, {NAMES};q=[0-9]+;w=60)*$"},
    },
    RETRY_AFTER: {
        "description": "Seconds after which to try again.",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
    },
    LOCKED: {
        "description": "Seconds after which to try again, with `request_limit_exceeded`.",
        "schema": {"type": "integer", "minimum": 1},
    },
}
"""By their names in the document; a lock of the older wire has the status of much else."""


def headers_of(route: Route, status: int) -> Json:
    """Refusals come with them too, but for those of who was not let in; so no answer has to have a budget's."""
    found: dict[str, str] = {}
    if route.family is not None and not route.family.is_reading:
        found |= {LIMIT: LIMIT, POLICY: POLICY}
    if status in LATER:
        found[RETRY_AFTER] = RETRY_AFTER
    elif route.family is not None and not route.is_newer_wire and status == HTTPStatus.BAD_REQUEST:
        found[RETRY_AFTER] = LOCKED
    return {"headers": {name: {"$ref": f"#/components/headers/{of}"} for name, of in found.items()}} if found else {}
