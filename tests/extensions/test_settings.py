"""What an admin sets for an extension reaches its process, and nobody else."""

import json
from typing import Any

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update
from tests.extensions.keeping import PLACE, Keeper, gone, installed, known
from tests.extensions.pressing import everything
from tests.live.until import until
from tests.world import World

from keypost.db.tables import extension_settings
from keypost.db.tx import Tx
from keypost.errors import Forbidden
from keypost.extensions import settings
from keypost.extensions.child import SETTINGS, environment
from keypost.extensions.settings import TEXT_MAX, TOGETHER_MAX
from keypost.keys import Keys

SECRET = "glpat-canary-0123456789"
OURS = "kpt_0123456789abcdefghijABCDEFGHIJ0123456789abcdefghijklm"
VARIABLE_MAX = 128 * 1024
"""What Linux lets a program have in one variable, its name included."""


@pytest.fixture(scope="module")
async def lasting(lasting_world: World) -> Keeper:
    return await known(lasting_world)


async def test_settings_reach_the_extension_which_starts_anew(world: World) -> None:
    keeper = await installed(world)
    before = await keeper.shown()

    answer = await keeper.set(address="https://kept.example/x", access_token=SECRET, quiet=True, note="two\nlines")
    await keeper.says("hello")

    heard = keeper.heard("command")[-1]
    assert heard["settings"] == {
        "address": "https://kept.example/x",
        "access_token": SECRET,
        "quiet": True,
        "note": "two\nlines",
    }
    assert heard["pid"] == answer.json["pid"] != before["pid"]
    await gone(before["pid"])


async def test_an_admin_sees_everything_but_secrets(world: World) -> None:
    keeper = await installed(world)

    answer = await keeper.set(address="http://kept.example", access_token=SECRET, quiet=False)

    shown = {setting["name"]: (setting["is_set"], setting["value"]) for setting in answer.json["settings"]}
    assert shown == {
        "address": (True, "http://kept.example"),
        "access_token": (True, None),
        "quiet": (True, False),
        "note": (False, None),
    }
    assert answer.json["settings"][0] == {
        "name": "address",
        "title": "Address",
        "description": "Of what it keeps",
        "type": "address",
        "required": True,
        "is_set": True,
        "value": "http://kept.example",
    }
    assert answer.json == await keeper.shown()


async def test_a_secret_is_in_no_answer_row_log_or_argument(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    keeper = await installed(world)
    answers = [
        await keeper.set(access_token=SECRET),
        await keeper.set(access_token=SECRET, quiet="no"),
        await keeper.set(access_token=[SECRET]),
        await keeper.program.call("GET", PLACE),
        await keeper.program.call("GET", "/extensions"),
        await keeper.program.call("GET", f"{PLACE}/log"),
    ]

    child = psutil.Process((await keeper.shown())["pid"])

    assert not [answer.text for answer in answers if SECRET in answer.text]
    assert SECRET not in repr(await world.read(everything))
    assert SECRET not in capsys.readouterr().out
    assert SECRET not in " ".join(child.cmdline())
    # It may have begun a moment ago, and have no environment yet.
    assert SECRET in until(child.environ, "the environment of the child")[SETTINGS]
    kept = [file.read_bytes() for file in world.settings.data.rglob("*") if file.is_file()]
    assert not any(SECRET.encode() in content for content in kept)


async def test_what_is_not_named_stays_and_null_takes_away(world: World) -> None:
    keeper = await installed(world)
    await keeper.set(access_token=SECRET, note="Hello", quiet=True)

    answer = await keeper.set(note=None, quiet=False)

    shown = {setting["name"]: setting["value"] for setting in answer.json["settings"] if setting["is_set"]}
    assert shown == {"access_token": None, "quiet": False}


async def test_settings_outlive_a_restart(world: World) -> None:
    keeper = await installed(world)
    await keeper.set(access_token=SECRET)

    await world.restart()
    await keeper.says("hello")

    assert keeper.heard("command")[-1]["settings"] == {"access_token": SECRET}


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"adress": "x"}, "values.adress is no setting of keeper. There is: address, access_token, quiet, note."),
        ({"a b": "x"}, 'values["a b"] is no setting of keeper. There is: address, access_token, quiet, note.'),
        ({"quiet": "yes"}, "values.quiet is text; it must be true or false"),
        ({"note": True}, "values.note is true; it must be text"),
        ({"address": False}, "values.address is false; it must be text"),
        ({"note": ""}, "values.note is empty; null takes it away"),
        ({"note": "x" * (TEXT_MAX + 1)}, f"values.note has {TEXT_MAX + 1} characters; {TEXT_MAX} is the most"),
    ],
)
async def test_what_the_manifest_does_not_take_is_refused_by_its_path(
    lasting: Keeper, values: dict[str, Any], sentence: str
) -> None:
    answer = await lasting.set(**{"access_token": SECRET, **values})

    assert (answer.refused_with, answer.sentence) == ("setting_invalid", sentence)
    assert not await is_set(lasting, "access_token")


@pytest.mark.parametrize(
    "text",
    [
        *("kept.example", "ftp://kept.example", "//kept.example", "https://", "https:///x", "javascript:alert(1)"),
        *("https://ada:secret@kept.example", "https://kept.example:x", "https://kept.example:99999", "https://[::1"),
        *("https://kept.example/a b", "https://kept.example\n", " https://kept.example", "https://kept.example/\u202e"),
    ],
)
async def test_an_address_is_one_of_http_without_a_password(lasting: Keeper, text: str) -> None:
    answer = await lasting.set(address=text)

    assert answer.refused_with == "setting_invalid"
    assert answer.sentence.startswith("values.address is not an address; it must be like https://")
    assert "secret" not in answer.sentence


@pytest.mark.parametrize("value", [5, 1.5, [], {}, ["x"]])
async def test_a_value_of_another_kind_is_refused_by_its_path(lasting: Keeper, value: object) -> None:
    answer = await lasting.set(note=value)

    assert answer.refused_with == "invalid_inputs"
    assert answer.sentence.startswith("values.note is ")


@pytest.mark.parametrize(("name", "text"), [("note", f"My token is {OURS}"), ("address", f"https://x.example/{OURS}")])
async def test_a_secret_of_ours_is_kept_only_where_secrets_belong(lasting: Keeper, name: str, text: str) -> None:
    answer = await lasting.set(**{name: text})

    assert answer.refused_with == "secret_in_message"
    assert OURS not in answer.text


async def test_what_is_required_goes_when_the_extension_has_gone(world: World) -> None:
    keeper = await installed(world)
    await keeper.set(address="https://kept.example")

    refused = await keeper.set(address=None)
    await keeper.remove()
    taken = await keeper.set(address=None)

    assert refused.sentence == "values.address is null; Keeper needs it as long as it is installed"
    assert (taken.status, taken.json["running"]) == (200, False)
    assert not any(setting["is_set"] for setting in taken.json["settings"])


async def test_what_was_set_for_another_kind_of_setting_is_not_sent(world: World) -> None:
    keeper = await installed(world)
    await keeper.set(note="Hello", quiet=True)
    keeper.write('title = "Note"\n', 'title = "Note"\ntype = "switch"\n')
    keeper.write('name = "quiet"', 'name = "silent"')

    answer = await keeper.bring()
    await keeper.says("hello")

    assert [setting["is_set"] for setting in answer.json["settings"]] == [False] * 4
    assert keeper.heard("command")[-1]["settings"] == {}


async def test_as_much_as_may_be_set_can_be_handed_over(world: World) -> None:
    keeper = await installed(world)
    many = "".join(f'\n[[settings]]\nname = "more_{number}"\ntitle = "More"\n' for number in range(16))
    keeper.write('title = "Note"\n', f'title = "Note"\n{many}')
    assert (await keeper.bring()).status == 200
    most = {f"more_{number}": "x" * TEXT_MAX for number in range(TOGETHER_MAX // (TEXT_MAX + 20))}

    full = await keeper.set(**most)
    over = await keeper.set(more_13="x" * TEXT_MAX, more_14="x" * TEXT_MAX)
    await keeper.says("hello")

    assert full.status == 200, full.text
    assert over.refused_with == "setting_invalid"
    assert "over 102400 bytes" in over.sentence
    assert keeper.heard("command")[-1]["settings"] == most


@given(text=st.text(min_size=1, max_size=60), is_long=st.booleans(), kept=st.booleans())
async def test_whatever_is_taken_is_handed_over_as_it_was_typed(
    lasting: Keeper, text: str, *, is_long: bool, kept: bool
) -> None:
    text = (text * TEXT_MAX)[:TEXT_MAX] if is_long else text
    world, extension = lasting.world, await lasting.extension()
    people, keys, caller = world.server.people, world.server.keys, world.caller(world.ada)

    await world.write(settings.save, people, keys, caller, extension, {"access_token": text, "quiet": kept})
    found = await world.read(settings.read, keys, extension)

    variable = environment(extension, found)[SETTINGS]
    await world.write(settings.save, people, keys, caller, extension, {"access_token": None, "quiet": None})
    assert json.loads(variable) == {"access_token": text, "quiet": kept}
    assert len(f"{SETTINGS}={variable}".encode()) < VARIABLE_MAX


async def test_a_sealed_value_opens_in_its_own_place_alone(world: World) -> None:
    keeper = await known(world)
    extension, keys = await keeper.extension(), world.server.keys
    await keeper.set(access_token=SECRET)

    await world.write(move, "access_token", "note")

    with pytest.raises(Exception, match="does not open"):
        await world.read(settings.read, keys, extension)


async def test_without_the_master_key_nothing_can_be_read(world: World) -> None:
    keeper = await known(world)
    extension = await keeper.extension()
    await keeper.set(access_token=SECRET)

    with pytest.raises(Exception, match="does not open"):
        await world.read(settings.read, Keys(bytes(32)), extension)


async def test_only_an_admin_sets_anything_up(lasting: Keeper) -> None:
    world, extension = lasting.world, await lasting.extension()
    people, keys, grace = world.server.people, world.server.keys, world.caller(world.grace)

    with pytest.raises(Forbidden, match="Only an admin"):
        await world.write(settings.save, people, keys, grace, extension, {"quiet": True})


async def is_set(keeper: Keeper, name: str) -> bool:
    return any(setting["is_set"] for setting in (await keeper.shown())["settings"] if setting["name"] == name)


def move(tx: Tx, name: str, other: str) -> None:
    tx.run(update(extension_settings).where(extension_settings.c.name == name).values(name=other))
