"""Takes a connection from the web server for an answer that somebody else writes, and lets go of all that served it.

Leans on the inside of uvicorn's `HttpToolsProtocol`, as `protocol.py` does.
"""

from collections.abc import Callable
from typing import Any

from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from keypost.web.connection import ConnectionOutlet
from keypost.web.outlet import TAKE_OVER, Open


class HandingOver(HttpToolsProtocol):
    def __init__(self, **server: Any) -> None:
        super().__init__(**server)
        self._started: RequestResponseCycle | None = None

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        if not self.pipeline:  # Else another answer comes first.
            self.scope["extensions"] = {TAKE_OVER: self._hand_over}  # type: ignore[dict-item]

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        super()._start_asgi_task(cycle, app)
        self._started = cycle

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._started is not None:  # uvicorn tells the last in line alone, and this one may go on without an end.
            self._started.disconnected = True
            self._started.message_event.set()
        self._let_go()

    def _hand_over(self, open_: Open) -> None:
        if self._started is None:  # The client has gone.
            return
        self._started.disconnected = True  # So it is, for uvicorn.
        if not self.transport.is_closing():
            self.connections.discard(self)
            self.flow.resume_reading()  # Or nobody would see that the client has gone.
            ConnectionOutlet(self.transport, self.connections, self._part(), open_, is_full=self.flow.write_paused)
            self._let_go()

    def _part(self) -> Callable[[], None]:
        """Nothing more is done for the connection here. Answers what is to be called when it is no more."""
        raise NotImplementedError

    def _let_go(self) -> None:
        """Of what leads back to here, or each connection's memory would wait for the garbage collector."""
        self.parser = self.scope = self.cycle = self._started = None  # type: ignore[assignment]
