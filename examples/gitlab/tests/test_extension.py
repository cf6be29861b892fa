import asyncio
import json
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from gitlab_events import render
from gitlab_world import FIXTURES, HOME, samples

from keypost_sdk import Extension
from keypost_sdk.loading import load

SECRET = "kpt_canaryCanaryCanaryCanaryCanaryCanaryCanaryCanary00"


@pytest.fixture(scope="module")
def extension() -> Extension:
    return load(HOME)


def output_of(extension: Extension, kind: str, handler: str, params: dict[str, Any], name: str = "") -> Any:
    call = {"name": name, "type": kind, "handler": {"type": handler}, "timestamp": 1_700_000_000_000, "params": params}
    return json.loads(asyncio.run(extension.answer(json.dumps(call).encode())))["output"]


def test_the_command_shows_the_button(extension: Extension) -> None:
    output = output_of(extension, "command", "execution_handler", {"arguments": ""}, "gitlab")

    assert output["text"] == "Click on the token generation button below!"
    assert output["buttons"] == [
        {
            "label": "Create Webhook",
            "type": "+",
            "hint": "Generates a token and connects GitLab.",
            "key": "create",
            "action": {
                "type": "invoke.function",
                "data": {"name": "authentication"},
                "confirm": {
                    "title": "Generate token",
                    "description": "GitLab posts to this chat with a token of yours. You can revoke it at any time.",
                    "input": {"type": "user_webhook_token"},
                },
            },
        }
    ]


def test_the_function_says_that_the_key_is_ready_and_does_not_show_it(extension: Extension) -> None:
    params = {"arguments": {"key": "create", "input": SECRET}}

    output = output_of(extension, "function", "button_handler", params, "authentication")

    assert output["type"] == "banner"
    assert output.get("status", "success") == "success"
    assert output["text"].startswith("Your key is ready.")
    assert SECRET not in json.dumps(output)


def test_a_click_without_a_token_fails_in_words(extension: Extension) -> None:
    output = output_of(extension, "function", "button_handler", {"arguments": {}}, "authentication")

    assert output["status"] == "failure"


@pytest.mark.parametrize("name", samples())
def test_each_sample_becomes_its_message(extension: Extension, name: str) -> None:
    sample = samples()[name]
    body = (FIXTURES / sample["body"]).read_text(encoding="utf-8")
    params = {"headers": sample["headers"], "params": {}, "body": body, "http_method": "POST", "appkey": "a"}

    output = output_of(extension, "extension", "incomingwebhook_handler", params)

    assert output == json.loads(msgspec.json.encode(render("", body)))


def test_what_is_not_gitlabs_gets_no_message(extension: Extension) -> None:
    assert output_of(extension, "extension", "incomingwebhook_handler", {"headers": {}, "body": "hello"}) == ""


def test_the_manifest_names_what_the_extension_handles(extension: Extension) -> None:
    manifest = tomllib.loads((HOME / "extension.toml").read_text(encoding="utf-8"))

    assert manifest["name"] == extension.name
    for command in manifest["commands"]:
        assert output_of(extension, "command", "execution_handler", {}, command["name"])
    for function in manifest["functions"]:
        assert output_of(extension, "function", "button_handler", {}, function["name"])


def test_the_extension_uses_the_sdk_alone() -> None:
    sources = [path.read_text(encoding="utf-8") for path in Path(HOME).rglob("*.py") if "tests" not in path.parts]

    assert sources
    assert not [source for source in sources if "import keypost\n" in source or "from keypost " in source]
    assert not [source for source in sources if "from keypost." in source]
