import json
import pickle
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sdk_world import CANARY, call, click, command, incoming

from keypost_sdk import ButtonCall, CommandCall, IncomingCall, Secret
from keypost_sdk.calls import Call, read
from keypost_sdk.errors import CallRefused, MalformedCall, NoHandler

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


def test_an_incoming_call_has_the_raw_body_and_headers_of_any_case() -> None:
    found = read(incoming('{"a": 1}\n', {"x-gitlab-EVENT": "Push Hook"}, {"project": "7"}))

    assert isinstance(found, IncomingCall)
    assert (found.body, found.query, found.http_method) == ('{"a": 1}\n', {"project": "7"}, "POST")
    assert found.header("X-Gitlab-Event") == "Push Hook"
    assert found.header("X-Gitlab-Token") == ""


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
    for place in (more, more["handler"], more["params"], more["params"]["user"], more["params"]["arguments"]):
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
