"""Each body in `fixtures/` beside the message that it becomes."""

import json

import msgspec
import pytest
from gitlab_events import EVENTS, render
from gitlab_world import FIXTURES, MESSAGE, body, cases, header, samples

from keypost_sdk import Message

DOCUMENTED = {
    "Push Hook",
    "Tag Push Hook",
    "Issue Hook",
    "Note Hook",
    "Merge Request Hook",
    "Wiki Page Hook",
    "Pipeline Hook",
    "Job Hook",
    "Deployment Hook",
    "Member Hook",
    "Project Hook",
    "Subgroup Hook",
    "Feature Flag Hook",
    "Release Hook",
    "Milestone Hook",
    "Emoji Hook",
    "Resource Access Token Hook",
    "Resource Deploy Token Hook",
    "Vulnerability Hook",
}
"""As GitLab's page "Webhook events" lists them, by the header."""


@pytest.mark.parametrize("case", cases())
def test_each_body_becomes_the_message_beside_it(case: str) -> None:
    message = render(header(case), json.dumps(body(case)))

    expected = FIXTURES / f"{case}{MESSAGE}"
    found = msgspec.json.format(msgspec.json.encode(message), indent=2).decode()
    assert expected.exists(), f"Nobody has read this message yet. If it is right, save it as {expected.name}:\n{found}"
    assert json.loads(found) == json.loads(expected.read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", cases())
def test_each_expected_message_is_one_that_a_server_takes(case: str) -> None:
    text = (FIXTURES / f"{case}{MESSAGE}").read_text(encoding="utf-8")

    message = msgspec.json.decode(text, type=Message | None)

    assert message is None or json.loads(msgspec.json.encode(message)) == json.loads(text)


def test_each_event_that_gitlab_documents_can_be_sent_as_a_sample() -> None:
    assert {sample["headers"]["X-Gitlab-Event"] for sample in samples().values()} == DOCUMENTED
    assert {sample["body"] for sample in samples().values()} == {f"{case}.json" for case in cases() if "__" not in case}


def test_each_event_that_we_know_has_a_body() -> None:
    announced = {sent.get("object_kind") or sent.get("event_name") for sent in map(body, cases())}

    assert set(EVENTS) <= announced


def test_no_body_is_left_without_an_event_and_no_message_without_a_body() -> None:
    messages = {path.name.removesuffix(MESSAGE) for path in FIXTURES.glob(f"*{MESSAGE}")}

    assert messages == set(cases())
    assert {case.partition("__")[0] for case in cases()} - samples().keys() == {"other"}
