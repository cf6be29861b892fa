"""What the SDK's tests share: calls as a server sends them, and an extension running in a process of its own."""

import base64
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CANARY: Final = "kpt_canaryCanaryCanaryCanaryCanaryCanaryCanaryCanary00"
PROBE: Final = Path(__file__).parent / "probe"
PATIENCE_S: Final = 60.0
"""Bounds every wait for what has to come: so long that a busy machine is no reason to miss it."""


def sign(private_key: RSAPrivateKey, body: bytes) -> str:
    """The value of X-Cliq-Signature for these bytes."""
    return base64.b64encode(private_key.sign(body, PKCS1v15(), SHA256())).decode()


def public_text(private_key: RSAPrivateKey) -> str:
    """Bare base64 of the SubjectPublicKeyInfo."""
    der = private_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def call(kind: str, handler: str, params: Mapping[str, Any], **others: Any) -> bytes:
    """A body as the server sends it."""
    body = {"handler": {"type": handler}, "type": kind, "timestamp": now_ms(), "params": {**SURROUNDINGS, **params}}
    return json.dumps(body | others, separators=(",", ":"), ensure_ascii=False).encode()


def command(name: str, arguments: str = "", **others: Any) -> bytes:
    return call("command", "execution_handler", {"arguments": arguments, "mentions": []}, name=name, **others)


def click(name: str, secret: str = CANARY, **others: Any) -> bytes:
    target = {"name": "Create Webhook", "label": "Create Webhook", "hint": "", "key": "k1", "type": "+"}
    params = {
        "message": {"id": "1_1", "text": "Click", "time": "1700000000000", "type": "text", "sender": {"id": "9"}},
        "target": target,
        "event": "click",
        "arguments": {"key": "k1", "input": secret},
        "token": {
            "id": "tok_1",
            "incoming_url": "https://keypost.example/api/v2/applications/7/incoming?appkey=a&token=tok_1",
            "header": "X-Keypost-Token",
        },
    }
    return call("function", "button_handler", params, name=name, **others)


def incoming(body: str, headers: Mapping[str, str], query: Mapping[str, str], **others: Any) -> bytes:
    params = {"headers": headers, "params": query, "body": body, "http_method": "POST", "appkey": "a"}
    return call("extension", "incomingwebhook_handler", params, **others)


def bot_incoming(body: str, **others: Any) -> bytes:
    """To the bot `probe`, whose name is shown as Probe."""
    params = {"headers": {}, "params": {}, "body": body, "http_method": "GET", "appkey": "a"}
    return call("bot", "incomingwebhook_handler", params, name="Probe", unique_name="probe", **others)


SURROUNDINGS: Final[Mapping[str, Any]] = {
    "environment": {"tld": ".example", "data_center": "EU", "base_url": "https://keypost.example/company/5"},
    "access": {"user_id": "11", "organization": {"type": "company", "id": "5"}, "user_agent": "x", "chat_id": "CT_1"},
    "user": {"id": "11", "first_name": "Ada", "last_name": "Lovelace", "email": "ada@keypost.example", "admin": True},
    "chat": {"id": "CT_1", "type": "channel", "title": "#builds", "members": [], "recent_messages": []},
}


VALIDATOR: Final = call(
    "extension", "installation_validator", {"app_info": {"current_version": "1.5", "type": "install"}}
)


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any


class Program:
    """An extension served by `python -m keypost_sdk run`, as a child that inherits its socket."""

    def __init__(self, key: RSAPrivateKey, stderr: IO[str], path: Path = PROBE) -> None:
        self._key = key
        self._stderr = stderr
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port: int = listener.getsockname()[1]
            self.process = subprocess.Popen(
                [sys.executable, "-m", "keypost_sdk", "run", str(path)],
                env={
                    **os.environ,
                    "KEYPOST_LISTEN_FD": str(listener.fileno()),
                    "KEYPOST_PUBLIC_KEY": public_text(key),
                },
                stdin=subprocess.PIPE,
                stderr=stderr,
                pass_fds=(listener.fileno(),),
            )

    def send(self, body: bytes, headers: Mapping[str, str], method: str = "POST", path: str = "/") -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json", **headers})
            answer = connection.getresponse()
            return Answer(answer.status, json.loads(answer.read() or b"null"))
        finally:
            connection.close()

    def call(self, body: bytes) -> Answer:
        return self.send(body, {"X-Cliq-Signature": sign(self._key, body)})

    def call_without_waiting(self, body: bytes) -> socket.socket:
        """The open connection of a call that is under way; one answered call later it surely is."""
        head = f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\nX-Cliq-Signature: {sign(self._key, body)}"
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S)
        connection.sendall(head.encode() + b"\r\n\r\n" + body)
        return connection

    def parent_dies(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def ends(self) -> bool:
        """Whether it ends, which may take a busy machine a while, and a handler that hangs for ever a lot longer."""
        try:
            self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            return False
        return True

    def log(self) -> str:
        self._stderr.flush()
        return Path(self._stderr.name).read_text(encoding="utf-8")

    def log_lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log().splitlines()]

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        if self.process.stdin is not None and not self.process.stdin.closed:
            self.process.stdin.close()
