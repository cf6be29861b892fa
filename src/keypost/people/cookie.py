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
        return request.cookies.get(self._name)

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
