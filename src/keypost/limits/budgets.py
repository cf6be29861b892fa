"""How many posts a minute a tool may make, all tools of a person together, and all that post into one chat."""

from functools import lru_cache

from msgspec import Struct

from keypost.caller import Caller
from keypost.ids import OrgId
from keypost.limits.bucket import Rate, rate_of
from keypost.people.directory import People
from keypost.settings import NO_BOUND, Limits, Settings
from keypost.tokens.register import Register


class Rates(Struct, frozen=True):
    """How fast a token may post, all tokens of its person together, and all together to a chat; None for no bound."""

    of_token: Rate
    of_person: Rate | None
    in_chat: Rate | None


class Budgets:
    """What is said nearest to a token holds: for it, its organisation, the server. Where the wire's limits hold, the
    server itself adds no bound to them; what somebody chose for a token or an organisation still holds.
    """

    def __init__(self, settings: Settings, people: People, register: Register) -> None:
        self._people = people
        self._register = register
        is_ours = settings.limits is Limits.KEYPOST
        self.of_server = settings.posts_per_minute if is_ours else NO_BOUND
        shared = (settings.posts_per_minute_of_person, settings.posts_per_minute_in_chat)
        self._shared = shared if is_ours else (NO_BOUND, NO_BOUND)

    def of_caller(self, caller: Caller) -> Rates | None:
        """None for one whom nothing bounds."""
        token = self._register.find_by_id(caller.org_id, caller.token_id) if caller.token_id is not None else None
        own = token.grant.budget if token is not None else None
        return _rates(own, self._people.org(caller.org_id).posts_per_minute, self.of_server, self._shared)

    def by_hand(self, org_id: OrgId) -> Rate | None:
        """How much a person may do on pages: as much as all of their tokens together may post, beside those."""
        of_person, _ = self.shared_in(org_id)
        return rate_of(of_person) if of_person != NO_BOUND else None

    def shared_in(self, org_id: OrgId) -> tuple[int, int]:
        """Posts a minute of a person, and in a chat, from all tokens together that have no budget of their own."""
        of_org = self._people.org(org_id).posts_per_minute
        of_person, in_chat = (_shared(number, of_org, self.of_server) for number in self._shared)
        return of_person, in_chat


@lru_cache
def _rates(own: int | None, of_org: int | None, of_server: int, shared: tuple[int, int]) -> Rates | None:
    """A token that was given more than what is shared stands apart: it was meant to, and shall not use up what is there
    for others.
    """
    of_token = own if own is not None else _usual(of_org, of_server)

    def rate(number: int) -> Rate | None:
        most = _shared(number, of_org, of_server)
        is_apart = own is not None and own > most
        return None if most == NO_BOUND or is_apart else rate_of(most)

    of_person, in_chat = map(rate, shared)
    return Rates(rate_of(of_token), of_person, in_chat) if of_token != NO_BOUND else None


def _shared(number: int, of_org: int | None, of_server: int) -> int:
    """Never less than what an admin gives each token of the organisation."""
    return NO_BOUND if NO_BOUND in {_usual(of_org, of_server), number} else max(number, of_org or NO_BOUND)


def _usual(of_org: int | None, of_server: int) -> int:
    return of_org if of_org is not None else of_server
