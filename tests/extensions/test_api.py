"""Extensions as programs of admins look after them: what is shown, who may ask, where an extension may come from."""

import os
import tomllib
from pathlib import Path
from typing import Any

import pytest
from tests.extensions.keeping import PLACE, Keeper, gone, installed, keeper_in, known
from tests.people import Answer
from tests.world import World

from keypost.caller import Scope
from keypost.errors import Conflict
from keypost.extensions import manifest_file

REMOTE = "https://keeper.example/"
ROUTES: list[tuple[str, str, Any]] = [
    ("GET", "/extensions", None),
    ("GET", PLACE, None),
    ("PUT", PLACE, {"source": REMOTE}),
    ("DELETE", PLACE, None),
    ("PUT", f"{PLACE}/settings", {"values": {}}),
    ("PUT", f"{PLACE}/minters", {"who": "nobody"}),
    ("DELETE", f"{PLACE}/minters", None),
    ("POST", f"{PLACE}/attachment", {"port": 9}),
    ("DELETE", f"{PLACE}/attachment", None),
    ("GET", f"{PLACE}/log", None),
]


async def test_an_extension_is_shown_whole_and_without_a_secret(world: World) -> None:
    keeper = await installed(world)
    app = await keeper.app()

    shown = await keeper.shown()

    assert isinstance(shown.pop("pid"), int)
    settings = shown.pop("settings")
    assert [setting["name"] for setting in settings] == ["address", "access_token", "quiet", "note"]
    sandbox, production = sorted(shown.pop("apps"), key=lambda face: str(face["face"]), reverse=True)
    assert (sandbox["face"], sandbox["appkey"]) == ("sandbox", f"sbx-{app.appkey}")
    assert production == {
        "app_id": str(app.id),
        "appkey": app.appkey,
        "face": "production",
        "incoming_url": world.server.addresses.incoming(app),
        "bot": "keeper",
        "bot_incoming_url": "",
    }
    assert shown == {
        "name": "keeper",
        "title": "Keeper",
        "version": "1.0",
        "description": "Notes what it is told of its life, and says to it what a test wants.",
        "source": str(keeper.folder),
        "is_local": True,
        "installed": True,
        "running": True,
        "restarts": 0,
        "attached": False,
        "developer": {"name": "Grace Hopper", "email": "grace@example.com"},
        "commands": [{"name": "keeper", "hint": "Say something"}],
        "functions": ["authentication"],
        "handlers": [
            "installation_handler",
            "installation_validator",
            "token_ended_handler",
            "uninstallation_handler",
        ],
        "permissions": [],
        "public_key": app.extension.public_key,
        "minters": None,
    }


async def test_all_that_were_ever_added_are_listed_by_name(world: World) -> None:
    await world.extension("standup")
    await known(world)
    program = await world.program(world.ada)

    answer = await program.call("GET", "/extensions")

    assert [(each["name"], each["installed"]) for each in answer.json["extensions"]] == [
        ("keeper", False),
        ("standup", True),
    ]


async def test_nobody_sees_or_changes_an_extension_of_another_organisation(world: World) -> None:
    await known(world)
    stranger = await world.program(await world.foreigner())

    listed = await stranger.call("GET", "/extensions")
    answers = [await stranger.call(*route) for route in ROUTES if "{" not in route[1] and route[1] != "/extensions"]

    assert listed.json == {"extensions": []}
    assert {answer.refused_with for answer in answers} == {"extension_not_found", "param_missing"}


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route[0]} {route[1]}")
async def test_only_an_admin_with_the_scope_gets_anywhere(lasting_world: World, route: tuple[str, str, Any]) -> None:
    member = await lasting_world.program(lasting_world.grace)
    without = await lasting_world.program(lasting_world.ada, Scope.READ, Scope.PERSON, Scope.OPERATOR)

    assert (await member.call(*route)).refused_with == "admin_needed"
    assert (await without.call(*route)).refused_with == "scope_missing"


async def test_an_admin_who_is_none_any_more_gets_nowhere(world: World) -> None:
    keeper = await known(world)
    await world.deactivate(world.ada)

    assert (await keeper.bring()).refused_with == "oauthtoken_invalid"


async def test_a_folder_is_added_by_an_operator_on_this_machine_alone(world: World) -> None:
    keeper = await keeper_in(world)
    admin = await world.program(world.ada, Scope.ADMIN)
    body = {"source": str(keeper.folder)}
    by_proxy = [("Authorization", f"Bearer {keeper.program.api_token}"), ("Forwarded", "for=203.0.113.5")]

    without_scope = await admin.call("PUT", PLACE, body)
    from_elsewhere = await keeper.program.send("PUT", f"/api/v1{PLACE}", body, by_proxy)

    assert without_scope.refused_with == "scope_missing"
    assert "operator" in without_scope.sentence
    assert from_elsewhere.refused_with == "only_from_this_machine"
    assert (await keeper.program.call("GET", "/extensions")).json == {"extensions": []}


async def test_a_source_is_a_folder_with_its_manifest_or_an_https_address(world: World, tmp_path: Path) -> None:
    program = await world.program(world.ada)
    empty, other = tmp_path / "empty", tmp_path / "other"
    empty.mkdir()
    other.mkdir()
    (other / "extension.toml").write_text('name = "other"\ntitle = "Other"\ndeveloper = {name = "A", email = "a@x.ex"}')
    (tmp_path / "file").write_text("")

    async def said(source: str) -> tuple[str, str]:
        answer = await program.call("PUT", PLACE, {"source": source})
        return answer.refused_with, answer.sentence

    assert await said("examples/keeper") == (
        "source_invalid",
        "source is neither the whole path of a folder nor an https address",
    )
    assert (await said("http://keeper.example/"))[0] == "source_invalid"
    assert await said(f"{tmp_path}/no") == (
        "source_invalid",
        f'source is "{f"{tmp_path}/no"[:40]}…"; there is no such folder on this machine',
    )
    assert (await said(f"{tmp_path}/file"))[0] == "source_invalid"
    assert (await said(f"{tmp_path}/" + "x" * 300))[0] == "source_invalid"
    assert await said(str(empty)) == ("manifest_missing", f"{empty}/extension.toml does not exist")
    assert await said(str(other)) == (
        "manifest_invalid",
        f'{other}/extension.toml: name is "other"; the address says "keeper"',
    )
    assert (await said("https://127.0.0.1/"))[0] == "source_invalid"
    assert (await said("https://10.0.0.1/"))[0] == "source_invalid"
    assert await said(REMOTE) == ("param_missing", "manifest is missing; only a folder has its own")


async def test_the_manifest_that_is_sent_counts_if_it_is_of_the_same_extension(world: World) -> None:
    keeper = await known(world)
    sent = manifest_of(keeper) | {"title": "Other words", "handlers": []}

    answer = await put(keeper, sent, str(keeper.folder))
    other = await put(keeper, sent | {"name": "other"}, str(keeper.folder))
    wrong = await put(keeper, sent | {"titel": "x"}, str(keeper.folder))

    assert answer.json["title"] == "Other words"
    assert (other.refused_with, other.sentence) == (
        "manifest_invalid",
        'manifest: name is "other"; the address says "keeper"',
    )
    assert wrong.refused_with == "manifest_invalid"
    assert wrong.sentence.startswith("manifest: titel is not a field")


async def test_an_extension_elsewhere_is_added_by_an_admin_and_shows_its_key(world: World) -> None:
    keeper = await keeper_in(world)
    admin = await world.program(world.ada, Scope.ADMIN)
    sent = manifest_of(keeper) | {"handlers": []}

    answer = await admin.call("PUT", PLACE, {"source": REMOTE, "manifest": sent})

    assert (answer.json["installed"], answer.json["is_local"], answer.json["running"]) == (True, False, False)
    assert len(answer.json["public_key"]) > 400


async def test_an_extension_elsewhere_that_cannot_be_asked_yet_shows_its_key_all_the_same(world: World) -> None:
    keeper = await keeper_in(world)
    declared = manifest_file.read(keeper.folder)

    with pytest.raises(Conflict, match=r"Keeper 1\.0 refused its install\. It did not answer as it should\."):
        # As if a name led there: no test asks the names of the world.
        await world.server.lifecycle.bring(world.caller(world.ada), "https://127.0.0.1:8443/", declared)

    shown = await keeper.shown()
    assert (shown["installed"], shown["is_local"], len(shown["public_key"]) > 400) == (False, False, True)


async def test_an_extension_that_moves_elsewhere_is_not_run_here_any_more(world: World) -> None:
    keeper = await installed(world)
    before = await keeper.shown()

    answer = await put(keeper, manifest_of(keeper), REMOTE)

    assert (answer.status, answer.json["is_local"], answer.json["running"]) == (200, False, False)
    assert answer.json["apps"] == before["apps"]
    await gone(before["pid"])


async def test_a_child_that_dies_comes_back_and_that_is_counted(world: World) -> None:
    keeper = await installed(world)
    pid = (await keeper.shown())["pid"]
    os.kill(pid, 9)

    said = await keeper.says("again")
    shown = await keeper.shown()

    assert said.json == {"kind": "posted"}
    assert (shown["running"], shown["restarts"]) == (True, 1)
    assert shown["pid"] != pid


async def test_the_organisation_says_who_may_mint(world: World) -> None:
    keeper = await known(world)
    await world.team(7, world.grace)
    rule = {"who": "teams", "teams": ["Team"], "guests": True}

    set_ = await keeper.program.call("PUT", f"{PLACE}/minters", rule)
    unknown = await keeper.program.call("PUT", f"{PLACE}/minters", rule | {"teams": ["Nobody"]})
    strange = await keeper.program.call("PUT", f"{PLACE}/minters", {"who": "them"})
    dropped = await keeper.program.call("DELETE", f"{PLACE}/minters")

    assert set_.json["minters"] == rule
    assert unknown.refused_with == "team_not_found"
    assert strange.refused_with == "invalid_inputs"
    assert dropped.json["minters"] is None


@pytest.mark.parametrize("body", [b"", b"{", b"[]", {}, {"source": ""}, {"source": 5}, {"source": "/x", "extra": 1}])
async def test_a_body_that_makes_no_sense_is_refused(lasting_world: World, body: object) -> None:
    program = await lasting_world.program(lasting_world.ada)

    answer = await program.call("PUT", PLACE, body)

    assert answer.refused_with in {"invalid_json", "invalid_inputs", "param_missing"}


def manifest_of(keeper: Keeper) -> dict[str, Any]:
    return tomllib.loads((keeper.folder / "extension.toml").read_text())


async def put(keeper: Keeper, sent: dict[str, Any], source: str) -> Answer:
    return await keeper.program.call("PUT", PLACE, {"manifest": sent, "source": source})
