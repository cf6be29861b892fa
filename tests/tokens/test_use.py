"""What a token may do, and what ends it. Every wrong token gets one and the same answer."""

import pytest
from sqlalchemy import update
from tests.people import Answer, Tool, posting_path
from tests.world import World

from keypost.caller import Scope
from keypost.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from keypost.db.tables import token_secrets
from keypost.db.tables import tokens as rows
from keypost.db.tx import Tx
from keypost.tokens import secret, store
from keypost.tokens import service as tokens
from keypost.tokens.model import Carrier, TokenSecret
from keypost.tokens.verify import Presented, find

GENERAL = posting_path("#general")


async def test_a_live_token_posts_as_its_owner(world: World) -> None:
    standup = await world.tool(owner=world.grace)

    answer = await standup.say("#general", "Good morning")

    assert answer.status == 204
    (message,) = await world.messages_in("#general")
    assert (message.content.text, message.sender.name) == ("Good morning", "Grace Hopper")
    assert message.token_id == standup.token.id


async def test_a_revoked_token_can_no_longer_post(world: World) -> None:
    standup = await world.tool()
    await world.revoke(standup)

    answer = await standup.say("#general", "Good morning")

    assert answer.refused_with == "invalid_zapikey"
    assert await world.messages_in("#general") == []


async def test_revoking_twice_is_a_success_and_changes_nothing(world: World) -> None:
    standup = await world.tool()
    await world.revoke(standup)
    world.clock.move(HOUR_MS)

    await world.revoke(standup)

    (token,) = await world.read(tokens.list_mine, world.caller(world.ada))
    assert token.revoked_at == world.clock.now - HOUR_MS


async def test_nobody_revokes_the_token_of_another(world: World) -> None:
    standup = await world.tool(owner=world.ada)
    await world.grace.sign_in()

    answer = await world.grace.post(f"/tokens/tok_{standup.token.id}/revoke")

    assert (answer.status, answer.refused_with) == (404, "token_not_found")
    assert (await standup.say("#general", "Still here")).status == 204


async def test_a_replaced_token_works_for_24_hours_more(world: World) -> None:
    old = await world.tool()
    new = await world.tool(old.app)
    await world.write(tokens.replace_live, world.server.register, new.token)

    world.clock.move(DAY_MS - 1)
    last = await old.say("#general", "one last time")
    world.clock.move(1)
    late = await old.say("#general", "too late")

    assert last.status == 204
    assert late.refused_with == "invalid_zapikey"
    assert (await new.say("#general", "my turn")).status == 204


async def test_replacing_ends_neither_other_extensions_tokens_nor_other_peoples(world: World) -> None:
    mine = await world.tool()
    theirs = await world.tool(mine.app, owner=world.grace)
    other = await world.tool(await world.extension("retro"))
    new = await world.tool(mine.app)

    ending = await world.write(tokens.replace_live, world.server.register, new.token)
    world.clock.move(2 * DAY_MS)

    assert [token.id for token in ending] == [mine.token.id]
    assert [(await tool.say("#general", "here")).status for tool in (theirs, other, new)] == [204] * 3


async def test_a_paused_token_is_refused(world: World) -> None:
    standup = await world.tool()

    def pause(tx: Tx) -> None:
        tx.run(update(rows).where(rows.c.id == standup.token.id).values(paused_at=tx.now))

    await world.write(pause)
    await world.restart()

    assert (await standup.say("#general", "Hello")).refused_with == "invalid_zapikey"


async def test_a_secret_opens_its_token_until_it_retires_and_the_one_after_it_goes_on(world: World) -> None:
    standup, later = await world.tool(), secret.new(sandbox=False).reveal()
    successor = TokenSecret(org_id=world.org_id, token_id=standup.token.id, digest=world.server.keys.digest(later))

    def succeed(tx: Tx) -> None:
        mine = token_secrets.c.token_id == standup.token.id
        tx.run(update(token_secrets).where(mine).values(retires_at=tx.now + HOUR_MS))
        tx.run(update(rows).where(rows.c.id == standup.token.id).values(expires_at=tx.now + DAY_MS))
        store.add_secret(tx, successor)

    await world.write(succeed)
    await world.restart()

    world.clock.move(HOUR_MS - 1)
    last = [await standup.say("#general", "Hello") for _ in range(3)]  # What is said again is remembered.
    world.clock.move(1)
    late = await standup.say("#general", "Hello")

    assert [answer.status for answer in last] == [204] * 3
    assert late.refused_with == "invalid_zapikey"
    assert (await _with_text(standup, later).say("#general", "Hello")).status == 204


async def test_what_is_known_of_a_token_survives_a_restart(world: World) -> None:
    live, dead = await world.tool(), await world.tool(await world.extension("retro"))
    await world.revoke(dead)

    await world.restart()

    assert (await live.say("#general", "Hello")).status == 204
    assert (await dead.say("#general", "Hello")).refused_with == "invalid_zapikey"


async def test_the_token_of_a_deactivated_person_is_refused_at_once(world: World) -> None:
    standup = await world.tool(owner=world.grace)
    await world.deactivate(world.grace)

    assert (await standup.say("#general", "Hello")).refused_with == "invalid_zapikey"

    await world.restart()

    assert (await standup.say("#general", "Hello")).refused_with == "invalid_zapikey"


@pytest.mark.parametrize(("network", "status"), [("127.0.0.0/8", 204), ("10.0.0.0/8", 401), ("::1/128", 401)])
async def test_a_token_that_is_bound_to_networks_comes_from_those_alone(
    world: World, network: str, status: int
) -> None:
    standup = await world.tool(networks=(network,))

    assert (await standup.say("#general", "Hello")).status == status


@pytest.mark.parametrize("address", ["", "unix:", "127.0.0.1.", "localhost"])
async def test_a_token_that_is_bound_to_networks_does_not_come_from_nowhere(world: World, address: str) -> None:
    standup, server = await world.tool(networks=("0.0.0.0/0", "::/0")), world.server
    presented = Presented(standup.secret, Carrier.HEADER, address)

    assert find(server.register, server.keys, presented, world.clock.now) is None


@pytest.mark.parametrize("carrier", list(Carrier))
async def test_a_token_travels_only_where_it_may(world: World, carrier: Carrier) -> None:
    standup = await world.tool(carriers=frozenset({carrier}))

    by_header = await standup.say("#general", "by header")
    by_query = await world.stranger.post(f"{GENERAL}?zapikey={standup.secret}", {"text": "by query"})

    ways = {Carrier.HEADER: by_header.status, Carrier.QUERY: by_query.status}
    assert ways.pop(carrier) == 204
    assert list(ways.values()) == [401]


async def test_a_used_up_budget_says_when_to_come_back(world: World) -> None:
    standup = await world.tool(budget=6)

    statuses = [(await standup.say("#general", "Hello")).status for _ in range(2)]
    refused = await standup.say("#general", "Hello")

    assert statuses == [204, 204]
    assert (refused.status, refused.refused_with) == (429, "rate_limit_exceeded")
    assert refused.headers["Retry-After"] == "10"

    world.clock.move(10 * SECOND_MS)

    assert (await standup.say("#general", "Hello")).status == 204


async def test_a_budget_is_never_passed_in_the_long_run(world: World) -> None:
    standup = await world.tool(budget=30)
    sent = 0

    for _ in range(40):
        world.clock.move(MINUTE_MS // 60)
        sent += (await standup.say("#general", "Hello")).status == 204

    # A burst of a third of the budget, then one every other second.
    assert sent <= 10 + 20
    assert sent >= 28


@pytest.mark.parametrize(("scope", "posts", "sends"), [(Scope.POST, 204, 403), (Scope.INCOMING, 403, 204)])
async def test_a_token_does_what_its_scope_says(world: World, scope: Scope, posts: int, sends: int) -> None:
    app = await world.running_extension()
    standup = await world.tool(app, scope=frozenset({scope}))

    posted, sent = await standup.say("#general", "Hello"), await standup.event({"answer": ""})

    assert (posted.status, sent.status) == (posts, sends)
    assert "scope_missing" in {posted.refused_with, sent.refused_with}


async def test_a_token_for_one_extension_does_not_call_another(world: World) -> None:
    standup, retro = await world.tool(), await world.tool(await world.extension("retro"))

    answer = await standup.carry(retro.incoming_path, {"answer": ""})

    assert (answer.status, answer.refused_with) == (403, "invalid_access")


async def test_a_sandbox_token_looks_different_and_does_not_call_the_production_app(world: World) -> None:
    production = await world.tool()
    sandbox = await world.tool(await world.sandbox_of(production.app), sandbox=True)

    answers = [
        await sandbox.carry(production.incoming_path, {}),
        await production.carry(sandbox.incoming_path, {}),
    ]

    assert (production.secret[:4], sandbox.secret[:4]) == ("kpt_", "kpx_")
    assert [answer.refused_with for answer in answers] == ["invalid_access"] * 2


async def test_a_token_reaches_nothing_of_another_organisation(world: World) -> None:
    mallory = await world.foreigner()
    foreign = await world.tool(owner=mallory, origin=None)

    by_name = await foreign.say("#general", "Hello")
    by_id = await foreign.say(world.id_of("#general"), "Hello")
    by_company = await foreign.say("#general", "Hello", company=world.org_id)
    event = await foreign.carry((await world.tool()).incoming_path, {})

    assert by_name.status == 204  # There is a #general at home, too.
    assert (by_id.status, by_id.refused_with) == (404, "chat_not_found")
    assert (by_company.status, by_company.refused_with) == (403, "invalid_access")
    assert (event.status, event.refused_with) == (404, "application_not_found")
    assert await world.messages_in("#general") == []


async def test_every_wrong_token_gets_the_same_answer(world: World) -> None:
    revoked, paused, far = await world.tool(), await world.tool(await world.extension("retro")), None
    far = await world.tool(revoked.app, networks=("10.0.0.0/8",))
    gone = await world.tool(revoked.app, owner=world.alan)
    await world.revoke(revoked)
    await world.deactivate(world.alan)
    paused.secret = secret.new(sandbox=False).reveal()  # Well-formed, and nobody's.

    answers = [await tool.say("#general", "Hello") for tool in (revoked, paused, far, gone, _with_text(far, "kpt_x"))]
    answers.append(await world.stranger.post(GENERAL, {"text": "Hello"}))

    assert len({_all_of(answer) for answer in answers}) == 1
    assert answers[0].status == 401


async def test_the_last_use_is_shown_at_once_and_kept(world: World) -> None:
    standup = await world.tool()
    await standup.say("#general", "Hello")
    assert world.server.register.last_use(standup.token) == world.clock.now

    await world.restart()

    (token,) = await world.read(tokens.list_mine, world.caller(world.ada))
    assert token.last_used_at == world.clock.now


def _with_text(tool: Tool, text: str) -> Tool:
    other = Tool(tool.base, tool.token, text, tool.app)
    other._session = tool.session
    return other


def _all_of(answer: Answer) -> tuple[object, ...]:
    headers = {name: value for name, value in answer.headers.items() if name.lower() != "date"}
    return answer.status, answer.body, tuple(sorted(headers.items()))
