"""The extension on the bench: called as a server would, with a GitLab beside it."""

import asyncio
import json
import logging
import threading
import tomllib
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import msgspec
import pytest
from gitlab_events import render
from gitlab_events.kinds import KINDS
from gitlab_hooks.trouble import Trouble
from gitlab_world import FIXTURES, HOME, samples
from hooks_world import HEADER
from standin import GitLab, User

from keypost_sdk.loading import load
from keypost_sdk.testing import Bench, Shown

SECRET = "kpt_canaryCanaryCanaryCanaryCanaryCanaryCanaryCanary00"
EVERYTHING = {"events": list(KINDS), "one_message": False}
PUSH = (FIXTURES / "push.json").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def by_hand() -> Bench:
    """Where no GitLab is set."""
    return Bench.of(HOME)


@pytest.fixture
def bench(gitlab: GitLab, ada: User) -> Bench:
    assert ada.email == "ada@keypost.example"
    return Bench.of(HOME, settings={"address": gitlab.url, "access_token": next(iter(gitlab.tokens))})


def run(called: Coroutine[Any, Any, Shown]) -> Shown:
    return asyncio.run(called)


def test_the_command_shows_the_button(by_hand: Bench) -> None:
    shown = run(by_hand.command("gitlab"))

    assert shown.text == "Click on the token generation button below!"
    assert shown.output["buttons"] == [
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


def test_without_a_gitlab_the_key_is_ready_to_be_pasted(by_hand: Bench) -> None:
    shown = run(by_hand.press("authentication", secret=SECRET))

    assert shown.is_success
    assert (shown.output["by_hand"], shown.output["view"]) == (True, "ephemeral")
    assert "```\nkeypost extension set gitlab" in shown.text
    assert SECRET not in json.dumps(shown.output)


@pytest.mark.parametrize("settings", [{"address": "https://gitlab.example"}, {"access_token": "glpat-x"}])
def test_half_of_the_settings_is_none(settings: dict[str, str]) -> None:
    assert (
        "keypost extension set gitlab"
        in run(Bench.of(HOME, settings=settings).press("authentication", secret=SECRET)).text
    )


def test_a_click_without_a_token_fails_in_words(by_hand: Bench) -> None:
    shown = run(by_hand.press("authentication"))

    assert (shown.is_success, shown.text) == (
        False,
        "No token came with the click. Please press the button again.",
    )


def test_a_click_registers_the_webhooks_and_tells_that_person_alone(bench: Bench, gitlab: GitLab, ada: User) -> None:
    project = gitlab.project("analytical/engine", ada)

    shown = run(bench.press("authentication", secret=SECRET))

    assert shown.text == "Your key is ready. *1 project sends* what happens there to this chat: 1 created."
    assert shown.output["view"] == "ephemeral"
    assert shown.output["serves"] == [{"name": "analytical/engine", "address": f"{gitlab.url}/analytical/engine"}]
    [hook] = project.hooks.values()
    assert hook.headers == {HEADER: SECRET}
    assert hook.url.endswith("&token=tok_1")
    assert SECRET not in json.dumps(shown.output)


def test_what_the_owner_chose_is_switched_on(bench: Bench, gitlab: GitLab, ada: User) -> None:
    project = gitlab.project("analytical/engine", ada)

    run(bench.press("authentication", secret=SECRET, settings={"events": ["jobs"]}))

    [hook] = project.hooks.values()
    assert hook.switches["job_events"]
    assert not hook.switches["emoji_events"]


def test_a_token_that_replaces_others_takes_over_their_webhooks(bench: Bench, gitlab: GitLab, ada: User) -> None:
    project = gitlab.project("analytical/engine", ada)
    run(bench.press("authentication", secret=SECRET))
    [hook] = project.hooks.values()
    hook.url = hook.url.replace("tok_1", "tok_0")

    shown = run(bench.press("authentication", secret=SECRET, replaces=["tok_0"]))

    assert "1 rewritten" in shown.text
    assert [one.id for one in project.hooks.values()] == [hook.id]


def test_trouble_is_said_and_what_becomes_of_the_key(bench: Bench, ada: User) -> None:
    ada.state = "blocked"

    shown = run(bench.press("authentication", secret=SECRET))

    assert not shown.is_success
    assert shown.text.startswith("GitLab is not connected. At GitLab the account of ada@")
    assert shown.text.endswith("Your key has ended again: once that is mended, press the button anew.")


def test_without_an_address_of_the_person_nothing_is_registered(gitlab: GitLab) -> None:
    gitlab.project("root/own", *gitlab.users.values())
    known = {"address": gitlab.url, "access_token": next(iter(gitlab.tokens))}
    bench = Bench(load(HOME), settings=known, permissions=())

    shown = run(bench.press("authentication", secret=SECRET))

    assert not shown.is_success
    assert "does not say who you are" in shown.text
    assert gitlab.asked == []


def test_the_end_of_a_token_takes_its_webhooks_down(
    bench: Bench, gitlab: GitLab, ada: User, caplog: pytest.LogCaptureFixture
) -> None:
    project = gitlab.project("analytical/engine", ada)
    shown = run(bench.press("authentication", secret=SECRET))

    with caplog.at_level(logging.INFO, "gitlab"):
        ended = run(bench.end_token("revoked by an admin", serves=shown.output["serves"]))

    assert ended.is_success
    assert project.hooks == {}
    [line] = [record.__dict__["fields"] for record in caplog.records if record.message == "webhooks taken down"]
    assert line == {"token": "tok_1", "reason": "revoked by an admin", "removed": 1, "closed": 0}


def test_a_token_that_ends_while_it_is_registered_leaves_nothing_behind(
    bench: Bench, gitlab: GitLab, ada: User
) -> None:
    project = gitlab.project("analytical/engine", ada)
    asking = gitlab.hold("GET", "/projects")
    registering = threading.Thread(target=lambda: run(bench.press("authentication", secret=SECRET)))
    registering.start()
    asking.reached.wait()

    run(bench.end_token())
    asking.let_go()
    registering.join()

    assert project.hooks == {}


def test_while_gitlab_is_not_there_the_end_fails_so_that_it_is_told_again(bench: Bench, gitlab: GitLab) -> None:
    gitlab.fail("GET", "/user", 401, times=1_000)

    with pytest.raises(Trouble, match="does not accept the access token"):
        run(bench.end_token())


def test_the_end_of_a_token_that_connected_nothing_needs_no_gitlab(by_hand: Bench) -> None:
    assert run(by_hand.end_token()).is_success


def test_the_end_of_a_token_that_connected_something_does(by_hand: Bench) -> None:
    with pytest.raises(Trouble, match="No address and access token"):
        run(by_hand.end_token(serves=[{"name": "analytical/engine"}]))


def test_settings_are_tried_before_they_are_relied_on(bench: Bench, by_hand: Bench) -> None:
    wrong = Bench.of(HOME, settings={"address": "http://localhost:1", "access_token": "glpat-x"})

    assert run(bench.validate()).is_success
    assert run(by_hand.validate()).is_success
    assert not run(wrong.validate()).is_success


@pytest.mark.parametrize("name", samples())
def test_each_sample_becomes_its_message(by_hand: Bench, name: str) -> None:
    sample = samples()[name]
    body = (FIXTURES / sample["body"]).read_text(encoding="utf-8")

    shown = run(by_hand.send(sample["headers"], body, settings=EVERYTHING))

    assert shown.output == json.loads(msgspec.json.encode(render("", body)))


def test_a_merge_request_is_one_message_unless_its_owner_likes_each_event(by_hand: Bench) -> None:
    body = (FIXTURES / "merge_request.json").read_text(encoding="utf-8")

    assert run(by_hand.send({}, body)).output["collapse_key"] == "merge_request:15:42"
    assert "collapse_key" not in run(by_hand.send({}, body, settings={"one_message": False})).output


def test_an_event_that_its_owner_does_not_wish_to_see_is_not_shown(by_hand: Bench) -> None:
    assert run(by_hand.send({}, PUSH)).message is not None
    assert run(by_hand.send({}, PUSH, settings={"events": ["pipelines"]})).output == ""


def test_what_is_not_gitlabs_is_refused_in_words(by_hand: Bench) -> None:
    assert run(by_hand.send({}, "hello")).refused == "This is no event of GitLab's: its body is not a JSON object."


def test_the_manifest_names_what_the_extension_handles() -> None:
    manifest = tomllib.loads((HOME / "extension.toml").read_text(encoding="utf-8"))
    extension = load(HOME)

    assert manifest["name"] == extension.name
    assert set(manifest["handlers"]) == {"installation_validator", "token_ended_handler"}
    assert set(extension.registered()) == {
        ("execution_handler", "gitlab"),
        ("button_handler", "authentication"),
        ("incomingwebhook_handler", ""),
        ("token_ended_handler", ""),
        ("installation_validator", ""),
    }


def test_the_extension_uses_the_sdk_alone() -> None:
    sources = [path.read_text(encoding="utf-8") for path in Path(HOME).rglob("*.py") if "tests" not in path.parts]

    assert sources
    assert not [source for source in sources if "import keypost\n" in source or "from keypost " in source]
    assert not [source for source in sources if "from keypost." in source]
