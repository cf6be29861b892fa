"""What people do from a page with messages and threads: the same verbs as for tools, and the same refusals."""

from typing import Any

import pytest
from tests.files.forms import Part, body, content_type, file
from tests.people import Answer, Visitor
from tests.world import World

from keypost.messages.judging import MESSAGE_ID_MAX
from keypost_sdk.content import TEXT_MAX

BUTTON = {"label": "Go", "action": {"type": "open.url", "data": {"web": "https://example.com"}}}


async def test_a_person_gives_their_message_another_text_which_is_marked(world: World) -> None:
    said = await say(world, world.grace, "Redy")

    shown = await world.grace.get(path(world, said, "text"))
    answer = await reword(world, world.grace, said, "*Ready*")

    assert (shown.json, answer.status) == ({"text": "Redy"}, 204)
    (row,) = await rows(world)
    assert row["content"] == {"text": "*Ready*"}
    assert row["edited_time"] >= row["time"]


async def test_another_text_leaves_the_rest_of_what_a_token_posted(world: World) -> None:
    tool = await world.tool()
    await world.ada.arrive()
    await tool.say("#builds", {"text": "Redy", "buttons": [BUTTON]})
    (row,) = await rows(world)

    answer = await reword(world, world.ada, row["id"], "Ready")

    assert answer.status == 204
    (changed,) = await rows(world)
    assert changed["content"] == {**row["content"], "text": "Ready"}


async def test_nobody_rewords_what_somebody_else_said(world: World) -> None:
    said = await say(world, world.grace, "Mine")
    await world.ada.arrive()

    answer = await reword(world, world.ada, said, "Yours")

    assert (answer.status, answer.refused_with) == (403, "access_denied")
    assert await world.texts_in("#builds") == ["Mine"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (" \n", "param_missing"),
        ("x" * (TEXT_MAX + 1), "text_length_exceeded"),
        (None, "invalid_inputs"),
        ("a token", "secret_in_message"),
    ],
)
async def test_another_text_that_breaks_a_rule_changes_nothing(world: World, text: str | None, code: str) -> None:
    said = await say(world, world.grace, "As it was")
    tool = await world.tool()

    answer = await reword(world, world.grace, said, tool.secret if text == "a token" else text)

    assert (answer.status, answer.refused_with) == (400, code)
    assert await world.texts_in("#builds") == ["As it was"]


async def test_a_file_needs_no_words(world: World) -> None:
    await world.grace.arrive()
    form = body([file(b"1,2", "table.csv")])
    await world.grace.post(f"/chats/{world.id_of('#builds')}/files", form, [content_type()])
    (row,) = await rows(world)

    for text in ("All of it", ""):
        assert (await reword(world, world.grace, row["id"], text)).status == 204
        ((_, comment),) = [(row["type"], row["content"].get("comment", "")) for row in await rows(world)]
        assert comment == text


async def test_a_person_deletes_their_message_and_an_admin_anybodys(world: World) -> None:
    graces, adas = await say(world, world.grace, "Mine"), await say(world, world.ada, "And mine")

    answers = [
        await world.grace.post(path(world, adas, "delete"), {}),
        await world.grace.post(path(world, graces, "delete"), {}),
        await world.grace.post(path(world, graces, "delete"), {}),
        await world.grace.get(path(world, graces, "text")),
    ]

    assert [answer.status for answer in answers] == [403, 204, 204, 404]
    assert await world.texts_in("#builds") == ["And mine"]
    again = await say(world, world.grace, "Mine again")
    assert (await world.ada.post(path(world, again, "delete"), {})).status == 204
    assert await world.texts_in("#builds") == ["And mine"]


async def test_a_page_of_another_site_changes_nothing(world: World) -> None:
    said = await say(world, world.grace, "Mine")
    foreign = [("Sec-Fetch-Site", "cross-site")]

    answers = [
        await world.grace.post(path(world, said, "text"), {"text": "Theirs"}, foreign),
        await world.grace.post(path(world, said, "delete"), {}, foreign),
        await world.grace.post("/threads/CT_1", {"action": "close"}, foreign),
    ]

    assert {(answer.status, answer.refused_with) for answer in answers} == {(403, "foreign_origin")}
    assert await world.texts_in("#builds") == ["Mine"]


async def test_what_is_said_in_a_page_can_answer_a_message(world: World) -> None:
    asked = await say(world, world.grace, "Why?")

    await say(world, world.ada, "So", reply_to=asked)
    refused = await world.ada.post(f"/chats/{world.id_of('#general')}/say", {"text": "So", "reply_to": asked})
    long = {"text": "So", "reply_to": "1" * (MESSAGE_ID_MAX + 1)}
    too_long = await world.ada.post(f"/chats/{world.id_of('#builds')}/say", long)

    assert [row.get("reply_to") for row in await rows(world)] == [None, asked]
    assert (refused.status, refused.refused_with) == (404, "message_not_found")
    assert too_long.status == 400


async def test_a_thread_is_opened_with_words_and_files_and_closed_from_a_page(world: World) -> None:
    root = await say(world, world.grace, "Build 7 failed")
    await world.ada.arrive()

    opened = await world.ada.post(f"/chats/{world.id_of('#builds')}/say", {"text": "Why?", "thread_message_id": root})
    thread = opened.json["address"].removeprefix("/chats/")
    form = body([file(b"1,2", "a.csv"), file(b"3,4", "b.csv"), Part("thread_message_id", root.encode())])
    sent = await world.ada.post(f"/chats/{world.id_of('#builds')}/files", form, [content_type()])
    again = await world.ada.post(f"/chats/{thread}/say", {"text": "There", "reply_to": root})

    (row,) = await rows(world)
    assert (row["thread"]["chat_id"], row["thread"]["count"]) == (thread, 4)
    assert sent.json == {"kind": "posted", "address": f"/chats/{thread}"}
    assert again.json == {"kind": "posted"}
    for action, expected in (("close", 403), ("reopen", 200)):
        assert (await world.ada.post(f"/threads/{thread}", {"action": action})).status == 204
        assert (await world.ada.post(f"/chats/{thread}/say", {"text": "And?"})).status == expected


async def test_who_does_not_take_part_changes_nothing_and_learns_nothing(world: World) -> None:
    said = await say(world, world.grace, "Mine")
    await world.alan.arrive()

    answers = [
        await world.alan.get(path(world, said, "text")),
        await reword(world, world.alan, said, "His"),
        await world.alan.post(path(world, said, "delete"), {}),
    ]

    assert {(answer.status, answer.refused_with) for answer in answers} == {(404, "chat_not_found")}


async def say(world: World, who: Visitor, text: str, **ties: str) -> str:
    """In #builds; answers the message's id."""
    await who.arrive()
    answer = await who.post(f"/chats/{world.id_of('#builds')}/say", {"text": text, **ties})
    assert answer.json == {"kind": "posted"}
    return str((await rows(world))[-1]["id"])


async def reword(world: World, who: Visitor, message: str, text: str | None) -> Answer:
    return await who.post(path(world, message, "text"), {"text": text})


def path(world: World, message: str, what: str) -> str:
    return f"/chats/{world.id_of('#builds')}/messages/{message}/{what}"


async def rows(world: World) -> list[dict[str, Any]]:
    return list((await world.ada.read(world.id_of("#builds"))).json["data"])
