import json
import pickle
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sdk_world import CANARY, bot_incoming, call, click, command, incoming

from keypost_sdk import ButtonCall, CommandCall, IncomingCall, InstallationCall, Secret, TokenEndedCall
from keypost_sdk.calls import Call
from keypost_sdk.errors import CallRefused, MalformedCall, NoHandler
from keypost_sdk.reading import read

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def test_a_command_says_who_typed_what_and_where() -> None:
    found = read(command("gitlab", "help me"))

    assert isinstance(found, CommandCall)
    assert (found.name, found.arguments) == ("gitlab", "help me")
    assert (found.user.first_name, found.user.admin, found.chat.id) == ("Ada", True, "CT_1")
    assert found.access.organization.id == "5"
    assert found.environment.base_url == "https://keypost.example/company/5"


def test_a_click_carries_the_button_and_the_token() -> None:
    found = read(click("authentication", response_url="https://keypost.example/v2/extensions/7/responses/1"))

    assert isinstance(found, ButtonCall)
    assert (found.target.label, found.target.type, found.arguments.key) == ("Create Webhook", "+", "k1")
    assert found.secret is not None
    assert found.secret.reveal() == CANARY
    assert found.token is not None
    assert (found.token.id, found.token.header) == ("tok_1", "X-Keypost-Token")
    assert found.response_url.endswith("/responses/1")


def test_a_click_without_a_token_has_no_secret() -> None:
    found = read(call("function", "button_handler", {"arguments": {}}, name="ask"))

    assert isinstance(found, ButtonCall)
    assert found.secret is None


def test_what_is_typed_is_no_token_and_a_token_is_not_typed() -> None:
    written = read(call("function", "button_handler", {"arguments": {"key": "k", "input": "all good"}}, name="ask"))
    minted = read(click("authentication"))

    assert isinstance(written, ButtonCall)
    assert isinstance(minted, ButtonCall)
    assert (written.secret, written.typed) == (None, "all good")
    assert (minted.secret is not None, minted.typed) == (True, "")


def test_a_buttons_own_arguments_are_apart_from_what_the_server_adds() -> None:
    arguments = {"key": "k", "input": "x", "project": 7, "more": [1], "deep": {"a": None}}

    found = read(call("function", "button_handler", {"arguments": arguments}, name="ask"))

    assert isinstance(found, ButtonCall)
    assert found.arguments.key == "k"
    assert found.arguments.more == {"project": 7, "more": [1], "deep": {"a": None}}


def test_a_token_says_what_its_owner_chose_and_which_ones_it_replaces() -> None:
    body = json.loads(click("authentication"))
    body["params"]["token"] |= {"settings": {"events": ["push"], "quiet": True}, "replaces": ["tok_8", "tok_9"]}

    found = read(json.dumps(body).encode())

    assert found.token is not None
    assert found.token.settings == {"events": ["push"], "quiet": True}
    assert found.token.replaces == ("tok_8", "tok_9")


def test_the_end_of_a_token_says_why_and_what_it_served() -> None:
    serves = [{"name": "analytical/engine", "address": "https://gitlab.keypost.example/analytical/engine"}]
    params = {"token": {"id": "tok_1"}, "serves": serves, "reason": "revoked by its owner", "ended_at": 1700000000000}

    found = read(call("extension", "token_ended_handler", params))

    assert isinstance(found, TokenEndedCall)
    assert (found.token.id, found.reason, found.ended_at) == ("tok_1", "revoked by its owner", 1_700_000_000_000)
    assert [served.name for served in found.serves] == ["analytical/engine"]


@pytest.mark.parametrize("handler", ["installation_validator", "installation_handler", "uninstallation_handler"])
def test_a_change_of_the_installation_says_which(handler: str) -> None:
    app_info = {"current_version": "1.5", "existing_version": "1.3", "type": "upgrade"}

    found = read(call("extension", handler, {"app_info": app_info, "form": {}, "authtoken": ""}))

    assert isinstance(found, InstallationCall)
    assert (found.handler, found.user.admin) == (handler, True)
    assert (found.app_info.current_version, found.app_info.existing_version) == ("1.5", "1.3")


def test_what_nobody_agreed_to_is_empty() -> None:
    body = json.loads(command("hello"))
    for personal in ("user", "chat"):
        del body["params"][personal]

    found = read(json.dumps(body).encode())

    assert (found.user.email, found.chat.id, found.access.user_id) == ("", "", "11")


def test_an_incoming_call_has_the_raw_body_and_headers_of_any_case() -> None:
    found = read(incoming('{"a": 1}\n', {"x-gitlab-EVENT": "Push Hook"}, {"project": "7"}))

    assert isinstance(found, IncomingCall)
    assert (found.body, found.query, found.http_method) == ('{"a": 1}\n', {"project": "7"}, "POST")
    assert found.header("X-Gitlab-Event") == "Push Hook"
    assert found.header("X-Gitlab-Token") == ""


def test_an_incoming_call_of_a_bot_names_it_and_can_be_answered_late() -> None:
    found = read(bot_incoming("on fire", response_url="https://keypost.example/1"))

    assert isinstance(found, IncomingCall)
    assert (found.bot, found.body, found.http_method, found.name) == ("probe", "on fire", "GET", "")
    assert (found.response_url, found.token) == ("https://keypost.example/1", None)


@pytest.mark.parametrize("shown", [repr, str, "{}".format, "%s".__mod__, lambda found: repr([found])])
def test_a_secret_shows_itself_as_dots(shown: Any) -> None:
    found = read(click("authentication"))
    assert isinstance(found, ButtonCall)

    assert CANARY not in shown(found)
    assert "Secret(•••)" in shown(found)
    assert CANARY not in shown(found.secret)


def test_a_secret_is_not_written_anywhere() -> None:
    for write in (pickle.dumps, msgspec.json.encode, json.dumps):
        with pytest.raises(TypeError) as caught:
            write(Secret(CANARY))
        assert CANARY not in str(caught.value)


@settings(deadline=None)
@given(extra=st.dictionaries(st.text(min_size=1), json_values, max_size=5))
def test_members_that_we_do_not_know_change_nothing(extra: dict[str, Any]) -> None:
    body = json.loads(click("authentication"))
    more = json.loads(json.dumps(body))
    for place in (more, more["handler"], more["params"], more["params"]["user"], more["params"]["token"]):
        for key, value in extra.items():
            place.setdefault(f"new_{key}", value)

    assert _comparable(read(json.dumps(more).encode())) == _comparable(read(json.dumps(body).encode()))


@settings(deadline=None)
@given(st.binary(max_size=200) | json_values.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_a_call_or_are_refused(body: bytes) -> None:
    with pytest.raises(CallRefused):
        read(body)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["user", "chat", "arguments", "token", "message"]), json_values, min_size=1))
def test_any_params_are_read_or_refused_without_being_quoted(params: dict[str, Any]) -> None:
    body = json.loads(click("authentication"))
    body["params"] |= params

    try:
        read(json.dumps(body).encode())
    except MalformedCall as refusal:
        assert refusal.sentence == "The call cannot be read: ValidationError."  # noqa: PT017 - refusing is one of two


def test_a_deep_body_is_refused() -> None:
    with pytest.raises(MalformedCall):
        read(b'{"params":' + b"[" * 100_000)


def test_a_kind_of_call_that_this_version_does_not_know_is_named() -> None:
    with pytest.raises(NoHandler) as caught:
        read(call("bot", "message_handler", {}))

    assert "'bot' with handler 'message_handler'" in caught.value.sentence


def _comparable(found: Call) -> Any:
    return repr(found)
