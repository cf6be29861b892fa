import gzip
import http.client
import json
import signal
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from sdk_world import CANARY, PATIENCE_S, Program, click, command, incoming, now_ms, sign

from keypost_sdk.server import BODY_MAX

MINUTE_MS = 60_000


def test_a_signed_call_is_answered(probe: Program) -> None:
    answer = probe.call(command("hello", "größe 👋"))

    assert (answer.status, answer.body) == (200, {"output": {"text": "Hello, Ada: größe 👋"}})


def test_a_call_without_a_signature_is_refused(probe: Program) -> None:
    answer = probe.send(command("hello"), {})

    assert (answer.status, answer.body["code"]) == (401, "invalid_signature")


def test_a_signature_of_other_bytes_is_refused(probe: Program, private_key: RSAPrivateKey) -> None:
    answer = probe.send(command("hello", "b"), {"X-Cliq-Signature": sign(private_key, command("hello", "a"))})

    assert (answer.status, answer.body["code"]) == (401, "invalid_signature")


def test_two_signatures_are_refused_even_if_both_are_right(probe: Program, private_key: RSAPrivateKey) -> None:
    body = command("hello")
    connection = http.client.HTTPConnection("127.0.0.1", probe.port, timeout=PATIENCE_S)
    connection.putrequest("POST", "/")
    for _ in range(2):
        connection.putheader("X-Cliq-Signature", sign(private_key, body))
    connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)

    assert connection.getresponse().status == 401
    connection.close()


def test_the_signature_is_looked_at_before_the_call(probe: Program) -> None:
    assert probe.send(b"not json", {"X-Cliq-Signature": "AAAA"}).status == 401


@pytest.mark.parametrize("off_ms", [-6 * MINUTE_MS, 6 * MINUTE_MS])
def test_an_old_or_early_call_is_refused(probe: Program, off_ms: int) -> None:
    answer = probe.call(command("hello", timestamp=now_ms() + off_ms))

    assert (answer.status, answer.body["code"]) == (401, "stale_call")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (command("nothing"), 404, "no_handler"),
        (click("hello"), 404, "no_handler"),
        (b'{"timestamp":%d}' % now_ms(), 400, "invalid_call"),
    ],
)
def test_a_call_that_nobody_handles_gets_a_sentence(probe: Program, body: bytes, status: int, code: str) -> None:
    answer = probe.call(body)

    assert (answer.status, answer.body["code"]) == (status, code)
    assert answer.body["message"].endswith(".")


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/"), ("PUT", "/"), ("HEAD", "/"), ("POST", "/x"), ("POST", "/?a=b"), ("POST", "//")]
)
def test_there_is_one_address_and_one_method(
    probe: Program, private_key: RSAPrivateKey, method: str, path: str
) -> None:
    body = command("hello")

    assert probe.send(body, {"X-Cliq-Signature": sign(private_key, body)}, method, path).status == 405


def test_a_body_of_the_most_bytes_is_read(probe: Program) -> None:
    body = incoming("", {}, {})
    padding = BODY_MAX - len(body)

    answer = probe.call(incoming("x" * padding, {}, {}))

    assert answer.body == {"output": {"method": "POST", "event": "", "query": {}, "size": padding}}


def test_a_byte_more_is_refused(probe: Program) -> None:
    answer = probe.call(b" " * (BODY_MAX + 1))

    assert (answer.status, answer.body["code"]) == (413, "body_too_large")


def test_a_packed_body_is_not_unpacked_before_it_is_checked(probe: Program, private_key: RSAPrivateKey) -> None:
    body = command("hello")
    headers = {"Content-Encoding": "gzip", "X-Cliq-Signature": sign(private_key, body)}

    assert probe.send(gzip.compress(body), headers).status == 401


def test_a_refusal_has_a_status_of_its_own_and_its_sentence(program: Program) -> None:
    answer = program.call(incoming(CANARY, {"X-Event": "unknown"}, {}))

    assert (answer.status, answer.body) == (422, {"code": "refused", "message": "This is not from your tool."})
    assert {"incoming handler"} == {line["handler"] for line in program.log_lines() if "handler" in line}
    assert CANARY not in program.log()


def test_a_failure_shows_a_reference_that_the_log_knows_and_nothing_else(program: Program) -> None:
    answer = program.call(click("broken"))

    assert answer.status == 500
    assert answer.body == {
        "message": "The extension failed.",
        "code": "handler_failed",
        "reference": answer.body["reference"],
    }
    [line] = [line for line in program.log_lines() if line.get("reference") == answer.body["reference"]]
    assert line["error"] == "ValueError from KeyError"
    assert line["at"][-1].startswith("extension.py:")
    assert line["at"][-1].endswith(" broken")


def test_an_answer_that_does_not_fit_is_explained_in_the_log(program: Program) -> None:
    assert program.call(command("misfit")).status == 500

    [line] = [line for line in program.log_lines() if line["event"] == "failed"]
    assert "length <= 20" in line["why"]


def test_after_a_failure_the_extension_still_answers(program: Program) -> None:
    assert program.call(click("broken")).status == 500
    assert program.call(command("hello")).status == 200


def test_a_secret_is_never_in_the_log(program: Program, private_key: RSAPrivateKey) -> None:
    for body in (click("connect"), click("broken"), click("careless"), click("nowhere"), click("connect")[:-1]):
        program.call(body)
    body = incoming(CANARY, {"X-Keypost-Token": CANARY}, {"zapikey": CANARY})
    program.call(body)
    program.send(body, {"X-Cliq-Signature": CANARY, "Authorization": CANARY})
    program.send(body, {"X-Cliq-Signature": sign(private_key, body)}, "POST", f"/{CANARY}?zapikey={CANARY}")
    _send_raw(program, f"POST / HTTP/1.1\r\nBad Header {CANARY}\r\n\r\n")
    _send_raw(program, f"{CANARY}\r\n\r\n")
    program.signal(signal.SIGTERM)
    assert program.ends()

    log = program.log()

    assert '"handler": "function connect"' in log
    assert "Secret(•••)" in log
    assert CANARY not in log


def test_every_line_of_the_log_is_json_and_says_when_and_what(program: Program) -> None:
    for body in (command("hello"), click("broken"), command("nothing")):
        program.call(body)

    for line in program.log_lines():
        assert {"time", "level", "logger", "event"} <= line.keys()


def test_when_its_parent_dies_it_ends(program: Program) -> None:
    assert program.call(command("hello")).status == 200

    program.parent_dies()

    assert program.ends()


@pytest.mark.parametrize("handler", ["stuck", "blocking"])
@pytest.mark.parametrize("way", ["parent", "SIGTERM", "SIGINT"])
def test_it_ends_also_while_a_handler_hangs(program: Program, handler: str, way: str) -> None:
    assert program.call(command("hello")).status == 200
    with program.call_without_waiting(command(handler)):
        program.send(b"", {}) if handler == "stuck" else _unanswered(program)

        program.parent_dies() if way == "parent" else program.signal(signal.Signals[way])

        assert program.ends()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_end_it_ends_as_a_success(program: Program, number: signal.Signals) -> None:
    assert program.call(command("hello")).status == 200

    program.signal(number)

    assert program.ends()
    assert program.process.returncode == 0


def _unanswered(program: Program) -> Any:
    """The loop hangs once a plain request gets no answer within a moment."""
    connection = http.client.HTTPConnection("127.0.0.1", program.port, timeout=0.5)
    try:
        connection.request("GET", "/")
        with pytest.raises(TimeoutError):
            connection.getresponse()
    finally:
        connection.close()


def _send_raw(program: Program, text: str) -> None:
    with program.call_without_waiting(command("hello")) as connection:
        assert json.loads(connection.recv(65_536).partition(b"\r\n\r\n")[2])
        connection.sendall(text.encode())
        connection.recv(65_536)
