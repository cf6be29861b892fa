"""`keypost token`: the keys that tools post with, and their end."""

from contextlib import AbstractContextManager
from typing import Annotated, Final

from cyclopts import App, Parameter
from msgspec import Struct

from keypost.cli.budget import Posts, number_of, said
from keypost.cli.client import Client, connected, naming
from keypost.cli.console import Json, say, say_facts, say_json, say_table

app = App(name="token", help="List, show, bound and revoke tokens.")

Id = Annotated[str, Parameter(help="The token's id, tok_….")]
NEVER: Final = "never"


class Owner(Struct):
    name: str


class Served(Struct):
    name: str
    address: str = ""


class Token(Struct):
    id: str
    extension: str
    sandbox: bool
    owner: Owner
    place: str | None
    verbs: list[str]
    posts_per_minute: int | None
    state: str
    created_at: str
    expires_at: str | None = None
    revoked_at: str | None = None
    revoked_reason: str | None = None
    last_used_at: str | None = None
    serves: list[Served] = []

    @property
    def made_for(self) -> str:
        return f"{self.extension} (sandbox)" if self.sandbox else self.extension


class Tokens(Struct):
    tokens: list[Token]


@app.command(name="list")
def list_(
    *,
    everybodys: Annotated[
        bool, Parameter(name="--all", help="Everybody's tokens. Needs an admin's API token.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List your tokens."""
    answer = connected().get("api", "v1", "tokens", all="true" if everybodys else None)
    if as_json:
        return say_json(answer.json)
    tokens = answer.read(Tokens).tokens
    rows = [
        (token.id, token.made_for, token.owner.name, token.state, token.last_used_at or NEVER, token.place or "")
        for token in tokens
    ]
    return say_table(("ID", "EXTENSION", "OWNER", "STATE", "LAST USED", "SPEAKS IN"), rows)


@app.command
def show(token: Id, /, *, as_json: Json = False) -> None:
    """Show a token: whose it is, what it may do, what it serves."""
    client = connected()
    with _naming_tokens(client):
        answer = client.get("api", "v1", "tokens", token)
    return say_json(answer.json) if as_json else _say(answer.read(Token))


@app.command
def revoke(token: Id, /, *, as_json: Json = False) -> None:
    """End a token at once and for good. Its extension is told."""
    client = connected()
    with _naming_tokens(client):
        answer = client.post("api", "v1", "tokens", token, "revoke")
    return say_json(answer.json) if as_json else say(f"{answer.read(Token).id} is revoked.")


@app.command
def budget(token: Id, posts: Posts, /, *, as_json: Json = False) -> None:
    """Say how many posts a minute a token may make, from its next post on. Needs an admin's API token."""
    client, body = connected(), {"posts_per_minute": number_of(posts)}
    with _naming_tokens(client):
        answer = client.put("api", "v1", "tokens", token, "budget", body=body)
    if as_json:
        return say_json(answer.json)
    found = answer.read(Token)
    return say(f"{found.id} may post {said(found.posts_per_minute, default='as the organisation says')}.")


def _naming_tokens(client: Client) -> AbstractContextManager[None]:
    def names() -> list[str]:
        return [token.id for token in client.get("api", "v1", "tokens").read(Tokens).tokens]

    return naming("token_not_found", names)


def _say(token: Token) -> None:
    ended = f"{token.revoked_at}, {token.revoked_reason}" if token.revoked_at else token.expires_at
    say_facts(
        [
            ("id", token.id),
            ("extension", token.made_for),
            ("owner", token.owner.name),
            ("state", token.state),
            ("may", ", ".join(token.verbs)),
            ("posts", said(token.posts_per_minute, default="as the organisation says")),
            ("speaks in", token.place or ""),
            ("serves", ", ".join(served.name for served in token.serves)),
            ("made", token.created_at),
            ("last used", token.last_used_at or NEVER),
            ("ends", ended or NEVER),
        ]
    )
