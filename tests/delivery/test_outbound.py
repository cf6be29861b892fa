import asyncio
import base64
import gzip
import ssl
import tracemalloc
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from tests.delivery.receiver import Behaviour, Receiver, answers, drips, http, repeats, resets_after, says_nothing

from keypost.delivery.answer import Answered, Failed, FailureKind
from keypost.delivery.canonical import canonical
from keypost.delivery.outbound import ANSWER_MAX, Outbound
from keypost.delivery.signing import sign

GOOD = http(b'{"output":""}')
HEAD = b"HTTP/1.1 200 OK\r\n"
ENDLESS = HEAD + b"Connection: close\r\n\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
MIB = 1024 * 1024
SECRET = "kpt_secret_in_body"


def self_signed(key: RSAPrivateKey, folder: Path) -> ssl.SSLContext:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, SHA256())
    )
    path = folder / "server.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + certificate.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


async def outcome_of(behaviour: Behaviour, outbound: Outbound) -> Answered | Failed:
    async with Receiver(behaviour) as receiver:
        return await outbound.call(receiver.url, SECRET.encode(), SECRET, local=receiver.local)


async def failure_of(behaviour: Behaviour, outbound: Outbound) -> FailureKind:
    outcome = await outcome_of(behaviour, outbound)

    assert isinstance(outcome, Failed)
    assert SECRET not in repr(outcome)
    assert "127.0.0.1" not in repr(outcome)
    return outcome.kind


@pytest.fixture
async def hasty() -> AsyncIterator[Outbound]:
    async with Outbound(deadline=timedelta(seconds=0.2)) as outbound:
        yield outbound


async def test_a_call_is_one_signed_post_and_its_output_comes_back(outbound: Outbound, key: RSAPrivateKey) -> None:
    body = canonical({"name": "authentication", "params": {"é": 1.0}})
    async with Receiver(answers(http(b'{"output":{"text":"Done"}}'))) as receiver:
        outcome = await outbound.call(f"{receiver.url}a%2Fb?c=%20", body, sign(key, body), local=receiver.local)

    assert outcome == Answered({"text": "Done"})
    [request] = receiver.requests
    assert request.line == "POST /a%2Fb?c=%20 HTTP/1.1"
    assert request.body == body
    signature = base64.b64decode(request.headers["x-cliq-signature"])
    key.public_key().verify(signature, request.body, PKCS1v15(), SHA256())


async def test_a_call_carries_only_the_headers_it_needs(outbound: Outbound) -> None:
    async with Receiver(answers(GOOD)) as receiver:
        await outbound.call(receiver.url, b"{}", "signature", local=receiver.local)

    assert receiver.requests[0].headers == {
        "host": f"127.0.0.1:{receiver.port}",
        "content-type": "application/json",
        "content-length": "2",
        "connection": "close",
        "accept": "application/json",
        "accept-encoding": "identity",
        "user-agent": "Keypost",
        "x-cliq-signature": "signature",
    }


async def test_an_extension_on_the_other_loopback_is_called_too(outbound: Outbound) -> None:
    async with Receiver(answers(GOOD), host="::1") as receiver:
        assert await outbound.call(receiver.url, b"{}", "signature", local=receiver.local) == Answered("")


async def test_loopback_is_refused_to_whoever_was_not_given_it(outbound: Outbound) -> None:
    async with Receiver(answers(GOOD)) as receiver:
        outcomes = [
            await outbound.call(receiver.url, b"{}", "signature"),
            await outbound.call(receiver.url, b"{}", "signature", local=frozenset({("127.0.0.1", receiver.port + 1)})),
            await outbound.call(f"https://127.0.0.1:{receiver.port}/", b"{}", "signature"),
        ]

    assert [isinstance(outcome, Failed) and outcome.kind for outcome in outcomes] == ["refused_target"] * 3
    assert receiver.requests == []


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
async def test_a_redirect_is_a_failure_and_nobody_else_is_called(outbound: Outbound, status: str) -> None:
    async with Receiver(answers(GOOD)) as other:
        moved = http(b'{"output":""}', status=status, headers=(f"Location: {other.url}",))

        assert await failure_of(answers(moved), outbound) == "status"

    assert other.requests == []


@pytest.mark.parametrize("status", ["201 Created", "204 No Content", "400 Bad Request", "410 Gone", "500 Oops"])
async def test_any_status_but_200_is_a_failure(outbound: Outbound, status: str) -> None:
    outcome = await outcome_of(answers(http(b"", status=status)), outbound)

    assert isinstance(outcome, Failed)
    assert (outcome.kind, outcome.status) == ("status", int(status[:3]))


async def test_a_handler_that_refuses_is_told_apart_from_one_that_breaks(outbound: Outbound) -> None:
    said = http(b'{"code":"refused","message":"Not for me."}', status="422 Unprocessable")
    other = http(b'{"detail":"field required"}', status="422 Unprocessable")

    outcomes = [await outcome_of(answers(response), outbound) for response in (said, other)]

    refused, broken = [outcome for outcome in outcomes if isinstance(outcome, Failed)]
    assert (refused.kind, refused.detail, refused.worth_retrying) == ("refused", "Not for me.", False)
    assert (broken.kind, broken.status, broken.worth_retrying) == ("status", 422, False)


async def test_a_refusal_may_have_one_mebibyte_and_no_more(outbound: Outbound) -> None:
    endless = http(b" " * (ANSWER_MAX + 1), status="422 Unprocessable")

    assert await failure_of(answers(endless), outbound) == "too_large"


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [("120", 120), ("0", 0), ("-5", 0), ("1e9", 0), ("٣", 0), ("9" * 10, 0), ("9" * 40, 0), ("tomorrow", 0)],
)
async def test_a_receiver_may_ask_for_patience_in_seconds(outbound: Outbound, asked: str, seconds: int) -> None:
    busy = http(b"", status="503 Busy", headers=(f"Retry-After: {asked}",))

    outcome = await outcome_of(answers(busy), outbound)

    assert isinstance(outcome, Failed)
    assert outcome.retry_after == timedelta(seconds=seconds)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "identity", "x"])
async def test_an_encoded_answer_is_a_failure_and_is_not_unpacked(outbound: Outbound, encoding: str) -> None:
    packed = gzip.compress(b'{"output":"' + b"a" * MIB + b'"}')

    for body in (packed, b'{"output":""}'):
        answer = http(body, headers=(f"Content-Encoding: {encoding}",))
        assert await failure_of(answers(answer), outbound) == "not_json"


async def test_a_receiver_that_says_nothing_holds_up_no_other(outbound: Outbound) -> None:
    async with Receiver(says_nothing) as stuck, Receiver(answers(GOOD)) as other:
        calls = [outbound.call(stuck.url, b"{}", "signature", local=stuck.local) for _ in range(2)]
        waiting = [asyncio.create_task(call) for call in calls]
        await asyncio.wait(waiting, timeout=0)
        outcome = await outbound.call(other.url, b"{}", "signature", local=other.local)
        for task in waiting:
            task.cancel()
        await asyncio.wait(waiting)

    assert outcome == Answered("")


async def test_a_cookie_is_not_brought_back(outbound: Outbound) -> None:
    cookie = http(b'{"output":""}', headers=("Set-Cookie: a=b; Path=/",))
    async with Receiver(answers(cookie)) as receiver:
        for _ in range(2):
            await outbound.call(receiver.url, b"{}", "signature", local=receiver.local)

    assert ["cookie" in request.headers for request in receiver.requests] == [False, False]


async def test_a_proxy_in_the_environment_is_not_used(outbound: Outbound, monkeypatch: pytest.MonkeyPatch) -> None:
    async with Receiver(answers(GOOD)) as proxy, Receiver(answers(GOOD)) as receiver:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)

        assert await outbound.call(receiver.url, b"{}", "signature", local=receiver.local) == Answered("")

    assert proxy.requests == []


@pytest.mark.parametrize(
    "response",
    [http(b"<html>"), http(b""), http(b"{}"), http(b'{"output":' + b"[" * 40 + b"]" * 40 + b"}"), http(b"[" * 900_000)],
)
async def test_an_answer_that_is_not_shallow_json_with_an_output_is_a_failure(
    outbound: Outbound, response: bytes
) -> None:
    assert await failure_of(answers(response), outbound) == "not_json"


@pytest.mark.parametrize(
    "behaviour",
    [
        answers(b""),
        answers(HEAD),
        answers(HEAD + b'Content-Length: 100\r\n\r\n{"output":""}'),
        answers(CHUNKED + b'd\r\n{"output":""}'),
        answers(b"SSH-2.0-OpenSSH_9.2\r\n"),
        answers(b"\x16\x03\x01\x02\x00\x01\x00"),
        answers(HEAD + b"Content-Length: -1\r\n\r\n"),
        answers(HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n{}"),
        answers(CHUNKED + b"zz\r\n"),
        answers(HEAD + b"X: " + b"a" * 100_000 + b"\r\n\r\n"),
        repeats(HEAD, b"X-Many: " + b"a" * 1000 + b"\r\n", times=10_000),
        resets_after(b""),
        resets_after(HEAD + b'Content-Length: 100\r\n\r\n{"output":'),
    ],
    ids=["closes", "closes in the headers", "closes in the body", "closes in a chunk", "ssh", "tls", "negative length",
         "two lengths", "bad chunk", "long header", "endless headers", "resets", "resets in the body"],
)  # fmt: skip
async def test_a_broken_connection_or_broken_http_is_a_failure(outbound: Outbound, behaviour: Behaviour) -> None:
    assert await failure_of(behaviour, outbound) == "unreachable"


async def test_a_port_where_nobody_listens_is_a_failure(outbound: Outbound) -> None:
    async with Receiver(says_nothing) as receiver:
        url, local = receiver.url, receiver.local

    outcome = await outbound.call(url, b"{}", "signature", local=local)

    assert isinstance(outcome, Failed)
    assert outcome.kind == "unreachable"


@pytest.mark.parametrize(
    "behaviour",
    [
        says_nothing,
        drips(b"HTTP/1.1 200 ", b"O"),
        drips(HEAD, b"X: y\r\n"),
        drips(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        drips(ENDLESS, b" "),
        drips(CHUNKED, b"1\r\n \r\n"),
    ],
    ids=["silence", "drips a status", "drips headers", "drips promises", "drips a body", "drips chunks"],
)
async def test_a_slow_receiver_is_left_at_the_deadline(hasty: Outbound, behaviour: Behaviour) -> None:
    assert await failure_of(behaviour, hasty) == "timeout"


@pytest.mark.parametrize("size", [ANSWER_MAX - 1, ANSWER_MAX, ANSWER_MAX + 1])
async def test_an_answer_may_have_one_mebibyte_and_no_more(outbound: Outbound, size: int) -> None:
    body = b'{"output":"' + b"a" * (size - 13) + b'"}'

    outcome = await outcome_of(answers(http(body)), outbound)

    assert len(body) == size
    if size <= ANSWER_MAX:
        assert isinstance(outcome, Answered)
    else:
        assert isinstance(outcome, Failed)
        assert outcome.kind == "too_large"


@pytest.mark.parametrize(
    "beginning", [ENDLESS, HEAD + b"Content-Length: 10485760\r\n\r\n"], ids=["no length", "length"]
)
async def test_ten_mebibytes_are_left_where_they_are(outbound: Outbound, beginning: bytes) -> None:
    flood = repeats(beginning, b"a" * (64 * 1024), times=160)
    tracemalloc.start()
    try:
        kind = await failure_of(flood, outbound)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert kind == "too_large"
    assert peak < 5 * MIB


async def test_a_large_body_that_nobody_reads_ends_at_the_deadline(hasty: Outbound) -> None:
    left = asyncio.Event()

    async def never_reads(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await left.wait()
        writer.close()

    async with await asyncio.start_server(never_reads, "127.0.0.1", 0, limit=1024) as server:
        host, port = server.sockets[0].getsockname()
        outcome = await hasty.call(f"http://{host}:{port}/", b"a" * 32 * MIB, "", local=frozenset({(host, port)}))
        left.set()

    assert isinstance(outcome, Failed)
    assert outcome.kind == "timeout"


async def test_a_large_body_that_is_read_arrives_whole(outbound: Outbound) -> None:
    async with Receiver(answers(GOOD)) as receiver:
        assert await outbound.call(receiver.url, b"a" * 8 * MIB, "", local=receiver.local) == Answered("")

    assert receiver.requests[0].body == b"a" * 8 * MIB


async def test_a_certificate_that_nobody_vouches_for_is_a_failure(
    outbound: Outbound, key: RSAPrivateKey, tmp_path: Path
) -> None:
    async with Receiver(answers(GOOD), tls=self_signed(key, tmp_path)) as receiver:
        outcome = await outbound.call(receiver.url, b"{}", "", local=receiver.local)

    assert isinstance(outcome, Failed)
    assert (outcome.kind, "Certificate" in outcome.detail) == ("unreachable", True)
    assert receiver.requests == []


async def test_one_dead_receiver_holds_up_nobody_else(outbound: Outbound) -> None:
    async with Receiver(says_nothing) as dead, Receiver(answers(GOOD)) as lively:
        waiting = [
            asyncio.create_task(outbound.call(dead.url, b"{}", "signature", local=dead.local)) for _ in range(150)
        ]

        outcome = await outbound.call(lively.url, b"{}", "signature", local=lively.local)

        assert outcome == Answered("")
        assert not any(task.done() for task in waiting)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
