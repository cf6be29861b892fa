"""From a typed command to a token in the extension's hands."""

from tests.extensions import answering
from tests.extensions.pressing import accepted, can_post, everything, mine, pressed
from tests.world import World

from keypost.chat.model import PartyKind
from keypost.clock import MINUTE_MS
from keypost.tokens import service as tokens


async def test_a_command_answers_in_the_chat_as_the_extension(world: World) -> None:
    app = await world.running_extension()
    await world.ada.sign_in()

    answer = await world.ada.say(world.id_of("#builds"), "/standup  tell")

    assert answer.json == {"kind": "posted"}
    (message,) = await world.messages_in("#builds")
    assert (message.sender.kind, message.sender.name) == (PartyKind.EXTENSION, "Standup")
    assert message.content.text == "Click on the token generation button below!"
    (call,) = world.heard_by(app)
    assert (call["arguments"], call["person"], call["chat"]) == ("tell", "ada@example.com", world.id_of("#builds"))


async def test_a_command_that_nobody_has_is_refused_with_those_that_are_there(world: World) -> None:
    await world.extension()
    await world.ada.sign_in()

    answer = await world.ada.say(world.id_of("#builds"), "/nothing")

    assert (answer.status, answer.refused_with) == (404, "command_not_found")
    assert "/standup" in answer.sentence
    assert await world.messages_in("#builds") == []


async def test_the_dialog_says_who_asks_and_what_for(world: World) -> None:
    await world.running_extension()

    dialog = await pressed(world, world.ada)

    assert dialog.json["kind"] == "dialog"
    html = dialog.json["html"]
    for fact in ("Connect standup", "It will post as you", "Standup", "Grace Hopper", "this server", "#builds"):
        assert fact in html
    assert await world.read(tokens.list_mine, world.caller(world.ada)) == []


async def test_accepting_mints_a_token_and_hands_its_secret_to_the_function(world: World) -> None:
    app = await world.running_extension()

    done = await accepted(world, world.ada)

    assert done.json["kind"] == "done"
    assert "Standup is connected" in done.json["html"]
    (token,) = await world.read(tokens.list_mine, world.caller(world.ada))
    call = world.heard_by(app)[-1]
    assert (call["name"], call["key"], call["token"]) == ("authentication", "k1", f"tok_{token.id}")
    assert call["incoming_url"].startswith(f"{world.base}/company/{world.org_id}/api/v2/applications/{app.id}/incoming")
    assert call["secret"] not in done.text
    assert await can_post(world, call["secret"])
    assert token.origin is not None
    assert (token.origin.chat_id, token.origin.button) == (world.chat("#builds").id, "buttons[0]")


async def test_a_new_token_can_be_looked_at_once_by_its_owner(world: World) -> None:
    app = await world.running_extension()
    done = await accepted(world, world.ada)
    await world.grace.sign_in()

    by_another = await world.grace.reveal(done.nonce)
    shown = await world.ada.reveal(done.nonce)
    again = await world.ada.reveal(done.nonce)

    assert by_another.refused_with == "reveal_over"
    assert world.heard_by(app)[-1]["secret"] in shown.json["html"]
    assert shown.headers["Cache-Control"] == "no-store"
    assert again.refused_with == "reveal_over"


async def test_the_dialog_says_that_a_step_is_left_if_the_extension_says_so(world: World) -> None:
    tool = await world.tool(await world.running_extension())

    paste = await answering.accepted(world, tool, {"text": "Paste `it`", "view": "ephemeral", "by_hand": True})
    done = await answering.accepted(world, tool, {"text": "Connected", "view": "ephemeral"})

    step, pasted = "one step is left", paste.json["html"]
    assert (step in pasted, step in done.json["html"]) == (True, False)
    assert "<code>it</code>" in pasted
    assert (await world.ada.reveal(paste.nonce)).status == 200


async def test_the_look_at_a_new_token_is_over_after_five_minutes(world: World) -> None:
    await world.running_extension()
    done = await accepted(world, world.ada)
    world.clock.move(5 * MINUTE_MS)

    assert (await world.ada.reveal(done.nonce)).refused_with == "reveal_over"


async def test_a_dialog_is_answered_once(world: World) -> None:
    await world.running_extension()
    dialog = await pressed(world, world.ada)

    first, second = await world.ada.accept(dialog.nonce), await world.ada.accept(dialog.nonce)

    assert first.status == 200
    assert (second.status, second.refused_with) == (409, "dialog_over")
    assert len(await world.read(tokens.list_mine, world.caller(world.ada))) == 1


async def test_a_dialog_is_answered_by_the_one_who_was_asked(world: World) -> None:
    await world.running_extension()
    dialog = await pressed(world, world.ada)
    await world.grace.sign_in()

    answer = await world.grace.accept(dialog.nonce)

    assert answer.refused_with == "dialog_over"
    assert (await world.ada.accept(dialog.nonce)).status == 200


async def test_a_dialog_is_too_old_after_ten_minutes(world: World) -> None:
    await world.running_extension()
    dialog = await pressed(world, world.ada)
    world.clock.move(10 * MINUTE_MS)

    assert (await world.ada.accept(dialog.nonce)).refused_with == "dialog_over"


async def test_who_has_a_token_may_replace_it_or_add_one(world: World) -> None:
    await world.running_extension()
    await accepted(world, world.ada)

    dialog = await pressed(world, world.ada)
    assert 'value="replace"' in dialog.json["html"]
    await world.ada.accept(dialog.nonce, "replace")
    newest, replaced = await world.read(tokens.list_mine, world.caller(world.ada))
    added = await pressed(world, world.ada)
    await world.ada.accept(added.nonce, "add")

    assert replaced.expires_at == world.clock.now + tokens.REPLACED_LIFE_MS
    assert newest.expires_at is None
    assert len(await world.read(tokens.list_live, world.caller(world.ada), newest.app_id)) == 2


async def test_a_function_that_fails_leaves_no_token(world: World) -> None:
    app = await world.running_extension()

    done = await accepted(world, world.ada, "fail")

    assert "could not do that" in done.json["html"]
    assert "data-reveal" not in done.json["html"]
    (token,) = await world.read(tokens.list_mine, world.caller(world.ada))
    assert token.revoked_at is not None
    assert not await can_post(world, world.heard_by(app)[-1]["secret"])


async def test_a_function_that_fails_does_not_end_the_token_it_should_have_replaced(world: World) -> None:
    await world.running_extension()
    await accepted(world, world.ada)
    dialog = await pressed(world, world.ada, "fail")

    await world.ada.accept(dialog.nonce, "replace")

    (live,) = [token for token in await mine(world, world.ada) if token.revoked_at is None]
    assert live.expires_at is None


async def test_an_answer_with_the_secret_is_shown_once_and_never_stored(world: World) -> None:
    app = await world.running_extension()

    done = await accepted(world, world.ada, "tell")

    secret = world.heard_by(app)[-1]["secret"]
    assert secret in done.json["html"]
    assert "Only you can see this" in done.json["html"]
    assert len(await world.messages_in("#builds")) == 1  # The button's own message.
    assert secret[4:] not in repr(await world.read(everything))


async def test_an_answer_without_the_secret_goes_to_everybody(world: World) -> None:
    await world.running_extension()

    await accepted(world, world.ada, "cheer")

    assert (await world.texts_in("#builds"))[-1] == "Hooray!"
