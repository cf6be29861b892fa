import asyncio
import json
from typing import Any, Literal

import pytest
from msgspec import Struct
from sdk_world import CANARY, VALIDATOR, command, incoming

from keypost_sdk import (
    CommandCall,
    Extension,
    IncomingCall,
    InstallationCall,
    Message,
    NotSetUp,
    Refuse,
    Secret,
    Verdict,
)


class Settings(Struct, frozen=True):
    address: str
    token: Secret
    private_ca: str = ""
    quiet: bool = False
    level: Literal["", "low", "high"] = ""
    pages: int = 3


ALL: dict[str, Any] = {"address": "https://gitlab.keypost.example", "token": CANARY}


def extension(**values: Any) -> Extension[Settings]:
    made = Extension("gitlab", Settings)
    made.set_up(values)

    @made.command("where")
    async def where(_: CommandCall) -> Message:
        return Message(text=made.settings.address)

    @made.incoming
    async def event(_: IncomingCall) -> Message:
        return Message(text=made.settings.address)

    @made.installation_validator
    async def validate(_: InstallationCall) -> Verdict:
        return Verdict() if made.settings.address else Verdict.no("No", "No")

    return made


def output(made: Extension[Settings], body: bytes) -> Any:
    return json.loads(asyncio.run(made.answer(body)))["output"]


def test_settings_are_of_the_authors_type() -> None:
    settings = extension(**ALL, quiet=True, pages="7").settings

    assert (settings.address, settings.quiet, settings.pages) == (ALL["address"], True, 7)
    assert settings.token.reveal() == CANARY


def test_a_secret_setting_shows_itself_as_dots() -> None:
    assert CANARY not in repr(extension(**ALL).settings)


def test_what_is_not_needed_may_be_missing() -> None:
    assert extension(**ALL).is_set_up
    assert extension(**ALL).settings.private_ca == ""


def test_what_the_server_knows_and_the_code_does_not_is_skipped() -> None:
    assert extension(**ALL, older="x").is_set_up


def test_an_extension_that_is_not_set_up_says_what_is_missing() -> None:
    made = extension()

    assert not made.is_set_up
    with pytest.raises(NotSetUp, match=r"^gitlab is not set up yet: an admin has to set address and token\.$"):
        _ = made.settings


def test_its_handlers_need_not_care() -> None:
    made = extension(token=CANARY)
    sentence = "gitlab is not set up yet: an admin has to set address."

    assert output(made, command("where")) == {"type": "banner", "text": sentence, "status": "failure"}
    assert output(made, VALIDATOR)["message"] == sentence
    with pytest.raises(Refuse, match=sentence):
        output(made, incoming("{}", {}, {}))


@pytest.mark.parametrize(
    ("name", "value"), [("address", True), ("token", False), ("quiet", "perhaps"), ("level", CANARY), ("pages", CANARY)]
)
def test_a_value_that_does_not_fit_is_named_and_not_shown(name: str, value: object) -> None:
    made = extension(**{**ALL, name: value})

    with pytest.raises(NotSetUp, match=rf"at `\$\.{name}`") as caught:
        _ = made.settings
    assert CANARY not in caught.value.sentence


def test_settings_can_change() -> None:
    made = extension()
    made.set_up(ALL)

    assert output(made, command("where")) == {"text": ALL["address"]}


def test_while_the_file_is_read_there_are_no_settings_yet() -> None:
    with pytest.raises(RuntimeError, match="when a handler runs"):
        _ = Extension("gitlab", Settings).settings


def test_an_extension_without_settings_has_none_and_is_set_up() -> None:
    assert Extension("hello").is_set_up
    assert Extension("hello").settings is None
