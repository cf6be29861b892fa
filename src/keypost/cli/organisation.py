"""`keypost organisation`: what holds for everybody in it."""

from cyclopts import App
from msgspec import Struct

from keypost.cli.budget import Posts, number_of, said
from keypost.cli.client import connected
from keypost.cli.console import Json, say_facts, say_json

app = App(name="organisation", help="Say what holds for the whole organisation.")


class Limits(Struct):
    limits: str
    posts_per_minute: int | None
    posts_per_minute_of_server: int
    posts_per_minute_of_person: int
    posts_per_minute_in_chat: int


@app.command
def limits(posts: Posts | None = None, /, *, as_json: Json = False) -> None:
    """Show how fast tools may post, or change it for each token without a budget of its own.

    Needs an admin's API token.
    """
    client = connected()
    if posts is None:
        answer = client.get("api", "v1", "limits")
    else:
        answer = client.put("api", "v1", "limits", body={"posts_per_minute": number_of(posts)})
    return say_json(answer.json) if as_json else _say(answer.read(Limits))


def _say(found: Limits) -> None:
    say_facts(
        [
            ("limits", found.limits),
            ("posts of a token", said(found.posts_per_minute, default="as the server says")),
            ("as the server says", said(found.posts_per_minute_of_server, default="")),
            ("posts of a person", said(found.posts_per_minute_of_person, default="")),
            ("posts in a chat", said(found.posts_per_minute_in_chat, default="")),
        ]
    )
