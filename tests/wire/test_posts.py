"""What posts may wish for and what comes of it, where no other file has it."""

import pytest
from tests.webhooks.test_bots import bot_of, heard
from tests.world import World

from keypost.extensions import calls
from keypost.extensions.manifest import Permission


@pytest.mark.parametrize(
    "place",
    ["v2/chats/{chat}/message", "v3/chats/{chat}/messages", "v2/buddies/grace@example.com/message"],
)
async def test_a_post_to_a_chat_or_a_person_names_its_message_to_who_asks(lasting_world: World, place: str) -> None:
    standup, direct = await lasting_world.tool(), lasting_world.id_of("direct")
    path = f"/api/{place.format(chat=direct)}"

    plain = await standup.carry(path, {"text": "Hello"})
    asked = await standup.carry(path, {"text": "Hello", "sync_message": True})

    assert (plain.status, plain.body, asked.status) == (204, b"", 200)
    (newest,) = (await lasting_world.ada.read(direct, limit=1)).json["data"]
    assert asked.json == {"message_id": newest["id"]}


@pytest.mark.parametrize("place", ["#builds", "direct"])
async def test_a_display_makes_nobody_elses_post_of_it(lasting_world: World, place: str) -> None:
    standup, chat = await lasting_world.tool(), lasting_world.id_of(place)
    display = {"name": "CI", "image": "https://img.example/ci.png"}

    await standup.say(chat, {"text": "Passed", "bot": display})

    (newest,) = (await lasting_world.grace.read(chat, limit=1)).json["data"]
    assert newest["sender"] == {"name": "Ada Lovelace", "id": str(lasting_world.ada.person.id)}
    assert newest["content"]["bot"] == display


async def test_a_bot_of_the_newer_wire_says_at_least_one_thing(world: World) -> None:
    standup = await world.tool(await world.extension())
    path = f"/api/v3/bots/standup/messages?extension_key={standup.app.appkey}"
    slides = [{"type": "text", "data": "Hi"}]

    taken = [
        await standup.carry(path, said) for said in ({"text": "Hi"}, {"card": {"title": "Hi"}}, {"slides": slides})
    ]
    refused = [await standup.carry(path, said) for said in ({}, {"text": " ", "styles": {"highlight": True}})]

    assert [answer.status for answer in taken] == [204] * 3
    assert [(answer.status, answer.refused_with) for answer in refused] == [(400, "param_missing")] * 2
    assert (await heard(world, standup.app))["ada"] == ["Hi", "", ""]


@pytest.mark.parametrize(
    ("field", "most"), [("message_topic", 255), ("thread_title", 100), ("thread_chat_id", 100), ("reply_to", 100)]
)
async def test_what_a_bot_says_besides_has_a_length(lasting_world: World, field: str, most: int) -> None:
    standup = await lasting_world.tool()
    path = f"/api/v3/bots/standup/messages?extension_key={standup.app.appkey}"

    longest, longer = [await standup.carry(path, {"text": "Hi", field: "x" * size}) for size in (most, most + 1)]

    assert longest.refused_with != "invalid_inputs"
    assert (longer.status, longer.refused_with) == (400, "invalid_inputs")
    assert f"{field} has {most + 1}" in longer.sentence


async def test_a_bots_message_can_answer_one_of_its_chat(world: World) -> None:
    standup, ada = await world.tool(), str(world.ada.person.id)
    path, to_ada = "/api/v2/bots/buildbot/message", {"userids": ada, "broadcast": False, "sync_message": True}
    asked = (await standup.carry(path, to_ada | {"text": "Lunch?"})).json["message_details"][ada]

    await standup.carry(path, to_ada | {"text": "At one", "reply_to": asked["message_id"]})

    _, answer = (await world.ada.read(asked["chat_id"])).json["data"]
    assert answer["reply_to"] == asked["message_id"]


async def test_names_beside_no_broadcast_say_who_gets_it(world: World) -> None:
    standup = await world.tool(await world.extension())
    to_grace = {"text": "Hi", "userids": str(world.grace.person.id), "broadcast": False}

    await standup.carry(f"/api/v2/bots/standup/message?appkey={standup.app.appkey}", to_grace)

    assert await heard(world, standup.app) == {"ada": [], "grace": ["Hi"], "alan": []}


async def test_the_slides_of_a_bot_of_the_newer_wire_have_a_size(world: World) -> None:
    standup = await world.tool(await world.extension())
    path = f"/api/v3/bots/standup/messages?extension_key={standup.app.appkey}"
    entry = {"type": "text", "data": "x" * 4_950}

    taken = await standup.carry(path, {"slides": [entry] * 2})
    refused = await standup.carry(path, {"slides": [*[entry] * 2, {"type": "text", "data": "x" * 100}]})

    assert (taken.status, refused.status, refused.refused_with) == (204, 400, "invalid_inputs")
    assert "10000 is the most" in refused.sentence


async def test_a_get_reads_back_what_the_handler_knows(world: World) -> None:
    standup = await world.tool(await world.running_extension())
    token = f"&zapikey={standup.secret}"

    answer = await world.stranger.get(f"{standup.bot_path}&build=7{token}")

    assert (answer.status, answer.json) == (200, {"text": "event: nothing"})
    assert [call["params"] for call in world.heard_by(standup.app)] == [{"build": "7"}]


async def test_no_parameter_sends_what_a_bot_says_of_an_event_elsewhere(world: World) -> None:
    standup = await world.tool(await world.running_extension())

    answer = await standup.event_to_bot(b"News", query="&channel=general&CHANNEL_UNIQUE_NAME=general")

    assert answer.status == 200
    assert (await heard(world, standup.app))["ada"] == ["event: News"]
    assert await world.messages_in("#general") == []


async def test_an_event_tells_a_bot_of_its_senders_owner_and_of_nobodys_chats(world: World) -> None:
    app = await world.extension()
    everything, ada = frozenset(Permission), world.ada.person

    call = calls.incoming(world.server.addresses, app, bot_of(world, app), ada, None, {}, everything)

    assert call.params["user"]["email"] == ada.email
    assert call.params.keys().isdisjoint({"chat", "message", "location", "attachments"})


async def test_who_is_named_in_passing_may_stand_outside_of_the_text(world: World) -> None:
    standup, grace = await world.tool(), world.grace.person
    by_id, by_mail = f"[G.](zohoid:{grace.id})", f"[G.](mail:{grace.email})"
    await world.ada.arrive()

    await standup.say(
        "#builds", {"text": "See", "card": {"title": by_id}, "slides": [{"type": "list", "data": [by_mail]}]}
    )

    page = await world.ada.get(f"/chats/{world.id_of('#builds')}", [("Accept", "text/html")])
    assert page.text.count('<span class="mention mention-silent" dir="auto">Grace Hopper</span>') == 2


@pytest.mark.parametrize("version", ["v2", "v3"])
async def test_a_threads_state_changes_for_a_bot_too(world: World, version: str) -> None:
    app = await world.extension()
    standup, token = await world.tool(app), "X-Keypost-Token"
    root = await standup.say("#builds", {"text": "Why?", "sync_message": True})
    wish = {"text": "So", "thread_message_id": root.json["message_id"], "post_in_parent": True}
    await standup.say("#builds", wish)
    thread = (await world.ada.read(world.id_of("#builds"))).json["data"][1]["thread_chat_id"]
    path = f"/api/{version}/threads/{thread}?bot_unique_name=standup&appkey={app.appkey}"

    closed = await standup.send("PUT", path, {"action": "close"}, [(token, standup.secret)])
    refused = await standup.say(thread, "Late")
    opened = await standup.send("PUT", path, {"action": "reopen"}, [(token, standup.secret)])

    assert [(answer.status, answer.body) for answer in (closed, opened)] == [(204, b"")] * 2
    assert refused.refused_with == "thread_closed"
