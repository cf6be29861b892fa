"""Which server a command talks to, and what it says when that does not go well."""

import json
import socket
from pathlib import Path

import pytest
from tests.cli.terminal import Terminal
from tests.delivery.receiver import Receiver, answers, http
from tests.world import World

ADDRESS = "http://127.0.0.1:1"
SECRET = "kpa_" + "s3cret" * 8


async def test_the_demo_of_the_folder_is_found(world: World, tmp_path: Path) -> None:
    secret = (await world.program(world.grace)).api_token
    (tmp_path / "keypost-demo").mkdir()
    facts = {"base_url": world.base, "operator_token": secret, "of_a_newer_version": True}
    (tmp_path / "keypost-demo" / "demo.json").write_text(json.dumps(facts))

    ended = await Terminal(tmp_path, {}, secret).run("person", "show", "--json")

    assert ended.json["first_name"] == "Grace"


async def test_the_demo_of_another_folder_is_named_by_a_variable(world: World, tmp_path: Path) -> None:
    graces, alans = (await world.program(world.grace)).api_token, (await world.program(world.alan)).api_token
    for folder, secret in (("keypost-demo", graces), ("an other", alans)):
        (tmp_path / folder).mkdir()
        facts = {"base_url": world.base, "operator_token": secret}
        (tmp_path / folder / "demo.json").write_text(json.dumps(facts))

    ended = await Terminal(tmp_path, {"KEYPOST_DEMO": "an other"}, alans).run("person", "show", "--json")
    unset = await Terminal(tmp_path, {"KEYPOST_DEMO": ""}, graces).run("person", "show", "--json")

    assert (ended.json["first_name"], unset.json["first_name"]) == ("Alan", "Grace")


async def test_a_variable_that_names_no_demo_is_said(tmp_path: Path) -> None:
    ended = await Terminal(tmp_path, {"KEYPOST_DEMO": "othr"}).run("channel", "list")

    assert ended.code == 2
    assert ended.err.startswith("There is no demo in othr, which KEYPOST_DEMO names. ")


@pytest.mark.parametrize("one", [{"KEYPOST_URL": ADDRESS}, {"KEYPOST_OPERATOR_TOKEN": SECRET}])
async def test_a_demo_and_a_server_are_not_both_meant(tmp_path: Path, one: dict[str, str]) -> None:
    ended = await Terminal(tmp_path, {"KEYPOST_DEMO": "other", **one}, SECRET).run("channel", "list")

    assert ended.code == 2
    assert all(name in ended.err for name in ("KEYPOST_DEMO", *one))


async def test_without_a_server_it_says_how_to_get_one(tmp_path: Path) -> None:
    ended = await Terminal(tmp_path, {}).run("channel", "list")

    assert ended.code == 2
    assert all(name in ended.err for name in ("KEYPOST_URL", "KEYPOST_OPERATOR_TOKEN", "make demo"))


@pytest.mark.parametrize(
    ("environ", "missing"),
    [
        ({"KEYPOST_URL": ADDRESS}, "KEYPOST_OPERATOR_TOKEN"),
        ({"KEYPOST_OPERATOR_TOKEN": SECRET}, "KEYPOST_URL"),
    ],
)
async def test_one_variable_alone_is_not_mixed_with_the_demo(
    tmp_path: Path, environ: dict[str, str], missing: str
) -> None:
    (tmp_path / "keypost-demo").mkdir()
    (tmp_path / "keypost-demo" / "demo.json").write_text(json.dumps({"base_url": ADDRESS, "operator_token": SECRET}))

    ended = await Terminal(tmp_path, environ, SECRET).run("channel", "list")

    assert ended.code == 2
    assert f"{missing} is not" in ended.err


@pytest.mark.parametrize(
    ("url", "token"),
    [
        ("keypost.example", SECRET),
        ("file:///etc/passwd", SECRET),
        ("file://localhost/etc/passwd", SECRET),
        (f"https://ada:{SECRET}@keypost.example", SECRET),
        ("http://[", SECRET),
        (ADDRESS, f"{SECRET}\nX-Another: header"),
        (ADDRESS, f"{SECRET}é"),
    ],
)
async def test_a_variable_that_cannot_be_right_is_refused_and_not_repeated(
    tmp_path: Path, url: str, token: str
) -> None:
    environ = {"KEYPOST_URL": url, "KEYPOST_OPERATOR_TOKEN": token}

    ended = await Terminal(tmp_path, environ, SECRET).run("channel", "list")

    assert ended.code == 2
    assert "KEYPOST_" in ended.err


async def test_a_server_that_is_not_there_is_a_failure(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"

    ended = await Terminal(tmp_path, {"KEYPOST_URL": address, "KEYPOST_OPERATOR_TOKEN": SECRET}, SECRET).run(
        "channel", "list", "--json"
    )

    assert (ended.code, ended.out) == (1, "")
    assert address in ended.err
    assert "make demo" in ended.err


async def test_the_token_goes_to_no_proxy_and_to_no_other_server(tmp_path: Path) -> None:
    async with Receiver(answers(http(b""))) as other:
        redirects = http(b"", status="307 Temporary Redirect", headers=(f"Location: {other.url}",))
        async with Receiver(answers(redirects)) as server:
            environ = {"KEYPOST_URL": server.url, "KEYPOST_OPERATOR_TOKEN": SECRET, "http_proxy": other.url}

            ended = await Terminal(tmp_path, environ, SECRET).run("channel", "list")

    assert ended.code == 1
    assert len(server.requests) == 1
    assert other.requests == []


@pytest.mark.parametrize(
    ("status", "body"),
    [("200 OK", b"<html>"), ("200 OK", b"{}"), ("404 Not Found", b"<html>"), ("502 Bad Gateway", b"")],
)
async def test_another_web_server_is_told_from_keypost(tmp_path: Path, status: str, body: bytes) -> None:
    async with Receiver(answers(http(body, status=status))) as server:
        environ = {"KEYPOST_URL": server.url, "KEYPOST_OPERATOR_TOKEN": SECRET}

        ended = await Terminal(tmp_path, environ, SECRET).run("channel", "list")

    assert ended.code == 1
    assert ended.err == f"{server.url.rstrip('/')} does not answer as Keypost does. Is KEYPOST_URL right?\n"


async def test_a_fault_of_the_server_is_a_failure_with_its_reference(tmp_path: Path) -> None:
    problem = {"message": "The log knows it as 0123abcd.", "code": "internal_error", "reference": "0123abcd"}
    async with Receiver(answers(http(json.dumps(problem).encode(), status="500 Internal Server Error"))) as server:
        environ = {"KEYPOST_URL": server.url, "KEYPOST_OPERATOR_TOKEN": SECRET}

        ended = await Terminal(tmp_path, environ, SECRET).run("channel", "list")

    assert (ended.code, ended.err) == (1, "The log knows it as 0123abcd. (internal_error)\n")


async def test_a_token_that_does_not_work_is_said_to_be_the_variables(world: World, tmp_path: Path) -> None:
    environ = {"KEYPOST_URL": world.base + "/", "KEYPOST_OPERATOR_TOKEN": SECRET}

    ended = await Terminal(tmp_path, environ, SECRET).run("person", "show")

    assert ended.code == 2
    assert "(oauthtoken_invalid)" in ended.err
    assert "KEYPOST_OPERATOR_TOKEN" in ended.err
