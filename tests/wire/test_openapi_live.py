"""Whatever is asked of the API, right or wrong, the answer is one that the API's document promises; and no 500."""

import asyncio
from collections.abc import Iterator
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode, openapi
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.people import Program, Tool
from tests.world import World

from keypost.caller import Scope
from keypost.clock import MINUTE_MS
from keypost.ids import show_channel
from keypost.operations import OPERATIONS
from keypost.routes import ROUTES
from keypost.web.answer_headers import ALL as LIMITING
from keypost.web.credentials import HEADER_SHOWN
from keypost.web.openapi import Json, document
from keypost.web.routing import COMPANY

CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES: Final = 16
"""Of each address on each database: there are many addresses."""
BUDGET: Final = 3
"""One call at once: whoever makes a second one is refused for it, and is told so as the document says."""
NOT_AS_OPERATOR: Final = frozenset(Scope) - {Scope.OPERATOR}
"""Strangers' requests make no programs run here."""
OURS: Final = SchemathesisConfig.from_dict({"generation": {"with-security-parameters": False, "allow-x00": False}})
"""Credentials are given by hand: made-up ones would be all that is ever refused."""


def closed(document: Json) -> Json:
    """The document without fields that it does not name: else made-up ones would be most of what is sent."""
    for schema in document["components"]["schemas"].values():
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
    return document


SCHEMA: Final = openapi.from_dict(closed(document(ROUTES, OPERATIONS, "http://127.0.0.1")), config=OURS)
ENDLESS: Final = frozenset({"/api/v1/extensions/{name}/log"})
"""Its stream goes on for as long as it is read."""

Asked = APIOperation[Any, Any, Any, Any]
Headers = dict[str, str]


def operations() -> Iterator[Asked]:
    for found in SCHEMA.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        if COMPANY not in operation.path and operation.path not in ENDLESS:
            yield operation


class Caller:
    """A tool with a token, whose owner also has a program; `places` are what an address can name that is there."""

    def __init__(self, world: World, tool: Tool, program: Program) -> None:
        self._with_token = {HEADER_SHOWN: tool.secret}
        self._with_api_token = {"Authorization": f"Bearer {program.api_token}"}
        self.places = {
            "name": "builds",
            "chat": world.id_of("#builds"),
            "channel": show_channel(world.chat("#builds").id),
            "app": str(tool.app.id),
            "person": str(world.grace.person.id),
            "bot": "buildbot",
        }

    def credentials(self, operation: Asked) -> list[Headers]:
        """Those that the address takes, and for posting now and then none."""
        takes_token = any("token" in scheme for scheme in operation.definition.raw.get("security", ()))
        return [*[self._with_token, self._with_api_token] * 3, {}] if takes_token else [self._with_api_token]


@pytest.fixture(scope="module")
async def caller(lasting_world: World) -> Caller:
    await lasting_world.restart(posts_per_minute=BUDGET)
    tool = await lasting_world.standing_tool()
    return Caller(lasting_world, tool, await lasting_world.program(lasting_world.ada, *NOT_AS_OPERATOR))


@pytest.mark.parametrize("operation", list(operations()), ids=lambda operation: operation.label)
@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(data=st.data())
async def test_every_answer_is_one_that_the_document_promises(
    lasting_world: World, caller: Caller, operation: Asked, data: st.DataObject
) -> None:
    mode = data.draw(st.sampled_from([GenerationMode.POSITIVE, GenerationMode.NEGATIVE]))
    case = data.draw(operation.as_strategy(generation_mode=mode))
    for name in case.path_parameters.keys() & caller.places.keys():
        if data.draw(st.booleans()):
            case.path_parameters[name] = caller.places[name]
    if isinstance(case.body, dict) and data.draw(st.booleans()):
        case.body["text"] = "Hello"  # Made-up texts are blank, mostly, and hide what is behind them.
    headers = data.draw(st.sampled_from(caller.credentials(operation)))

    # Most of the time budgets are full again: or they and missing credentials would hide what is behind them.
    lasting_world.clock.move(data.draw(st.sampled_from([MINUTE_MS, MINUTE_MS, MINUTE_MS, 0])))

    answer = await asyncio.to_thread(case.call, lasting_world.base, headers=headers)

    case.validate_response(answer, checks=CHECKS)
    promised = operation.definition.raw["responses"][str(answer.status_code)].get("headers", {})
    assert {name for name in LIMITING if name.lower() in answer.headers} <= promised.keys()
