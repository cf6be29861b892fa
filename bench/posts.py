"""Durable posts a second, as a share of nginx's do-nothing rate beside it: `make bench`.

Both are measured in turn, by the same load, on the same machine, in one run: only the ratio means anything. A post
counts when its 2xx has come, which is after its commit with fsync.
"""

import json
import platform
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROUNDS = 3
SECONDS = 5
CONNECTIONS = 64
PACKAGES = ("nginx-light", "wrk")
BODY = '{"text":"*build 42* passed in 3 min 12 s"}'
RESULT = Path(__file__).parent / "results" / "posts.json"
LUA = """wrk.method = "POST"
wrk.body = [[{body}]]
wrk.headers["X-Keypost-Token"] = "{token}"
"""
NGINX = """worker_processes 1; daemon off; pid {room}/nginx.pid; error_log {room}/nginx.log;
events {{ worker_connections 1024; }}
http {{ access_log off; server {{ listen 127.0.0.1:{port}; location / {{ return 200 "ok"; }} }} }}
"""


def main() -> None:
    install()
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder)
        with nginx(room) as yardstick, keypost(room) as demo:
            script = room / "post.lua"
            script.write_text(LUA.format(body=BODY, token=demo["token"]))
            script.chmod(0o600)
            target = f"{demo['base_url']}/api/v2/channelsbyname/builds/message"
            load(target, script)  # Warm-up: first statements are compiled, first pages are written.
            rounds = [(load(yardstick), load(target, script)) for _ in range(ROUNDS)]
    report(rounds)


def install() -> None:
    if shutil.which("nginx") and shutil.which("wrk"):
        return
    print(f"Installing {' and '.join(PACKAGES)} ...")
    subprocess.run(["apt-get", "update", "-qq"], check=True)
    subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES], check=True)


@contextmanager
def nginx(room: Path) -> Iterator[str]:
    port = free_port()
    (room / "nginx.conf").write_text(NGINX.format(room=room, port=port))
    with running(["nginx", "-c", str(room / "nginx.conf")]):
        address = f"http://127.0.0.1:{port}/"
        wait_for(address)
        yield address


@contextmanager
def keypost(room: Path) -> Iterator[dict[str, str]]:
    data = room / "data"
    command = [sys.executable, "-m", "keypost", "demo", "--port", str(free_port()), "--data", str(data)]
    with running(command):
        deadline = time.monotonic() + 30
        while not (data / "demo.json").exists():
            if time.monotonic() > deadline:
                sys.exit("Keypost did not start within 30 s.")
            time.sleep(0.1)
        demo: dict[str, str] = json.loads((data / "demo.json").read_text())
        wait_for(f"{demo['base_url']}/signed-out")
        yield demo


@contextmanager
def running(command: list[str]) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(10)


def load(address: str, script: Path | None = None) -> float:
    """Answers a second; anything but a 2xx ends the run."""
    words = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", *(["-s", str(script)] if script else []), address]
    said = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        sys.exit(f"Not every answer was good:\n{said}")
    found = re.search(r"Requests/sec:\s+([0-9.]+)", said)
    if found is None:
        sys.exit(f"wrk said nothing to count:\n{said}")
    return float(found[1])


def report(rounds: list[tuple[float, float]]) -> None:
    ratio = statistics.median(durable / nothing for nothing, durable in rounds)
    result = {
        "nginx_per_s": round(statistics.median(nothing for nothing, _ in rounds)),
        "durable_per_s": round(statistics.median(durable for _, durable in rounds)),
        "durable_over_nginx": round(ratio, 3),
        "rounds": [[round(nothing), round(durable)] for nothing, durable in rounds],
        "connections": CONNECTIONS,
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
    }
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))


def wait_for(address: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(address, timeout=1):
                return
        except OSError:
            if time.monotonic() > deadline:
                sys.exit(f"{address} does not answer.")
            time.sleep(0.1)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
