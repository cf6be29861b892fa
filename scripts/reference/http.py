"""Every address of the server, from `routes.py` and what is said about each."""

from collections.abc import Iterator
from typing import Final

from scripts.reference.text import MADE, code, table

from keypost.operations import OPERATIONS
from keypost.routes import ROUTES
from keypost.web.openapi import refusals
from keypost.web.operation import Group, Media, Operation
from keypost.web.routing import Route, Surface

HEAD: Final = """# HTTP

{made}
Every address of the server. A running server shows the same with all types at `/api/docs`, and for programs at
`/api/docs/openapi.json` (OpenAPI 3.1). Addresses marked with *company* also exist with `/company/{{org}}` in front;
then `{{org}}` must be the caller's own organisation. Whoever may `GET` may `HEAD`.

A token can stand in `X-Keypost-Token`, in `Authorization` as `Zoho-zapikey …` or `Bearer …`, or in the query as
`zapikey`: once. An API token stands in `Authorization` as `Zoho-oauthtoken …` or `Bearer …`.

Every refusal has the same body, and a code of the list in [errors](errors.md):

```json
{{"message": "There is no channel \\"nope\\".", "code": "channel_not_found"}}
```

A 500 also has `reference`, which the log knows. A 401 has `WWW-Authenticate`, a 405 `Allow`. A 429, a
503 and a 409 `delivery_under_way` have `Retry-After`. Answers to whatever is counted have `RateLimit` and
`RateLimit-Policy`: see [how to post](../how-to/post-with-a-token.md#how-fast). Browsers that ask for `text/html` at a
page's address get a page with the same sentence.
"""
AGAIN: Final = "../how-to/post-with-a-token.md#send-it-again-without-harm"
PAGES: Final = """
## For browsers

Tokens are ignored. A POST must come from our own pages.

"""


def page() -> str:
    return HEAD.format(made=MADE) + "".join(_group(group) for group in Group) + PAGES + _pages()


def _group(group: Group) -> str:
    found = [route for route in _wire() if OPERATIONS[route.endpoint].group is group]
    return f"\n## {group.value}\n" + "".join(map(_route, found)) if found else ""


def _wire() -> Iterator[Route]:
    return (route for route in ROUTES if route.access.surface is Surface.WIRE)


def _route(route: Route) -> str:
    operation = OPERATIONS[route.endpoint]
    company = " *company*" if route.with_company else ""
    lines = [
        f"\n### {', '.join(route.methods)} `{route.path}`{company}\n",
        f"{operation.summary} {operation.text}".strip() + "\n",
        f"Credential: {route.access.credential}. Answers: {', '.join(_gives(operation))}.",
    ]
    if operation.query:
        rows = [(code(query.name), "yes" if query.required else "", query.text) for query in operation.query]
        lines += ["", table(("parameter of the query", "needed", "what it is"), rows).rstrip()]
    if operation.headers:
        named = ", ".join(code(header.name) for header in operation.headers)
        lines += ["", f"Headers, for a [repeat without harm]({AGAIN}): {named}."]
    refused = refusals(route, operation, with_company=route.with_company)
    said = ("{}: {}".format(status, ", ".join(map(code, codes))) for status, codes in sorted(refused.items()))
    return "\n".join([*lines, "", f"Refusals: {'; '.join(said)}.", ""])


def _gives(operation: Operation) -> Iterator[str]:
    for status, kind in operation.gives.items():
        if kind is None:
            yield f"{status} without a body"
        elif isinstance(kind, Media):
            yield f"{status} `{kind.value}`"
        else:
            yield f"{status} `{getattr(kind, '__name__', kind)}`"


def _pages() -> str:
    rows = [
        (", ".join(route.methods), code(route.path), route.access.credential)
        for route in ROUTES
        if route.access.surface is Surface.PAGE
    ]
    return table(("method", "address", "credential"), rows)
