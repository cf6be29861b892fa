"""Who does not take JSON gets none, and nothing is done; who says it loosely does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.people import posting_path
from tests.world import World

GENERAL = posting_path("#general")
FINE = (
    "*/*",
    "application/json",
    "Application/JSON; charset=utf-8",
    "application/*",
    "text/html, application/*;q=0.1",
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "application/json;q=0.001",
    "application/json;q=0, application/json",
    "*/*;q=0, application/json",
    "application/json, text/plain, */*",
    "text/html;q=0, */*",
    "",
    ",",
    "nonsense",
    "*",
    "application/json;q=high",
    "application/json; q=",
)
LEFT_OUT = (
    "text/html",
    "text/*",
    "application/xml",
    "application/json;q=0",
    "application/json; Q=0.000, */*",
    "application/*;q=0, */*",
    "*/*;q=0.0",
    "application/jsonp",
    "application/json+x",
    "image/png, nonsense",
)
PIECES = st.sampled_from(["application/json", "*/*", "text/html", ";q=0", ";q=1", ",", ";", "=", " ", "q", "/", "é"])


@pytest.mark.parametrize("accept", FINE)
async def test_an_answer_in_json_is_taken(lasting_world: World, accept: str) -> None:
    standup = await lasting_world.standing_tool()

    answer = await standup.post(GENERAL, {"text": "Hello"}, _headers(standup.secret, accept))

    assert answer.status == 204


@pytest.mark.parametrize("accept", LEFT_OUT)
async def test_who_leaves_json_out_is_refused_before_anything_is_stored(lasting_world: World, accept: str) -> None:
    standup = await lasting_world.standing_tool()
    before = await lasting_world.texts_in("#general")

    answer = await standup.post(GENERAL, {"text": "Hello"}, _headers(standup.secret, accept))

    assert (answer.status, answer.refused_with) == (406, "not_acceptable")
    assert answer.headers["Content-Type"] == "application/json"
    assert await lasting_world.texts_in("#general") == before


async def test_several_headers_are_one_list(lasting_world: World) -> None:
    standup = await lasting_world.standing_tool()
    headers = [*_headers(standup.secret, "text/html"), ("Accept", "application/json")]

    assert (await standup.post(GENERAL, {"text": "Hello"}, headers)).status == 204


async def test_pages_and_answers_of_another_kind_are_not_asked_for_json(lasting_world: World) -> None:
    admin = await lasting_world.program(lasting_world.ada)
    await lasting_world.standing_tool()
    headers = [("Authorization", f"Bearer {admin.api_token}"), ("Accept", "text/plain")]

    log = await admin.get("/api/v1/extensions/standup/log", headers)
    page = await lasting_world.stranger.get("/signed-out", [("Accept", "text/html")])

    assert "not_acceptable" not in log.text
    assert page.status == 200


@given(accept=st.lists(PIECES, max_size=12).map("".join))
async def test_no_accept_header_is_a_fault(lasting_world: World, accept: str) -> None:
    standup = await lasting_world.standing_tool()

    answer = await standup.post(GENERAL, {"text": "Hello"}, _headers(standup.secret, accept))

    assert answer.status in {204, 406}


def _headers(secret: str, accept: str) -> list[tuple[str, str]]:
    return [("X-Keypost-Token", secret), ("Accept", accept)]
