"""P7 of the wire: a third party's event is stored, answered, and handed to the extension's handler."""

import asyncio

import pytest
from sqlalchemy import select
from tests.world import World

from keypost.chat import service as chat
from keypost.chat.model import ChatKind, Party, PartyKind
from keypost.clock import MINUTE_MS, SECOND_MS
from keypost.db.tables import ingress
from keypost.db.tx import Tx
from keypost.web.body import RAW_MAX
from keypost.webhooks import arrival


async def test_an_event_becomes_a_message_where_the_button_was_pressed(world: World) -> None:
    standup = await world.tool(await world.running_extension())

    answer = await standup.event(b"Anything at all")

    assert (answer.status, answer.json) == (200, {"text": "event: Anything at all"})
    (message,) = await world.messages_in("#builds")
    assert (message.sender.name, message.content.text) == ("Standup", "event: Anything at all")
    assert await world.read(outcomes) == ["handled"]


async def test_the_handler_sees_the_request_without_its_credentials(world: World) -> None:
    app = await world.running_extension()
    standup = await world.tool(app)

    await world.stranger.post(
        f"{standup.incoming_path}&branch=main&zapikey={standup.secret}",
        b"Body \xff",
        [("X-Gitlab-Event", "Push Hook"), ("Cookie", "a=b"), ("Authorization", "Basic eA==")],
    )

    (call,) = world.heard_by(app)
    assert call["body"] == "Body �"
    assert call["params"] == {"branch": "main"}
    assert call["app"] == app.appkey
    headers = {name.lower(): value for name, value in call["headers"].items()}
    assert headers["x-gitlab-event"] == "Push Hook"
    assert headers.keys().isdisjoint({"cookie", "authorization", "x-keypost-token"})


async def test_every_method_of_the_wire_is_taken(world: World) -> None:
    standup = await world.tool(await world.running_extension())
    path, headers = f"/company/{world.org_id}{standup.incoming_path}", [("X-Keypost-Token", standup.secret)]

    answers = [await standup.send(method, path, None, headers) for method in ("GET", "POST", "PUT", "DELETE")]

    assert [answer.json for answer in answers] == [{"text": "event: nothing"}] * 4


async def test_a_map_that_is_no_message_goes_back_to_the_caller_and_is_not_posted(world: World) -> None:
    standup = await world.tool(await world.running_extension())

    echoed = await standup.event({"answer": {"challenge": "4711"}})
    nothing = await standup.event({"answer": ""})

    assert (echoed.status, echoed.json) == (200, {"challenge": "4711"})
    assert (nothing.status, nothing.body) == (204, b"")
    assert await world.messages_in("#builds") == []


async def test_an_answer_that_cannot_be_shown_is_given_up_and_not_asked_for_again(world: World) -> None:
    standup = await world.tool(await world.running_extension())

    await standup.event({"answer": {"text": "x", "buttons": [{"label": "x" * 21}]}})

    assert await world.messages_in("#builds") == []
    assert await world.read(outcomes) == ["given up"]


async def test_a_handler_that_fails_is_called_again_after_a_while(world: World) -> None:
    standup = await world.tool(await world.running_extension())
    await world.ada.sign_in()

    async with world.ada.watching() as stream:
        answer = await standup.event({"fail_until": 1})
        happened = await stream.next()

    assert answer.status == 204
    assert happened is not None
    assert "event:" in happened.data["html"]
    assert await world.read(outcomes) == ["handled"]


async def test_an_event_that_was_stored_is_handled_after_a_restart(world: World) -> None:
    app = await world.extension()  # Nobody listens yet.
    standup = await world.tool(app)
    answer = await standup.event(b"before the restart")
    assert answer.status == 204
    assert await world.read(outcomes) == [None]

    await world.restart()
    await until_handled(world)

    assert await world.texts_in("#builds") == ["event: before the restart"]


async def test_a_retry_that_is_due_after_a_restart_comes_at_its_time(world: World) -> None:
    app = await world.running_extension()
    standup = await world.tool(app)
    await standup.event({"fail_until": 1})
    ((attempts, due_at),) = await world.read(attempts_and_times)
    assert attempts == 1
    assert 4 * SECOND_MS <= due_at - world.clock.now <= 6 * SECOND_MS

    world.clock.move(MINUTE_MS)
    await world.restart()
    await until_handled(world)

    assert len(await world.messages_in("#builds")) == 1


async def test_a_third_party_has_its_answer_while_the_handler_hangs_within_five_seconds(world: World) -> None:
    standup = await world.tool(await world.running_extension())
    await standup.event({"answer": ""})  # The process has started.

    answer = await standup.event({"hang": True})

    assert answer.status == 204
    assert arrival.PATIENCE_S < 5  # What comes on top says how busy the machine is.
    assert await world.read(outcomes) == ["handled", None]


async def test_a_body_of_5_mib_arrives_and_one_byte_more_does_not(world: World) -> None:
    app = await world.running_extension()
    standup = await world.tool(app)

    taken = await standup.event(b"x" * RAW_MAX)
    refused = await standup.event(b"x" * (RAW_MAX + 1))

    assert taken.status == 200
    assert (refused.status, refused.refused_with) == (413, "body_too_large")
    assert [len(call["body"]) for call in world.heard_by(app)] == [RAW_MAX]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/v2/applications/{app}/incoming", 400, "param_missing"),
        ("/api/v2/applications/{app}/incoming?appkey=wrong", 401, "invalid_appkey"),
        ("/api/v2/applications/{app}/incoming?appkey=%C3%A9", 401, "invalid_appkey"),
        ("/api/v2/applications/77/incoming?appkey={key}", 404, "application_not_found"),
        ("/api/v2/applications/x/incoming?appkey={key}", 404, "application_not_found"),
        ("/api/v2/applications/99999999999999999999/incoming?appkey={key}", 404, "application_not_found"),
        ("/company/1/api/v2/applications/{app}/incoming?appkey={key}", 403, "invalid_access"),
        ("/api/v2/applications/{app}/incoming?appkey={key}&x=%00", 400, "invalid_inputs"),
    ],
)
async def test_a_wrong_address_is_refused_and_nothing_is_stored(
    lasting_world: World, path: str, status: int, code: str
) -> None:
    standup = await lasting_world.tool()
    key = standup.app.appkey.replace("=", "%3D")

    answer = await standup.carry(path.format(app=standup.app.id, key=key), b"event")

    assert (answer.status, answer.refused_with) == (status, code)
    assert await lasting_world.read(outcomes) == []


async def test_the_keys_newer_name_is_taken_too(world: World) -> None:
    standup = await world.tool(await world.running_extension())

    answer = await standup.carry(standup.incoming_path.replace("appkey", "extension_key"), b"event")

    assert answer.status == 200


async def test_an_appkey_alone_opens_nothing(world: World) -> None:
    standup = await world.tool()

    answer = await world.stranger.post(standup.incoming_path, b"event")

    assert (answer.status, answer.refused_with) == (401, "invalid_zapikey")


async def test_who_lost_the_installation_sends_no_events(world: World) -> None:
    team = await world.team(1, world.ada)
    app = await world.extension(teams=frozenset({team}))
    graces = await world.tool(app, owner=world.grace)

    answer = await graces.event(b"event")

    assert (answer.status, answer.refused_with) == (403, "extension_disabled")


@pytest.mark.parametrize("origin", ["#builds", None])
async def test_an_event_goes_to_the_owners_chat_with_the_bot_if_the_place_is_not_theirs(
    world: World, origin: str | None
) -> None:
    standup = await world.tool(await world.running_extension(), origin=origin)
    if origin is not None:
        ada = Party(PartyKind.PERSON, world.ada.person.id)
        await world.write(chat.remove_member, world.server.chats, world.chat(origin), ada)

    await standup.event(b"one")
    await standup.event(b"two")

    assert world.chat("bot").kind is ChatKind.BOT
    assert await world.texts_in("bot") == ["event: one", "event: two"]
    assert await world.messages_in("#builds") == []


async def test_events_that_come_together_are_all_shown_once(world: World) -> None:
    standup = await world.tool(await world.running_extension())

    await asyncio.gather(*[standup.event(f"{number}".encode()) for number in range(12)])

    assert sorted(await world.texts_in("#builds")) == sorted(f"event: {number}" for number in range(12))


async def until_handled(world: World) -> None:
    """Waits for what the dispatcher took up at the start; a page that watches from the beginning sees it come."""
    await world.ada.sign_in()
    async with world.ada.watching(since=0) as stream:
        while (happened := await stream.next()) is not None and happened.name != "message":
            pass


def outcomes(tx: Tx) -> list[str | None]:
    return [row.outcome for row in tx.all(select(ingress).order_by(ingress.c.id))]


def attempts_and_times(tx: Tx) -> list[tuple[int, int]]:
    return [(row.attempts, row.next_attempt_at) for row in tx.all(select(ingress))]
