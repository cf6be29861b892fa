"""`python -m keypost_sdk run PATH [--port N] [--zcatalyst]`: serve the extension in a file or directory.

Settings come from the environment: KEYPOST_PUBLIC_KEY, the key that calls are checked with; KEYPOST_SETTINGS, what an
admin set for the extension, as one JSON object; and KEYPOST_LISTEN_FD, the number of a listening socket that the server
opened and left to us. Without that, `--port` says where to listen.
"""

import argparse
import asyncio
import logging
import os
import socket
import sys
from pathlib import Path
from typing import Any, Final, NoReturn

import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from keypost_sdk import log, server, zcatalyst
from keypost_sdk.loading import CannotStart, load
from keypost_sdk.settings import NotSetUp
from keypost_sdk.signature import read_public_key

LISTEN_FD: Final = "KEYPOST_LISTEN_FD"
PUBLIC_KEY: Final = "KEYPOST_PUBLIC_KEY"
SETTINGS: Final = "KEYPOST_SETTINGS"
LOOPBACK: Final = "127.0.0.1"
PORT_MAX: Final = 65_535

logger = logging.getLogger("keypost_sdk")


def main() -> None:
    options = _options()
    log.start()
    is_child = LISTEN_FD in os.environ
    if is_child:
        server.end_with_parent()
    try:
        run(options.path, options.port, is_zcatalyst=options.zcatalyst)
    except CannotStart as trouble:
        _give_up(str(trouble), is_child=is_child)


def run(path: Path, port: int | None, *, is_zcatalyst: bool) -> NoReturn:
    key = _public_key()
    program = zcatalyst.load(path) if is_zcatalyst else _extension(path)
    listener = _listener(port)
    asyncio.run(server.serve(program, key, listener))
    raise AssertionError("serving ends the process")


def _extension(path: Path) -> server.Program:
    extension = load(path)
    extension.set_up(_settings())
    try:
        _ = extension.settings
    except NotSetUp as trouble:
        logger.warning(trouble.sentence)
    return extension


def _settings() -> dict[str, Any]:
    try:
        return msgspec.json.decode(os.environ.get(SETTINGS) or "{}", type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise CannotStart(f"{SETTINGS} cannot be read: it is a JSON object of what is set, by name.") from None


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m keypost_sdk", description="Run a Keypost extension.")
    commands = parser.add_subparsers(title="commands", required=True)
    run_command = commands.add_parser("run", help="serve the extension in a file or a directory")
    run_command.add_argument("path", type=Path, help="extension.py, or the directory that holds it")
    run_command.add_argument("--port", type=_port, help=f"listen on {LOOPBACK}:PORT; 0 takes any free port")
    run_command.add_argument("--zcatalyst", action="store_true", help="its handlers are written with zcatalyst-cliq")
    return parser.parse_args()


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > PORT_MAX:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: a port is a number from 0 to {PORT_MAX}")
    return int(text)


def _public_key() -> RSAPublicKey:
    text = os.environ.get(PUBLIC_KEY, "")
    if not text:
        raise CannotStart(f"{PUBLIC_KEY} is not set: it is the extension's public key, as the server shows it.")
    try:
        return read_public_key(text)
    except ValueError as error:
        raise CannotStart(f"{PUBLIC_KEY} cannot be used: {error}.") from None


def _listener(port: int | None) -> socket.socket:
    inherited = os.environ.get(LISTEN_FD)
    if inherited is not None:
        return _inherited(inherited)
    if port is None:
        raise CannotStart("Say where to listen: --port N.")
    try:
        return socket.create_server((LOOPBACK, port))
    except OSError as error:
        raise CannotStart(f"{LOOPBACK}:{port} cannot be used: {os.strerror(error.errno or 0)}.") from None


def _inherited(text: str) -> socket.socket:
    try:
        listener = socket.socket(fileno=int(text))
    except (ValueError, OSError):
        raise CannotStart(f"{LISTEN_FD} is {text!r}, which is not the number of an open socket.") from None
    listener.set_inheritable(False)  # Programs that a handler starts must not hold the address.
    return listener


def _give_up(sentence: str, *, is_child: bool) -> NoReturn:
    if is_child:  # The server reads our lines.
        logger.critical(sentence)
    else:
        sys.stderr.write(f"{sentence}\n")
    sys.exit(1)


if __name__ == "__main__":
    main()
