"""Edited messages, tokens' settings, settings and rules of extensions, consents, dialogs of commands."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    _messages()
    _tokens()
    _extensions()
    _dialogs()
    op.add_column("installations", sa.Column("ended_by", sa.BigInteger(), nullable=True))
    op.create_index("ix_ingress_app", "ingress", ["org_id", "app_id", "id"])


def _messages() -> None:
    op.add_column("messages", sa.Column("edited_at", sa.BigInteger(), nullable=True))
    op.add_column("messages", sa.Column("collapse_key", sa.String(length=120), nullable=True))
    op.add_column("messages", sa.Column("collapse_order", sa.BigInteger(), nullable=True))
    _index_where("ix_messages_collapse", "messages", "collapse_key IS NOT NULL", "org_id", "chat_id", "collapse_key")


def _tokens() -> None:
    with op.batch_alter_table("tokens") as tokens:
        tokens.add_column(sa.Column("settings", sa.Text(), nullable=False, server_default="{}"))
        tokens.add_column(sa.Column("serves", sa.Text(), nullable=False, server_default="[]"))
        tokens.add_column(sa.Column("told_at", sa.BigInteger(), nullable=True))
        tokens.add_column(sa.Column("told_outcome", sa.String(length=120), nullable=True))
    with op.batch_alter_table("tokens") as tokens:
        tokens.alter_column("settings", existing_type=sa.Text(), existing_nullable=False, server_default=None)
        tokens.alter_column("serves", existing_type=sa.Text(), existing_nullable=False, server_default=None)
    # No extension could be told before this: those that have ended are done with.
    op.execute("UPDATE tokens SET told_at = revoked_at, told_outcome = 'not asked' WHERE revoked_at IS NOT NULL")
    _index_where("ix_tokens_revoked", "tokens", "told_at IS NULL AND revoked_at IS NOT NULL", "revoked_at")
    _index_where("ix_tokens_expiring", "tokens", "told_at IS NULL AND expires_at IS NOT NULL", "expires_at")


def _extensions() -> None:
    op.create_table(
        "extension_settings",
        *_key("extension_id"),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("saved_at", sa.BigInteger(), autoincrement=False, nullable=False),
        _belongs_to("extension_settings", "extension_id", "extensions"),
        sa.PrimaryKeyConstraint("org_id", "extension_id", "name", name=op.f("pk_extension_settings")),
    )
    op.create_table(
        "mint_rules",
        *_key("extension_id"),
        sa.Column("who", sa.String(length=120), nullable=False),
        sa.Column("team_ids", sa.Text(), nullable=False),
        sa.Column("guests", sa.Boolean(), nullable=False),
        sa.Column("saved_by", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("saved_at", sa.BigInteger(), autoincrement=False, nullable=False),
        _belongs_to("mint_rules", "extension_id", "extensions"),
        sa.PrimaryKeyConstraint("org_id", "extension_id", name=op.f("pk_mint_rules")),
    )
    op.create_table(
        "consents",
        *_key("person_id", "extension_id"),
        sa.Column("permissions", sa.Text(), nullable=False),
        sa.Column("given_at", sa.BigInteger(), autoincrement=False, nullable=False),
        _belongs_to("consents", "person_id", "persons"),
        _belongs_to("consents", "extension_id", "extensions"),
        sa.PrimaryKeyConstraint("org_id", "person_id", "extension_id", name=op.f("pk_consents")),
    )


def _dialogs() -> None:
    # They live for minutes: nobody misses one that was open while the server was brought up to date.
    op.execute("DELETE FROM dialogs")
    with op.batch_alter_table("dialogs") as dialogs:
        dialogs.alter_column("message_id", existing_type=sa.BigInteger(), nullable=True)
        dialogs.alter_column("button", existing_type=sa.String(length=120), nullable=True)
        dialogs.add_column(sa.Column("asked", sa.Text(), nullable=False))
        dialogs.add_column(sa.Column("permissions", sa.Text(), nullable=False))


def _key(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=False) for name in ("org_id", *names)]


def _belongs_to(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_org_id_{column}")
    return sa.ForeignKeyConstraint(["org_id", column], [f"{parent}.org_id", f"{parent}.id"], name=name)


def _index_where(name: str, table: str, condition: str, *columns: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, list(columns), sqlite_where=where, postgresql_where=where)
