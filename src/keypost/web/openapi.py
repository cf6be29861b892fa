"""The API as an OpenAPI 3.1 document: made of the routes, of what is said about them, and of the types themselves."""

from collections.abc import Iterable, Mapping
from importlib.metadata import version
from typing import Any, Final

import msgspec

from keypost.codes import CODES
from keypost.web import answer_headers
from keypost.web.answer_headers import headers_of
from keypost.web.multipart import FORM
from keypost.web.operation import Form, Header, Media, Operation, Query
from keypost.web.problem import STATUS, Problem
from keypost.web.routing import COMPANY, Endpoint, Route, Surface

Json = dict[str, Any]
Operations = Mapping[Endpoint, Operation]

VERSION: Final = "3.1.0"
WIRE: Final = (
    "The public wire protocol, and Keypost's own API under `/api/v1`. "
    "Every refusal has a `message` for a person and a stable `code`."
)
SCHEMAS: Final = "#/components/schemas/{name}"
EVERYWHERE: Final = ("internal_error", "not_acceptable")
"""Codes that any address can answer with."""
WITH_BODY: Final = (
    "invalid_json",
    "invalid_inputs",
    "param_missing",
    "body_too_large",
    "body_too_slow",
    "body_incomplete",
    "content_encoding_not_supported",
)
OF_FORM: Final = ("form_needed", "invalid_form")
COMPANY_REFUSES: Final = "invalid_access"
GUARDED_REFUSES: Final = "too_many_failures"
COUNTED_REFUSES: Final = "rate_limit_exceeded"
OLDER_REFUSES: Final = "request_limit_exceeded"
HEADERS: Final = "#/components/parameters/{name}"
PLACES: Final[Mapping[str, str]] = {
    "org": "The organisation's id; it must be the caller's own",
    "name": "A unique name, written without `#`",
    "channel": "A channel's id, `O…`",
    "chat": "A chat's id, `CT_…`, or its number alone",
    "message": "A message's id, `…_…`",
    "thread": "A thread's id, `CT_…-T-…`",
    "app": "An app's id",
    "nonce": "The last part of the call's `response_url`",
    "token": "A token's id, `tok_…`",
    "person": "A person's id or e-mail address",
    "file": "A file's id, `fil_…`",
}
"""What stands in the places of an address."""
PATTERNS: Final[Mapping[str, str]] = {
    "(?i:https?://|tel:|sms:|sips?:)": "([hH][tT][tT][pP][sS]?://|[tT][eE][lL]:|[sS][mM][sS]:|[sS][iI][pP][sS]?:)",
    "(?i:https?://)": "[hH][tT][tT][pP][sS]?://",
    "(?i:https?://|(?!//)(?![a-z][a-z0-9+.-]*:))": "([hH][tT][tT][pP][sS]?://|(?!//)(?![A-Za-z][A-Za-z0-9+.-]*:))",
    r"\Z": "$",
}
"""Python's spellings, and those of the dialect that the document's readers know."""


def document(routes: Iterable[Route], operations: Operations, address: str) -> Json:
    """`address` is where this server is reached. Pages are not in it: they are for browsers."""
    documented = [route for route in routes if route.access.surface is Surface.WIRE]
    schemas = _Schemas(operations[route.endpoint] for route in documented)
    paths: Json = {}
    for route in documented:
        for prefix in ("", COMPANY) if route.with_company else ("",):
            place = paths.setdefault(prefix + route.path, _place(prefix + route.path))
            for method in route.methods:
                place[method.lower()] = _operation(route, method, operations[route.endpoint], schemas, prefix)
    return {
        "openapi": VERSION,
        "info": {"title": "Keypost", "version": version("keypost"), "description": WIRE},
        "servers": [{"url": address}],
        "paths": paths,
        "components": {
            "schemas": schemas.all,
            "parameters": _headers(operations[route.endpoint] for route in documented),
            "headers": answer_headers.ALL,
            "securitySchemes": _security_schemes(documented),
        },
    }


class _Schemas:
    """The schema of each type, as the types themselves say it."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        kinds: dict[Any, None] = {Problem: None}
        for operation in operations:
            found = (operation.takes, *operation.gives.values(), *(query.kind for query in operation.query))
            shapes = (kind.fields if isinstance(kind, Form) else kind for kind in found)
            kinds |= dict.fromkeys(kind for kind in shapes if kind is not None and not isinstance(kind, Media))
        schemas, components = msgspec.json.schema_components(kinds, ref_template=SCHEMAS)
        self._of: dict[Any, Json] = dict(zip(kinds, schemas, strict=True))
        self.all = _readable(components)

    def of(self, kind: Any) -> Json:
        return self._of[kind]


def _readable(schema: Any) -> Any:
    """With patterns that every reader of JSON Schema understands, and without the line breaks of our docstrings."""
    if isinstance(schema, list | tuple):
        return [_readable(entry) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _readable(value) for key, value in schema.items()}
    if isinstance(found.get("pattern"), str):
        for python, everybody in PATTERNS.items():
            found["pattern"] = found["pattern"].replace(python, everybody)
        if found.get("default") == "":
            del found["default"]  # Nothing is what a missing text means, not one that the pattern would let through.
    if isinstance(found.get("description"), str):
        found["description"] = " ".join(found["description"].split())
    return found


def _place(path: str) -> Json:
    names = [piece.partition("}")[0] for piece in path.split("{")[1:]]
    parameters = [
        {"name": name, "in": "path", "required": True, "description": PLACES[name], "schema": {"type": "string"}}
        for name in names
    ]
    return {"parameters": parameters} if parameters else {}


def _operation(route: Route, method: str, operation: Operation, schemas: _Schemas, prefix: str) -> Json:
    shown: Json = {
        "operationId": _id(route, method, prefix),
        "tags": [operation.group.value],
        "summary": operation.summary,
        "responses": _answers(route, operation, schemas, prefix),
        "security": [{name: []} for name in route.access.schemes],
    }
    if operation.text:
        shown["description"] = operation.text
    if operation.query or operation.headers:
        of_headers = [{"$ref": HEADERS.format(name=header.name)} for header in operation.headers]
        shown["parameters"] = [*(_query(query, schemas) for query in operation.query), *of_headers]
    if operation.takes is not None and method != "GET":
        shown["requestBody"] = {"required": True, "content": _content(operation.takes, schemas, operation.example)}
    return shown


def _id(route: Route, method: str, prefix: str) -> str:
    """One for each operation; it tells apart what one endpoint does at several addresses and by several methods."""
    words = "".join(letter if letter.isalnum() else " " for letter in prefix + route.path).split()
    return "_".join((method.lower(), *words))


def _query(query: Query, schemas: _Schemas) -> Json:
    return {
        "name": query.name,
        "in": "query",
        "required": query.required,
        "description": query.text,
        "schema": schemas.of(query.kind),
    }


def _headers(operations: Iterable[Operation]) -> Json:
    return {header.name: _header(header) for operation in operations for header in operation.headers}


def _header(header: Header) -> Json:
    schema = {"type": "string", "minLength": 1, "maxLength": header.longest}
    return {"name": header.name, "in": "header", "description": header.text, "schema": schema}


def _content(kind: Any, schemas: _Schemas, example: Any = None) -> Json:
    if isinstance(kind, Media):
        return {kind.value: {}}
    if isinstance(kind, Form):
        return {FORM: {"schema": schemas.of(kind.fields)}}
    return {Media.JSON.value: {"schema": schemas.of(kind)} | ({"example": example} if example is not None else {})}


def _answers(route: Route, operation: Operation, schemas: _Schemas, prefix: str) -> Json:
    answers: Json = {}
    for status, kind in operation.gives.items():
        answers[str(status)] = {"description": "Success", **headers_of(route, status)}
        if kind is not None:
            answers[str(status)]["content"] = _content(kind, schemas)
    problem = {"content": _content(Problem, schemas)}
    for status, codes in sorted(refusals(route, operation, with_company=bool(prefix)).items()):
        description = ", ".join(f"`{code}`" for code in codes)
        answers[str(status)] = {"description": description, **headers_of(route, status), **problem}
    return answers


def refusals(route: Route, operation: Operation, *, with_company: bool) -> dict[int, list[str]]:
    """The codes that an address can answer with, by status."""
    codes = {*EVERYWHERE, *route.access.refuses, *operation.refuses}
    codes |= set(WITH_BODY) if operation.takes is not None else set()
    codes |= set(OF_FORM) if isinstance(operation.takes, Form) else set()
    codes |= {COMPANY_REFUSES} if with_company else set()
    codes |= {GUARDED_REFUSES} if route.access.schemes else set()
    codes |= _of_limits(route)
    by_status: dict[int, list[str]] = {}
    for code in sorted(codes):
        for status in statuses(code):
            by_status.setdefault(status, []).append(code)
    return by_status


def _of_limits(route: Route) -> set[str]:
    """Readings are counted by the wire's limits alone."""
    if route.family is None:
        return set()
    if route.is_newer_wire:
        return {COUNTED_REFUSES}
    return {OLDER_REFUSES} if route.family.is_reading else {COUNTED_REFUSES, OLDER_REFUSES}


def statuses(code: str) -> list[int]:
    names = {kind.__name__: status for kind, status in STATUS.items()}
    return [names.get(kind) or int(kind) for kind in CODES[code].kinds]


def _security_schemes(routes: Iterable[Route]) -> Json:
    used = {name for route in routes for name in route.access.schemes}
    return {name: scheme for name, scheme in SECURITY.items() if name in used}


SECURITY: Final[Mapping[str, Json]] = {
    "token": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Keypost-Token",
        "description": "An extension token's secret (`kpt_`, `kpx_`)",
    },
    "token_in_address": {
        "type": "apiKey",
        "in": "query",
        "name": "zapikey",
        "description": "The same, for senders that cannot set a header",
    },
    "api_token": {"type": "http", "scheme": "bearer", "description": "A person's API token (`kpa_`)"},
}
