"""P6 of the wire: an event goes to the handler of an extension's bot, and the bot says what comes of it."""

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy import select
from tests.people import Answer, Headers, Tool
from tests.webhooks.test_bots import heard
from tests.webhooks.test_incoming import outcomes
from tests.webhooks.test_waiting_requests import waiting
from tests.world import World

from keypost.caller import Scope
from keypost.db.tables import messages
from keypost.db.tx import Tx
from keypost.extensions.manifest import Bot
from keypost.webhooks.dispatcher import Dispatcher

METHODS = ("GET", "POST", "PUT", "DELETE", "HEAD")
TOO_LONG = "x" * 10_001


async def test_what_the_handler_says_the_bot_tells_the_owner_of_the_token(world: World) -> None:
    graces = await world.tool(await world.running_extension(), owner=world.grace)

    answer = await graces.event_to_bot(b"Anything at all", query="&branch=main", headers=[("X-Event", "push")])

    assert (answer.status, answer.json) == (200, {"text": "event: Anything at all"})
    assert await heard(world, graces.app) == {"ada": [], "grace": ["event: Anything at all"], "alan": []}
    assert await world.messages_in("#builds") == []  # Where the token's button was pressed.
    (call,) = world.heard_by(graces.app)
    assert (call["bot"], call["app"], call["person"]) == ("standup", graces.app.appkey, world.grace.person.email)
    assert (call["method"], call["params"]) == ("POST", {"branch": "main"})
    assert call["headers"]["x-event"] == "push"
    assert call["response_url"].startswith(f"{world.base}/v2/extensions/{graces.app.id}/responses/")
    assert await world.read(outcomes) == ["handled"]


@pytest.mark.parametrize("path_of", [lambda tool: tool.incoming_path, lambda tool: tool.bot_path], ids=["app", "bot"])
async def test_every_method_of_the_wire_is_taken(world: World, path_of: Callable[[Tool], str]) -> None:
    standup = await world.tool(await world.running_extension())
    path, headers = f"/company/{world.org_id}{path_of(standup)}", [("X-Keypost-Token", standup.secret)]

    answers = [await standup.send(method, path, None, headers) for method in METHODS]

    assert [answer.status for answer in answers] == [200] * 5
    assert [answer.body for answer in answers] == [b'{"text":"event: nothing"}'] * 4 + [b""]
    assert [call["method"] for call in world.heard_by(standup.app)] == list(METHODS)


async def test_a_map_that_is_no_message_is_the_callers_alone(world: World) -> None:
    standup = await world.tool(await world.running_extension())

    echoed = await standup.event_to_bot({"answer": {"challenge": "4711"}})
    nothing = await standup.event_to_bot({"answer": ""})
    v3 = await standup.event_to_bot({"said": "hello"}, v3=True)

    assert (echoed.status, echoed.json) == (200, {"challenge": "4711"})
    assert (nothing.status, nothing.body) == (204, b"")
    assert (v3.status, v3.json) == (200, {"user_ids": [str(world.ada.person.id)]})
    assert await heard(world, standup.app) == {"ada": ['event: {"said": "hello"}'], "grace": [], "alan": []}


async def test_the_newer_address_tells_whom_it_names_and_says_who_that_is(world: World) -> None:
    graces = await world.tool(await world.running_extension(), owner=world.grace)
    ada, alan = world.ada.person, world.alan.person

    answer = await graces.event_to_bot({"a": "b"}, v3=True, query=f"&user_ids={alan.email},{ada.id},nobody@example.com")

    assert (answer.status, answer.json) == (200, {"user_ids": [str(alan.id), str(ada.id)]})
    assert await heard(world, graces.app) == {"ada": ['event: {"a": "b"}'], "grace": [], "alan": ['event: {"a": "b"}']}


async def test_names_of_nobody_are_refused_before_anything_is_stored(world: World) -> None:
    standup = await world.tool()

    refused = await standup.event_to_bot({"a": "b"}, v3=True, query="&user_ids=nobody@example.com")

    assert (refused.status, refused.refused_with) == (400, "botmessage_no_valid_users")
    assert await world.read(outcomes) == []


async def test_who_left_while_the_request_waited_hears_nothing(world: World) -> None:
    standup = await world.tool(await world.extension())  # Nobody listens yet.
    names = f"&user_ids={world.grace.person.id},{world.alan.person.id}"
    answer = await standup.event_to_bot({"a": "b"}, v3=True, query=names)
    await world.deactivate(world.alan)

    world.server.supervisor.start(standup.app.extension)
    dispatcher = Dispatcher(world.server.desk)
    ended = await asyncio.gather(*[dispatcher.submit(*row) for row in await world.read(waiting)])

    assert answer.json == {"user_ids": [str(world.grace.person.id), str(world.alan.person.id)]}
    assert [ending.readers for ending in ended if ending is not None] == [(world.grace.person.id,)]
    assert await heard(world, standup.app) == {"ada": [], "grace": ['event: {"a": "b"}'], "alan": []}
    await dispatcher.stop()


@pytest.mark.parametrize(
    ("body", "query", "sentence"),
    [
        ([], "", "object"),
        (b"no json", "", "JSON"),
        ({"a": 5}, "", "a"),
        ({"a": {"b": "c"}}, "", "a"),
        ({"a": TOO_LONG}, "", "a"),
        ({f"f{number}": "x" for number in range(51)}, "", "50"),
        ({}, "&a=b" * 51, "50"),
    ],
)
async def test_the_newer_address_takes_bounded_fields_alone(
    lasting_world: World, body: object, query: str, sentence: str
) -> None:
    standup = await lasting_world.tool()
    before = await lasting_world.read(outcomes)

    answer = await standup.event_to_bot(body, v3=True, query=query)

    assert (answer.status, answer.refused_with in {"invalid_inputs", "invalid_json"}) == (400, True)
    assert sentence in answer.sentence
    assert await lasting_world.read(outcomes) == before


async def test_the_newer_address_takes_posts_alone(lasting_world: World) -> None:
    standup = await lasting_world.tool()
    path, headers = standup.bot_path.replace("/v2/", "/v3/"), [("X-Keypost-Token", standup.secret)]

    answer = await standup.send("GET", path, None, headers)

    assert (answer.status, answer.refused_with) == (405, "method_not_allowed")


async def test_a_bot_answers_to_its_own_extensions_tokens_with_its_key(world: World) -> None:
    app, other = await world.extension(), await world.extension("retro")
    sandbox = await world.sandbox_of(app)
    own, foreign = await world.tool(app), await world.tool(other)
    in_sandbox = await world.tool(sandbox, sandbox=True)
    posts_only = await world.tool(app, scope=frozenset({Scope.POST}))
    bot, key = "/api/v2/bots/standup/incoming", app.appkey

    refused = {
        "no key": await own.carry(bot, b""),
        "wrong key": await own.carry(f"{bot}?appkey={other.appkey}", b""),
        "the sandbox's key": await own.carry(f"{bot}?appkey={sandbox.appkey}", b""),
        "another extension's token": await foreign.carry(f"{bot}?appkey={key}", b""),
        "the sandbox's token": await in_sandbox.carry(f"{bot}?appkey={key}", b""),
        "a token for posts": await posts_only.event_to_bot(b""),
        "no bot": await own.carry(f"/api/v2/bots/nobody/incoming?appkey={key}", b""),
        "a bot without an extension": await own.carry("/api/v2/bots/buildbot/incoming", b""),
        "another organisation": await own.carry(f"/company/1{own.bot_path}", b""),
        "no token": await world.stranger.post(own.bot_path, b""),
        "NUL": await own.event_to_bot(b"", query="&x=%00"),
    }

    assert {why: (answer.status, answer.refused_with) for why, answer in refused.items()} == {
        "no key": (400, "param_missing"),
        "wrong key": (401, "invalid_appkey"),
        "the sandbox's key": (401, "invalid_appkey"),
        "another extension's token": (403, "bot_message_forbidden"),
        "the sandbox's token": (403, "bot_message_forbidden"),
        "a token for posts": (403, "scope_missing"),
        "no bot": (404, "bot_not_found"),
        "a bot without an extension": (404, "execution_handler_not_found"),
        "another organisation": (403, "invalid_access"),
        "no token": (401, "invalid_zapikey"),
        "NUL": (400, "invalid_inputs"),
    }
    assert await world.read(outcomes) == []


async def test_the_sandbox_has_its_own_bot(world: World) -> None:
    sandbox = await world.sandbox_of(await world.running_extension())
    tool = await world.tool(sandbox, sandbox=True)

    answer = await tool.event_to_bot(b"try")

    assert answer.status == 200
    assert await heard(world, sandbox) == {"ada": ["event: try"], "grace": [], "alan": []}
    assert [call["bot"] for call in world.heard_by(sandbox)] == ["standupsandbox"]


async def test_who_declares_no_handler_takes_no_requests(world: World) -> None:
    without = await world.tool(await world.extension(incoming=None, bot=Bot()))

    answers = [await without.event(b""), await without.event_to_bot(b""), await without.event_to_bot({}, v3=True)]

    assert [(answer.status, answer.refused_with) for answer in answers] == [(404, "execution_handler_not_found")] * 3
    assert await world.read(outcomes) == []


async def test_a_persons_api_token_calls_it_for_that_person(world: World) -> None:
    app = await world.running_extension()
    graces = await world.program(world.grace, Scope.POST)
    readers = await world.program(world.grace, Scope.READ)
    path = f"/api/v2/bots/standup/incoming?appkey={app.appkey}"

    taken = await sent(world, path, [("Authorization", f"Zoho-oauthtoken {graces.api_token}")])
    refused = await sent(world, path, [("Authorization", f"Bearer {readers.api_token}")])
    ledger = await (await world.program(world.ada)).call("GET", "/extensions/standup/requests")

    assert (taken.status, refused.refused_with) == (200, "scope_missing")
    assert await heard(world, app) == {"ada": [], "grace": ["event: hello"], "alan": []}
    assert [entry["token"] for entry in ledger.json["requests"]] == [None]
    (call,) = world.heard_by(app)
    assert (call["person"], call["settings"]) == (world.grace.person.email, None)


async def test_a_broken_handler_is_called_again_and_its_no_is_told(world: World) -> None:
    standup = await world.tool(await world.running_extension())

    refused = await standup.event_to_bot({"refuse": "Not yours."})
    failed = await standup.event_to_bot({"fail_until": 99})
    given_up = await standup.event_to_bot({"answer": {"text": 5}})

    assert (refused.status, refused.refused_with, refused.sentence) == (400, "refused_by_extension", "Not yours.")
    assert (failed.status, given_up.status) == (204, 204)
    assert await world.read(outcomes) == ["refused", None, "given up"]
    assert await world.read(count) == 0


async def test_a_bots_words_with_one_key_are_one_message_for_each_reader(world: World) -> None:
    standup = await world.tool(await world.running_extension())
    both = f"&user_ids={world.grace.person.id},{world.alan.person.id}"

    for text in ("running", "passed"):
        await standup.event_to_bot({"say": text, "key": "7"}, v3=True, query=both)

    assert await heard(world, standup.app) == {"ada": [], "grace": ["passed"], "alan": ["passed"]}


async def test_an_answer_that_may_not_be_shown_opens_no_chat(world: World) -> None:
    standup = await world.tool(await world.running_extension(), origin=None)
    before = world.server.chats.ids_of(world.org_id, world.ada.person.id)

    await standup.event({"answer": {"text": "{@all}"}})
    await standup.event_to_bot({"answer": {"text": "{@all}"}})

    assert await world.read(outcomes) == ["given up", "given up"]
    assert world.server.chats.ids_of(world.org_id, world.ada.person.id) == before


async def sent(world: World, path: str, headers: Headers) -> Answer:
    return await world.stranger.post(path, b"hello", headers)


def count(tx: Tx) -> int:
    return len(tx.all(select(messages.c.id)))
