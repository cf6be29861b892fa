"""Reading one chat costs what was said there, never what was said in all the others: an index leads to each row. So
does finding the chat that some share.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, event
from tests.serving import HeldClock

from keypost.chat import message_store, store, timeline_store
from keypost.chat.model import Collapse, Message, PartyKind, Sender
from keypost.db.tables import metadata
from keypost.db.tx import Tx
from keypost.ids import BotId, ChatId, FileId, IdSource, MessageId, OrgId, PersonId
from keypost_sdk.content import Message as Content

ORG, CHAT, ID = OrgId(1), ChatId(2), MessageId(3)
MESSAGE = Message(
    org_id=ORG,
    id=ID,
    chat_id=CHAT,
    sender=Sender(kind=PartyKind.BOT, id=1, name="Bot"),
    content=Content(text="x"),
    collapse=Collapse("build", 1),
)
READINGS: dict[str, Callable[[Tx], Any]] = {
    "the newest of a chat": lambda tx: message_store.list_messages(tx, ORG, CHAT, limit=10),
    "a span of time": lambda tx: message_store.list_messages(tx, ORG, CHAT, from_ms=1, to_ms=2, limit=10),
    "what a page shows": lambda tx: message_store.list_shown(tx, ORG, CHAT, 10),
    "answers": lambda tx: message_store.list_answering(tx, MESSAGE, 10),
    "how much was said in threads": lambda tx: timeline_store.count_said_in(tx, ORG, [CHAT]),
    "some by their ids": lambda tx: message_store.list_by_id(tx, ORG, [ID]),
    "those that bring a file": lambda tx: message_store.list_chats_with(tx, ORG, FileId(1)),
    "the one whose place is taken": lambda tx: message_store.find_collapsed(tx, MESSAGE),
    "somebody's chat with a bot": lambda tx: store.find_bot_chat(tx, ORG, BotId(4), PersonId(5)),
    "the chat of two": lambda tx: store.find_direct(tx, ORG, frozenset({PersonId(5), PersonId(6)})),
}


@pytest.fixture
def connection() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.mark.parametrize("name", READINGS)
def test_an_index_leads_to_what_is_read(connection: Connection, name: str) -> None:
    ways = ways_of(connection, READINGS[name])

    assert ways
    assert all("(org_id=? AND " in way for way in ways), ways


def test_how_much_was_said_in_a_thread_is_found_without_reading_other_chats(connection: Connection) -> None:
    ways = ways_of(connection, READINGS["how much was said in threads"])

    assert "SEARCH timelines USING PRIMARY KEY (org_id=? AND chat_id=? AND" in ways[0]
    assert "(org_id=? AND id=?)" in ways[1]


def test_the_message_whose_place_is_taken_is_found_without_reading_its_chat(connection: Connection) -> None:
    (way,) = ways_of(connection, READINGS["the one whose place is taken"])

    assert "(org_id=? AND chat_id=? AND collapse_key=?)" in way


def ways_of(connection: Connection, read: Callable[[Tx], Any]) -> list[str]:
    asked: list[tuple[str, Any]] = []
    event.listen(connection, "before_cursor_execute", lambda *call: asked.append((call[2], call[3])))
    read(Tx(connection, 0, IdSource(HeldClock())))
    steps = [step for statement, values in tuple(asked) for step in plan(connection, statement, values)]
    return [step for step in steps if re.search(r"(SEARCH|SCAN) (messages|members|chats|timelines)\b", step)]


def plan(connection: Connection, statement: str, values: Any) -> list[str]:
    rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).fetchall()
    return [row[3] for row in rows]
