"""Live tokens in memory: digest to token. Loaded at start, changed only in commits' effects."""

from collections.abc import Iterable, Mapping

from keypost.ids import OrgId, TokenId
from keypost.tokens.model import Token, TokenSecret


class Register:
    def __init__(self) -> None:
        self._secrets: dict[bytes, TokenSecret] = {}
        self._tokens: dict[tuple[OrgId, TokenId], Token] = {}
        self._used: dict[tuple[OrgId, TokenId], int] = {}

    def load(self, tokens: Iterable[Token], secrets: Iterable[TokenSecret]) -> None:
        for token in tokens:
            self.put(token)
        for secret in secrets:
            self.add_secret(secret)

    def put(self, token: Token) -> None:
        self._tokens[token.org_id, token.id] = token

    def add_secret(self, secret: TokenSecret) -> None:
        self._secrets[secret.digest] = secret

    def find(self, digest: bytes, now: int) -> Token | None:
        """The token of a digest, if the secret and the token can be used now."""
        secret = self._secrets.get(digest)
        if secret is None or (secret.retires_at is not None and secret.retires_at <= now):
            return None
        token = self._tokens.get((secret.org_id, secret.token_id))
        return token if token is not None and token.is_usable(now) else None

    def ends_at(self, digest: bytes, token: Token) -> int | None:
        """When time alone ends what `find` answered; None for never."""
        ends = (self._secrets[digest].retires_at, token.expires_at)
        return min((at for at in ends if at is not None), default=None)

    def knows(self, digest: bytes) -> bool:
        return digest in self._secrets

    def find_by_id(self, org_id: OrgId, token_id: TokenId) -> Token | None:
        return self._tokens.get((org_id, token_id))

    def get(self, org_id: OrgId, token_id: TokenId) -> Token:
        return self._tokens[org_id, token_id]

    def list_unrevoked(self) -> list[Token]:
        """Everybody's, of every organisation."""
        return [token for token in self._tokens.values() if token.revoked_at is None]

    def note_use(self, token: Token, now: int) -> None:
        self._used[token.org_id, token.id] = now

    def take_uses(self) -> dict[tuple[OrgId, TokenId], int]:
        """Last uses since the last call. They are written now and then, not with every post: a crash may lose the
        last minute of them, and of nothing else.
        """
        uses, self._used = self._used, {}
        return uses

    def give_back_uses(self, uses: Mapping[tuple[OrgId, TokenId], int]) -> None:
        """What was taken and could not be written. What was noted meanwhile is later."""
        self._used = {**uses, **self._used}

    def last_use(self, token: Token) -> int | None:
        return self._used.get((token.org_id, token.id), token.last_used_at)
