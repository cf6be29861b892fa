"""nginx that answers 200 and does nothing else: what one of the fastest web servers does on this machine."""

import os
import shutil
import signal
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
LOOK_S: Final = 0.05
PID_FILE: Final = "nginx.pid"
CONFIGURATION: Final = """worker_processes 1; daemon off; pid {folder}/{pid_file}; error_log {folder}/nginx.log;
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
    (folder / "nginx.conf").write_text(
        CONFIGURATION.format(folder=folder, pid_file=PID_FILE, host=DEFAULT_HOST, port=port)
    )
    process = subprocess.Popen(  # noqa: S603 - by the whole path at which it was found.
        [program, "-p", str(folder), "-e", str(folder / "nginx.log"), "-c", str(folder / "nginx.conf")],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait_for(process, folder / PID_FILE)
        yield port
    finally:
        _stop(process)


def _wait_for(process: subprocess.Popen[bytes], pid_file: Path) -> None:
    """Until it has said its number, which it does when it listens. That the port answers would say nothing: somebody
    else may have taken it since.
    """
    deadline = time.monotonic() + START_S
    while not (pid_file.is_file() and pid_file.read_text().strip() == str(process.pid)):
        if process.poll() is not None:
            raise Fault(f"{PROGRAM} did not start: it ended with {process.returncode}.")
        if time.monotonic() > deadline:
            raise Fault(f"{PROGRAM} did not start.")
        time.sleep(LOOK_S)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)  # With its worker, which would go on without it.
        process.wait()
