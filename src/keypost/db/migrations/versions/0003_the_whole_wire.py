"""Threads, replies, reactions, votes, files, messages that were taken back, budgets of organisations, timelines."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    _add("orgs", "posts_per_minute")
    _add("chats", "parent_id", "root_message_id", "closed_at")
    where = sa.text("root_message_id IS NOT NULL")
    op.create_index(
        "uq_chats_root",
        "chats",
        ["org_id", "root_message_id"],
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )
    op.create_index("ix_members_member", "members", ["org_id", "kind", "member_id", "chat_id"])
    _timelines()  # While there is the index of messages by chat, from which they are read in order.
    _messages()
    _thread_followers()
    _reactions()
    _votes()
    _files()
    _deliveries()
    _ingress()


def _messages() -> None:
    op.drop_index("ix_messages_chat", "messages")
    op.drop_index("ix_messages_collapse", "messages")
    _add("messages", "deleted_at", "reply_to", "thread_id", "file_id")
    op.add_column("messages", sa.Column("topic", sa.Text(), nullable=True))
    _index("ix_messages_reply", "reply_to IS NOT NULL", "org_id", "reply_to", "id")
    _index("ix_messages_collapse", "collapse_key IS NOT NULL", "org_id", "chat_id", "collapse_key", "id")


def _timelines() -> None:
    op.create_table(
        "timelines",
        *_numbers("org_id", "chat_id", "message_id"),
        sa.PrimaryKeyConstraint("org_id", "chat_id", "message_id", name=op.f("pk_timelines")),
        sqlite_with_rowid=False,
    )
    op.execute("INSERT INTO timelines SELECT org_id, chat_id, id FROM messages ORDER BY org_id, chat_id, id")
    with op.batch_alter_table("orgs") as orgs:
        orgs.add_column(sa.Column("timelines_end", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE orgs SET timelines_end ="
        " (SELECT coalesce(max(id), 0) FROM messages WHERE messages.org_id = orgs.org_id)"
    )
    with op.batch_alter_table("orgs") as orgs:
        orgs.alter_column("timelines_end", existing_type=sa.BigInteger(), server_default=None)


def _thread_followers() -> None:
    op.create_table(
        "thread_followers",
        *_numbers("org_id", "chat_id", "person_id", "followed_at"),
        _belongs_to("thread_followers", "chat_id", "chats"),
        _belongs_to("thread_followers", "person_id", "persons"),
        sa.PrimaryKeyConstraint("org_id", "chat_id", "person_id", name=op.f("pk_thread_followers")),
    )


def _reactions() -> None:
    op.create_table(
        "reactions",
        *_numbers("org_id", "message_id", "person_id"),
        sa.Column("emoji", sa.String(length=120), nullable=False),
        *_numbers("reacted_at"),
        _belongs_to("reactions", "message_id", "messages"),
        _belongs_to("reactions", "person_id", "persons"),
        sa.PrimaryKeyConstraint("org_id", "message_id", "person_id", "emoji", name=op.f("pk_reactions")),
    )


def _votes() -> None:
    op.create_table(
        "votes",
        *_numbers("org_id", "message_id", "person_id", "option", "voted_at"),
        _belongs_to("votes", "message_id", "messages"),
        _belongs_to("votes", "person_id", "persons"),
        sa.PrimaryKeyConstraint("org_id", "message_id", "person_id", name=op.f("pk_votes")),
    )


def _files() -> None:
    op.create_table(
        "files",
        *_numbers("org_id", "id"),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        *_numbers("size"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.String(length=120), nullable=False),
        sa.Column("width", sa.BigInteger(), nullable=True),
        sa.Column("height", sa.BigInteger(), nullable=True),
        *_numbers("uploaded_by", "created_at"),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_files")),
    )
    op.create_index("ix_files_digest", "files", ["digest"])
    where = sa.text("file_id IS NOT NULL")
    op.create_index("ix_messages_file", "messages", ["org_id", "file_id"], sqlite_where=where, postgresql_where=where)


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        *_numbers("org_id"),
        sa.Column("sender_kind", sa.String(length=120), nullable=False),
        *_numbers("sender_id"),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        *_numbers("position"),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        *_numbers("subject_id"),
        sa.Column("ending", sa.Text(), nullable=True),
        *_numbers("delivered_at"),
        sa.PrimaryKeyConstraint("org_id", "sender_kind", "sender_id", "key", "position", name=op.f("pk_deliveries")),
    )
    op.create_index("ix_deliveries_delivered_at", "deliveries", ["delivered_at"])


def _ingress() -> None:
    with op.batch_alter_table("ingress") as ingress:
        ingress.alter_column("token_id", existing_type=sa.BigInteger(), nullable=True)
        ingress.add_column(sa.Column("bot_id", sa.BigInteger(), nullable=True))
        ingress.add_column(sa.Column("reader_ids", sa.Text(), nullable=True))
        ingress.add_column(sa.Column("answer_digest", sa.LargeBinary(), nullable=True))
        ingress.add_column(sa.Column("answer_until", sa.BigInteger(), nullable=True))
    op.create_index("uq_ingress_answer_digest", "ingress", ["answer_digest"], unique=True)
    where = sa.text("ended_at IS NOT NULL")
    op.create_index("ix_ingress_ended", "ingress", ["outcome", "ended_at"], sqlite_where=where, postgresql_where=where)


def _index(name: str, condition: str, *columns: str) -> None:
    where = sa.text(condition)
    op.create_index(name, "messages", list(columns), sqlite_where=where, postgresql_where=where)


def _add(table: str, *columns: str) -> None:
    for column in columns:
        op.add_column(table, sa.Column(column, sa.BigInteger(), nullable=True))


def _numbers(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=False) for name in names]


def _belongs_to(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_org_id_{column}")
    return sa.ForeignKeyConstraint(["org_id", column], [f"{parent}.org_id", f"{parent}.id"], name=name)
