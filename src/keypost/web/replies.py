"""Answers in JSON."""

from typing import Any

import msgspec
from starlette.responses import Response

_encoder = msgspec.json.Encoder()


def ok(content: Any) -> Response:
    return Response(_encoder.encode(content), media_type="application/json")


def no_content() -> Response:
    return Response(status_code=204)
