"""The demo as a newcomer meets it: real processes, real addresses, real signals."""

import asyncio
import json
import os
import re
import shlex
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.live.running import ADA, GRACE, Demo, is_alive, run, running
from tests.live.until import until
from tests.live.visitor import ask, call_gitlab, post
from tests.postgres import Postgres


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo for the tests that leave it as it is, but for messages."""
    with running(tmp_path_factory.mktemp("shared") / "demo") as started:
        yield started


def test_demo_json_tells_everything_that_a_tool_needs(shared: Demo) -> None:
    facts = json.loads((shared.data / "demo.json").read_bytes())

    assert set(facts) == {
        *("base_url", "org_id", "persons", "channels", "direct_chat_id", "bot", "extensions"),
        *("token", "operator_token"),
    }
    assert len(facts["persons"]) == 3
    assert all({"id", "email", "sign_in_url"} <= set(person) for person in facts["persons"])
    assert [person["admin"] for person in facts["persons"]].count(True) == 1
    assert [channel["unique_name"] for channel in facts["channels"]] == ["general", "builds"]
    assert all(set(channel) == {"id", "chat_id", "unique_name"} for channel in facts["channels"])
    assert facts["bot"]["unique_name"]
    (gitlab,) = facts["extensions"]
    assert gitlab["name"] == "gitlab"
    assert set(gitlab["sandbox"]) == set(gitlab["production"]) == {"app_id", "appkey", "incoming_url"}


def test_only_its_owner_can_read_what_the_demo_keeps(shared: Demo) -> None:
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in shared.data.iterdir() if path.is_file()}

    assert stat.S_IMODE(shared.data.stat().st_mode) == 0o700
    assert modes["demo.json"] == 0o600
    assert set(modes.values()) == {0o600}


def test_a_sign_in_link_works_once(demo: Demo) -> None:
    link = demo.facts.persons[GRACE].sign_in_url
    looked = ask("GET", link, headers=[("Accept", "text/html")])

    first, second = ask("POST", link), ask("POST", link)

    assert (looked.status, first.status, second.status) == (200, 303, 404)
    assert "Grace Hopper" in looked.text


def test_started_again_the_demo_finds_what_it_made(tmp_path: Path) -> None:
    with running(tmp_path / "demo") as before:
        session = before.sign_in(ADA)
        answer = post(_channel(before), {"text": "Before"}, _header(before))
        first = before.facts

    with running(tmp_path / "demo", port=before.port) as after:
        assert answer.status == 204
        assert [message["content"]["text"] for message in after.read(after.builds)] == ["Before"]
        assert post(_channel(after), {"text": "After"}, _header(before)).status == 204
        assert session.get("/tokens").status == 200
        assert ask("POST", first.persons[ADA].sign_in_url).status == 404
        assert ask("POST", first.persons[GRACE].sign_in_url).status == 303
        assert ask("POST", after.facts.persons[ADA].sign_in_url).status == 303
        for field in ("org_id", "channels", "direct_chat_id", "bot", "token", "operator_token"):
            assert getattr(first, field) == getattr(after.facts, field)
        assert first.extensions == after.facts.extensions


def test_a_token_that_was_revoked_is_replaced_at_the_next_start(tmp_path: Path) -> None:
    with running(tmp_path / "demo") as before:
        ada = before.sign_in(ADA)
        (token,) = re.findall(r'data-token="([^"]+)"', ada.get("/tokens").text)
        assert ada.post(f"/tokens/{token}/revoke", None).status == 303
        assert post(_channel(before), {"text": "No"}, _header(before)).status == 401

    with running(tmp_path / "demo") as after:
        assert after.facts.token != before.facts.token
        assert post(_channel(after), {"text": "Yes"}, _header(after)).status == 204


def test_ctrl_c_ends_everything_while_a_browser_watches(demo: Demo) -> None:
    stream = demo.sign_in(ADA).watch()
    children = demo.children()

    demo.stop()

    stream.close()
    assert children
    assert "still there" in demo.output


def test_a_killed_server_leaves_no_child_behind(demo: Demo) -> None:
    stream = demo.sign_in(ADA).watch()
    children = demo.children()

    demo.kill()

    until(lambda: not any(map(is_alive, children)), "the extension ended with its server")
    stream.close()
    assert children


def test_after_a_kill_everything_that_was_answered_is_there(tmp_path: Path) -> None:
    with running(tmp_path / "demo") as before:
        texts = [f"Message {number}" for number in range(20)]
        assert {post(_channel(before), {"text": text}, _header(before)).status for text in texts} == {204}
        before.kill()

    with running(tmp_path / "demo") as after:
        assert [message["content"]["text"] for message in after.read(after.builds)] == texts


def test_an_extension_that_was_killed_comes_back(demo: Demo) -> None:
    (child,) = demo.children()
    child.kill()

    said = call_gitlab(demo.sign_in(ADA), demo.builds)

    assert said.status == 200, said.text
    until(lambda: [message["sender"]["name"] for message in demo.read(demo.builds)] == ["GitLab"], "it answers")


def test_a_port_in_use_is_said_and_nothing_is_written(shared: Demo, tmp_path: Path) -> None:
    ended = run("demo", "--port", str(shared.port), "--data", "second", folder=tmp_path)

    assert ended.returncode == 1
    assert ended.stderr.startswith(f"Cannot listen on 127.0.0.1:{shared.port}: Address already in use.")
    assert "--port" in ended.stderr
    assert not (tmp_path / "second").exists()


def test_two_demos_do_not_share_a_folder(shared: Demo, tmp_path: Path) -> None:
    ended = run("demo", "--port", "0", "--data", str(shared.data), folder=tmp_path)

    assert ended.returncode == 1
    assert str(shared.data) in ended.stderr
    assert "Traceback" not in ended.stderr
    assert ask("GET", shared.facts.base_url + "/signed-out").status == 200


@pytest.mark.parametrize("event", ["push", "merge_request", "pipeline"])
def test_a_sample_of_gitlab_arrives_in_the_chat(shared: Demo, tmp_path: Path, event: str) -> None:
    before = len(shared.read(shared.builds))

    ended = run("sample", "gitlab", event, "--data", str(shared.data), folder=tmp_path)

    assert ended.returncode == 0, ended.stderr
    assert f"gitlab {event}: HTTP 20" in ended.stdout
    (message,) = shared.read(shared.builds)[before:]
    assert message["sender"]["name"] == "GitLab"
    assert message["content"]["card"]["title"]
    assert message["content"]["buttons"]


def test_a_sample_that_is_none_is_told_what_there_is(shared: Demo, tmp_path: Path) -> None:
    ended = run("sample", "gitlab", "party", "--data", str(shared.data), folder=tmp_path)

    assert ended.returncode == 2
    assert ended.stderr.startswith("There is no sample party. There is: ")
    assert all(name in ended.stderr for name in ("push", "merge_request", "pipeline"))


def test_who_names_no_sample_is_told_what_there_is(shared: Demo, tmp_path: Path) -> None:
    ended = run("sample", "gitlab", "--data", str(shared.data), folder=tmp_path)

    assert ended.returncode == 2
    assert ended.stderr.startswith("Which sample? There is: ")


def test_a_demo_in_another_folder_prints_commands_that_find_it(shared: Demo) -> None:
    printed = [line for line in shared.output.splitlines() if ".venv/bin/keypost" in line]
    secret = shared.facts.operator_token

    assert [f"KEYPOST_DEMO={shared.data} .venv/bin/keypost" in line for line in printed] == [True, True]
    assert not [line for line in printed if secret in line]


def test_a_sample_of_another_app_is_told_which_there_is(shared: Demo, tmp_path: Path) -> None:
    ended = run("sample", "github", "push", "--data", str(shared.data), folder=tmp_path)

    assert ended.returncode == 2
    assert ended.stderr == "There is no extension github in the demo. There is: gitlab.\n"


def test_a_sample_without_a_demo_says_how_to_start_one(tmp_path: Path) -> None:
    ended = run("sample", "gitlab", "push", folder=tmp_path)

    assert ended.returncode == 2
    assert "make demo" in ended.stderr


def test_the_printed_curl_line_posts_a_message(shared: Demo) -> None:
    (line,) = [line for line in shared.output.splitlines() if line.strip().startswith("curl ")]
    curl, *arguments, url = shlex.split(line)
    given = dict(zip(arguments[::2], arguments[1::2], strict=True))
    name, _, value = given.pop("-H").partition(": ")
    body = given.pop("-d").encode()

    # As curl sends what stands after -d: as a form, which JSON it is nevertheless.
    answer = ask("POST", url, body, [("Content-Type", "application/x-www-form-urlencoded"), (name, value)])

    assert (curl, given, answer.status) == ("curl", {}, 204)
    assert shared.read(shared.builds)[-1]["content"]["text"] == json.loads(body)["text"]


def test_an_extension_inherits_nothing_of_the_servers_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(os.environ, "KEYPOST_TEST_MARK", "only for the server")

    with running(tmp_path / "demo") as demo:
        (child,) = demo.children()
        assert "KEYPOST_TEST_MARK" not in child.environ()


async def test_the_demo_keeps_everything_in_postgresql_if_asked_to(postgres: Postgres, tmp_path: Path) -> None:
    name = await postgres.create(template="template0")
    try:
        await asyncio.to_thread(_two_starts_on, postgres.url(name), tmp_path / "demo")
    finally:
        await postgres.drop(name)

    assert not (tmp_path / "demo" / "keypost.db").exists()


def _two_starts_on(database_url: str, data: Path) -> None:
    with running(data, database_url=database_url) as before:
        said = call_gitlab(before.sign_in(ADA), before.builds)
        assert said.status == 200, said.text
        until(lambda: before.read(before.builds), "the extension answers")
        assert post(_channel(before), {"text": "Before"}, _header(before)).status == 204

    with running(data, database_url=database_url) as after:
        assert after.facts.token == before.facts.token
        texts = [message["content"]["text"] for message in after.read(after.builds)]
        assert texts == ["Click on the token generation button below!", "Before"]


def _channel(demo: Demo) -> str:
    return f"{demo.facts.base_url}/api/v2/channelsbyname/builds/message"


def _header(demo: Demo) -> list[tuple[str, str]]:
    return [("X-Keypost-Token", demo.facts.token)]
