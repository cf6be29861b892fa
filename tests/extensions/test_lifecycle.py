"""An extension is asked before it is installed, told afterwards, and leaves in order; it can come back."""

import asyncio

import psutil
import pytest
from tests.extensions.keeping import Keeper, gone, installed, keeper_in
from tests.extensions.pressing import newest
from tests.live.until import until
from tests.people import Tool, posting_path
from tests.world import World

from keypost.extensions import invocations, lifecycle, service
from keypost.extensions.calls import Call
from keypost.tokens import service as tokens
from keypost.tokens.model import Token

NO = {
    "status": 400,
    "title": "Not yet",
    "message": "Set an address first",
    "note": ["It is free", "Ask Grace"],
    "footer": "Bye",
}


async def test_an_extension_is_asked_before_it_is_installed_and_told_afterwards(world: World) -> None:
    keeper = await keeper_in(world)

    answer = await keeper.bring()

    told = {
        "user": "ada@example.com",
        "app_info": {"current_version": "1.0", "existing_version": "", "type": "install"},
    }
    assert (answer.status, answer.json["installed"], answer.json["running"]) == (200, True, True)
    asked, activated = keeper.heard()
    assert (asked["kind"], activated["kind"]) == ("installation_validator", "installation_handler")
    assert asked | told == asked
    assert activated | told == activated
    assert activated["pid"] == answer.json["pid"] != asked["pid"]
    assert (await keeper.says("hello")).json == {"kind": "posted"}


async def test_a_no_before_the_installation_is_told_in_the_extensions_own_words(world: World) -> None:
    keeper = await keeper_in(world)

    answer = await keeper.bring(installation_validator=NO)

    assert (answer.status, answer.refused_with) == (409, "installation_refused")
    assert answer.sentence == (
        "Keeper 1.0 refused its install. Not yet. Set an address first. It is free. Ask Grace. Bye."
    )
    shown = await keeper.shown()
    assert (shown["installed"], shown["running"]) == (False, False)
    assert (await keeper.says("hello")).refused_with == "command_not_found"
    await gone(keeper.heard()[0]["pid"])


async def test_after_a_no_it_can_be_set_up_and_brought_again(world: World) -> None:
    keeper = await keeper_in(world)
    await keeper.bring(installation_validator=NO)
    refused = await keeper.shown()
    await keeper.set(address="https://kept.example")

    answer = await keeper.bring()

    assert answer.json["installed"]
    assert answer.json["apps"] == refused["apps"]
    assert answer.json["public_key"] == refused["public_key"]
    assert [line["settings"] for line in keeper.heard()] == [{}, *[{"address": "https://kept.example"}] * 2]


async def test_an_extension_that_dies_when_it_is_asked_is_not_installed(world: World) -> None:
    keeper = await keeper_in(world)

    died = await keeper.bring(installation_validator="die")
    broken = await keeper.bring(start="die")

    assert {died.refused_with, broken.refused_with} == {"installation_refused"}
    assert broken.sentence == "Keeper 1.0 refused its install. It could not be started. Its log says why."
    assert not (await keeper.shown())["installed"]


async def test_a_no_after_the_installation_undoes_it(world: World) -> None:
    keeper = await keeper_in(world)

    answer = await keeper.bring(installation_handler=NO)

    assert answer.refused_with == "installation_refused"
    assert not (await keeper.shown())["installed"]
    assert (await keeper.says("hello")).refused_with == "command_not_found"
    await gone(keeper.heard("installation_handler")[0]["pid"])


async def test_another_version_is_an_upgrade_that_is_asked_for_and_told(world: World) -> None:
    keeper = await installed(world)
    before = await keeper.shown()
    keeper.write('version = "1.0"', 'version = "1.5"')

    answer = await keeper.bring()

    asked, activated = keeper.heard()[2:]
    info = {"current_version": "1.5", "existing_version": "1.0", "type": "upgrade"}
    assert (asked["kind"], asked["app_info"]) == ("installation_validator", info)
    assert (activated["kind"], activated["app_info"]) == ("installation_handler", info)
    assert answer.json["version"] == "1.5"
    assert answer.json["apps"] == before["apps"]
    await gone(before["pid"])


async def test_the_same_version_starts_anew_with_what_its_folder_has_and_is_asked_nothing(world: World) -> None:
    keeper = await installed(world)
    before = await keeper.shown()
    keeper.write('name = "keeper"\nhint', 'name = "keep"\nhint')
    code = keeper.folder / "extension.py"
    code.write_text(code.read_text().replace('command("keeper")', 'command("keep")'))

    answer = await keeper.bring()

    assert not psutil.pid_exists(before["pid"])  # Two on one socket would take each other's calls.
    assert len(keeper.heard()) == 2
    assert [command["name"] for command in answer.json["commands"]] == ["keep"]
    assert (await keeper.says("hello")).refused_with == "command_not_found"


async def test_a_no_to_an_upgrade_leaves_the_old_one_serving(world: World) -> None:
    keeper = await installed(world)
    before = await keeper.shown()
    keeper.write('version = "1.0"', 'version = "2.0"')

    answer = await keeper.bring(installation_validator=NO)

    assert answer.sentence.startswith("Keeper 2.0 refused its upgrade. Not yet.")
    assert await keeper.shown() == before
    await keeper.says("still here")
    assert keeper.heard("command")[-1]["pid"] == before["pid"]


async def test_a_no_after_an_upgrade_brings_the_old_one_back(world: World) -> None:
    keeper = await installed(world)
    keeper.write('version = "1.0"', 'version = "2.0"')

    answer = await keeper.bring(installation_handler=NO)

    shown = await keeper.shown()
    assert answer.refused_with == "installation_refused"
    assert (shown["version"], shown["installed"], shown["running"]) == ("1.0", True, True)


async def test_what_is_uninstalled_stops_at_once(world: World) -> None:
    keeper = await installed(world)
    tool = await keepers_tool(keeper)
    await keeper.says("hello")
    message = await newest(world)
    dialog = await world.ada.press(world.id_of("#builds"), message)

    answer = await keeper.remove()

    assert (answer.status, answer.json["installed"], answer.json["running"]) == (200, False, False)
    assert (await tool.say("#builds", "Hello")).refused_with == "invalid_zapikey"
    assert (await tool.event(b"Hello")).refused_with == "invalid_zapikey"
    assert (await keeper.says("hello")).refused_with == "command_not_found"
    assert (await world.ada.press(world.id_of("#builds"), message)).json["kind"] == "banner"
    assert (await world.ada.accept(dialog.nonce)).refused_with == "extension_disabled"
    assert [token.revoked_reason for token in await all_tokens(world)] == ["extension uninstalled"]


async def test_the_bot_of_an_uninstalled_extension_stays_in_its_chats_and_cannot_post(world: World) -> None:
    keeper = await installed(world)
    tool = await keepers_tool(keeper, origin=None)
    assert (await tool.event(b"first")).status == 200
    bot = world.server.chats.find_bot_of_app(world.org_id, (await keeper.app()).id)
    assert bot is not None
    api_token = [("Authorization", f"Bearer {keeper.program.api_token}")]

    await keeper.remove()
    by_token = await tool.post("/api/v2/bots/keeper/message", {"text": "Hello"}, [("X-Keypost-Token", tool.secret)])
    by_person = await tool.post(f"{posting_path('#builds')}?bot_unique_name=keeper", {"text": "Hello"}, api_token)

    place = next(
        chat for chat in world.server.chats.list_of(world.org_id, world.ada.person.id) if chat.bot_id == bot.id
    )
    assert (by_token.status, by_person.refused_with) == (401, "bot_message_forbidden")
    await world.ada.arrive()
    assert "event: first" in (await world.ada.get(f"/chats/{place.shown_id}")).text


async def test_no_late_answer_of_an_uninstalled_extension_is_taken(world: World) -> None:
    keeper = await installed(world)
    begun = await late_call(keeper)

    await keeper.remove()

    assert (await world.stranger.post(begun, {"text": "Late"})).refused_with == "response_not_expected"


async def test_an_extension_hears_of_its_end_and_of_its_tokens_ends_and_then_stops(world: World) -> None:
    keeper = await installed(world)
    tool = await keepers_tool(keeper)
    pid = (await keeper.shown())["pid"]

    await keeper.remove()

    (goodbye,) = keeper.heard("uninstallation_handler")
    (ended,) = keeper.heard("token_ended_handler")
    assert goodbye["user"] == "ada@example.com"
    assert goodbye["app_info"] == {"current_version": "1.0", "existing_version": "", "type": "uninstall"}
    assert (ended["token"], ended["reason"]) == (f"tok_{tool.token.id}", "extension uninstalled")
    assert goodbye["pid"] == ended["pid"] == pid
    await gone(pid)
    await world.restart()
    shown = await keeper.shown()
    assert (shown["installed"], shown["running"]) == (False, False)


async def test_removing_twice_is_a_success_and_what_never_was_is_not_found(world: World) -> None:
    keeper = await installed(world)
    await keeper.remove()

    again = await keeper.remove()
    unknown = await keeper.program.call("DELETE", "/extensions/nobody")

    assert again.status == 200
    assert len(keeper.heard("uninstallation_handler")) == 1
    assert unknown.refused_with == "extension_not_found"


async def test_installed_again_it_is_the_same_extension_with_its_settings(world: World) -> None:
    keeper = await installed(world)
    await keeper.set(address="https://kept.example", access_token="glpat-canary")
    before = await keeper.shown()
    old = await keepers_tool(keeper)
    await keeper.remove()

    answer = await keeper.bring()

    for same in ("apps", "public_key", "settings"):
        assert answer.json[same] == before[same]
    assert keeper.heard()[-1]["settings"] == {"address": "https://kept.example", "access_token": "glpat-canary"}
    assert keeper.heard()[-1]["app_info"]["type"] == "install"
    assert (await old.event(b"old")).refused_with == "invalid_zapikey"
    assert (await (await keepers_tool(keeper)).event(b"new")).json["text"] == "event: new"


async def test_an_extension_that_cannot_hear_of_its_end_yet_runs_on_and_hears_of_it_after_a_restart(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lifecycle, "PATIENCE_S", 1.0)
    keeper = await installed(world)
    await keepers_tool(keeper)
    keeper.answers(token_ended_handler="fail")

    answer = await keeper.remove()
    keeper.answers()
    await world.restart()

    assert (answer.json["installed"], answer.json["running"]) == (False, True)
    await gone(answer.json["pid"])
    await told(keeper, times=2)
    await gone(keeper.heard("token_ended_handler")[-1]["pid"])
    assert (await keeper.shown())["running"] is False
    assert len(keeper.heard("uninstallation_handler")) == 1


async def test_an_extension_that_comes_back_before_it_has_gone_runs_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lifecycle, "PATIENCE_S", 0.2)
    keeper = await installed(world)
    keeper.answers(uninstallation_handler="hang")
    leaving = await keeper.remove()

    answer = await keeper.bring()
    await gone(leaving.json["pid"])

    assert (leaving.json["installed"], leaving.json["running"]) == (False, True)
    assert (answer.json["installed"], answer.json["running"]) == (True, True)
    assert (await keeper.says("back")).json == {"kind": "posted"}
    assert await keeper.shown() == answer.json


async def test_a_bot_of_the_same_name_keeps_an_extension_from_being_installed(world: World) -> None:
    keeper = await keeper_in(world)
    keeper.write('name = "keeper"\ntitle', 'name = "buildbot"\ntitle')

    answer = await keeper.program.call("PUT", "/extensions/buildbot", {"source": str(keeper.folder)})

    assert answer.refused_with == "bot_name_already_exists"
    assert not await world.read(service.list_on, world.org_id)


async def keepers_tool(keeper: Keeper, *, origin: str | None = "#builds") -> Tool:
    return await keeper.world.tool(await keeper.app(), origin=origin)


async def all_tokens(world: World) -> list[Token]:
    return await world.read(tokens.list_mine, world.caller(world.ada))


async def late_call(keeper: Keeper) -> str:
    """The path for a late answer of a call that has not ended."""
    world, app, place = keeper.world, await keeper.app(), keeper.world.chat("#builds")
    call = Call("command", "execution_handler", "keeper", {})
    person_id = world.ada.person.id
    _, nonce = await world.write(invocations.begin, world.server.keys, app, person_id, call, chat_id=place.id)
    return world.server.addresses.late_answer(app, nonce).removeprefix(world.base)


async def told(keeper: Keeper, *, times: int) -> None:
    def has_heard() -> bool:
        return len(keeper.heard("token_ended_handler")) >= times

    await asyncio.to_thread(until, has_heard, "it hears of its token's end")
