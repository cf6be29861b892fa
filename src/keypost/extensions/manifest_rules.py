"""What has to agree between the fields of a manifest, and what could be better in it."""

from collections.abc import Iterable, Iterator
from itertools import chain

from keypost.extensions.finding import Finding
from keypost.extensions.manifest import Manifest, Minters, TokenSetting
from keypost.messages.wording import either, quoted


def findings(manifest: Manifest, *, names_verbs: bool) -> list[Finding]:
    """`names_verbs`: whether `token.verbs` is written, or is what it is where nothing is."""
    wrong = chain(
        _twice("commands", "name", [command.name for command in manifest.commands]),
        _twice("functions", "name", [function.name for function in manifest.functions]),
        _twice("settings", "name", [setting.name for setting in manifest.settings]),
        _twice("token.settings", "name", [setting.name for setting in manifest.token.settings]),
        _verbs(manifest, names_verbs=names_verbs),
        _minters(manifest.token.minters),
        *(_token_setting(f"token.settings[{index}]", each) for index, each in enumerate(manifest.token.settings)),
    )
    return [*wrong, *_hints(manifest)]


def _twice(path: str, field: str, names: Iterable[str]) -> Iterator[Finding]:
    first: dict[str, int] = {}
    for index, name in enumerate(names):
        if name in first:
            where = f"{path}[{index}].{field}"
            yield Finding(where, f"{where} is {quoted(name)}, as {path}[{first[name]}].{field} is; each has its own")
        first.setdefault(name, index)


def _verbs(manifest: Manifest, *, names_verbs: bool) -> Iterator[Finding]:
    verbs = manifest.token.verbs
    if not verbs:
        yield Finding("token.verbs", 'token.verbs is empty; it can have "post" and "incoming"')
    if verbs == {"mention.all"}:
        sentence = 'token.verbs has "mention.all" alone; it needs "post" or "incoming" to be said with'
        yield Finding("token.verbs", sentence)
    if names_verbs and "incoming" in verbs and not manifest.takes_requests:
        sentence = 'token.verbs has "incoming", and there is no [incoming] and no [bot.incoming] to call'
        yield Finding("token.verbs", sentence)


def _minters(minters: Minters) -> Iterator[Finding]:
    path = "token.minters.teams"
    if minters.who == "teams" and not minters.teams:
        yield Finding(path, f'{path} is empty; token.minters.who = "teams" needs the names of teams')
    if minters.who != "teams" and minters.teams:
        yield Finding(path, f'{path} has names, and token.minters.who is {quoted(minters.who)}; it has to be "teams"')
    yield from _entries_twice(path, minters.teams)


def _token_setting(path: str, setting: TokenSetting) -> Iterator[Finding]:
    values = [option.value for option in setting.options]
    if setting.type == "switch" and values:
        yield Finding(f"{path}.options", f"{path}.options has entries; a switch is on or off")
    if setting.type != "switch" and not values:
        yield Finding(f"{path}.options", f"{path}.options is empty; a {setting.type} needs something to choose from")
    yield from _twice(f"{path}.options", "value", values)
    yield from _default(f"{path}.default", setting, values)


def _default(path: str, setting: TokenSetting, values: list[str]) -> Iterator[Finding]:
    match setting.type, setting.default:
        case "switch", bool():
            return
        case "switch", _:
            yield Finding(path, f"{path} is not true or false, as a switch is")
        case "choice", str(chosen):
            yield from _not_among(path, [chosen], values)
        case "choice", _:
            yield Finding(path, f"{path} is not text; it has to be the value of one option")
        case _, tuple(chosen):
            yield from _not_among(path, chosen, values)
            yield from _entries_twice(path, chosen)
        case _:
            yield Finding(path, f"{path} is not a list; it has to be a list of values of options")


def _not_among(path: str, chosen: Iterable[str], values: list[str]) -> Iterator[Finding]:
    for value in chosen:
        if values and value not in values:
            yield Finding(path, f"{path} has {quoted(value)}; it can be {either(map(quoted, values))}")


def _entries_twice(path: str, entries: tuple[str, ...]) -> Iterator[Finding]:
    for index, entry in enumerate(entries):
        if entry in entries[:index]:
            yield Finding(f"{path}[{index}]", f"{path}[{index}] is {quoted(entry)}, which is there already")


def _hints(manifest: Manifest) -> Iterator[Finding]:
    """What works, and leaves people without a word that would help them."""
    if not manifest.description:
        yield _hint("description", "description is empty; people who install it read that first")
    for index, command in enumerate(manifest.commands):
        if not command.hint:
            path = f"commands[{index}].hint"
            yield _hint(path, f"{path} is empty; people read it while they type /{command.name}")
    for index, setting in enumerate(manifest.settings):
        if not setting.description:
            path = f"settings[{index}].description"
            yield _hint(path, f"{path} is empty; an admin may ask where to find that value")
    if "token_ended_handler" in manifest.handlers and not manifest.functions:
        yield _hint("handlers", "handlers has token_ended_handler, and no function can ask for a token")


def _hint(path: str, sentence: str) -> Finding:
    return Finding(path, sentence, is_hint=True)
