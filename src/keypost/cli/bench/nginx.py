"""nginx that answers 200 and does nothing else: what one of the fastest web servers does on this machine."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from keypost.cli.serving import bind
from keypost.errors import Fault
from keypost.settings import DEFAULT_HOST

PROGRAM: Final = "nginx"
PLACES: Final = "/usr/sbin:/usr/local/sbin"
"""Where it stands, and where the PATH of people often does not lead."""
START_S: Final = 10.0
STOP_S: Final = 10.0
CONFIGURATION: Final = """worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; keepalive_requests 1000000000;
  server {{ listen {host}:{port}; location / {{ return 200 "ok"; }} }}
}}
"""


def found() -> str | None:
    return shutil.which(PROGRAM) or shutil.which(PROGRAM, path=PLACES)


@contextmanager
def running(program: str, folder: Path) -> Iterator[int]:
    """Its port."""
    with bind(DEFAULT_HOST, 0) as free:
        port: int = free.getsockname()[1]
    (folder / "nginx.conf").write_text(CONFIGURATION.format(folder=folder, host=DEFAULT_HOST, port=port))
    process = subprocess.Popen(  # noqa: S603 - by the whole path at which it was found.
        [program, "-p", str(folder), "-e", str(folder / "nginx.log"), "-c", str(folder / "nginx.conf")],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(STOP_S)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + START_S
    while True:
        try:
            socket.create_connection((DEFAULT_HOST, port), START_S).close()
        except ConnectionRefusedError as error:
            if time.monotonic() > deadline:
                raise Fault(f"{PROGRAM} did not start.") from error
            time.sleep(0.05)
        else:
            return
