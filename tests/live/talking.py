"""A channel in which messages were answered, threaded and taken back: what the pages of threads are looked at with."""

from typing import Final

from tests.people import Program, Tool, posting_path
from tests.world import World

from keypost.chat import threads
from keypost.chat.model import Chat
from keypost.ids import read_message

TALK: Final = "#talk"
TITLE: Final = "Why the second difference is off by one, and who mends it before the engine is shown to anybody"
REACTED: Final = ("👍", "🎉")


async def talk(world: World, tool: Tool) -> Chat:
    """Answers the thread with a title; it is open."""
    await world.channel(TALK[1:], world.ada, world.grace, world.alan)
    graces = await world.program(world.grace)
    failed = await posted(tool, {"text": "Pipeline *31* of `engines/difference` failed in _test_\nThe log is long."})
    await posted(graces, {"text": "Looking at it now.", "reply_to": failed})
    await posted(graces, {"text": "The carry is lost", "thread_message_id": failed, "thread_title": TITLE})
    inner = await posted(tool, {"text": "In which row?", "thread_message_id": failed})
    await posted(graces, {"text": "In the *third*.", "thread_message_id": failed, "reply_to": inner})
    beside = {"text": "Mended: pipeline *32* is green.", "thread_message_id": failed, "post_in_parent": True}
    mended = await posted(graces, beside)
    for emoji in REACTED:
        await world.grace.react(world.id_of(TALK), mended, emoji)
    gone = await posted(tool, {"text": "I take this back"})
    await posted(graces, {"text": "Please do", "reply_to": gone})
    await posted(graces, {"text": "Thank you", "thread_message_id": gone})
    await tool.send("DELETE", f"/api/v2/chats/{world.id_of(TALK)}/messages/{gone}", None, carried(tool))
    closed = on(world, gone)
    await world.write(threads.close, world.server.chats, world.caller(world.ada), closed)
    return on(world, failed)


def on(world: World, shown: str) -> Chat:
    message_id = read_message(shown)
    found = world.server.chats.find_thread_on(world.org_id, message_id) if message_id is not None else None
    assert found is not None
    return found


async def posted(who: Tool | Program, body: dict[str, object]) -> str:
    answer = await who.post(posting_path(TALK), body | {"sync_message": True}, carried(who))
    assert answer.status == 200, answer.text
    return str(answer.json["message_id"])


def carried(who: Tool | Program) -> list[tuple[str, str]]:
    return [("Authorization", f"Bearer {who.secret if isinstance(who, Tool) else who.api_token}")]
