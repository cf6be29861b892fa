"""Whatever a third party sends to an extension or its bot arrives once, without a credential in it, or is refused."""

import re
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from tests.people import Tool
from tests.world import World

from keypost.db.tables import ingress
from keypost.db.tx import Tx
from keypost.log import mask

SECRET = "SECRET"
"""In the place of the tool's own secret, which is not known before the world is."""
TOKEN_LIKE = re.compile(r"kp[tx]_[0-9A-Za-z]{49}")
PRIVATE = {"authorization", "cookie", "proxy-authorization", "x-keypost-token", "appkey", "zapikey", "authtoken"}

HIDDEN = st.sampled_from([SECRET, f"a{SECRET}b", f"Bearer {SECRET}", f"{SECRET}{SECRET}"])
NAMES = st.sampled_from(["X-Event", "X-Secret", "Proxy-Authorization", "Cookie", "x-gitlab-token", "Referer", "x"])
VALUES = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=20) | HIDDEN
HEADERS = st.dictionaries(NAMES, VALUES, max_size=4)
PARAMS = st.dictionaries(st.text(max_size=8).filter(lambda name: name not in PRIVATE), st.text(max_size=12) | HIDDEN)
BODIES = st.binary(max_size=60) | st.binary(max_size=9).map(lambda body: body + SECRET.encode() + body)
METHODS = st.sampled_from(["GET", "POST", "PUT", "DELETE", "HEAD"])


@pytest.mark.parametrize("to_bot", [False, True], ids=["extension", "bot"])
@settings(max_examples=10)
@given(method=METHODS, headers=HEADERS, params=PARAMS, body=BODIES)
async def test_a_request_arrives_once_and_brings_no_credential(
    lasting_world: World, to_bot: bool, method: str, headers: dict[str, str], params: dict[str, str], body: bytes
) -> None:
    standup = await lasting_world.standing_tool()
    secret = standup.secret
    calls, rows = len(lasting_world.heard_by(standup.app)), await lasting_world.read(count)
    query = "".join(f"&{quote(name)}={quote(text.replace(SECRET, secret))}" for name, text in params.items())
    path = (standup.bot_path if to_bot else standup.incoming_path) + query
    sent = [(name, text.replace(SECRET, secret)) for name, text in headers.items()]
    whole = body.replace(SECRET.encode(), secret.encode())

    answer = await standup.send(method, path, whole, [*sent, ("X-Keypost-Token", secret)])

    arrived = lasting_world.heard_by(standup.app)[calls:]
    if "\x00" in "".join([*params, *params.values()]):
        assert (answer.status, arrived, await lasting_world.read(count)) == (400, [], rows)
        return
    assert answer.status in {200, 204}, answer.text  # 204: what the handler repeats of it cannot be shown.
    (call,) = arrived
    assert await lasting_world.read(count) == rows + 1
    assert holds_no_credential(standup, call)
    assert call["method"] == method
    assert call["body"] == mask(whole.decode(errors="replace"))
    assert call["params"] == {mask(name): mask(text.replace(SECRET, secret)) for name, text in params.items()}


def holds_no_credential(tool: Tool, call: dict[str, Any]) -> bool:
    names = {name.lower() for name in [*call["headers"], *call["params"]]}
    return tool.secret not in repr(call) and TOKEN_LIKE.search(repr(call)) is None and names.isdisjoint(PRIVATE)


def count(tx: Tx) -> int:
    return len(tx.all(select(ingress.c.id)))
