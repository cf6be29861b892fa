"""Every table. Each row belongs to an organisation, and every key starts with it.

Times are integer milliseconds, UTC. State is told by time stamps, not by flags. JSON is text: it is judged before
it is written, and nothing searches inside it.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.sql.schema import SchemaItem

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _number(name: str, *, key: bool = False, optional: bool = False) -> Column[int]:
    return Column(name, BigInteger, primary_key=key, nullable=optional, autoincrement=False)


def _text(name: str, *, key: bool = False, optional: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=key, nullable=optional)


def _word(name: str, *, key: bool = False, optional: bool = False) -> Column[str]:
    """A short text from a fixed set or of a bounded shape."""
    return Column(name, String(120), primary_key=key, nullable=optional)


def _bytes(name: str, *, key: bool = False, optional: bool = False) -> Column[bytes]:
    return Column(name, LargeBinary, primary_key=key, nullable=optional)


def _table(name: str, *columns: SchemaItem, clustered: bool = False) -> Table:
    """A clustered one has no second tree for its key on SQLite."""
    return Table(name, metadata, _number("org_id", key=True), *columns, sqlite_with_rowid=not clustered)


def _belongs_to(column: str, parent: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["org_id", column], [f"{parent}.org_id", f"{parent}.id"])


def _where(name: str, condition: str, *columns: str) -> Index:
    """An index of those rows alone for which the condition holds."""
    return Index(name, *columns, sqlite_where=text(condition), postgresql_where=text(condition))


def _unique(name: str, *columns: str) -> Index:
    return Index(f"uq_{name}_{'_'.join(columns)}", *columns, unique=True)


# People

orgs = Table(
    "orgs",
    metadata,
    _number("org_id", key=True),
    _text("name"),
    _number("created_at"),
    # The number of the organisation's newest event; raised last in each transaction, so the log has no hole.
    _number("last_event"),
    # The newest message that is entered in the timeline of its chat.
    _number("timelines_end"),
    # Posts a minute for each of its tokens that has no budget of its own; null: as the server says, 0: no bound.
    _number("posts_per_minute", optional=True),
)

persons = _table(
    "persons",
    _number("id", key=True),
    _text("email"),
    _text("first_name"),
    _text("last_name"),
    _word("role"),
    _word("timezone"),
    _word("country"),
    _word("language"),
    _number("created_at"),
    _number("deactivated_at", optional=True),
    _unique("persons", "org_id", "email"),
)

teams = _table("teams", _number("id", key=True), _text("name"), _number("created_at"))

team_members = _table(
    "team_members",
    _number("team_id", key=True),
    _number("person_id", key=True),
    _belongs_to("team_id", "teams"),
    _belongs_to("person_id", "persons"),
)

sessions = _table(
    "sessions",
    _number("id", key=True),
    _number("person_id"),
    _bytes("digest"),
    _number("created_at"),
    _number("expires_at"),
    _number("ended_at", optional=True),
    _unique("sessions", "digest"),
    _belongs_to("person_id", "persons"),
)

sign_in_links = _table(
    "sign_in_links",
    _number("id", key=True),
    _number("person_id"),
    _bytes("digest"),
    _number("created_at"),
    _number("expires_at"),
    _number("used_at", optional=True),
    _unique("sign_in_links", "digest"),
    _belongs_to("person_id", "persons"),
)

api_tokens = _table(
    "api_tokens",
    _number("id", key=True),
    _number("person_id"),
    _bytes("digest"),
    _text("scopes"),
    _number("created_at"),
    _number("revoked_at", optional=True),
    _unique("api_tokens", "digest"),
    _belongs_to("person_id", "persons"),
)

# Events

events = _table(
    "events",
    _number("number", key=True),
    _word("kind"),
    _number("at"),
    _number("chat_id", optional=True),
    _number("person_id", optional=True),
    _number("subject_id"),
)

# Chat

chats = _table(
    "chats",
    _number("id", key=True),
    _word("kind"),
    _text("title"),
    _word("unique_name", optional=True),
    _number("bot_id", optional=True),
    # Of a thread: the chat and the message on which it was opened. Its members are those of that chat.
    _number("parent_id", optional=True),
    _number("root_message_id", optional=True),
    _number("closed_at", optional=True),
    _number("created_at"),
    _unique("chats", "org_id", "unique_name"),
    Index(
        "uq_chats_root",
        "org_id",
        "root_message_id",
        unique=True,
        sqlite_where=text("root_message_id IS NOT NULL"),
        postgresql_where=text("root_message_id IS NOT NULL"),
    ),
)

members = _table(
    "members",
    _number("chat_id", key=True),
    _word("kind", key=True),
    _number("member_id", key=True),
    _number("joined_at"),
    # The chats of somebody: the key finds those who are in a chat alone.
    Index("ix_members_member", "org_id", "kind", "member_id", "chat_id"),
    _belongs_to("chat_id", "chats"),
)

bots = _table(
    "bots",
    _number("id", key=True),
    _word("unique_name"),
    _text("name"),
    _number("app_id", optional=True),
    _number("created_at"),
    _unique("bots", "org_id", "unique_name"),
)

messages = _table(
    "messages",
    _number("id", key=True),
    _number("chat_id"),
    _word("sender_kind"),
    _number("sender_id"),
    _text("sender_name"),
    _number("token_id", optional=True),
    _text("content"),
    _number("edited_at", optional=True),
    # A message that was taken back stays as a row without content.
    _number("deleted_at", optional=True),
    # The message of the same chat that it answers; the thread that it was also said in; the file that it brings.
    _number("reply_to", optional=True),
    _number("thread_id", optional=True),
    _number("file_id", optional=True),
    # What a thread is called that will be opened on it.
    _text("topic", optional=True),
    # An extension's message that its later ones with the same key take the place of; an order smaller than the stored
    # one comes too late to change it.
    _word("collapse_key", optional=True),
    _number("collapse_order", optional=True),
    _where("ix_messages_collapse", "collapse_key IS NOT NULL", "org_id", "chat_id", "collapse_key", "id"),
    _where("ix_messages_reply", "reply_to IS NOT NULL", "org_id", "reply_to", "id"),
    _where("ix_messages_file", "file_id IS NOT NULL", "org_id", "file_id"),
    _belongs_to("chat_id", "chats"),
)

# What a chat or a thread shows, entered in that of its chat some time after it was said.
timelines = _table("timelines", _number("chat_id", key=True), _number("message_id", key=True), clustered=True)

# Who hears of a thread beyond those who are in its chat on the page.
thread_followers = _table(
    "thread_followers",
    _number("chat_id", key=True),
    _number("person_id", key=True),
    _number("followed_at"),
    _belongs_to("chat_id", "chats"),
    _belongs_to("person_id", "persons"),
)

reactions = _table(
    "reactions",
    _number("message_id", key=True),
    _number("person_id", key=True),
    _word("emoji", key=True),
    _number("reacted_at"),
    _belongs_to("message_id", "messages"),
    _belongs_to("person_id", "persons"),
)

# One vote a person and poll; `option` counts from 0.
votes = _table(
    "votes",
    _number("message_id", key=True),
    _number("person_id", key=True),
    _number("option"),
    _number("voted_at"),
    _belongs_to("message_id", "messages"),
    _belongs_to("person_id", "persons"),
)

# What was uploaded. The bytes stand in the data directory under their digest, once for all rows with the same.
files = _table(
    "files",
    _number("id", key=True),
    _bytes("digest"),
    _number("size"),
    _text("name"),
    _word("media_type"),
    # Of a picture that pages show.
    _number("width", optional=True),
    _number("height", optional=True),
    _number("uploaded_by"),
    _number("created_at"),
    Index("ix_files_digest", "digest"),
)

# Tokens

tokens = _table(
    "tokens",
    _number("id", key=True),
    _word("owner_kind"),
    _number("owner_id"),
    _number("app_id"),
    _number("origin_chat_id", optional=True),
    _number("origin_message_id", optional=True),
    _word("origin_button", optional=True),
    _text("scope"),
    _text("carriers"),
    _text("networks"),
    _number("budget", optional=True),
    _number("created_at"),
    _number("expires_at", optional=True),
    _number("paused_at", optional=True),
    _number("revoked_at", optional=True),
    _word("revoked_reason", optional=True),
    _number("last_used_at", optional=True),
    # What its owner chose for it (an object), and what its extension says it connects (a list): JSON.
    _text("settings"),
    _text("serves"),
    # When its extension was told that it had ended, or nobody will tell it any more.
    _number("told_at", optional=True),
    _word("told_outcome", optional=True),
    Index("ix_tokens_owner", "org_id", "owner_kind", "owner_id"),
    _where("ix_tokens_revoked", "told_at IS NULL AND revoked_at IS NOT NULL", "revoked_at"),
    _where("ix_tokens_expiring", "told_at IS NULL AND expires_at IS NOT NULL", "expires_at"),
)

token_secrets = _table(
    "token_secrets",
    _number("id", key=True),
    _number("token_id"),
    _bytes("digest"),
    _number("key_id"),
    _number("created_at"),
    _number("retires_at", optional=True),
    _unique("token_secrets", "digest"),
    _belongs_to("token_id", "tokens"),
)

# Extensions

extensions = _table(
    "extensions",
    _number("id", key=True),
    _word("name"),
    _text("source"),
    _text("manifest"),
    _bytes("signing_key"),
    _text("public_key"),
    _number("created_at"),
    _unique("extensions", "org_id", "name"),
)

# What an admin set for an extension; every value is sealed, for any of them may be a secret.
extension_settings = _table(
    "extension_settings",
    _number("extension_id", key=True),
    _word("name", key=True),
    _bytes("value"),
    _number("saved_at"),
    _belongs_to("extension_id", "extensions"),
)

# Who may mint tokens for an extension, as the organisation says; no row: as the manifest says.
mint_rules = _table(
    "mint_rules",
    _number("extension_id", key=True),
    _word("who"),
    _text("team_ids"),
    Column("guests", Boolean, nullable=False),
    _number("saved_by"),
    _number("saved_at"),
    _belongs_to("extension_id", "extensions"),
)

# Which personal data a person lets an extension have.
consents = _table(
    "consents",
    _number("person_id", key=True),
    _number("extension_id", key=True),
    _text("permissions"),
    _number("given_at"),
    _belongs_to("person_id", "persons"),
    _belongs_to("extension_id", "extensions"),
)

apps = _table(
    "apps",
    _number("id", key=True),
    _number("extension_id"),
    _word("face"),
    _word("appkey"),
    _number("created_at"),
    _belongs_to("extension_id", "extensions"),
)

installations = _table(
    "installations",
    _number("id", key=True),
    _number("app_id"),
    _word("scope"),
    _number("installed_by"),
    _number("created_at"),
    _number("ended_at", optional=True),
    _number("ended_by", optional=True),
    _belongs_to("app_id", "apps"),
)

installation_teams = _table(
    "installation_teams",
    _number("installation_id", key=True),
    _number("team_id", key=True),
    _belongs_to("installation_id", "installations"),
    _belongs_to("team_id", "teams"),
)

dialogs = _table(
    "dialogs",
    _number("id", key=True),
    _bytes("nonce_digest"),
    _number("person_id"),
    _number("chat_id"),
    # Of a button; a command has neither.
    _number("message_id", optional=True),
    _word("button", optional=True),
    # The button as it stood then (JSON), or what was typed behind the command.
    _text("asked"),
    _number("app_id"),
    _word("function"),
    _text("function_address"),
    # The personal data that the dialog asks consent for: JSON.
    _text("permissions"),
    _number("created_at"),
    _number("expires_at"),
    _number("used_at", optional=True),
    _unique("dialogs", "nonce_digest"),
)

invocations = _table(
    "invocations",
    _number("id", key=True),
    _number("app_id"),
    _word("handler"),
    _word("name"),
    _number("person_id"),
    _number("chat_id", optional=True),
    _number("message_id", optional=True),
    _number("token_id", optional=True),
    Column("replaces", Boolean, nullable=False),
    _bytes("answer_digest", optional=True),
    _number("answer_until", optional=True),
    _number("created_at"),
    _number("ended_at", optional=True),
    _word("outcome", optional=True),
    _text("detail"),
    _unique("invocations", "answer_digest"),
)

# Webhooks

# What a sender has delivered already, so that a repeat gets the first answer: a row for each message that came of it,
# or for the request to an extension that it was (then with how that ended: JSON).
deliveries = _table(
    "deliveries",
    _word("sender_kind", key=True),
    _number("sender_id", key=True),
    _bytes("key", key=True),
    _number("position", key=True),
    _bytes("fingerprint"),
    _number("subject_id"),
    _text("ending", optional=True),
    _number("delivered_at"),
    Index("ix_deliveries_delivered_at", "delivered_at"),
)

ingress = _table(
    "ingress",
    _number("id", key=True),
    _number("app_id"),
    # The bot at whose address it came; none for the app's own.
    _number("bot_id", optional=True),
    # None for what came with a person's API token.
    _number("token_id", optional=True),
    _number("person_id"),
    # Who is to get what the bot says: ids as JSON; none where it is for the caller alone.
    _text("reader_ids", optional=True),
    _word("method"),
    _text("headers"),
    _text("params"),
    _bytes("body"),
    _number("received_at"),
    _number("attempts"),
    _number("next_attempt_at", optional=True),
    # The address at which the newest call may still be answered.
    _bytes("answer_digest", optional=True),
    _number("answer_until", optional=True),
    _number("ended_at", optional=True),
    _word("outcome", optional=True),
    _text("detail"),
    _unique("ingress", "answer_digest"),
    Index("ix_ingress_next_attempt_at", "next_attempt_at"),
    Index("ix_ingress_app", "org_id", "app_id", "id"),
    _where("ix_ingress_ended", "ended_at IS NOT NULL", "outcome", "ended_at"),
)
