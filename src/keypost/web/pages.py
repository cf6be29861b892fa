"""HTML from templates: escaped by default, undefined names are faults."""

import secrets
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

NONCE_BYTES: Final = 16

_templates = Environment(
    loader=PackageLoader("keypost.web"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def fragment(name: str, **context: Any) -> str:
    """A piece of a page: what scripts insert."""
    return _templates.get_template(name).render(**context)


def render(request: Request, name: str, **context: Any) -> str:
    """A whole page. Every page knows the script nonce of its answer, who is signed in (or None), and where."""
    known = {"me": None, "org_name": "", "nonce": nonce(request)}
    return fragment(name, **(known | context))


def page(request: Request, name: str, **context: Any) -> HTMLResponse:
    return HTMLResponse(render(request, name, **context))


def nonce(request: Request) -> str:
    """The answer's script nonce: made once, used by the page and by its Content-Security-Policy."""
    if not hasattr(request.state, "nonce"):
        request.state.nonce = secrets.token_urlsafe(NONCE_BYTES)
    value: str = request.state.nonce
    return value
