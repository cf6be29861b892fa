"""Tokens with what there is to know of them: whose, for which extension, where it speaks with them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from keypost.caller import Caller
from keypost.chat.directory import is_member
from keypost.chat.model import Chat, ChatKind
from keypost.chat.views import chat_name
from keypost.db.tx import Tx
from keypost.errors import NotFound
from keypost.extensions import service, token_askers, token_settings
from keypost.extensions.desk import Desk
from keypost.extensions.manifest import TokenSetting
from keypost.extensions.model import App
from keypost.extensions.token_askers import Asker
from keypost.ids import PersonId, TokenId, read_token
from keypost.people.model import Person
from keypost.tokens import service as tokens
from keypost.tokens.attribution import GONE
from keypost.tokens.model import Token

NAMELESS: Final[Mapping[ChatKind, str]] = {ChatKind.DIRECT: "a direct chat", ChatKind.GROUP: "a group chat"}
"""What a chat is called for who does not take part: its title tells who talks with whom."""


class TokenRow(Struct, frozen=True):
    """`place` is where the extension posts what arrives with the token; None: the owner's chat with its bot. `asker` is
    the button it was made with, as far as the reader may know.
    """

    token: Token
    app: App | None
    owner: Person
    place: str | None
    last_used_at: int | None
    asker: Asker | None

    @property
    def title(self) -> str:
        return self.app.title if self.app is not None else GONE

    @property
    def declared(self) -> Sequence[TokenSetting]:
        return self.app.extension.manifest.token.settings if self.app is not None else ()

    @property
    def settings(self) -> dict[str, Any]:
        """What holds for the token: chosen, or by default."""
        return dict(token_settings.filled(self.declared, self.token.settings))


def list_mine(tx: Tx, desk: Desk, caller: Caller) -> list[TokenRow]:
    return _rows(tx, desk, caller, tokens.list_mine(tx, caller))


def list_all_of_org(tx: Tx, desk: Desk, caller: Caller) -> list[TokenRow]:
    return _rows(tx, desk, caller, tokens.list_all_of_org(tx, desk.people, caller))


def get_visible(tx: Tx, desk: Desk, caller: Caller, token_id: TokenId) -> TokenRow:
    return _row(tx, desk, caller, tokens.get_visible(tx, desk.people, caller, token_id))


def revoke(tx: Tx, desk: Desk, caller: Caller, token_id: TokenId) -> TokenRow:
    return _row(tx, desk, caller, tokens.revoke(tx, desk.register, desk.people, caller, token_id))


def choose(tx: Tx, desk: Desk, caller: Caller, token_id: TokenId, chosen: Mapping[str, Any]) -> TokenRow:
    """What the owner wants of a token from now on. A setting that is not named goes back to its default."""
    row = get_visible(tx, desk, caller, token_id)
    judged = token_settings.judge(row.declared, chosen)
    return _row(tx, desk, caller, tokens.set_settings(tx, desk.register, caller, token_id, judged))


def set_budget(tx: Tx, desk: Desk, caller: Caller, token_id: TokenId, budget: int | None) -> TokenRow:
    token = tokens.set_budget(tx, desk.register, desk.people, caller, token_id, budget)
    return _row(tx, desk, caller, token)


def id_of(shown: str) -> TokenId:
    token_id = read_token(shown)
    if token_id is None:
        raise NotFound("token_not_found", "You have no such token.")
    return token_id


def _row(tx: Tx, desk: Desk, caller: Caller, token: Token) -> TokenRow:
    (row,) = _rows(tx, desk, caller, [token])
    return row


def _rows(tx: Tx, desk: Desk, caller: Caller, found: Sequence[Token]) -> list[TokenRow]:
    askers = token_askers.read(tx, desk.chats, caller.org_id, caller.person_id, found)
    apps = {app.id: app for app in service.list_apps(tx, caller.org_id)}
    return [
        TokenRow(
            token=token,
            app=apps.get(token.app_id),
            owner=desk.people.get(token.org_id, token.owner_id),
            place=_place(desk, token, caller.person_id),
            last_used_at=desk.register.last_use(token),
            asker=askers.get(token.origin) if token.origin is not None else None,
        )
        for token in found
    ]


def _place(desk: Desk, token: Token, reader: PersonId) -> str | None:
    if token.origin is None:
        return None
    place = desk.chats.find(token.org_id, token.origin.chat_id)
    return _name(place, reader) if place is not None else "a chat that is gone"


def _name(place: Chat, reader: PersonId) -> str:
    return chat_name(place) if is_member(place, reader) else NAMELESS.get(place.kind, chat_name(place))
