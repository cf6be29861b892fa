"""The session cookie. Its name carries the port: cookies of one host are shared among ports, sessions are not."""

from starlette.requests import Request
from starlette.responses import Response

from keypost.clock import SECOND_MS
from keypost.people.service import SESSION_LIFE_MS
from keypost.settings import Settings


class SessionCookie:
    def __init__(self, settings: Settings) -> None:
        self._secure = settings.is_https
        self._name = f"__Host-keypost-{settings.port}" if self._secure else f"keypost-{settings.port}"

    def read(self, request: Request) -> str | None:
        """As it was written. Not by `request.cookies`: for a quoted value the standard library takes quadratic time,
        and anybody can send one of that kind.
        """
        pieces = (piece for header in request.headers.getlist("cookie") for piece in header.split(";"))
        named = (piece.partition("=") for piece in pieces)
        mine = [value.strip() for name, _, value in named if name.strip() == self._name]
        return mine[-1] if mine else None  # The last is the one with the shortest path, as ours is.

    def write(self, response: Response, session: str) -> None:
        response.set_cookie(
            self._name,
            session,
            max_age=SESSION_LIFE_MS // SECOND_MS,
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )

    def clear(self, response: Response) -> None:
        response.delete_cookie(self._name, secure=self._secure, httponly=True, samesite="lax")
