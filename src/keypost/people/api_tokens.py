"""Live API tokens in memory: digest to token. Loaded at start, changed only in commits' effects."""

from collections.abc import Iterable

from keypost.ids import OrgId, PersonId
from keypost.people.model import ApiToken


class ApiTokens:
    def __init__(self) -> None:
        self._tokens: dict[bytes, ApiToken] = {}
        self._of_person: dict[tuple[OrgId, PersonId], list[bytes]] = {}

    def load(self, tokens: Iterable[ApiToken]) -> None:
        for token in tokens:
            self.put(token)

    def put(self, token: ApiToken) -> None:
        self._tokens[token.digest] = token
        self._of_person.setdefault((token.org_id, token.person_id), []).append(token.digest)

    def find(self, digest: bytes) -> ApiToken | None:
        return self._tokens.get(digest)

    def end_all_of(self, org_id: OrgId, person_id: PersonId) -> None:
        for digest in self._of_person.pop((org_id, person_id), ()):
            del self._tokens[digest]
