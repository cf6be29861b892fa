"""A live page that is open and reads nothing, until somebody wakes it."""

import asyncio
import json
import socket
from collections.abc import Iterator
from http.client import HTTPException, HTTPResponse

from tests.faults.served import Served
from tests.live.until import PATIENCE_S
from tests.people import Visitor
from yarl import URL

SMALL = 4_096
"""Bytes that its own system takes in for it."""


class Sleeper:
    def __init__(self, served: Served, visitor: Visitor) -> None:
        (cookie,) = visitor.session.cookie_jar.filter_cookies(URL(served.base)).values()
        self._cookie = f"{cookie.key}={cookie.value}"
        self._address = (served.settings.host, served.settings.port)
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)

    async def fall_asleep(self) -> None:
        """Asks for all that happens from now on, and hears no more than that it may."""
        await asyncio.to_thread(self._ask)

    async def wake(self, last: str) -> list[tuple[int, str]]:
        """Reads all that is left for it, until it was cut or has heard of the last message: numbers and ids of them."""
        return await asyncio.to_thread(lambda: list(self._read(last)))

    def _ask(self) -> None:
        self._socket.settimeout(PATIENCE_S)
        self._socket.connect(self._address)
        head = f"GET /live?since=0 HTTP/1.1\r\nHost: keypost.example\r\nCookie: {self._cookie}\r\n\r\n"
        self._socket.sendall(head.encode())
        while b"\r\n\r\n" not in self._socket.recv(SMALL, socket.MSG_PEEK):
            pass

    def _read(self, last: str) -> Iterator[tuple[int, str]]:
        response = HTTPResponse(self._socket)
        response.begin()
        number, is_message = 0, False
        try:
            for line in response:
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name == "id":
                    number = int(value)
                elif name == "event":
                    is_message = value == "message"
                elif name == "data" and is_message:
                    message_id = json.loads(value)["message"]
                    yield number, message_id
                    if message_id == last:
                        return
        except (ConnectionError, HTTPException):  # It was cut in the middle of a message.
            return
        finally:
            response.close()
            self._socket.close()
