"""The API's documents: as OpenAPI for programs, as a page for people. Both are the same document."""

import json
from collections.abc import Iterable
from functools import cached_property

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from keypost.codes import CODES
from keypost.web.openapi import Json, Operations, document
from keypost.web.pages import page
from keypost.web.parts import part
from keypost.web.replies import ok
from keypost.web.routing import COMPANY, Route
from keypost.web.schema_text import Field, fields_of, type_of


class ApiDocument:
    """Made when somebody first asks for it."""

    def __init__(self, routes: Iterable[Route], operations: Operations, address: str) -> None:
        self._routes = tuple(routes)
        self._operations = operations
        self._address = address

    @cached_property
    def content(self) -> Json:
        return document(self._routes, self._operations, self._address)


class OperationView(Struct):
    """`alias` is the same address with the organisation in it, where there is one."""

    id: str
    method: str
    path: str
    summary: str
    text: str
    credentials: list[str]
    query: list[Field]
    headers: list[str]
    takes: str
    example: str
    gives: list[tuple[str, str]]
    refuses: list[tuple[str, list[str]]]
    alias: str


class TypeView(Struct):
    name: str
    text: str
    fields: list[Field]


async def serve(request: Request) -> Response:
    return ok(part(request, ApiDocument).content)


async def show(request: Request) -> Response:
    content = part(request, ApiDocument).content
    return page(
        request,
        "api/docs.html",
        address=content["servers"][0]["url"],
        version=content["info"]["version"],
        groups=_groups(content),
        schemes=content["components"]["securitySchemes"],
        headers=content["components"]["parameters"],
        types=[_type(name, schema) for name, schema in sorted(content["components"]["schemas"].items())],
        codes={code: entry.text for code, entry in CODES.items()},
    )


def _groups(content: Json) -> dict[str, list[OperationView]]:
    found: dict[str, list[OperationView]] = {}
    for path, methods in content["paths"].items():
        if path.startswith(COMPANY):
            continue
        for method, operation in methods.items():
            if method != "parameters":
                alias = COMPANY + path if COMPANY + path in content["paths"] else ""
                found.setdefault(operation["tags"][0], []).append(_operation(path, method, operation, alias))
    return found


def _operation(path: str, method: str, operation: Json, alias: str) -> OperationView:
    answers = operation["responses"]
    return OperationView(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        text=operation.get("description", ""),
        credentials=[name for scheme in operation["security"] for name in scheme],
        query=[_parameter(each) for each in operation.get("parameters", ()) if "$ref" not in each],
        headers=[each["$ref"].rpartition("/")[2] for each in operation.get("parameters", ()) if "$ref" in each],
        takes=_body(operation.get("requestBody", {})),
        example=_example(operation.get("requestBody", {})),
        gives=[(status, _body(answer)) for status, answer in answers.items() if status.startswith("2")],
        refuses=[(status, _codes(answer)) for status, answer in answers.items() if not status.startswith("2")],
        alias=alias,
    )


def _parameter(parameter: Json) -> Field:
    return Field(parameter["name"], type_of(parameter["schema"]), parameter["required"], parameter["description"])


def _body(described: Json) -> str:
    """The name of a JSON body's type, or its media type."""
    for media, content in described.get("content", {}).items():
        return type_of(content["schema"]) if "schema" in content else str(media)
    return ""


def _example(described: Json) -> str:
    for content in described.get("content", {}).values():
        if "example" in content:
            return json.dumps(content["example"], ensure_ascii=False)
    return ""


def _codes(answer: Json) -> list[str]:
    return str(answer["description"]).replace("`", "").split(", ")


def _type(name: str, schema: Json) -> TypeView:
    return TypeView(name, str(schema.get("description", "")), fields_of(schema))
