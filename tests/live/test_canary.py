"""A secret is used in every way there is; then it is nowhere, demo.json apart."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest
from msgspec import Struct
from tests.live.running import GRACE, Demo, running
from tests.live.traces import files, forms, found, processes
from tests.live.until import PATIENCE_S, until
from tests.live.visitor import JSON, Answer, Connected, Headers, Stream, Visitor, ask, call_gitlab, connect_gitlab

MARK: Final = "The canary sings at dawn"
"""Not a secret: where it should be found, the search finds it, so the search works."""
MASK: Final = "•••".encode()
"""What the last net before the log leaves of a secret that nobody above kept out."""
GOOD: Final = b'{"object_kind": "canary", "text": "' + MARK.encode() + b'"}'
"""A message, and an event of GitLab too."""
BODIES: Final = {GOOD: (200, 204), b'{"text": 5}': (200, 204, 400), b"{nonsense": (200, 204, 400), b"": (200, 204, 400)}


class Used(Struct, frozen=True):
    """A demo in which every secret was used, and what a person and a tool saw of it."""

    demo: Demo
    secrets: dict[str, str]
    printed: dict[str, str]
    """Those that the demo prints on purpose, for the person who started it."""
    shown: dict[str, bytes]


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Used]:
    with running(tmp_path_factory.mktemp("canary") / "demo", level="debug") as demo:
        grace = demo.sign_in(GRACE)
        stream = grace.watch()
        _lift_the_limit(demo)
        connected = _connect(demo, grace)
        _use_in_every_way(demo, connected)
        assert grace.post(f"/tokens/{connected.token_id}/revoke", None).status == 303
        _use_after_the_end(demo, connected)
        shown = _look_everywhere(demo, grace, stream)
        yield Used(demo, _secrets(grace, connected), _printed(demo), shown)
        if stream.is_open:
            demo.stop()
        stream.close()


def test_no_process_shows_a_secret(used: Used) -> None:
    started = list(processes())

    assert any(b"keypost_sdk" in content for _, content in started)
    assert any(str(used.demo.data).encode() in content for _, content in started)
    assert not found(used.secrets | used.printed, started)


def test_no_page_answer_or_stream_shows_a_secret(used: Used) -> None:
    assert {name for name, content in used.shown.items() if MARK.encode() in content} == {"chat", "read back", "stream"}
    assert not found(used.secrets | used.printed, used.shown.items())


def test_no_log_has_a_secret_not_even_masked(used: Used) -> None:
    server = used.demo.data / "keypost.log"
    (extension,) = (used.demo.data / "logs").glob("*/gitlab.log")

    logs = {path.name: path.read_bytes() for path in (server, extension)}

    assert b'"level": "debug"' in logs["keypost.log"]
    assert b"/api/v2/applications/{app}/incoming" in logs["keypost.log"]
    assert b"incoming handler" in logs["gitlab.log"]
    assert not [name for name, content in logs.items() if MASK in content]
    assert not found(used.secrets | used.printed, logs.items())


def test_the_terminal_shows_what_it_must_and_nothing_more(used: Used) -> None:
    output = used.demo.output

    assert all(secret in output for secret in used.printed.values())
    assert not found(used.secrets, [("the output", output.encode())])


def test_no_file_of_a_running_and_of_a_stopped_server_has_a_secret(used: Used) -> None:
    while_running = list(files(used.demo.data, but="demo.json"))
    used.demo.stop()
    afterwards = list(files(used.demo.data, but="demo.json"))

    assert {"keypost.db", "keypost.db-wal", "keypost.db-shm"} <= {name for name, _ in while_running}
    assert [name for name, content in afterwards if MARK.encode() in content] == ["keypost.db"]
    assert any(MARK.encode() in content for _, content in while_running)
    assert not found(used.secrets | used.printed, while_running)
    assert not found(used.secrets | used.printed, afterwards)


def test_the_search_knows_a_secret_in_every_form(tmp_path: Path) -> None:
    secret = "kpt_0123456789abcdefghijABCDEFGHIJ0123456789abcdefghijklm"
    (tmp_path / "deep").mkdir()
    for number, text in enumerate(forms(secret).values()):
        (tmp_path / "deep" / str(number)).write_bytes(b"before " + text + b" after")

    places = {sentence.rpartition(" in ")[2] for sentence in found({"It": secret}, files(tmp_path, but="demo.json"))}

    assert places == {f"deep/{number}" for number in range(len(forms(secret)))}


def _lift_the_limit(demo: Demo) -> None:
    """More is sent than the budget of a token has."""
    headers = [("Authorization", f"Bearer {demo.facts.operator_token}")]
    answer = ask("PUT", f"{demo.facts.base_url}/api/v1/limits", b'{"posts_per_minute": 0}', headers)
    assert answer.status == 200, answer.text


def _connect(demo: Demo, grace: Visitor) -> Connected:
    assert call_gitlab(grace, demo.builds).status == 200
    message = until(lambda: demo.read(demo.builds), "the extension answers")[-1]
    return connect_gitlab(grace, demo.builds, message["id"])


def _use_in_every_way(demo: Demo, connected: Connected) -> None:
    """Every carrier on every route that takes it, under both addresses, with good and with useless bodies."""
    for carry in _carriers(connected.secret):
        for url in _addresses(demo, connected):
            for body, statuses in BODIES.items():
                answer = _send(url, body, *carry)
                assert answer.status in statuses, (url, carry, body, answer.text)
    _use_wrongly(demo, connected)


def _use_wrongly(demo: Demo, connected: Connected) -> None:
    """Where it is refused, and where it does not belong at all."""
    base, secret = demo.facts.base_url, connected.secret
    header, query = ("X-Keypost-Token", secret), f"zapikey={secret}"
    channel, *_, incoming = _addresses(demo, connected)
    refused = [
        _send(channel, GOOD, [header], query),
        _send(channel, GOOD, [header, header], ""),
        _send(channel, GOOD, [header, ("Authorization", f"Bearer {secret}")], ""),
        _send(channel, GOOD, [], f"{query}&{query}"),
        _send(channel, GOOD, [], query[:-1]),
        _send(channel.replace("builds", "nowhere"), GOOD, [], query),
        _send(f"{base}/company/1{urlsplit(channel).path}", GOOD, [header], ""),
        _send(incoming.replace("appkey=", "appkey=x"), GOOD, [], query),
        _send(f"{base}/api/v2/{secret}", GOOD, [], query),
        _send(f"{base}/chats/{demo.builds}/say", GOOD, [header], query),
        _send(f"{base}/tokens/{secret}/revoke", b"", [header], query),
        ask("GET", f"{channel}?{query}", headers=[header]),
        ask("GET", f"{base}/tokens?{query}", headers=[header]),
        ask("GET", f"{base}/sign-in/{secret}?{query}"),
        ask("GET", f"{base}/live?since={secret}&{query}", headers=[("Cookie", f"keypost-{demo.port}={secret}")]),
        ask("GET", f"{base}/api/v2/chats/{demo.builds}/messages", headers=[("Authorization", f"Bearer {secret}")]),
    ]
    assert [answer.status for answer in refused if not 400 <= answer.status < 500] == []
    assert not [answer.text for answer in refused if secret in answer.text]
    # GitLab has a field for a secret of its own; people paste into it, and send it beside the right header.
    beside = [header, ("X-Gitlab-Token", secret), ("Referer", f"{base}/?{query}")]
    assert _send(incoming, GOOD, beside, f"token={secret}").status in {200, 204}
    for line in (f"GET /?{query} HTTP/9.9", f"POST {secret} {query}", f"X-Keypost-Token: {secret}"):
        _send_raw(demo, f"{line}\r\n{header[0]}: {secret}\r\n\r\n".encode())


def _use_after_the_end(demo: Demo, connected: Connected) -> None:
    """So often that its address is slowed down in the end, which is an answer too."""
    for carry in _carriers(connected.secret):
        for url in _addresses(demo, connected):
            answer = _send(url, GOOD, *carry)
            assert answer.status in {401, 429}
            assert connected.secret not in answer.text


def _carriers(secret: str) -> list[tuple[Headers, str]]:
    """Headers and query of each way in which a secret can travel."""
    return [
        ([("X-Keypost-Token", secret)], ""),
        ([("Authorization", f"Zoho-zapikey {secret}")], ""),
        ([("Authorization", f"Bearer {secret}")], ""),
        ([], f"zapikey={secret}"),
        ([], f"authtoken={secret}"),
        ([], f"zapi%6bey={secret.replace('_', '%5F')}"),
    ]


def _addresses(demo: Demo, connected: Connected) -> list[str]:
    """Of the channel, the chat and the extension, each also in its company; the extension's as the dialog shows it."""
    base, company = demo.facts.base_url, f"{demo.facts.base_url}/company/{demo.facts.org_id}"
    posting = ["/api/v2/channelsbyname/builds/message", f"/api/v2/chats/{demo.builds}/message"]
    incoming = connected.address.replace(company, base)
    return [*(base + path for path in posting), *(company + path for path in posting), connected.address, incoming]


def _send(url: str, body: bytes, headers: Headers, query: str) -> Answer:
    joint = "&" if "?" in url else "?"
    return ask("POST", url + (joint + query if query else ""), body, [JSON, *headers])


def _send_raw(demo: Demo, request: bytes) -> None:
    """What is no HTTP; the server says so or hangs up."""
    with socket.create_connection(("127.0.0.1", demo.port), timeout=PATIENCE_S) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(4096):
            pass


def _look_everywhere(demo: Demo, grace: Visitor, stream: Stream) -> dict[str, bytes]:
    """What people and tools can see afterwards. The stream is read until it has come to the last message."""
    last = "The last message"
    assert grace.post(f"/chats/{demo.builds}/say", {"text": last}).status == 200
    until(lambda: last.encode() in stream.heard, "the stream comes to the last message")
    url = f"{demo.facts.base_url}/api/v2/chats/{demo.builds}/messages"
    return {
        "chat": grace.get(f"/chats/{demo.builds}").body,
        "tokens": grace.get("/tokens").body,
        "read back": ask("GET", url, headers=[("Authorization", f"Bearer {demo.facts.operator_token}")]).body,
        "stream": stream.heard,
    }


def _secrets(grace: Visitor, connected: Connected) -> dict[str, str]:
    dialog, look = connected.nonces
    return {
        "The token's secret": connected.secret,
        "The session": grace.session.partition("=")[2],
        "The dialog's nonce": dialog,
        "The nonce of the look": look,
    }


def _printed(demo: Demo) -> dict[str, str]:
    links = {f"The link of {person.name}": person.sign_in_url.rpartition("/")[2] for person in demo.facts.persons}
    return links | {"The demo's token": demo.facts.token}
