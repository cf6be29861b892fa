"""What is around the vendor's SDK; with that SDK itself the server's tests try it."""

import asyncio
import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from sdk_world import bot_incoming, call, command, incoming

from keypost_sdk import AnswerDoesNotFit
from keypost_sdk.errors import MalformedCall
from keypost_sdk.loading import CannotStart
from keypost_sdk.zcatalyst import Project, Request, Response, load

GOOD = """
def handler(request, response):
    response.send({"output": {"text": request.get_request_body()["name"]}})
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project's folder, where a package of the vendor's name can be found."""
    vendor = tmp_path / "vendor" / "zcatalyst_cliq"
    vendor.mkdir(parents=True)
    (vendor / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(vendor.parent))
    monkeypatch.setenv("X_ZC_FUNCTION_ROOT", "")
    (tmp_path / "project").mkdir()
    return tmp_path / "project"


def answered(sent: Any, status: int = 200, body: bytes = b"") -> Any:
    def entry(_: Request, response: Response) -> None:
        response.set_status(status)
        response.set_content_type("application/json")
        if sent is not None:
            response.send(sent)
        response.end()

    return json.loads(asyncio.run(Project("catalyst", entry).answer(body or command("catalyst"))))


def given(body: bytes) -> dict[str, Any]:
    """The call as a handler of theirs would read it."""
    seen: list[dict[str, Any]] = []
    project = Project("catalyst", lambda request, _: seen.append(request.get_request_body()))
    asyncio.run(project.answer(body))
    return seen[0]


@pytest.mark.parametrize("sent", ['{"output": {"text": "a"}}', b'{"output": {"text": "a"}}', {"output": {"text": "a"}}])
def test_what_it_sends_is_the_answer(sent: Any) -> None:
    assert answered(sent) == {"output": {"text": "a"}}


def test_nothing_sent_is_nothing_to_see() -> None:
    assert answered(None) == {"output": ""}


@pytest.mark.parametrize("sent", ["", "not json", "[]", '{"text": "a"}', 5])
def test_what_is_no_answer_is_a_failure(sent: Any) -> None:
    with pytest.raises(AnswerDoesNotFit, match='member "output"'):
        answered(sent)


def test_a_status_of_failure_is_one() -> None:
    with pytest.raises(AnswerDoesNotFit, match="status 500"):
        answered({"output": ""}, status=500)


def test_it_never_sees_where_late_answers_go() -> None:
    assert "response_url" not in given(command("catalyst", response_url="https://keypost.example/1"))


def test_what_comes_in_is_for_its_bot() -> None:
    seen = given(incoming("{}", {"X-Event": "push"}, {"a": "b"}))

    assert (seen["type"], seen["name"], seen["unique_name"]) == ("bot", "catalyst", "catalyst")
    assert seen["params"]["body"] == "{}"


def test_what_comes_to_its_bot_stays_what_it_is() -> None:
    seen = given(bot_incoming("{}", response_url="https://keypost.example/1"))

    assert (seen["type"], seen["name"], seen["unique_name"]) == ("bot", "Probe", "probe")
    assert "response_url" not in seen


def test_other_calls_of_an_extension_stay_what_they_are() -> None:
    assert given(call("extension", "installation_validator", {}))["type"] == "extension"


@pytest.mark.parametrize("body", [b"", b"[]", b'{"type": "extension"}', b"[" * 100_000])
def test_what_is_no_call_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedCall):
        given(body)


def test_the_first_calls_of_a_kind_wait_for_each_other() -> None:
    second, overlaps = threading.Event(), []

    def entry(_: Request, response: Response) -> None:
        if not overlaps:
            overlaps.append(second.wait(0.2))
        second.set()
        response.send({"output": ""})

    async def both() -> None:
        project = Project("catalyst", entry)
        await asyncio.gather(project.answer(command("catalyst")), project.answer(command("catalyst")))

    asyncio.run(both())
    assert overlaps == [False]


@pytest.mark.parametrize(("config", "file"), [(None, "main.py"), ('{"execution": {"main": "other.py"}}', "other.py")])
def test_a_project_is_loaded_from_the_file_that_its_config_names(folder: Path, config: str | None, file: str) -> None:
    (folder / file).write_text(GOOD, "utf-8")
    if config:
        (folder / "catalyst-config.json").write_text(config, "utf-8")

    project = load(folder)

    assert json.loads(asyncio.run(project.answer(command("hello"))))["output"] == {"text": "hello"}
    assert project.name == "project"
    assert os.environ["X_ZC_FUNCTION_ROOT"] == str(folder)


def test_its_name_is_the_manifests(folder: Path) -> None:
    (folder / "main.py").write_text(GOOD, "utf-8")
    (folder / "extension.toml").write_text('name = "polls"', "utf-8")

    assert load(folder).name == "polls"


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("", r"has no function handler\(request, response\)"),
        ("handler = 5", r"has no function handler"),
        ("import nothing_of_that_name", "ModuleNotFoundError"),
        ("def", "SyntaxError"),
    ],
)
def test_a_file_that_is_no_project_is_explained(folder: Path, code: str, sentence: str) -> None:
    (folder / "main.py").write_text(code, "utf-8")

    with pytest.raises(CannotStart, match=sentence):
        load(folder)


@pytest.mark.parametrize("config", ["", "[]", "{}", '{"execution": {}}'])
def test_a_config_that_names_no_file_is_explained(folder: Path, config: str) -> None:
    (folder / "catalyst-config.json").write_text(config, "utf-8")

    with pytest.raises(CannotStart, match=r"catalyst-config\.json does not name a file at execution\.main"):
        load(folder)


def test_a_folder_without_a_project_is_named(folder: Path) -> None:
    with pytest.raises(CannotStart, match=r"There is no file .*main\.py"):
        load(folder)


def test_without_the_vendors_package_it_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(GOOD, "utf-8")

    with pytest.raises(CannotStart, match="pip install zcatalyst-cliq"):
        load(tmp_path)
