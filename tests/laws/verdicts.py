"""What a post must be told, judged by plain SQL on the database as it is: knows nothing of the server's memory."""

from typing import Any, Final

import msgspec
from sqlalchemy import text

from keypost.db.tx import Tx

TOKEN: Final = text("""
    SELECT t.owner_id, t.app_id, t.scope, p.role, COALESCE(t.budget, o.posts_per_minute, :of_server) AS budget
    FROM token_secrets s
    JOIN tokens t ON t.org_id = s.org_id AND t.id = s.token_id
    JOIN persons p ON p.org_id = t.org_id AND p.id = t.owner_id
    JOIN orgs o ON o.org_id = t.org_id
    WHERE t.id = :token AND (s.retires_at IS NULL OR s.retires_at > :now)
      AND t.revoked_at IS NULL AND t.paused_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > :now)
      AND p.deactivated_at IS NULL
""")
API_TOKEN: Final = text("""
    SELECT a.person_id AS owner_id, NULL AS app_id, a.scopes AS scope, p.role,
        COALESCE(o.posts_per_minute, :of_server) AS budget
    FROM api_tokens a
    JOIN persons p ON p.org_id = a.org_id AND p.id = a.person_id
    JOIN orgs o ON o.org_id = a.org_id
    WHERE a.id = :token AND a.revoked_at IS NULL AND p.deactivated_at IS NULL
""")
CHANNEL: Final = text("SELECT id, kind, closed_at, id AS home FROM chats WHERE org_id = :org AND unique_name = :name")
CHAT: Final = text("""
    SELECT c.id, COALESCE(parent.kind, c.kind) AS kind, c.closed_at, COALESCE(c.parent_id, c.id) AS home
    FROM chats c LEFT JOIN chats parent ON parent.org_id = c.org_id AND parent.id = c.parent_id
    WHERE c.org_id = :org AND c.id = :chat
""")
MEMBER: Final = text(
    "SELECT 1 FROM members WHERE org_id = :org AND chat_id = :chat AND kind = :kind AND member_id = :member"
)
PERSON: Final = text("SELECT 1 FROM persons WHERE org_id = :org AND id = :person AND deactivated_at IS NULL")
ACQUAINTED: Final = text("""
    SELECT 1 FROM members a JOIN members b ON b.org_id = a.org_id AND b.chat_id = a.chat_id AND b.kind = a.kind
    WHERE a.org_id = :org AND a.kind = 'person' AND a.member_id = :one AND b.member_id = :other
""")
BOT: Final = text("SELECT id, app_id FROM bots WHERE org_id = :org AND unique_name = :name")
TEAM: Final = text("SELECT 1 FROM teams WHERE org_id = :org AND id = :team")


class Try(msgspec.Struct, frozen=True, kw_only=True):
    """A post by a token, or by a person's own (their API token), to one of a channel by its name, a chat by its id, or
    a person; by a bot that is named, and calling everybody or a team.
    """

    token_id: int
    is_persons: bool = False
    channel: str = ""
    chat_id: int = 0
    person_id: int = 0
    bot: str = ""
    is_to_all: bool = False
    team_id: int = 0


class Verdict(msgspec.Struct, frozen=True):
    """An empty `code` is a success. `budget` is what the answer names, None for none."""

    code: str
    budget: int | None = None


def judge(tx: Tx, org_id: int, of_server: int, wish: Try) -> Verdict:
    query = API_TOKEN if wish.is_persons else TOKEN.bindparams(now=tx.now)
    token = tx.one(query.bindparams(token=wish.token_id, of_server=of_server))
    if token is None:
        return Verdict("oauthtoken_invalid" if wish.is_persons else "invalid_zapikey")
    if "post" not in msgspec.json.decode(token.scope):
        return Verdict("scope_missing")
    return Verdict(_code(tx, org_id, token, wish), token.budget or None)


def _code(tx: Tx, org_id: int, token: Any, wish: Try) -> str:
    place = None
    if wish.person_id:
        if not _may_write_to(tx, org_id, token, wish.person_id):
            return "person_not_found"
        kind = "direct"
    else:
        query = CHANNEL.bindparams(name=wish.channel) if wish.channel else CHAT.bindparams(chat=wish.chat_id)
        place = tx.one(query.bindparams(org=org_id))
        is_in = place is not None and _is_in(tx, org_id, place.home, "person", token.owner_id)
        if place is None or not is_in:
            return _not_in(wish, is_there=place is not None)
        kind = place.kind
    bot = _code_of_bot(tx, org_id, token, wish, place)
    return bot or _code_of_calls(tx, org_id, token, wish, kind) or _code_of_state(place)


def _not_in(wish: Try, *, is_there: bool) -> str:
    if not wish.channel:
        return "chat_not_found"
    return "channel_access_denied" if is_there else "channel_not_found"


def _code_of_bot(tx: Tx, org_id: int, token: Any, wish: Try, place: Any) -> str:
    is_asked_for = wish.channel or (place is not None and place.home != place.id)
    if not wish.bot or not is_asked_for:  # In channels and threads alone.
        return ""
    bot = tx.one(BOT.bindparams(org=org_id, name=wish.bot))
    if bot is None:
        return "bot_not_found"
    if bot.app_id is not None and bot.app_id != token.app_id:
        return "bot_message_forbidden"
    return "" if _is_in(tx, org_id, place.home, "bot", bot.id) else "bot_not_channel_member"


def _code_of_calls(tx: Tx, org_id: int, token: Any, wish: Try, kind: str) -> str:
    if wish.is_to_all and ("mention.all" not in msgspec.json.decode(token.scope) or token.role == "guest"):
        return "mention_not_allowed"
    is_team = wish.team_id and tx.one(TEAM.bindparams(org=org_id, team=wish.team_id)) is not None
    return "team_mention_not_allowed" if is_team and kind != "channel" else ""


def _code_of_state(place: Any) -> str:
    return "thread_closed" if place is not None and place.closed_at is not None else ""


def _may_write_to(tx: Tx, org_id: int, token: Any, person_id: int) -> bool:
    if tx.one(PERSON.bindparams(org=org_id, person=person_id)) is None:
        return False
    known = ACQUAINTED.bindparams(org=org_id, one=token.owner_id, other=person_id)
    return token.role != "guest" or bool(tx.all(known))


def _is_in(tx: Tx, org_id: int, chat_id: int, kind: str, member: int) -> bool:
    return tx.one(MEMBER.bindparams(org=org_id, chat=chat_id, kind=kind, member=member)) is not None
