"""The demo's operator: a token for everything, and an extension that stays as the operator left it."""

import json
from pathlib import Path
from typing import Any

from tests.live.running import Demo, running
from tests.live.visitor import Answer, ask, post

from keypost.app import running as serving
from keypost.caller import Scope
from keypost.cli.seed import FILE, seed
from keypost.people import service as people
from keypost.settings import Settings

GITLAB = "/extensions/gitlab"


def test_the_operator_of_the_demo_may_do_everything(demo: Demo) -> None:
    me = call(demo, "GET", "/me").json()

    assert me["person"]["email"] == demo.facts.persons[0].email
    assert me["scopes"] == sorted(["post", "mention.all", "messages.read", "person", "admin", "operator"])


def test_the_demo_says_in_one_line_how_to_set_up_gitlab(demo: Demo) -> None:
    lines = [line for line in demo.output.splitlines() if "extension set gitlab address=" in line]

    assert len(lines) == 1
    assert lines[0].endswith("access_token=-")


def test_an_extension_that_was_removed_stays_so_until_somebody_brings_it_back(tmp_path: Path) -> None:
    with running(tmp_path / "demo") as before:
        (child,) = before.children()
        removed = call(before, "DELETE", GITLAB)
        assert removed.status == 200, removed.text
        assert not child.is_running()

    with running(tmp_path / "demo") as after:
        assert after.children() == []
        assert after.facts.token == ""
        assert after.facts.extensions[0].production.app_id == before.facts.extensions[0].production.app_id
        assert "extension add examples/gitlab" in after.output
        assert "curl" not in after.output
        source = call(after, "GET", GITLAB).json()["source"]
        back = call(after, "PUT", GITLAB, {"source": source})
        assert back.json()["running"], back.text

    with running(tmp_path / "demo") as again:
        assert len(again.children()) == 1
        channel = f"{again.facts.base_url}/api/v2/channelsbyname/builds/message"
        assert post(channel, {"text": "Hello"}, [("X-Keypost-Token", again.facts.token)]).status == 204


async def test_an_operator_token_of_an_older_demo_is_replaced_and_the_other_stays(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "demo", port=1)
    async with serving(settings) as server:
        first = await seed(server)
        (org_id,) = server.people.org_ids()
        ada = min(person.id for person in server.people.all_of(org_id))
        read = frozenset({Scope.READ})
        old = await server.database.write(people.create_api_token, server.people, server.keys, org_id, ada, read)
    file = settings.data / FILE
    file.write_text(json.dumps(json.loads(file.read_text()) | {"operator_token": old}))

    async with serving(settings) as server:
        second = await seed(server)
        found = server.people.api_tokens.find(server.keys.digest(second.operator_token))
    async with serving(settings) as server:
        third = await seed(server)

    assert second.operator_token not in {old, first.operator_token}
    assert found is not None
    assert found.scopes == {Scope.POST, Scope.MENTION_ALL, Scope.READ, Scope.PERSON, Scope.ADMIN, Scope.OPERATOR}
    assert third.operator_token == second.operator_token
    assert first.token == second.token == third.token


def call(demo: Demo, method: str, path: str, body: Any = None) -> Answer:
    headers = [("Authorization", f"Bearer {demo.facts.operator_token}")]
    content = json.dumps(body).encode() if body is not None else None
    return ask(method, f"{demo.facts.base_url}/api/v1{path}", content, headers)
