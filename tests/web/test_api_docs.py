"""The API's documents say what the server does."""

import re
from typing import Any

import msgspec
import pytest
from openapi_spec_validator import validate
from tests.world import World

from keypost.clock import MINUTE_MS
from keypost.codes import CODES
from keypost.messages.decoding import decode
from keypost.messages.judging import Draft
from keypost.operations import EXAMPLE, OPERATIONS
from keypost.routes import ROUTES
from keypost.web.openapi import document, refusals
from keypost.web.routing import Surface, paths
from keypost.webhooks.bots import BotDraft
from keypost.webhooks.editing import EditDraft
from keypost.webhooks.naming import HEADERS

WIRE = [route for route in ROUTES if route.access.surface is Surface.WIRE]

BEFORE_AN_ADDRESS = {
    *("address_too_long", "head_too_slow", "header_too_large", "request_malformed", "too_many_connections"),
    *("method_not_allowed", "url_not_found"),
}
ON_PAGES = {
    *("button_not_found", "command_not_found", "dialog_over", "foreign_origin", "input_missing", "minting_not_allowed"),
    *(
        "deactivated",
        "no_chats",
        "not_signed_in",
        "poll_option_not_found",
        "reveal_over",
        "secret_typed",
        "sign_in_link_over",
    ),
    "token_limit_exceeded",
}
BY_PROGRAMS = {
    *("edit_not_allowed", "extension_name_invalid", "folder_exists", "no_demo", "no_server", "unknown_event"),
    *("direct_chat_closed", "unknown_extension"),
}
MENTIONS = {"mention_not_allowed", "team_mention_not_allowed"}


@pytest.fixture(scope="module")
def content() -> dict[str, Any]:
    return document(ROUTES, OPERATIONS, "https://keypost.example")


def test_every_address_for_tools_is_described_and_no_other() -> None:
    assert set(OPERATIONS) == {route.endpoint for route in WIRE}


def test_the_document_is_openapi(content: dict[str, Any]) -> None:
    validate(content)

    assert content["openapi"].startswith("3.1")
    assert set(content["paths"]) == {path for route in WIRE for path in paths(route)}


def test_operations_have_names_of_their_own(content: dict[str, Any]) -> None:
    names = [
        operation["operationId"]
        for place in content["paths"].values()
        for method, operation in place.items()
        if method != "parameters"
    ]

    assert len(set(names)) == len(names)


def test_no_code_is_promised_that_does_not_exist() -> None:
    promised = {code for route in WIRE for codes in _refused(route).values() for code in codes}

    assert promised <= set(CODES)


def test_every_code_is_promised_where_it_can_be_met() -> None:
    promised = {code for route in WIRE for codes in _refused(route).values() for code in codes}

    assert set(CODES) - promised == BEFORE_AN_ADDRESS | ON_PAGES | BY_PROGRAMS


def test_whatever_takes_content_promises_to_say_whom_it_may_not_call() -> None:
    taking = [route for route in WIRE if route.family is not None and route.family.name.endswith(("_POST", "EDIT"))]

    assert [route.path for route in taking if not {*_refused(route)[403]} >= MENTIONS] == []


def test_whatever_knows_a_repeat_says_by_which_headers(content: dict[str, Any]) -> None:
    for route in WIRE:
        for method in route.methods:
            operation = content["paths"][route.path][method.lower()]
            shown = [each["$ref"].rpartition("/")[2] for each in operation.get("parameters", ()) if "$ref" in each]
            knows = "delivery_under_way" in _refused(route).get(409, ())

            assert shown == (list(HEADERS) if knows else []), route.path


def test_posting_is_shown_by_an_example_that_is_what_it_takes(content: dict[str, Any]) -> None:
    shown = [route for route in WIRE if OPERATIONS[route.endpoint].example is not None]

    assert {OPERATIONS[route.endpoint].takes for route in shown} == {Draft, BotDraft, EditDraft}
    for route in shown:
        body = content["paths"][route.path][route.methods[-1].lower()]["requestBody"]["content"]["application/json"]
        taken: type[Any] = OPERATIONS[route.endpoint].takes or type(None)
        assert decode(msgspec.json.encode(body["example"]), taken)


async def test_the_page_shows_examples_and_headers(world: World) -> None:
    shown = await world.stranger.get("/api/docs")

    assert [name for name in HEADERS if f'id="header-{name}"' not in shown.text] == []
    assert EXAMPLE["text"] in shown.text


def test_patterns_are_in_the_dialect_of_json_schema(content: dict[str, Any]) -> None:
    found = list(_patterns(content))

    assert found
    assert [pattern for pattern in found if "\\Z" in pattern or "(?i" in pattern or "(?P" in pattern] == []
    assert all(re.compile(pattern) for pattern in found)


async def test_the_server_serves_the_document_and_a_page_of_it(world: World) -> None:
    served = await world.stranger.get("/api/docs/openapi.json")
    shown = await world.stranger.get("/api/docs")

    assert served.json["servers"] == [{"url": world.base}]
    assert served.json["paths"] == document(ROUTES, OPERATIONS, world.base)["paths"]
    assert shown.status == 200
    missing = [route.path for route in WIRE if f"<code>{route.path}</code>" not in shown.text]
    assert missing == []


async def test_refusals_are_among_those_that_the_document_names(world: World) -> None:
    paths_of = (await world.stranger.get("/api/docs/openapi.json")).json["paths"]

    for path, place in paths_of.items():
        for method, operation in place.items():
            if method == "parameters" or not operation["security"]:
                continue
            world.clock.move(MINUTE_MS)
            answer = await world.stranger.send(method.upper(), re.sub(r"\{[a-z]+\}", "1", path), b"{}")

            assert f"`{answer.json['code']}`" in operation["responses"][str(answer.status)]["description"]


def _refused(route: Any) -> dict[int, list[str]]:
    return refusals(route, OPERATIONS[route.endpoint], with_company=route.with_company)


def _patterns(schema: Any) -> list[str]:
    if isinstance(schema, list):
        return [pattern for entry in schema for pattern in _patterns(entry)]
    if not isinstance(schema, dict):
        return []
    own = [schema["pattern"]] if isinstance(schema.get("pattern"), str) else []
    return own + [pattern for entry in schema.values() for pattern in _patterns(entry)]
