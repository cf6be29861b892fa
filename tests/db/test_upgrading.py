"""A database of an earlier version is brought to the current schema: what was said is shown as before."""

from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from tests.postgres import Postgres
from tests.serving import HeldClock

from keypost.chat import service as chat
from keypost.chat import timeline_store
from keypost.db import migrate
from keypost.db.connecting import async_url
from keypost.db.migrate import migrate_postgres, migrate_sqlite
from keypost.db.sqlite_engines import writing_engine
from keypost.db.tx import Tx
from keypost.ids import ChatId, IdSource, MessageId, OrgId

BEFORE_TIMELINES: Final = "0002"
ORG: Final = OrgId(1)
CHATS: Final = (ChatId(11), ChatId(12))
EMPTY_ORG: Final = OrgId(2)
MESSAGES: Final = {MessageId(101): CHATS[0], MessageId(102): CHATS[1], MessageId(103): CHATS[0]}


async def test_what_was_said_before_there_were_timelines_is_in_them_on_sqlite(tmp_path: Path) -> None:
    file = tmp_path / "keypost.db"
    engine = writing_engine(file)
    with engine.connect() as connection:
        as_of_old(connection)

    migrate_sqlite(file)

    with engine.connect() as connection:
        assert shown(connection) == [[101, 103], [102]]
        assert late(connection) == []


async def test_what_was_said_before_there_were_timelines_is_in_them_on_postgresql(postgres: Postgres) -> None:
    name = await postgres.create(template="template0")
    engine = create_async_engine(async_url(postgres.url(name)), poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(as_of_old)

    await migrate_postgres(postgres.url(name))

    async with engine.connect() as connection:
        found = await connection.run_sync(shown), await connection.run_sync(late)
    await engine.dispose()
    await postgres.drop(name)
    assert found == ([[101, 103], [102]], [])


def as_of_old(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, BEFORE_TIMELINES)
    for org_id in (ORG, EMPTY_ORG):
        put(connection, "orgs", org_id=org_id, name="Old", created_at=1, last_event=0)
    for chat_id in CHATS:
        put(connection, "chats", org_id=ORG, id=chat_id, kind="channel", title="Old", created_at=1)
    for message_id, chat_id in MESSAGES.items():
        sender = {"sender_kind": "person", "sender_id": 5, "sender_name": "Ada"}
        put(connection, "messages", org_id=ORG, id=message_id, chat_id=chat_id, content='{"text":"Hi"}', **sender)


def put(connection: Connection, table: str, **row: Any) -> None:
    names = ", ".join(row)
    connection.execute(text(f"INSERT INTO {table} ({names}) VALUES (:{', :'.join(row)})"), row)


def shown(connection: Connection) -> list[list[MessageId]]:
    tx = Tx(connection, 0, IdSource(HeldClock()))
    return [[message.id for message in chat.list_messages(tx, ORG, chat_id, limit=9)] for chat_id in CHATS]


def late(connection: Connection) -> list[Any]:
    """What is not entered, or not known to be."""
    tx = Tx(connection, 0, IdSource(HeldClock()))
    before = tx.all(text("SELECT * FROM timelines")), tx.all(text("SELECT org_id, timelines_end FROM orgs"))
    timeline_store.extend_all(tx)
    after = tx.all(text("SELECT * FROM timelines")), tx.all(text("SELECT org_id, timelines_end FROM orgs"))
    return [now for then, now in zip(before, after, strict=True) if then != now]
