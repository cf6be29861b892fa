import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from sdk_world import PROBE, bot_incoming, click, command, incoming

from keypost_sdk import AnswerDoesNotFit, Banner, ButtonCall, CommandCall, Extension, IncomingCall, Message
from keypost_sdk.errors import NoHandler
from keypost_sdk.loading import CannotStart, load


def answer_of(extension: Extension, body: bytes) -> Any:
    return json.loads(asyncio.run(extension.answer(body)))


@pytest.fixture(scope="module")
def probe() -> Extension:
    return load(PROBE)


def test_a_command_is_answered_by_its_handler(probe: Extension) -> None:
    assert answer_of(probe, command("hello", "all well")) == {"output": {"text": "Hello, Ada: all well"}}


def test_a_banner_says_that_it_is_one(probe: Extension) -> None:
    assert answer_of(probe, click("connect", "12345")) == {"output": {"type": "banner", "text": "5 characters"}}


def test_nothing_returned_is_an_empty_output(probe: Extension) -> None:
    assert answer_of(probe, command("silent")) == {"output": ""}


def test_a_plain_function_does_not_hold_the_loop(probe: Extension) -> None:
    assert answer_of(probe, command("thread")) == {"output": {"text": "another"}}


def test_an_incoming_handler_may_answer_the_caller_with_a_map_of_its_own(probe: Extension) -> None:
    body = incoming("{}", {"X-Event": "push"}, {"a": "b"})

    assert answer_of(probe, body) == {"output": {"method": "POST", "event": "push", "query": {"a": "b"}, "size": 2}}


def test_an_incoming_call_is_known_by_its_kind_and_not_by_a_name(probe: Extension) -> None:
    assert answer_of(probe, incoming("", {}, {}, name="whatever"))["output"]["size"] == 0


def test_a_bots_handler_is_another_than_that_of_its_extension(probe: Extension) -> None:
    with pytest.raises(NoHandler, match=r"^The extension probe has no bot_incoming handler\.$"):
        answer_of(probe, bot_incoming(""))

    one = Extension("probe")

    @one.incoming
    @one.bot_incoming
    def event(call: IncomingCall) -> Message:
        return Message(text=f"{call.bot or 'none'}: {call.body}")

    assert answer_of(one, incoming("x", {}, {})) == {"output": {"text": "none: x"}}
    assert answer_of(one, bot_incoming("x")) == {"output": {"text": "probe: x"}}


def test_a_name_without_a_handler_is_said_clearly(probe: Extension) -> None:
    with pytest.raises(NoHandler) as caught:
        answer_of(probe, command("nothing"))

    assert caught.value.sentence == "The extension probe has no command nothing."


def test_commands_and_functions_have_names_of_their_own(probe: Extension) -> None:
    with pytest.raises(NoHandler):
        answer_of(probe, click("hello"))


def test_an_extension_without_an_incoming_handler_says_so() -> None:
    with pytest.raises(NoHandler, match=r"^The extension quiet has no incoming handler\.$"):
        answer_of(Extension("quiet"), incoming("", {}, {}))


def test_an_answer_that_the_server_would_refuse_is_found_before_it_is_sent(probe: Extension) -> None:
    with pytest.raises(AnswerDoesNotFit, match=r"length <= 20 .*buttons\[0\]\.label"):
        answer_of(probe, command("misfit"))


def test_a_secret_cannot_slip_into_an_answer(probe: Extension) -> None:
    with pytest.raises(TypeError):
        answer_of(probe, click("careless"))


def test_one_name_registered_twice_is_an_error() -> None:
    extension = Extension("twice")

    @extension.command("same")
    async def first_command(_: CommandCall) -> Message:
        return Message(text="1")

    @extension.function("same")
    async def first_function(_: ButtonCall) -> Banner:
        return Banner(text="1")

    @extension.incoming
    async def first_incoming(_: IncomingCall) -> None: ...

    with pytest.raises(ValueError, match=r"^The extension twice has two handlers for command same\.$"):
        extension.command("same")(first_command)
    with pytest.raises(ValueError, match="two handlers for function same"):
        extension.function("same")(first_function)
    with pytest.raises(ValueError, match="two handlers for incoming handler"):
        extension.incoming(first_incoming)
    assert answer_of(extension, command("same")) == {"output": {"text": "1"}}


def test_a_decorated_handler_stays_the_function_it_was(probe: Extension) -> None:
    async def greet(_: CommandCall) -> Message:
        return Message(text="Hi")

    assert probe.command("greet")(greet) is greet


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("", "has no extension"),
        ("extension = 1", "has no extension"),
        ("import nothing_of_that_name", "ModuleNotFoundError: No module named 'nothing_of_that_name'"),
        ("extension = ", "SyntaxError"),
    ],
)
def test_a_file_that_is_no_extension_is_explained(tmp_path: Path, code: str, sentence: str) -> None:
    file = tmp_path / "extension.py"
    file.write_text(code)

    with pytest.raises(CannotStart) as caught:
        load(tmp_path)

    assert sentence in str(caught.value)
    assert str(file) in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match=r"^There is no file .*extension\.py\.$"):
        load(tmp_path)
