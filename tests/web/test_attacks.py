"""The same attacks on every route: what is not allowed is refused, in one shape, by every one of them."""

import pytest
from tests.people import Answer, Headers
from tests.world import World

from keypost.clock import MINUTE_MS
from keypost.people.access import API_TOKEN, SESSION
from keypost.routes import ROUTES
from keypost.tokens.access import TOKEN_FOR_BOT, TOKEN_OF_APP, TOKEN_THAT_POSTS
from keypost.web.headers import FIXED
from keypost.web.routing import COMPANY, Access, Route, Surface, paths

Target = tuple[Route, str]

ALL_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
ADDRESSES: list[Target] = [(route, path) for route in ROUTES for path in paths(route)]
CALLS = [(method, route, path) for route, path in ADDRESSES for method in route.methods]
REFUSALS = {
    SESSION: "not_signed_in",
    API_TOKEN: "oauthtoken_invalid",
    TOKEN_OF_APP: "invalid_zapikey",
    TOKEN_FOR_BOT: "invalid_zapikey",
    TOKEN_THAT_POSTS: "invalid_zapikey",
}
GUARDED = [call for call in CALLS if call[1].access in REFUSALS]
CHANGING_PAGES = [call for call in CALLS if call[1].access.surface is Surface.PAGE and call[0] != "GET"]
FROM_ELSEWHERE = (
    [("Sec-Fetch-Site", "cross-site")],
    [("Sec-Fetch-Site", "same-site")],
    [("Sec-Fetch-Site", "cross-site"), ("Origin", "{base}")],
    [("Origin", "https://evil.example")],
    [("Origin", "null")],
    [("Origin", "{base}.evil.example")],
    [("Origin", "http://[")],
)
BAD_BODIES = (b"", b"{", b"[]", b"null", b"5", b'"x"', b"\xff", b'{"a":', b"{}" * 2, b"[" * 100_000, b'{"text": null}')
SOME_BODY = b'{"text": "x", "button": "y", "nonce": "z", "emoji_code": "x", "person": "x"}'
BAD_PIECES = (
    "9" * 5000,
    "%00",
    "%2e%2e%2f",
    "%ff%fe",
    "-1",
    "CT_0_0",
    "CT_1_1-B",
    "tok_",
    "0_0",
    "%C3%A9" * 300,
    "%0d%0aX:%20y",
)


@pytest.fixture(autouse=True)
def _a_minute_later(lasting_world: World) -> None:
    """Each attack comes after the failures of the one before are forgotten."""
    lasting_world.clock.move(MINUTE_MS)


def named(call: tuple[object, ...]) -> str:
    return " ".join(piece for piece in call if isinstance(piece, str))


@pytest.mark.parametrize("call", GUARDED, ids=named)
async def test_nobody_gets_in_without_a_credential(lasting_world: World, call: tuple[str, Route, str]) -> None:
    method, route, path = call

    answer = await lasting_world.stranger.send(method, filled(lasting_world, path), b"{}")

    assert answer.status == 401
    assert refusal(answer) == REFUSALS[route.access]
    # Browsers would open a dialog of their own for a page.
    assert ("WWW-Authenticate" in answer.headers) == (route.access.surface is Surface.WIRE)


@pytest.mark.parametrize("call", GUARDED, ids=named)
async def test_a_credential_of_another_kind_opens_nothing(lasting_world: World, call: tuple[str, Route, str]) -> None:
    method, route, path = call
    world, address = lasting_world, filled(lasting_world, path)
    standup = await world.tool()
    token, api_token = standup.secret, world.ada.api_token
    bearers = {SESSION: [token, api_token], API_TOKEN: [token], TOKEN_OF_APP: [api_token]}.get(route.access, [])
    wrong: list[Headers] = [[("Authorization", f"Bearer {bearer}")] for bearer in bearers]
    wrong += [[("X-Keypost-Token", api_token)], [("Authorization", "Basic YWRhOmFkYQ==")]]
    if route.access is SESSION:
        wrong += [[("X-Keypost-Token", token)], [("Cookie", f"keypost-{world.settings.port}={token}")]]

    answers = [await world.stranger.send(method, address, b"{}", headers) for headers in wrong]
    if route.access is not SESSION:
        await world.ada.arrive()
        answers.append(await world.ada.send(method, address, b"{}"))
    if route.access is SESSION:
        answers.append(await world.stranger.send(method, f"{address}?zapikey={token}", b"{}"))
    await world.revoke(standup)

    assert {refusal(answer) for answer in answers} == {REFUSALS[route.access]}


@pytest.mark.parametrize("call", CHANGING_PAGES, ids=named)
async def test_a_page_of_another_site_changes_nothing(lasting_world: World, call: tuple[str, Route, str]) -> None:
    method, _, path = call
    await lasting_world.ada.arrive()

    for case in FROM_ELSEWHERE:
        headers = [(name, value.format(base=lasting_world.base)) for name, value in case]
        answer = await lasting_world.ada.send(method, filled(lasting_world, path), b"{}", headers)
        assert (answer.status, refusal(answer)) == (403, "foreign_origin"), case


@pytest.mark.parametrize(
    "own", [[("Sec-Fetch-Site", "same-origin")], [("Sec-Fetch-Site", "none")], [("Origin", "{b}")]]
)
async def test_our_own_page_does(world: World, own: list[tuple[str, str]]) -> None:
    await world.ada.sign_in()
    headers = [(name, value.format(b=world.base)) for name, value in own]

    answer = await world.ada.post(f"/chats/{world.id_of('#general')}/say", {"text": "Hello"}, headers)

    assert answer.json == {"kind": "posted"}


@pytest.mark.parametrize("target", ADDRESSES, ids=lambda target: target[1])
async def test_a_method_that_a_route_does_not_take_is_named(lasting_world: World, target: Target) -> None:
    _, path = target
    here = {method for route, other in ADDRESSES if other == path for method in route.methods}
    taken = here | ({"HEAD"} if "GET" in here else set())

    for method in set(ALL_METHODS) - taken:
        answer = await lasting_world.stranger.send(method, filled(lasting_world, path))

        assert answer.status == 405
        assert answer.headers["Allow"] == ", ".join(sorted(taken))
        if method != "HEAD":
            assert refusal(answer) == "method_not_allowed"


@pytest.mark.parametrize("call", [call for call in CALLS if call[0] == "POST"], ids=named)
async def test_a_body_that_makes_no_sense_is_refused_in_one_shape(
    lasting_world: World, call: tuple[str, Route, str]
) -> None:
    method, _, path = call
    world = lasting_world
    await world.ada.arrive()
    standup = await world.tool()

    for body in BAD_BODIES:
        headers = [("X-Keypost-Token", standup.secret)] if "/api/" in path else []
        answer = await world.ada.send(method, filled(world, path), body, headers)
        assert answer.status < 500
        if answer.status >= 400:
            refusal(answer)
    await world.revoke(standup)


@pytest.mark.parametrize("call", [call for call in CALLS if "{" in call[2].removeprefix(COMPANY)], ids=named)
async def test_a_strange_piece_of_the_address_is_refused_in_one_shape(
    lasting_world: World, call: tuple[str, Route, str]
) -> None:
    method, route, path = call
    world = lasting_world
    await world.ada.arrive()
    standup = await world.tool()
    headers = [("X-Keypost-Token", standup.secret)]
    if route.access is API_TOKEN:
        headers = [("Authorization", f"Bearer {(await world.program(world.ada)).api_token}")]

    for piece in BAD_PIECES:
        address = path.replace("{org}", str(world.org_id))
        address = "/".join(piece if part.startswith("{") else part for part in address.split("/"))
        answer = await world.ada.send(method, address, SOME_BODY, headers)
        assert 400 <= answer.status < 500, (piece[:20], answer.status)
        refusal(answer)
    await world.revoke(standup)


@pytest.mark.parametrize(
    "path", ["/nothing", "/api/v2/nothing", "/company/1/api", "//", "/chats", "/static/", "/%2e%2e/"]
)
async def test_an_unknown_address_is_refused_in_one_shape(lasting_world: World, path: str) -> None:
    answer = await lasting_world.stranger.get(path)

    assert (answer.status, refusal(answer)) == (404, "url_not_found")


@pytest.mark.parametrize(
    "path", ["../pages.py", "%2e%2e/pages.py", "..%2fpages.py", "js/../../pages.py", "/etc/passwd"]
)
async def test_no_file_outside_of_the_static_folder_is_served(lasting_world: World, path: str) -> None:
    answer = await lasting_world.stranger.get(f"/static/{path}")

    assert (answer.status, refusal(answer)) == (404, "url_not_found")


@pytest.mark.parametrize("path", ["/", "/tokens", "/signed-out", "/sign-in/x", "/nothing"])
async def test_a_person_gets_a_page_and_not_json(lasting_world: World, path: str) -> None:
    answer = await lasting_world.stranger.get(path, [("Accept", "text/html")])

    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


async def test_a_forged_host_appears_in_no_answer(world: World) -> None:
    await world.ada.arrive()
    forged = [("Host", "evil.example"), ("X-Forwarded-Host", "evil.example"), ("Forwarded", "host=evil.example")]

    for path in ("/", f"/chats/{world.id_of('#general')}", "/tokens", "/nothing"):
        answer = await world.ada.get(path, [*forged, ("Accept", "text/html")])
        assert "evil.example" not in answer.text
        assert "evil.example" not in answer.headers.get("Location", "")


async def test_the_cookie_is_for_this_server_and_for_no_script(world: World) -> None:
    answer = await world.ada.sign_in()

    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(f"keypost-{world.settings.port}=kps_")
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    assert "domain" not in cookie.lower()


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.methods[0]} {route.path}")
def test_every_route_says_who_may_call_it(route: Route) -> None:
    assert isinstance(route.access, Access)
    assert route.access.credential
    assert route.access in REFUSALS or route.access.credential.startswith("none: ")


def test_a_route_that_does_not_say_it_cannot_be_written() -> None:
    with pytest.raises(TypeError, match="access"):
        Route(("GET",), "/open", ROUTES[0].endpoint)  # type: ignore[call-arg]


def filled(world: World, path: str) -> str:
    """An address with something real in each place."""
    real = {
        "org": world.org_id,
        "name": "general",
        "chat": world.id_of("#general"),
        "thread": world.id_of("#general"),
        "channel": f"O{world.chat('#general').id}",
        "person": world.grace.person.id,
        "app": 1001,
        "nonce": 1,
        "secret": "kpl_x",
        "message": "1_1",
        "token": "tok_1",
        "file:path": "keypost.css",
    }
    for name, value in real.items():
        path = path.replace(f"{{{name}}}", str(value))
    return path


def refusal(answer: Answer) -> str:
    """The code of a refusal, which has exactly the shape and the headers that every refusal has."""
    assert 400 <= answer.status < 500
    assert answer.headers["Content-Type"] == "application/json"
    body = answer.json
    assert body.keys() == {"message", "code"}
    assert body["message"]
    for name, value in FIXED.items():
        assert answer.headers[name] == value
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    code: str = body["code"]
    return code
