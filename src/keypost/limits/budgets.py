"""How many posts a minute a tool may make, all tools of a person together, and all that post into one chat."""

from functools import lru_cache

from msgspec import Struct

from keypost.caller import Caller
from keypost.limits.bucket import Rate, rate_of
from keypost.people.directory import People
from keypost.settings import NO_BOUND, Limits, Settings
from keypost.tokens.register import Register


class Bounds(Struct, frozen=True):
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

    def of_caller(self, caller: Caller) -> Bounds | None:
        """None for one whom nothing bounds."""
        token = self._register.find_by_id(caller.org_id, caller.token_id) if caller.token_id is not None else None
        own = token.grant.budget if token is not None else None
        return _bounds(own, self._people.org(caller.org_id).posts_per_minute, self.of_server, self._shared)


@lru_cache
def _bounds(own: int | None, of_org: int | None, of_server: int, shared: tuple[int, int]) -> Bounds | None:
    """What is shared is never less than what an admin gives each token of the organisation. A token that was given more
    than that itself stands apart: it was meant to, and shall not use up what is there for others.
    """
    usual = of_org if of_org is not None else of_server
    of_token = own if own is not None else usual

    def rate(number: int) -> Rate | None:
        most = max(number, of_org or NO_BOUND)
        is_apart = own is not None and own > most
        return None if NO_BOUND in {usual, number} or is_apart else rate_of(most)

    of_person, in_chat = map(rate, shared)
    return Bounds(rate_of(of_token), of_person, in_chat) if of_token != NO_BOUND else None
