"""`keypost extension set` and `allow`: what an admin decides about an extension."""

import sys
from collections.abc import Sequence
from getpass import getpass
from pathlib import Path
from typing import Annotated, Final, Literal

from cyclopts import Parameter

from keypost.cli.client import connected
from keypost.cli.console import Json, say, say_json
from keypost.cli.extension import Extension, Name, Setting, naming_extensions
from keypost.cli.paths import path
from keypost.errors import Invalid

TYPED: Final = "-"
FROM_FILE: Final = "@"
ON: Final = frozenset({"on", "true", "yes"})
OFF: Final = frozenset({"off", "false", "no"})

Value = str | bool | None


def set_(
    name: Name,
    assignments: Annotated[
        list[str], Parameter(help="key=value; key=- asks for it; key=@FILE reads it from a file; key= takes it away.")
    ],
    /,
    *,
    as_json: Json = False,
) -> None:
    """Set what an extension needs, such as an address or an access token.

    A secret is never part of the command line, where others on this machine can read it. key=- asks for it, or takes it
    from stdin, one line each.
    """
    client = connected()
    with naming_extensions(client):
        declared = client.get("api", "v1", "extensions", name).read(Extension).settings
    values = _values(assignments, declared)
    answer = client.put("api", "v1", "extensions", name, "settings", body={"values": values})
    return say_json(answer.json) if as_json else _say(answer.read(Extension), values)


def allow(
    name: Name,
    /,
    *,
    who: Annotated[Literal["everybody", "teams", "admins", "nobody"], Parameter(help="Who.")] = "everybody",
    team: Annotated[list[str] | None, Parameter(help="With --who teams: a team's name; may stand there again.")] = None,
    guests: Annotated[bool, Parameter(help="Guests too, if the extension's manifest lets them.")] = False,
    reset: Annotated[bool, Parameter(help="Take the rule away: then the manifest alone decides.")] = False,
    as_json: Json = False,
) -> None:
    """Say who may make tokens for an extension: no more than its manifest lets."""
    if who == "teams" and not (team or reset):
        raise Invalid("invalid_inputs", "Say which teams: --team NAME, as often as there are teams.")
    client, rule = connected(), {"who": who, "teams": team or [], "guests": guests}
    with naming_extensions(client):
        if reset:
            answer = client.delete("api", "v1", "extensions", name, "minters")
        else:
            answer = client.put("api", "v1", "extensions", name, "minters", body=rule)
    return say_json(answer.json) if as_json else say(f"The rule of {name} is {'taken away' if reset else 'saved'}.")


def _values(assignments: Sequence[str], declared: Sequence[Setting]) -> dict[str, Value]:
    """By name; None takes away. All names are judged before anything is asked for."""
    known = {setting.name: setting for setting in declared}
    pairs = [assignment.partition("=") for assignment in assignments]
    for key, equals, text in pairs:
        _judge(key, equals, text, known)
    return {key: _value(known[key], text) for key, _, text in pairs}


def _judge(key: str, equals: str, text: str, known: dict[str, Setting]) -> None:
    if not equals:
        raise Invalid("invalid_inputs", f"{key} has no value: write {key}=value, {key}=- or {key}=")
    if key not in known:
        instead = f"There is: {', '.join(known)}." if known else "It has no settings."
        raise Invalid("invalid_inputs", f"There is no setting {key}. {instead}")
    is_here = text not in {TYPED, ""} and not text.startswith(FROM_FILE)
    if is_here and known[key].type == "secret":
        raise Invalid(
            "invalid_inputs", f"{key} is a secret, and others can read a command line: write {key}=- and type it then."
        )


def _value(setting: Setting, text: str) -> Value:
    if text == TYPED:
        text = _typed(setting)
    elif text.startswith(FROM_FILE):
        text = _in_file(path(text.removeprefix(FROM_FILE), f"{setting.name}={FROM_FILE}"))
    if not text:
        return None
    return _switch(setting, text) if setting.type == "switch" else text


def _switch(setting: Setting, text: str) -> bool:
    if text not in ON | OFF:
        raise Invalid("invalid_inputs", f"{setting.name} is a switch: write {setting.name}=on or {setting.name}=off")
    return text in ON


def _in_file(file: Path) -> str:
    try:
        return file.read_text("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid("invalid_inputs", f"{file} cannot be read: {type(error).__name__}") from error


def _typed(setting: Setting) -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    return getpass(f"{setting.title}: ")


def _say(extension: Extension, values: dict[str, Value]) -> None:
    for setting in extension.settings:
        if setting.name in values:
            say(f"{setting.name}: {setting.shown}")
