"""What the owner of a token chooses for it: asked in the dialog, sent with each call about the token, in bounds."""

from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.extensions.pressing import button, mine, press_of
from tests.messages.samples import json_values
from tests.people import Answer, Tool
from tests.world import World

from keypost.errors import Refusal
from keypost.extensions import token_settings
from keypost.extensions.manifest import Option, TokenRequest, TokenSetting
from keypost.extensions.model import App

OPTIONS: Final = (Option("push", "Pushes"), Option("issue", "Issues"), Option("wiki", "Wiki <pages>"))
LOUD: Final = TokenSetting(name="loud", title="Say everything", type="switch", default=False, description="Much.")
STYLE: Final = TokenSetting(name="style", title="Style", type="choice", default="issue", options=OPTIONS)
EVENTS: Final = TokenSetting(name="events", title="Events", type="choices", default=("wiki", "push"), options=OPTIONS)
DECLARED: Final = (LOUD, STYLE, EVENTS)
DEFAULTS: Final = {"loud": False, "style": "issue", "events": ["push", "wiki"]}
CHOSEN: Final = {"loud": True, "style": "wiki", "events": ["issue", "push"]}
TOKEN: Final = {"title": "Token", "input": {"type": "user_webhook_token"}}

values = st.sampled_from([option.value for option in OPTIONS])
good_choices = st.fixed_dictionaries(
    {}, optional={"loud": st.booleans(), "style": values, "events": st.lists(values, max_size=5)}
)
any_choices = st.dictionaries(st.one_of(st.sampled_from([*DEFAULTS]), st.text(max_size=5)), json_values, max_size=4)


@given(good_choices)
def test_what_was_chosen_holds_and_the_rest_is_the_default(chosen: dict[str, Any]) -> None:
    kept = token_settings.judge(DECLARED, chosen)

    held = token_settings.filled(DECLARED, kept)
    assert list(held) == ["loud", "style", "events"]
    for name, value in held.items():
        wanted = chosen.get(name, DEFAULTS[name])
        assert (set(value) if isinstance(value, list) else value) == (
            set(wanted) if isinstance(wanted, list) else wanted
        )
    assert all(kept[name] != DEFAULTS[name] for name in kept)


@given(st.one_of(good_choices, any_choices))
def test_whatever_is_kept_what_holds_can_be_chosen(stored: dict[str, Any]) -> None:
    """The extension may have changed its declaration since."""
    held = token_settings.filled(DECLARED, stored)

    assert token_settings.filled(DECLARED, token_settings.judge(DECLARED, held)) == held


@given(any_choices)
def test_a_choice_is_kept_or_refused_by_its_name_and_nothing_else(chosen: dict[str, Any]) -> None:
    outcome = judged(chosen)

    if isinstance(outcome, Refusal):
        assert (outcome.code, outcome.sentence[:8]) == ("invalid_inputs", "settings")
    else:
        assert outcome.keys() <= DEFAULTS.keys()


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ({"loud": "yes"}, "settings.loud is text; it must be true or false"),
        ({"loud": None}, "settings.loud is null; it must be true or false"),
        ({"loud": 1}, "settings.loud is a number; it must be true or false"),
        ({"style": "tags"}, 'settings.style has "tags", which is not one of its options'),
        ({"style": ["push"]}, "settings.style is a list; it must be one of its options"),
        ({"events": ["push", "tags"]}, 'settings.events has "tags", which is not one of its options'),
        ({"events": "push"}, "settings.events is text; it must be a list of its options"),
        ({"events": [["push"]]}, "settings.events has a list, which is not one of its options"),
        ({"other": True}, "settings.other is no setting of a token for this extension"),
        ({"a b": True}, 'settings["a b"] is no setting of a token for this extension'),
    ],
)
def test_a_choice_that_cannot_be_is_refused_by_its_name(chosen: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Refusal) as refused:
        token_settings.judge(DECLARED, chosen)

    assert refused.value.sentence == sentence


def test_a_changed_declaration_takes_along_whoever_chose_nothing() -> None:
    louder = TokenSetting(name="loud", title="Loud", type="switch", default=True)
    fewer = TokenSetting(name="events", title="Events", type="choices", default=(), options=OPTIONS[:1])
    kept = token_settings.judge(DECLARED, {"loud": False, "events": ["push", "issue"]})

    assert token_settings.filled((louder, fewer), kept) == {"loud": True, "events": ["push"]}
    assert token_settings.filled((TokenSetting(name="style", title="Now", type="switch", default=True),), CHOSEN) == {
        "style": True
    }


def judged(chosen: dict[str, Any]) -> dict[str, Any] | Refusal:
    try:
        return token_settings.judge(DECLARED, chosen)
    except Refusal as refusal:
        return refusal


@pytest.fixture
async def app(world: World) -> App:
    return await world.running_extension(token=TokenRequest(settings=DECLARED))


@pytest.fixture
async def tool(world: World, app: App) -> Tool:
    return await world.tool(app)


async def test_the_dialog_asks_for_them_with_the_defaults_chosen(world: World, tool: Tool) -> None:
    html = (await asked(world, tool)).json["html"]

    for said in ("Say everything", "Much.", "<legend", "Wiki &lt;pages&gt;"):
        assert said in html
    assert html.count("<fieldset") == 2 + 1  # The third asks whether to replace.
    assert [(value, f'value="{value}" checked' in html) for value in ("push", "wiki")] == [
        ("push", True),
        ("wiki", True),
    ]


async def test_what_is_chosen_reaches_the_function_and_every_event_of_the_token(
    world: World, app: App, tool: Tool
) -> None:
    dialog = await asked(world, tool)

    await world.ada.accept(dialog.nonce, settings=CHOSEN)
    minted = world.heard_by(app)[-1]
    path = minted["incoming_url"].removeprefix(world.base)
    await world.stranger.post(path, {"x": 1}, [("X-Keypost-Token", minted["secret"])])
    await tool.event({"x": 2})

    of_new, of_old = world.heard_by(app)[-2:]
    assert (await mine(world, world.ada))[0].settings == CHOSEN | {"events": ["push", "issue"]}
    assert minted["settings"] == of_new["settings"] == CHOSEN | {"events": ["push", "issue"]}
    assert of_old["settings"] == DEFAULTS


async def test_who_chooses_nothing_has_the_defaults(world: World, app: App, tool: Tool) -> None:
    dialog = await asked(world, tool)

    await world.ada.accept(dialog.nonce)

    assert (await mine(world, world.ada))[0].settings == {}
    assert world.heard_by(app)[-1]["settings"] == DEFAULTS


async def test_a_choice_out_of_bounds_mints_nothing_and_leaves_the_dialog_open(
    world: World, app: App, tool: Tool
) -> None:
    dialog = await asked(world, tool)

    refused = await world.ada.accept(dialog.nonce, settings={"events": ["tags"]})
    malformed = await world.ada.accept(dialog.nonce, settings=["events"])
    accepted = await world.ada.accept(dialog.nonce, settings={"events": []})

    assert [refused.refused_with, malformed.refused_with] == ["invalid_inputs", "invalid_inputs"]
    assert "settings.events" in refused.sentence
    assert accepted.status == 200
    assert [call["settings"]["events"] for call in world.heard_by(app)] == [[]]
    assert len(await mine(world, world.ada)) == 1 + 1  # The tool's.


async def asked(world: World, tool: Tool) -> Answer:
    return await press_of(world, world.ada, tool, button("authentication", TOKEN))
