import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from sdk_world import VALIDATOR, call, click, command, incoming

from keypost_sdk import (
    AnswerDoesNotFit,
    Banner,
    Button,
    Edit,
    Extension,
    Message,
    OpenUrl,
    Refuse,
    Reply,
    Served,
    Verdict,
    WebAddress,
)

TOO_LONG = Button(label="x" * 21, action=OpenUrl(data=WebAddress(web="https://keypost.example")))
TOKEN_ENDED = call("extension", "token_ended_handler", {"token": {"id": "tok_1"}})
INSTALLATION = call("extension", "installation_handler", {"app_info": {"type": "install"}})
UNINSTALLATION = call("extension", "uninstallation_handler", {"app_info": {"type": "uninstall"}})


def output(body: bytes, answer: object) -> Any:
    """What leaves when every handler returns `answer`; an exception is raised instead."""

    def handler(_: Any) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer

    extension = Extension("hello")
    register: list[Callable[[Any], Any]] = [
        extension.command("hello"),
        extension.function("connect"),
        extension.incoming,
        extension.token_ended,
        extension.installation_validator,
        extension.installation,
        extension.uninstallation,
    ]
    for decorate in register:
        decorate(handler)
    return json.loads(asyncio.run(extension.answer(body)))["output"]


def test_a_reply_carries_what_is_to_become_of_it() -> None:
    reply = Reply(text="Red", view="ephemeral", collapse_key="mr-7", serves=(Served(name="analytical/engine"),))

    assert output(click("connect"), Reply(text="Paste it", by_hand=True)) == {"text": "Paste it", "by_hand": True}
    assert output(click("connect"), reply) == {
        "text": "Red",
        "view": "ephemeral",
        "collapse_key": "mr-7",
        "serves": [{"name": "analytical/engine"}],
    }


def test_an_edit_says_that_it_is_one() -> None:
    assert output(click("connect"), Edit(text="Done")) == {"type": "message_edit", "text": "Done"}


@pytest.mark.parametrize("body", [command("hello"), incoming("", {}, {})])
def test_only_a_button_has_a_message_to_edit(body: bytes) -> None:
    with pytest.raises(AnswerDoesNotFit, match="message to edit"):
        output(body, Edit(text="Done"))


@pytest.mark.parametrize(
    ("answer", "where"),
    [
        (Reply(text="x", buttons=(TOO_LONG,)), r"\$\.buttons\[0\]\.label"),
        (Edit(text="x", buttons=(TOO_LONG,)), r"\$\.buttons\[0\]\.label"),
        (Reply(text="x", collapse_key="k" * 101), r"\$\.collapse_key"),
        (Reply(text="x", serves=(Served(name=""),)), r"\$\.serves\[0\]\.name"),
        (Banner(text=""), r"\$\.text"),
    ],
)
def test_an_answer_over_a_limit_does_not_leave(answer: object, where: str) -> None:
    with pytest.raises(AnswerDoesNotFit, match=where):
        output(click("connect"), answer)


@pytest.mark.parametrize("body", [VALIDATOR, INSTALLATION])
def test_a_verdict_says_yes_or_no(body: bytes) -> None:
    no = Verdict.no("Not here", "Your plan is too small.", note=("Ask Ada.",))

    assert output(body, Verdict())["status"] == 200
    assert output(body, no) == {
        "status": 400,
        "title": "Not here",
        "message": "Your plan is too small.",
        "note": ["Ask Ada."],
        "footer": "",
    }
    assert (Verdict().allows, no.allows) == (True, False)


def test_a_validator_that_forgets_its_verdict_does_not_let_anything_pass() -> None:
    with pytest.raises(AnswerDoesNotFit, match="Verdict"):
        output(VALIDATOR, None)


def test_an_installation_that_says_nothing_went_well() -> None:
    assert output(INSTALLATION, None)["status"] == 200


@pytest.mark.parametrize("body", [UNINSTALLATION, TOKEN_ENDED])
def test_an_end_needs_no_answer(body: bytes) -> None:
    assert output(body, None) == ""


def test_a_verdict_is_for_installations() -> None:
    with pytest.raises(AnswerDoesNotFit):
        output(command("hello"), Verdict())


@pytest.mark.parametrize("body", [command("hello"), click("connect")])
def test_who_asked_sees_a_refusal_as_a_banner(body: bytes) -> None:
    shown = output(body, Refuse("Only for members of Ops."))

    assert shown == {"type": "banner", "text": "Only for members of Ops.", "status": "failure"}


@pytest.mark.parametrize("body", [VALIDATOR, INSTALLATION])
def test_an_admin_sees_a_refusal_as_a_verdict(body: bytes) -> None:
    verdict = output(body, Refuse("Not in this organisation."))

    assert (verdict["status"], verdict["message"]) == (400, "Not in this organisation.")


@pytest.mark.parametrize("body", [incoming("", {}, {}), TOKEN_ENDED, UNINSTALLATION])
def test_where_nobody_looks_a_refusal_stays_one(body: bytes) -> None:
    with pytest.raises(Refuse, match=r"^This is not from GitLab\.$"):
        output(body, Refuse("This is not from GitLab."))


@pytest.mark.parametrize("sentence", ["", "x" * 5_000])
def test_a_refusal_is_always_a_sentence_that_fits(sentence: str) -> None:
    assert 0 < len(output(command("hello"), Refuse(sentence))["text"]) <= 1_000


def test_a_message_is_still_a_message() -> None:
    assert output(command("hello"), Message(text="Hi")) == {"text": "Hi"}
