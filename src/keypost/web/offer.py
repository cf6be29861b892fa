"""What the fast lane is offered: the head of a request, and what it knows of one that it has judged."""

from typing import Any, Final

from msgspec import Struct

from keypost.caller import Admitted
from keypost.web.limiting import CountCall
from keypost.web.ready import Standing
from keypost.web.routing import Match, Route

METHOD: Final = "POST"


class Offer(Struct, frozen=True):
    """The head of a request, as far as the fast lane looks at it. No field is there twice; `client` is an address, and
    `length` how many bytes the body has.
    """

    match: Match
    path: str
    raw_path: bytes
    query: bytes
    fields: dict[bytes, bytes]
    client: str
    length: int

    @property
    def route(self) -> Route:
        return self.match.by_method[METHOD]

    def scope(self) -> dict[str, Any]:
        """As an ASGI server would say it, in so far as rules ask for it."""
        return {
            "type": "http",
            "method": METHOD,
            "path": self.path,
            "raw_path": self.raw_path,
            "query_string": self.query,
            "headers": list(self.fields.items()),
            "client": (self.client, 0),
        }


class Known(Struct, frozen=True):
    """A head that was judged. As long as the epoch of memory has that number, and the credential has not ended, it
    would be judged so again.
    """

    offer: Offer
    admitted: Admitted
    count: CountCall
    standing: Standing
    epoch: int
