from enum import StrEnum
from typing import Any

from msgspec import Struct

from keypost.ids import AppId, BotId, IngressId, OrgId, PersonId, TokenId


class Outcome(StrEnum):
    """How a request ended: the handler took it, said no on purpose, or could not be brought to answer."""

    HANDLED = "handled"
    REFUSED = "refused"
    GIVEN_UP = "given up"


class Ingress(Struct, frozen=True, kw_only=True):
    """A request from a third party to an extension: stored before it is answered, kept in full until it is handled.

    `bot_id` is set for one to the address of the app's bot: then the bot's handler gets it, and the bot says what comes
    of it, to `reader_ids` or, where that is None, to the caller. `token_id` is None for a person's API token. `headers`
    and `params` are without credentials; `body` is as it came. `attempts` counts calls of the handler.
    """

    org_id: OrgId
    id: IngressId
    app_id: AppId
    person_id: PersonId
    token_id: TokenId | None
    bot_id: BotId | None = None
    reader_ids: tuple[PersonId, ...] | None = None
    method: str
    headers: dict[str, str]
    params: dict[str, str]
    body: bytes
    attempts: int = 0

    @property
    def bots_readers(self) -> tuple[PersonId, ...]:
        return (self.person_id,) if self.reader_ids is None else self.reader_ids


class Ending(Struct, frozen=True, kw_only=True):
    """How the handling of a request ended, for the third party that may still wait: the handler's `output`, or its
    `sentence` if it said no. `readers` got what a bot said.
    """

    outcome: Outcome
    output: Any = None
    sentence: str = ""
    readers: tuple[PersonId, ...] = ()


class Entry(Struct, frozen=True, kw_only=True):
    """What the ledger says of a request. `outcome` is None while it waits for its handler; `detail` is why it does, or
    what the handler said no with.
    """

    id: IngressId
    token_id: TokenId | None
    received_at: int
    method: str
    outcome: Outcome | None
    detail: str
    attempts: int
