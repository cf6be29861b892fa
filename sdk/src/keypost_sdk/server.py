"""The extension as a small HTTP server: POST / and nothing else, only for calls that our server signed."""

import asyncio
import logging
import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable, Mapping
from types import FrameType
from typing import Final, NoReturn

import msgspec
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from keypost_sdk import errors, log, signature
from keypost_sdk.calls import read
from keypost_sdk.extension import AnswerDoesNotFit, Extension, title

BODY_MAX: Final = 32 * 1024 * 1024
"""A raw body of 5 MiB for an incoming handler, as a JSON string inside a call."""

GRACE_S: Final = 0.5
"""How long calls under way may take to end when the process is asked to."""

STDIN: Final = 0
JSON: Final = "application/json"

STATUS: Final[Mapping[type[errors.CallRefused], int]] = {
    errors.NotSigned: 401,
    errors.MalformedCall: 400,
    errors.NoHandler: 404,
    errors.WrongPlace: 405,
    errors.TooLarge: 413,
}

logger = logging.getLogger("keypost_sdk")

Clock = Callable[[], int]


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def app(extension: Extension, key: RSAPublicKey, clock: Clock = now_ms) -> web.Application:
    """`clock` gives milliseconds since 1970, UTC."""

    async def answer(request: web.Request) -> web.Response:
        try:
            return await _answer(request, extension, key, clock)
        except errors.CallRefused as refusal:
            return _refused(refusal)
        except Exception as error:  # noqa: BLE001 - whatever a handler raises, the caller gets an answer
            return _failed(error)

    application = web.Application(client_max_size=BODY_MAX)
    application.router.add_route("*", "/{rest:.*}", answer)
    return application


async def _answer(request: web.Request, extension: Extension, key: RSAPublicKey, clock: Clock) -> web.Response:
    if request.method != "POST" or request.raw_path != "/":
        raise errors.WrongPlace("wrong_place", "Calls come by POST to /.")
    signatures = request.headers.getall(signature.HEADER, [])
    if len(signatures) != 1:  # Before the body: who cannot sign may not make us read 6 MiB.
        raise errors.NotSigned("invalid_signature", f"The call has no {signature.HEADER} header, or several.")
    body = await _body(request)
    signature.verify(key, body, signatures[0], clock())

    call = read(body)
    began = time.perf_counter()
    output = await extension.handle(call)
    took_ms = round((time.perf_counter() - began) * 1000, 1)
    logger.info("answered", extra={"fields": {"handler": title(call), "took_ms": took_ms}})
    return web.Response(body=output, content_type=JSON)


async def _body(request: web.Request) -> bytes:
    try:
        return await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise errors.TooLarge("body_too_large", f"The body has more than {BODY_MAX} bytes.") from None


def _refused(refusal: errors.CallRefused) -> web.Response:
    logger.warning("refused", extra={"fields": {"code": refusal.code, "why": refusal.sentence}})
    body = {"message": refusal.sentence, "code": refusal.code}
    return web.Response(body=msgspec.json.encode(body), status=STATUS[type(refusal)], content_type=JSON)


def _failed(error: Exception) -> web.Response:
    reference = secrets.token_hex(6)
    fields = {"reference": reference}
    if isinstance(error, AnswerDoesNotFit):  # Its message is a path and a limit; any other may quote the call.
        fields["why"] = str(error)
    logger.error("failed", extra={"fields": fields}, exc_info=error)
    body = {"message": "The extension failed.", "code": "handler_failed", "reference": reference}
    return web.Response(body=msgspec.json.encode(body), status=500, content_type=JSON)


async def serve(extension: Extension, key: RSAPublicKey, listener: socket.socket) -> NoReturn:
    """Answer calls on a listening socket until SIGTERM or SIGINT, then end the process."""
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(log.on_loop_error)
    asked_to_end = asyncio.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        # A handler that blocks the loop would never see the event; the timer ends the process all the same.
        watchdog = threading.Timer(2 * GRACE_S, os._exit, (0,))
        watchdog.daemon = True
        watchdog.start()
        loop.call_soon_threadsafe(asked_to_end.set)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    # Signatures are over the bytes as sent: nothing may be unpacked before they are checked.
    runner = web.AppRunner(app(extension, key), access_log=None, auto_decompress=False, shutdown_timeout=GRACE_S)
    await runner.setup()
    await web.SockSite(runner, listener).start()
    host, port = listener.getsockname()[:2]
    logger.info("listening", extra={"fields": {"extension": extension.name, "address": f"http://{host}:{port}/"}})
    await asked_to_end.wait()
    await runner.cleanup()
    os._exit(0)  # Not `sys.exit`: that would wait for handlers in threads, however long they take.


def end_with_parent() -> None:
    """End this process as soon as stdin ends: its other end closes when the parent does, however that died."""

    def wait() -> None:
        while os.read(STDIN, 4096):
            pass
        os._exit(0)

    threading.Thread(target=wait, name="end-with-parent", daemon=True).start()
