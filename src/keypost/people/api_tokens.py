"""Live API tokens in memory: digest to token. Loaded at start, changed only in commits' effects."""

from collections.abc import Iterable

from keypost.people.model import ApiToken


class ApiTokens:
    """Those of people who have left meanwhile are still among them: whoever admits a caller looks at the person too."""

    def __init__(self) -> None:
        self._tokens: dict[bytes, ApiToken] = {}

    def load(self, tokens: Iterable[ApiToken]) -> None:
        for token in tokens:
            self.put(token)

    def put(self, token: ApiToken) -> None:
        self._tokens[token.digest] = token

    def find(self, digest: bytes) -> ApiToken | None:
        return self._tokens.get(digest)
