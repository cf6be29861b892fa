"""How many posts a minute a tool may make: what is said nearest to it holds."""

from keypost.caller import Caller
from keypost.ids import OrgId
from keypost.people.directory import People
from keypost.settings import NO_BOUND, Limits, Settings
from keypost.tokens.model import Token
from keypost.tokens.register import Register


class Budgets:
    """Of a token, of its organisation, of the server. Where the wire's limits hold, the server itself adds no bound to
    them; what somebody chose for a token or an organisation still holds.
    """

    def __init__(self, settings: Settings, people: People, register: Register) -> None:
        self._people = people
        self._register = register
        self.of_server = settings.posts_per_minute if settings.limits is Limits.KEYPOST else NO_BOUND

    def of_caller(self, caller: Caller) -> int:
        """Posts a minute; `NO_BOUND` for no bound."""
        token = self._register.find_by_id(caller.org_id, caller.token_id) if caller.token_id is not None else None
        return self.of_token(token) if token is not None else self.of_org(caller.org_id)

    def of_token(self, token: Token) -> int:
        return token.grant.budget if token.grant.budget is not None else self.of_org(token.org_id)

    def of_org(self, org_id: OrgId) -> int:
        own = self._people.org(org_id).posts_per_minute
        return own if own is not None else self.of_server
