"""The stand-in for GitLab as an HTTP server on loopback, with TLS if a test wants it."""

import json
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from msgspec import UNSET
from standin import GitLab
from standin_api import Request, answer


@contextmanager
def serving(gitlab: GitLab, context: ssl.SSLContext | None = None) -> Iterator[GitLab]:
    """With a `context` by TLS. `gitlab.url` is its address meanwhile."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.gitlab = gitlab
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    gitlab.url = f"{'https' if context else 'http'}://localhost:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, name="standin")
    thread.start()
    try:
        yield gitlab
    finally:
        for fault in gitlab.faults:
            fault.let_go()
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    gitlab: GitLab

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up in the middle is part of some tests."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_: Any) -> None:
        """Silent."""

    def _answer(self) -> None:
        gitlab = self.server.gitlab
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with gitlab.lock:
            gitlab.at_once += 1
            gitlab.most_at_once = max(gitlab.most_at_once, gitlab.at_once)
        time.sleep(gitlab.latency_s)
        try:
            status, headers, content = self._made(parts.path.removeprefix("/api/v4"), parts.query, body)
        finally:
            with gitlab.lock:
                gitlab.at_once -= 1
        text = b"" if content is None else json.dumps(content).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers, "Content-Length": str(len(text))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)

    def _made(self, path: str, query: str, body: bytes) -> tuple[int, Mapping[str, str], Any]:
        gitlab = self.server.gitlab
        request = Request(self.command, path, dict(parse_qsl(query)), dict(self.headers), json.loads(body or b"{}"))
        fault = gitlab.fault(self.command, path)
        if fault is not None and fault.until is not None:
            fault.until.wait()
        if fault is None or fault.is_done:
            with gitlab.lock:
                status, headers, content = answer(gitlab, request)
        if fault is not None and fault.status:
            content = {"message": fault.message} if fault.content is UNSET else fault.content
            return fault.status, fault.headers, content
        return status, headers, content

    do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815 - names of the standard library
