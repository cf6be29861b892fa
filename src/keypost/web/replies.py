"""Answers in JSON."""

from typing import Any

import msgspec
from starlette.responses import RedirectResponse, Response

_encoder = msgspec.json.Encoder()


def ok(content: Any) -> Response:
    return Response(_encoder.encode(content), media_type="application/json")


def see(path: str) -> Response:
    """Sends a browser on with a GET."""
    return RedirectResponse(path, status_code=303)


def no_content() -> Response:
    return Response(status_code=204)
