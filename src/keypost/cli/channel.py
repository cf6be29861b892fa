"""`keypost channel`: which channels there are, and who takes part."""

from contextlib import AbstractContextManager
from typing import Annotated

from cyclopts import App, Parameter
from msgspec import Struct

from keypost.cli.client import Client, connected, naming
from keypost.cli.console import Json, say, say_facts, say_json, say_table
from keypost.cli.person import Person, me, naming_persons
from keypost.errors import Invalid
from keypost.messages.wording import how_many

app = App(name="channel", help="List, make and rename channels, let people join and leave.")

Name = Annotated[str, Parameter(help="The channel's unique name, without #.")]
Whom = Annotated[str, Parameter(help="An id or an e-mail address; without it you yourself.")]


class Member(Struct):
    id: str
    name: str
    kind: str


class Channel(Struct):
    id: str
    chat_id: str
    unique_name: str
    title: str
    members: list[Member]


class Channels(Struct):
    channels: list[Channel]


@app.command(name="list")
def list_(*, as_json: Json = False) -> None:
    """List the channels that you take part in; an admin sees all."""
    answer = connected().get("api", "v1", "channels")
    if as_json:
        return say_json(answer.json)
    channels = answer.read(Channels).channels
    rows = [(channel.unique_name, channel.title, _count(channel), channel.chat_id) for channel in channels]
    return say_table(("NAME", "TITLE", "MEMBERS", "CHAT"), rows)


@app.command
def show(name: Name, /, *, as_json: Json = False) -> None:
    """Show a channel and who takes part."""
    client = connected()
    with naming_channels(client):
        answer = client.get("api", "v1", "channels", bare(name))
    return say_json(answer.json) if as_json else _say(answer.read(Channel))


@app.command
def add(
    name: Annotated[str, Parameter(help="Its unique name: small letters, digits, - and _.")],
    /,
    *,
    title: Annotated[str, Parameter(help="What people read; without it the name.")] = "",
    as_json: Json = False,
) -> None:
    """Make a channel, with you in it. Needs an admin's API token."""
    answer = connected().post("api", "v1", "channels", body={"unique_name": bare(name), "title": title})
    return say_json(answer.json) if as_json else _say(answer.read(Channel))


@app.command
def rename(
    name: Name,
    new: Annotated[str, Parameter(help="Its new unique name: small letters, digits, - and _.")],
    /,
    *,
    as_json: Json = False,
) -> None:
    """Give a channel another unique name: tell the tools that post to it. Needs an admin's API token."""
    client = connected()
    with naming_channels(client):
        answer = client.put("api", "v1", "channels", bare(name), body={"unique_name": bare(new)})
    return say_json(answer.json) if as_json else _say(answer.read(Channel))


@app.command
def join(name: Name, /, *, person: Whom = "", as_json: Json = False) -> None:
    """Let somebody take part. Needs an admin's API token."""
    client = connected()
    with naming_channels(client), naming_persons(client):
        answer = client.post("api", "v1", "channels", bare(name), "members", body={"person": person or me(client).id})
    return say_json(answer.json) if as_json else _say(answer.read(Channel))


@app.command
def leave(name: Name, /, *, person: Whom = "", as_json: Json = False) -> None:
    """End somebody's part in a channel: they read and post there no more."""
    client = connected()
    with naming_channels(client), naming_persons(client):
        found = client.get("api", "v1", "channels", bare(name)).read(Channel)
        whom = client.get("api", "v1", "persons", person).read(Person) if person else me(client)
        if whom.id not in [member.id for member in found.members]:
            raise Invalid(
                "invalid_inputs", f"{person or 'You'} {'does' if person else 'do'} not take part in #{bare(name)}."
            )
        answer = client.delete("api", "v1", "channels", bare(name), "members", whom.id)
    return say_json(answer.json) if as_json else say(f"{person or 'You'} left #{bare(name)}.")


def naming_channels(client: Client) -> AbstractContextManager[None]:
    def names() -> list[str]:
        return [channel.unique_name for channel in client.get("api", "v1", "channels").read(Channels).channels]

    return naming("channel_not_found", names)


def bare(name: str) -> str:
    """People write `#builds` and mean `builds`."""
    return name.removeprefix("#")


def _say(channel: Channel) -> None:
    say_facts(
        [
            ("name", f"#{channel.unique_name}"),
            ("title", channel.title),
            ("chat", channel.chat_id),
            ("members", f"{_count(channel)}: {', '.join(member.name for member in channel.members)}"),
        ]
    )


def _count(channel: Channel) -> str:
    """As the page says it."""
    bots = sum(member.kind == "bot" for member in channel.members)
    return how_many(len(channel.members) - bots, bots)
