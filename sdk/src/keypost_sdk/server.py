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
from typing import Final, NoReturn, Protocol

import msgspec
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from keypost_sdk import errors, late, log, signature
from keypost_sdk.answers import AnswerDoesNotFit, Refuse
from keypost_sdk.content import Banner
from keypost_sdk.reading import Envelope, open_envelope

BODY_MAX: Final = 32 * 1024 * 1024
"""A raw body of 5 MiB for an incoming handler, as a JSON string inside a call."""

GRACE_S: Final = 0.5
"""How long calls under way may take to end when the process is asked to."""

STDIN: Final = 0
JSON: Final = "application/json"
OK: Final = 200
REFUSED: Final = 422
FAILED: Final = 500
FAILED_LATE: Final = msgspec.json.encode({"output": Banner(text="The extension failed.", status="failure")})

STATUS: Final[Mapping[type[errors.CallRefused], int]] = {
    errors.NotSigned: 401,
    errors.MalformedCall: 400,
    errors.NoHandler: 404,
    errors.WrongPlace: 405,
    errors.TooLarge: 413,
}

logger = logging.getLogger("keypost_sdk")

Clock = Callable[[], int]


class Program(Protocol):
    """What can be served: from the bytes of a call to the bytes of its answer."""

    @property
    def name(self) -> str: ...

    async def answer(self, body: bytes) -> bytes: ...


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def app(
    program: Program, key: RSAPublicKey, clock: Clock = now_ms, late_from_s: float = late.LATE_FROM_S
) -> web.Application:
    """`clock` gives milliseconds since 1970, UTC. What took `late_from_s` or longer is sent as a late answer too."""

    async def answer(request: web.Request) -> web.Response:
        try:
            body = await _signed_body(request, key, clock)
            return await _answer(request, program, body, late_from_s)
        except errors.CallRefused as refusal:
            return _refused(refusal)

    application = web.Application(client_max_size=BODY_MAX)
    application.router.add_route("*", "/{rest:.*}", answer)
    return application


async def _signed_body(request: web.Request, key: RSAPublicKey, clock: Clock) -> bytes:
    if request.method != "POST" or request.raw_path != "/":
        raise errors.WrongPlace("wrong_place", "Calls come by POST to /.")
    signatures = request.headers.getall(signature.HEADER, [])
    if len(signatures) != 1:  # Before the body: who cannot sign may not make us read 6 MiB.
        raise errors.NotSigned("invalid_signature", f"The call has no {signature.HEADER} header, or several.")
    body = await _body(request)
    signature.verify(key, body, signatures[0], clock())
    return body


async def _answer(request: web.Request, program: Program, body: bytes, late_from_s: float) -> web.Response:
    envelope = open_envelope(body)
    began = time.perf_counter()
    status, answered = await _outcome(program, envelope, body)
    took_s = time.perf_counter() - began
    logger.info("answered", extra={"fields": {"handler": envelope.title, "took_ms": round(took_s * 1000, 1)}})
    if envelope.response_url and (took_s >= late_from_s or _has_gone(request)):
        await late.send(envelope.response_url, answered if status == OK else FAILED_LATE)
    return web.Response(body=answered, status=status, content_type=JSON)


async def _outcome(program: Program, envelope: Envelope, body: bytes) -> tuple[int, bytes]:
    try:
        return OK, await program.answer(body)
    except errors.CallRefused:
        raise
    except Refuse as refused:
        logger.info("refused by its handler", extra={"fields": {"handler": envelope.title}})
        return REFUSED, msgspec.json.encode({"code": "refused", "message": refused.sentence})
    except Exception as error:  # noqa: BLE001 - whatever a handler raises, the caller gets an answer
        return FAILED, _failure(error)


def _has_gone(request: web.Request) -> bool:
    """Whether the server has stopped waiting: its clock began before ours."""
    return request.transport is None or request.transport.is_closing()


async def _body(request: web.Request) -> bytes:
    try:
        return await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise errors.TooLarge("body_too_large", f"The body has more than {BODY_MAX} bytes.") from None


def _refused(refusal: errors.CallRefused) -> web.Response:
    logger.warning("refused", extra={"fields": {"code": refusal.code, "why": refusal.sentence}})
    body = {"message": refusal.sentence, "code": refusal.code}
    return web.Response(body=msgspec.json.encode(body), status=STATUS[type(refusal)], content_type=JSON)


def _failure(error: Exception) -> bytes:
    reference = secrets.token_hex(6)
    fields = {"reference": reference}
    if isinstance(error, AnswerDoesNotFit):  # Its message is a path and a limit; any other may quote the call.
        fields["why"] = str(error)
    logger.error("failed", extra={"fields": fields}, exc_info=error)
    return msgspec.json.encode({"message": "The extension failed.", "code": "handler_failed", "reference": reference})


async def serve(program: Program, key: RSAPublicKey, listener: socket.socket) -> NoReturn:
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
    runner = web.AppRunner(app(program, key), access_log=None, auto_decompress=False, shutdown_timeout=GRACE_S)
    await runner.setup()
    await web.SockSite(runner, listener).start()
    host, port = listener.getsockname()[:2]
    logger.info("listening", extra={"fields": {"extension": program.name, "address": f"http://{host}:{port}/"}})
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
