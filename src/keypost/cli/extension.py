"""`keypost extension`: which extensions there are, and adding and removing them."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Final

from cyclopts import App, Parameter
from msgspec import Struct

from keypost.cli.client import Answer, Client, connected, naming
from keypost.cli.console import Json, say, say_facts, say_json, say_table
from keypost.cli.paths import NamedPath, path
from keypost.errors import Invalid
from keypost.extensions import manifest_file
from keypost.extensions.manifest_file import FILE_NAME

app = App(name="extension", help="Add, set up, run and write extensions.")
app.command("keypost.cli.extension_settings:set_", name="set")
app.command("keypost.cli.extension_settings:allow", name="allow")
app.command("keypost.cli.extension_log:logs", name="logs")
app.command("keypost.cli.extension_log:requests", name="requests")
app.command("keypost.cli.extension_run:run", name="run")
app.command("keypost.cli.extension_authoring:check", name="check")
app.command("keypost.cli.extension_authoring:new", name="new")

ELSEWHERE: Final = "https://"

Name = Annotated[str, Parameter(help="The extension's name, as its manifest has it.")]


class Setting(Struct):
    name: str
    title: str
    type: str
    required: bool
    is_set: bool
    value: str | bool | None = None

    @property
    def shown(self) -> str:
        if not self.is_set:
            return "not set, but required" if self.required else "not set"
        if self.type == "secret":
            return "•••"
        return str(self.value) if self.type != "switch" else "on" if self.value else "off"


class Minters(Struct):
    who: str
    teams: list[str]
    guests: bool

    @property
    def shown(self) -> str:
        who = ", ".join(self.teams) if self.who == "teams" else self.who
        return f"{who} and guests" if self.guests else who


class FaceOf(Struct):
    app_id: str
    appkey: str
    face: str
    incoming_url: str
    bot_incoming_url: str = ""


class Extension(Struct):
    name: str
    title: str
    version: str
    description: str
    source: str
    is_local: bool
    installed: bool
    running: bool
    attached: bool
    apps: list[FaceOf]
    settings: list[Setting]
    minters: Minters | None = None

    @property
    def state(self) -> str:
        if not self.installed:
            return "not installed"
        if self.attached:
            return "runs in a terminal"
        if not self.is_local:
            return "runs elsewhere"
        return "running" if self.running else "not running"


class Extensions(Struct):
    extensions: list[Extension]


@app.command(name="list")
def list_(*, as_json: Json = False) -> None:
    """List the extensions of the organisation."""
    answer = connected().get("api", "v1", "extensions")
    if as_json:
        return say_json(answer.json)
    known = answer.read(Extensions).extensions
    rows = [(each.name, each.title, each.version, each.state, each.source) for each in known]
    return say_table(("NAME", "TITLE", "VERSION", "STATE", "SOURCE"), rows)


@app.command
def show(name: Name, /, *, as_json: Json = False) -> None:
    """Show an extension: its addresses, its settings, who may make tokens for it."""
    client = connected()
    with naming_extensions(client):
        answer = client.get("api", "v1", "extensions", name)
    return say_json(answer.json) if as_json else _say(answer.read(Extension))


@app.command
def add(
    source: Annotated[str, Parameter(help="A folder with an extension.toml, or the https address of one elsewhere.")],
    /,
    *,
    manifest_path: Annotated[
        NamedPath | None, Parameter(name="--manifest", help="The extension.toml of one that runs elsewhere.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Add an extension, or bring one that is there up to its manifest.

    Its settings, tokens and addresses stay as they are. A folder must be on the server's machine.
    """
    answer = (
        _add_elsewhere(source, manifest_path)
        if source.startswith(ELSEWHERE)
        else add_folder(connected(), path(source, "SOURCE"))
    )
    return say_json(answer.json) if as_json else _say(answer.read(Extension))


@app.command
def remove(name: Name, /, *, as_json: Json = False) -> None:
    """Remove an extension with all its tokens, at once and for good."""
    client = connected()
    with naming_extensions(client):
        answer = client.delete("api", "v1", "extensions", name)
    return say_json(answer.json) if as_json else say(f"{name} is removed.")


def add_folder(client: Client, folder: Path) -> Answer:
    if folder.is_dir() and not (folder / FILE_NAME).exists():
        raise Invalid(
            "manifest_missing", f"{folder} has no {FILE_NAME}. To begin an extension: keypost extension new NAME"
        )
    return _put(client, read_manifest(folder / FILE_NAME), str(folder.resolve()))


def _add_elsewhere(address: str, manifest_path: Path | None) -> Answer:
    if manifest_path is None:
        raise Invalid("invalid_inputs", "For one that runs elsewhere also say where its extension.toml is: --manifest.")
    return _put(connected(), read_manifest(manifest_path), address)


def _put(client: Client, content: Mapping[str, object], source: str) -> Answer:
    name = str(content.get("name", "-"))
    return client.put("api", "v1", "extensions", name, body={"manifest": content, "source": source})


def read_manifest(file: Path) -> dict[str, object]:
    """Whatever is in it: the server judges."""
    try:
        text = file.read_text("utf-8")
    except OSError as error:
        raise Invalid("manifest_missing", f"{file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Invalid("manifest_invalid", f"{file} is not UTF-8 at byte {error.start}") from error
    return manifest_file.read_toml(text, str(file))


def naming_extensions(client: Client) -> AbstractContextManager[None]:
    def names() -> list[str]:
        return [each.name for each in client.get("api", "v1", "extensions").read(Extensions).extensions]

    return naming("extension_not_found", names)


def _say(extension: Extension) -> None:
    facts = [
        ("name", extension.name),
        ("title", f"{extension.title} {extension.version}"),
        ("about", extension.description),
        ("source", extension.source),
        ("state", extension.state),
        ("may mint", extension.minters.shown if extension.minters else "as its manifest says"),
    ]
    facts += [(f"incoming, {each.face}", each.incoming_url) for each in extension.apps]
    facts += [(f"bot, {each.face}", each.bot_incoming_url) for each in extension.apps if each.bot_incoming_url]
    facts += [(f"setting {each.name}", each.shown) for each in extension.settings]
    say_facts(facts)
