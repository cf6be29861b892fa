"""What every answer carries: a policy that lets a page load nothing from elsewhere, and no caching."""

from collections.abc import Iterable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

POLICY: Final = (
    "default-src 'none'; "
    "script-src 'nonce-{nonce}'; "
    "style-src 'self'; "
    "img-src 'self'; "
    "font-src 'self'; "
    "connect-src 'self'; "
    "worker-src 'self'; "
    "form-action 'self'; "
    "base-uri 'none'; "
    "object-src 'none'; "
    "frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; "
    "trusted-types keypost"
)
CLOSED_POLICY: Final = "default-src 'none'; frame-ancestors 'none'"
"""For answers that are not pages."""
ASSET_POLICY: Final = "default-src 'none'; connect-src 'self'; frame-ancestors 'none'"
"""For scripts: the one that shares a live stream among tabs runs under its own answer's policy, and must connect."""
PAGE_REFERRER: Final = "same-origin"
"""With none at all, browsers hide from us where a form was sent from (`Origin: null`)."""
PLAIN: Final = {
    "Content-Security-Policy": CLOSED_POLICY,
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
"""Where the answer says nothing else."""
FIXED: Final = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
HSTS: Final = "max-age=31536000; includeSubDomains"


class Headers:
    def __init__(self, *, https: bool) -> None:
        fields = PLAIN | FIXED | ({"Strict-Transport-Security": HSTS} if https else {})
        self._fields = [(name.lower().encode(), value.encode()) for name, value in fields.items()]
        self.plain: Final = lines_of(self._fields)
        """As they are written, for an answer that says nothing else."""

    def add(self, request: Request, response: Response) -> None:
        nonce = request.scope["state"].get("nonce")
        if nonce:
            response.headers["Content-Security-Policy"] = POLICY.format(nonce=nonce)
            response.headers["Referrer-Policy"] = PAGE_REFERRER
        own = {name for name, _ in response.raw_headers}
        response.raw_headers += [field for field in self._fields if field[0] not in own]


def lines_of(fields: Iterable[tuple[bytes, bytes]]) -> bytes:
    """As they are written in a head."""
    return b"".join([b"%b: %b\r\n" % field for field in fields])
