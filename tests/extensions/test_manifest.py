import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keypost.caller import Scope
from keypost.errors import Invalid
from keypost.extensions import manifest_file
from keypost.extensions.manifest import LifeHandler, Manifest, Permission

LEAST: dict[str, Any] = {
    "name": "polls",
    "title": "Polls",
    "developer": {"name": "Grace", "email": "grace@keypost.example"},
}
EVENTS: dict[str, Any] = {
    "name": "events",
    "title": "Events",
    "type": "choices",
    "default": ["push"],
    "options": [{"value": "push", "title": "Pushes"}, {"value": "tag", "title": "Tags"}],
}
QUIET: dict[str, Any] = {"name": "quiet", "title": "Quiet", "type": "switch", "default": False}
LEVEL: dict[str, Any] = {**EVENTS, "name": "level", "type": "choice", "default": "tag"}
FULL: dict[str, Any] = {
    **LEAST,
    "version": "2.1",
    "description": "Asks and counts.",
    "permissions": ["user", "message"],
    "handlers": ["installation_validator", "token_ended_handler"],
    "commands": [{"name": "poll", "hint": "Ask"}],
    "functions": [{"name": "vote"}],
    "incoming": {"description": "Votes from elsewhere"},
    "settings": [{"name": "address", "title": "Address", "description": "Of your tool", "type": "address"}],
    "token": {
        "verbs": ["post", "incoming"],
        "budget": 60,
        "minters": {"who": "teams", "teams": ["Ops"], "guests": True},
        "settings": [EVENTS, QUIET, LEVEL],
    },
}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(-9, 9) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)


def sentences(changes: dict[str, Any]) -> list[str]:
    return [finding.sentence for finding in manifest_file.findings({**FULL, **changes}) if not finding.is_hint]


def token(**changes: Any) -> dict[str, Any]:
    return {"token": {**FULL["token"], **changes}}


def token_setting(setting: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return token(settings=[{**setting, **changes}])


def test_a_full_manifest_is_read() -> None:
    read = manifest_file.judge(FULL, "extension.toml")

    assert read.version == "2.1"
    assert read.permissions == {Permission.USER, Permission.MESSAGE}
    assert read.handlers == {LifeHandler.VALIDATOR, LifeHandler.TOKEN_ENDED}
    assert read.token.scopes == {Scope.POST, Scope.INCOMING}
    assert read.token.minters.teams == ("Ops",)
    assert [setting.default for setting in read.token.settings] == [("push",), False, "tag"]
    assert manifest_file.findings(FULL) == []


def test_the_least_manifest_asks_for_nothing() -> None:
    read = manifest_file.judge(LEAST, "extension.toml")

    assert (read.permissions, read.handlers, read.settings) == (frozenset(), frozenset(), ())
    assert read.token.minters.who == "everybody"
    assert not read.token.minters.guests


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": "Polls"}, 'name is "Polls"; it must be'),
        ({"name": "poll2"}, 'name is "poll2"; it must be'),
        ({"commands": [{"name": "a"}, {"hint": "b"}]}, "commands[1].name is missing"),
        ({"commands": [{"name": "A b"}]}, 'commands[0].name is "A b"; it must be a letter a to z'),
        ({"commands": [{"name": "a"}] * 2}, 'commands[1].name is "a", as commands[0].name is; each has its own'),
        ({"commands": [{"name": f"a{n}"} for n in range(5)]}, "commands has 5 entries; 4 is the most"),
        ({"functions": [{"name": "f"}, {"name": "f"}]}, 'functions[1].name is "f", as functions[0].name is'),
        ({"settings": [FULL["settings"][0]] * 2}, 'settings[1].name is "address", as settings[0].name is'),
        ({"settings": [{"name": "x y", "title": "X"}]}, 'settings[0].name is "x y"; it must be a letter a to z'),
        ({"settings": [{"name": "x", "title": "X", "type": "url"}]}, 'settings[0].type is "url"; it can be "address"'),
        ({"comands": []}, "comands is not a field"),
        ({"title": " "}, 'title is " "; it must be one line with something to read'),
        ({"title": "a\nb"}, "it must be one line"),
        ({"version": "1.x"}, "version is"),
        ({"permissions": ["location"]}, 'permissions[0] is "location"; it can be "user", "chat" or "message"'),
        ({"handlers": ["welcome_handler"]}, 'handlers[0] is "welcome_handler"; it can be "installation_validator"'),
        (token(verbs=["admin"]), 'token.verbs[0] is "admin"; it can be "post", "incoming" or "mention.all"'),
        (token(verbs=[]), "token.verbs is empty"),
        (token(verbs=["mention.all"]), 'token.verbs has "mention.all" alone'),
        ({"incoming": None}, 'token.verbs has "incoming", and there is no [incoming] and no [bot.incoming] to call'),
        (token(budget=0), "token.budget is 0; 1 is the least"),
        (token(minters={"who": "ops"}), 'token.minters.who is "ops"; it can be "admins"'),
        (token(minters={"who": "teams"}), "token.minters.teams is empty"),
        (token(minters={"who": "admins", "teams": ["Ops"]}), "token.minters.teams has names"),
        (token(minters={"who": "teams", "teams": ["Ops", "Ops"]}), "token.minters.teams[1] is"),
        (token(settings=[QUIET, QUIET]), 'token.settings[1].name is "quiet"'),
        (token_setting(QUIET, default="no"), "token.settings[0].default is not true or false"),
        (token_setting(QUIET, options=EVENTS["options"]), "token.settings[0].options has entries; a switch"),
        (token_setting(LEVEL, options=[]), "token.settings[0].options is empty; a choice needs"),
        (token_setting(LEVEL, default="mail"), 'token.settings[0].default has "mail"; it can be "push" or "tag"'),
        (token_setting(LEVEL, default=["tag"]), "token.settings[0].default is not text"),
        (token_setting(EVENTS, default="push"), "token.settings[0].default is not a list"),
        (token_setting(EVENTS, default=["push", "mail"]), 'token.settings[0].default has "mail"'),
        (token_setting(EVENTS, default=["push", "push"]), "token.settings[0].default[1] is"),
        (token_setting(EVENTS, options=EVENTS["options"][:1] * 2), "token.settings[0].options[1].value is"),
    ],
)
def test_what_is_wrong_is_named_with_its_path(changes: dict[str, Any], sentence: str) -> None:
    [found] = sentences(changes)

    assert found.startswith(sentence) or sentence in found
    with pytest.raises(Invalid) as caught:
        manifest_file.judge({**FULL, **changes}, "extension.toml")
    assert caught.value.sentence == f"extension.toml: {found}"


def test_a_check_names_everything_at_once() -> None:
    found = sentences({"title": "", "version": "x", "functions": [{}], "extra": 1})

    assert [sentence.split(" is ")[0] for sentence in found] == ["title", "version", "functions[0].name", "extra"]


def test_what_could_be_better_is_a_hint_and_refuses_nothing() -> None:
    bare = {**FULL, "description": "", "commands": [{"name": "poll"}], "functions": []}

    found = manifest_file.findings(bare)

    assert [finding.path for finding in found] == ["description", "commands[0].hint", "handlers"]
    assert all(finding.is_hint for finding in found)
    assert manifest_file.judge(bare, "extension.toml").name == "polls"


def test_without_an_incoming_handler_verbs_need_not_be_written() -> None:
    assert manifest_file.judge(LEAST, "extension.toml").incoming is None


def test_the_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "extension.toml").write_text('name = "polls"\n[[commands]]\nhint = "b"', "utf-8")

    with pytest.raises(Invalid, match=r"/extension\.toml: title is missing$"):
        manifest_file.read(tmp_path)


def test_a_file_that_is_not_toml_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "extension.toml").write_text('name = "polls"\ntitle = Polls', "utf-8")

    with pytest.raises(Invalid, match=r"/extension\.toml is not TOML: .*line 2"):
        manifest_file.read(tmp_path)


def test_dates_and_numbers_of_toml_that_json_does_not_have_are_only_wrong() -> None:
    content = tomllib.loads("name = 2020-01-01\ntitle = inf\ndeveloper = {}\n")

    assert [finding.path for finding in manifest_file.findings(content)][:2] == ["name", "title"]
    [found] = manifest_file.findings({**content, "version": 10**40})
    assert found.sentence == "version is a number beyond 2^53; send it as text"


@given(st.dictionaries(st.sampled_from([*FULL, "other"]), json_values))
def test_any_change_is_taken_or_named(changes: dict[str, Any]) -> None:
    content = {**FULL, **changes}

    wrong = [finding for finding in manifest_file.findings(content) if not finding.is_hint]

    assert all(finding.sentence.startswith(finding.path) for finding in wrong)
    assert not any("The body" in finding.sentence for finding in wrong)
    if wrong:
        with pytest.raises(Invalid, match=r"^x: "):
            manifest_file.judge(content, "x")
    else:
        assert isinstance(manifest_file.judge(content, "x"), Manifest)


@given(json_values, st.sampled_from(["commands", "functions", "settings"]))
def test_any_entry_is_taken_or_named(entry: Any, field: str) -> None:
    for finding in manifest_file.findings({**FULL, field: [entry]}):
        assert finding.is_hint or finding.sentence.startswith(field)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys([*EVENTS, "description"], json_values)))
def test_any_setting_of_a_token_is_taken_or_named(changes: dict[str, Any]) -> None:
    for finding in manifest_file.findings({**FULL, **token_setting(EVENTS, **changes)}):
        assert finding.sentence.startswith("token.settings[0]")
