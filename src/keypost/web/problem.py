"""Refusals and faults as HTTP: one table of statuses, one shape of body."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from keypost import log
from keypost.errors import (
    Busy,
    Conflict,
    Forbidden,
    HeadTooLarge,
    Invalid,
    Mismatched,
    NotAcceptable,
    NotFound,
    Refusal,
    TargetTooLong,
    Throttled,
    TooLarge,
    TooMany,
    TooSlow,
    Unauthenticated,
    Unfinished,
)
from keypost.web.pages import render

logger = log.get(__name__)

STATUS: Final[Mapping[type[Refusal], int]] = {
    Invalid: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    NotAcceptable: 406,
    TooSlow: 408,
    Conflict: 409,
    Unfinished: 409,
    TooLarge: 413,
    TargetTooLong: 414,
    Mismatched: 422,
    TooMany: 429,
    HeadTooLarge: 431,
    Throttled: 400,
    Busy: 503,
}
METHOD_NOT_ALLOWED: Final = 405
FAULT: Final = 500
TITLES: Final[Mapping[int, str]] = {
    400: "That did not work",
    401: "Please sign in",
    403: "Not allowed",
    404: "Not found",
    405: "Not possible here",
    406: "Not possible in that form",
    408: "That took too long",
    409: "That is not possible now",
    413: "That is too large",
    429: "That was too often",
    500: "Something went wrong on our side",
    503: "Too much at once",
}
TITLES_OF_CODES: Final[Mapping[str, str]] = {
    "deactivated": "You do not take part any more",
    "sign_in_link_over": "This link does not sign in",
}
"""Where the status says less than there is to say."""
REFERENCE_BYTES: Final = 6


class Problem(msgspec.Struct, omit_defaults=True):
    """The body of every refusal and fault, in the wire's shape."""

    message: str
    code: str
    reference: str = ""


def refused(request: Request, refusal: Refusal, *, page: bool) -> Response:
    status = STATUS[type(refusal)]
    headers = {}
    if isinstance(refusal, TooMany | Busy | Unfinished):
        headers["Retry-After"] = str(refusal.retry_after_s)
    if isinstance(refusal, Unauthenticated) and not page:
        headers["WWW-Authenticate"] = "Bearer"
    return _answer(request, status, Problem(refusal.sentence, refusal.code), page=page, headers=headers)


def failed(request: Request, error: BaseException, *, page: bool) -> Response:
    """A 500 says nothing but a reference; the log has the reason under the same one."""
    reference = secrets.token_hex(REFERENCE_BYTES)
    logger.error("fault", reference=reference, exc_info=error)
    sentence = f"Something went wrong on our side. The log knows it as {reference}."
    return _answer(request, FAULT, Problem(sentence, "internal_error", reference), page=page)


def unknown_url(request: Request, near: str | None) -> Response:
    """`near` is the form of an address that may have been meant."""
    problem = Problem(f"There is nothing at this address.{_hint(near)}", "url_not_found")
    return _answer(request, 404, problem, page=not is_api(request))


def wrong_method(request: Request, allowed: Sequence[str], near: str | None) -> Response:
    methods = ", ".join(allowed)
    problem = Problem(f"This address takes {methods} only.{_hint(near)}", "method_not_allowed")
    return _answer(request, METHOD_NOT_ALLOWED, problem, page=not is_api(request), headers={"Allow": methods})


def _hint(near: str | None) -> str:
    return f" Perhaps {near} was meant." if near is not None else ""


def _answer(
    request: Request, status: int, problem: Problem, *, page: bool, headers: Mapping[str, str] | None = None
) -> Response:
    if page and "text/html" in request.headers.get("accept", ""):
        title = TITLES_OF_CODES.get(problem.code) or TITLES.get(status, "That did not work")
        text = render(
            request,
            "problem.html",
            status=status,
            code=problem.code,
            title=title,
            sentence=problem.message,
            reference=problem.reference,
        )
        return HTMLResponse(text, status, headers)
    return Response(msgspec.json.encode(problem), status, headers, "application/json")


def is_api(request: Request) -> bool:
    return request.url.path.startswith(("/api/", "/company/", "/v2/"))
