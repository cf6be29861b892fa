import asyncio
import re
import subprocess
import sys
from pathlib import Path

import pytest
from sdk_world import CANARY, PROBE

from keypost_sdk import (
    AnswerDoesNotFit,
    Banner,
    ButtonCall,
    CommandCall,
    Edit,
    Extension,
    IncomingCall,
    InstallationCall,
    Message,
    Refuse,
    TokenEndedCall,
    Verdict,
)
from keypost_sdk.errors import NoHandler
from keypost_sdk.loading import load
from keypost_sdk.testing import Bench

README = Path(__file__).parents[1] / "README.md"
FILE = re.compile(r"^`hello/(?P<path>\S+)` .*?:\n\n```\w+\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_files_of_the_readme_pass_their_own_tests(tmp_path: Path) -> None:
    for file in FILE.finditer(README.read_text("utf-8")):
        path = tmp_path / file["path"]
        path.parent.mkdir(exist_ok=True)
        path.write_text(file["text"], "utf-8")

    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "/dev/null", "--rootdir", "."],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ended.returncode == 0, ended.stdout
    assert "5 passed" in ended.stdout


def test_a_command_is_answered_as_a_server_would_see_it() -> None:
    shown = asyncio.run(Bench(load(PROBE)).command("hello", "all well"))

    assert (shown.text, shown.is_success) == ("Hello, Ada: all well", True)
    assert shown.output == {"text": "Hello, Ada: all well"}


def test_a_press_brings_the_token_and_its_settings() -> None:
    extension = Extension("seen")
    calls: list[ButtonCall] = []

    @extension.function("connect")
    async def connect(call: ButtonCall) -> Banner:
        calls.append(call)
        return Banner(text="Yes")

    bench = Bench(extension, token_settings={"quiet": False, "events": ["push"]})
    asyncio.run(
        bench.press(
            "connect",
            secret=CANARY,
            arguments={"key": "k", "project": "7"},
            settings={"quiet": True},
            replaces=["tok_9"],
        )
    )

    [call] = calls
    assert call.secret is not None
    assert call.secret.reveal() == CANARY
    assert call.token is not None
    assert (call.token.settings, call.token.replaces) == ({"quiet": True, "events": ["push"]}, ("tok_9",))
    assert (call.arguments.key, call.arguments.more, call.target.key) == ("k", {"project": "7"}, "k")
    assert call.access.chat_id == call.chat.id != ""


def test_a_press_without_a_secret_brings_what_was_typed() -> None:
    extension = Extension("seen")

    @extension.function("tell")
    async def tell(call: ButtonCall) -> Edit:
        return Edit(text=f"{call.typed} {call.secret} {call.token}")

    shown = asyncio.run(Bench(extension).press("tell", typed="all good"))

    assert shown.message == Edit(text="all good None None")


def test_only_what_people_agreed_to_arrives() -> None:
    extension = Extension("seen")

    @extension.command("who")
    async def who(call: CommandCall) -> Message:
        return Message(text=f"{call.user.email}|{call.chat.id}|{call.access.user_id}")

    assert asyncio.run(Bench(extension, permissions=()).command("who")).text == "||11"
    assert asyncio.run(Bench(extension, permissions=("chat",)).command("who")).text == "|CT_7|11"


def test_an_event_reaches_the_incoming_handler_with_headers_and_body() -> None:
    extension = Extension("seen")

    @extension.incoming
    async def event(call: IncomingCall) -> Message:
        if not call.body:
            raise Refuse("Nothing in it.")
        return Message(text=f"{call.header('x-event')} {call.body} {call.query['a']} {call.http_method}")

    bench = Bench(extension)

    assert asyncio.run(bench.send({"X-Event": "push"}, "{}", query={"a": "b"})).text == "push {} b POST"
    refused = asyncio.run(bench.send({}, ""))
    assert (refused.refused, refused.is_success, refused.message) == ("Nothing in it.", False, None)


def test_an_event_reaches_the_bots_handler_too() -> None:
    extension = Extension("seen")

    @extension.bot_incoming
    async def alarm(call: IncomingCall) -> Message:
        return Message(text=f"{call.bot} {call.header('x-event')} {call.body} {call.http_method}")

    answer = asyncio.run(Bench(extension).send_to_bot({"X-Event": "alarm"}, "fire", method="PUT"))

    assert answer.text == "seen alarm fire PUT"


def test_a_token_ends_and_an_extension_comes_and_goes() -> None:
    extension = Extension("seen")
    said: list[str] = []

    @extension.token_ended
    async def ended(call: TokenEndedCall) -> None:
        said.append(f"{call.reason}: {call.serves[0].name}")

    @extension.installation_validator
    async def validate(call: InstallationCall) -> Verdict:
        return Verdict() if call.user.admin else Verdict.no("No", "Only admins.")

    @extension.installation
    async def installed(call: InstallationCall) -> None:
        said.append(f"{call.app_info.type} over {call.app_info.existing_version}")

    @extension.uninstallation
    async def gone(call: InstallationCall) -> None:
        said.append(call.app_info.type)

    async def life() -> None:
        bench = Bench(extension)
        assert (await bench.validate()).is_success
        assert (await bench.install("upgrade")).is_success
        assert (await bench.end_token("expired", serves=[{"name": "engine"}])).output == ""
        assert (await bench.uninstall()).output == ""
        declined = await Bench(extension, user={"admin": False}).validate("upgrade")
        assert (declined.is_success, declined.text) == (False, "Only admins.")

    asyncio.run(life())
    assert said == ["upgrade over 1.0", "expired: engine", "uninstall"]


def test_an_answer_over_a_limit_fails_the_test() -> None:
    with pytest.raises(AnswerDoesNotFit, match="length <= 20"):
        asyncio.run(Bench(load(PROBE)).command("misfit"))


def test_what_is_not_there_fails_the_test() -> None:
    with pytest.raises(NoHandler):
        asyncio.run(Bench(load(PROBE)).press("nothing"))
