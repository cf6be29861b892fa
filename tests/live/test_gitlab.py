"""The whole way: a click in a chat, webhooks at a GitLab, events in the chat, and webhooks that go with their token."""

import json
import sys
from collections.abc import Iterator
from typing import Any, Final

import pytest
from tests.live.environments import ROOT
from tests.live.running import FIXTURES, GRACE, Demo
from tests.live.until import until
from tests.live.visitor import JSON, Answer, Visitor, ask, attribute, call_gitlab

sys.path.insert(0, str(ROOT / "examples" / "gitlab" / "tests"))

from standin import GitLab, Hook, Project
from standin_server import serving

PATHS: Final = ("analytical/engine", "analytical/store")


@pytest.fixture
def gitlab(demo: Demo) -> Iterator[GitLab]:
    """With two projects of Grace's, and set in the demo with an administrator's token."""
    with serving(GitLab()) as running:
        token = running.access_token(running.admin())
        grace = running.person("grace", email=demo.facts.persons[GRACE].email)
        for path in PATHS:
            running.project(path, grace)
        values = {"address": running.url, "access_token": token}
        answer = call(demo, "PUT", "/extensions/gitlab/settings", {"values": values})
        assert answer.status == 200, answer.text
        yield running


def test_a_click_connects_every_project_and_a_revocation_disconnects_them(demo: Demo, gitlab: GitLab) -> None:
    report = click(demo, demo.sign_in(GRACE))
    hooks = [only(project) for project in projects(gitlab)]
    token = token_of(hooks[0])

    assert "2 projects send" in report
    assert [served["name"] for served in call(demo, "GET", f"/tokens/{token}").json()["serves"]] == list(PATHS)

    assert send(hooks[0], "push").status == 200
    assert "pushed 3 commits" in demo.read(demo.builds)[-1]["content"]["text"]

    assert call(demo, "POST", f"/tokens/{token}/revoke").status == 200
    until(lambda: not any(project.hooks for project in projects(gitlab)), "the webhooks are gone")


def test_a_merge_request_stays_one_message_as_it_goes_on(demo: Demo, gitlab: GitLab) -> None:
    click(demo, demo.sign_in(GRACE))
    hook = only(projects(gitlab)[0])
    before = len(demo.read(demo.builds))

    for event in ("merge_request", "merge_request__approved", "merge_request__merged"):
        assert send(hook, event).status == 200

    [message] = demo.read(demo.builds)[before:]
    assert message["content"]["text"].endswith("is *merged*")


def test_a_token_that_takes_the_place_of_another_takes_over_its_webhooks(demo: Demo, gitlab: GitLab) -> None:
    grace = demo.sign_in(GRACE)
    click(demo, grace)
    before = [only(project).id for project in projects(gitlab)]
    old = token_of(only(projects(gitlab)[0]))

    report = click(demo, grace, choice="replace")

    hook = only(projects(gitlab)[0])
    assert "2 rewritten" in report
    assert [only(project).id for project in projects(gitlab)] == before
    assert token_of(hook) != old
    assert send(hook, "push").status == 200


def test_an_extension_that_is_removed_leaves_no_webhook_behind(demo: Demo, gitlab: GitLab) -> None:
    click(demo, demo.sign_in(GRACE))

    removed = call(demo, "DELETE", "/extensions/gitlab")

    assert removed.status == 200, removed.text
    assert [project.hooks for project in projects(gitlab)] == [{}, {}]


def test_what_is_not_gitlabs_is_told_why_and_kept(demo: Demo, gitlab: GitLab) -> None:
    click(demo, demo.sign_in(GRACE))
    hook = only(projects(gitlab)[0])

    answer = ask("POST", hook.url, b"hello", list(hook.headers.items()))

    assert (answer.status, answer.json()["code"]) == (400, "refused_by_extension")
    [kept, *_] = call(demo, "GET", "/extensions/gitlab/requests").json()["requests"]
    assert (kept["outcome"], kept["detail"]) == ("refused", answer.json()["message"])


def click(demo: Demo, visitor: Visitor, choice: str = "add") -> str:
    """Types /gitlab, presses the button and accepts; what only this person then sees."""
    if not demo.read(demo.builds):
        call_gitlab(visitor, demo.builds)
    message = until(lambda: demo.read(demo.builds), "GitLab answers")[0]
    pressed = visitor.post(f"/chats/{demo.builds}/messages/{message['id']}/press", {"button": "buttons[0]"})
    nonce = attribute(pressed.json()["html"], "data-nonce")
    accepted = visitor.post("/dialogs/accept", {"nonce": nonce, "choice": choice})
    return str(accepted.json()["html"])


def send(hook: Hook, event: str) -> Answer:
    """As GitLab does: what happened, to the webhook's address, with its headers."""
    body = (FIXTURES / f"{event}.json").read_bytes()
    return ask("POST", hook.url, body, [JSON, *hook.headers.items()])


def call(demo: Demo, method: str, path: str, body: Any = None) -> Answer:
    headers = [("Authorization", f"Bearer {demo.facts.operator_token}"), JSON]
    return ask(method, f"{demo.facts.base_url}/api/v1{path}", json.dumps(body or {}).encode(), headers)


def projects(gitlab: GitLab) -> list[Project]:
    return list(gitlab.projects.values())


def only(project: Project) -> Hook:
    [hook] = project.hooks.values()
    return hook


def token_of(hook: Hook) -> str:
    return hook.url.rpartition("token=")[2]
