import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from sdk_world import PATIENCE_S, PROBE, public_text


def run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "keypost_sdk", *arguments]
    environment = {**os.environ, **settings}
    return subprocess.run(
        command,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def test_without_the_public_key_it_says_what_is_missing() -> None:
    ended = run("run", str(PROBE), "--port", "0")

    assert ended.returncode == 1
    assert ended.stderr.startswith("KEYPOST_PUBLIC_KEY is not set")
    assert "Traceback" not in ended.stderr


def test_a_key_that_is_none_is_refused() -> None:
    ended = run("run", str(PROBE), "--port", "0", KEYPOST_PUBLIC_KEY="xyz")

    assert (ended.returncode, ended.stderr) == (
        1,
        "KEYPOST_PUBLIC_KEY cannot be used: it is not the base64 of a public key.\n",
    )


@pytest.mark.parametrize("text", ["{", "[]", "5", '"x"'])
def test_settings_that_cannot_be_read_are_named_and_not_shown(private_key: RSAPrivateKey, text: str) -> None:
    ended = run("run", str(PROBE), "--port", "0", KEYPOST_PUBLIC_KEY=public_text(private_key), KEYPOST_SETTINGS=text)

    sentence = "KEYPOST_SETTINGS cannot be read: it is a JSON object of what is set, by name.\n"
    assert (ended.returncode, ended.stderr) == (1, sentence)


def test_settings_that_are_missing_are_said_and_do_not_stop_it(private_key: RSAPrivateKey, tmp_path: Path) -> None:
    code = """
import msgspec
from keypost_sdk import Extension

class Settings(msgspec.Struct):
    address: str

extension = Extension("tool", Settings)
"""
    (tmp_path / "extension.py").write_text(code, "utf-8")
    command = [sys.executable, "-m", "keypost_sdk", "run", str(tmp_path), "--port", "0"]
    settings = {"KEYPOST_PUBLIC_KEY": public_text(private_key)}
    with subprocess.Popen(
        command, env=os.environ | settings, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stderr is not None
        lines = [json.loads(child.stderr.readline())["event"] for _ in range(2)]
        child.send_signal(signal.SIGINT)

    assert lines == ["tool is not set up yet: an admin has to set address.", "listening"]


def test_without_an_address_it_asks_for_one(private_key: RSAPrivateKey) -> None:
    ended = run("run", str(PROBE), KEYPOST_PUBLIC_KEY=public_text(private_key))

    assert (ended.returncode, ended.stderr) == (1, "Say where to listen: --port N.\n")


def test_a_path_without_an_extension_is_named(private_key: RSAPrivateKey, tmp_path: Path) -> None:
    ended = run("run", str(tmp_path), "--port", "0", KEYPOST_PUBLIC_KEY=public_text(private_key))

    assert (ended.returncode, ended.stderr) == (1, f"There is no file {tmp_path}/extension.py.\n")


def test_a_port_that_is_taken_is_named(private_key: RSAPrivateKey) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = run("run", str(PROBE), "--port", str(port), KEYPOST_PUBLIC_KEY=public_text(private_key))

    assert (ended.returncode, ended.stderr) == (1, f"127.0.0.1:{port} cannot be used: Address already in use.\n")


@pytest.mark.parametrize("port", ["70000", "-1", "http"])
def test_a_port_that_is_none_is_explained(port: str) -> None:
    ended = run("run", str(PROBE), f"--port={port}")

    assert ended.returncode == 2
    assert "a port is a number from 0 to 65535" in ended.stderr


@pytest.mark.parametrize("number", ["999", "none"])
def test_a_child_tells_its_troubles_in_json(private_key: RSAPrivateKey, number: str) -> None:
    command = [sys.executable, "-m", "keypost_sdk", "run", str(PROBE)]
    settings = {"KEYPOST_LISTEN_FD": number, "KEYPOST_PUBLIC_KEY": public_text(private_key)}
    with subprocess.Popen(
        command, env=os.environ | settings, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stderr is not None
        line = json.loads(child.stderr.readline())
        assert child.wait(PATIENCE_S) == 1

    assert line["level"] == "critical"
    assert line["event"] == f"KEYPOST_LISTEN_FD is '{number}', which is not the number of an open socket."


def test_by_hand_it_listens_on_loopback_and_says_where(private_key: RSAPrivateKey) -> None:
    command = [sys.executable, "-m", "keypost_sdk", "run", str(PROBE / "extension.py"), "--port", "0"]
    settings = {"KEYPOST_PUBLIC_KEY": public_text(private_key)}
    with subprocess.Popen(
        command, env=os.environ | settings, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stderr is not None
        line = json.loads(child.stderr.readline())
        child.send_signal(signal.SIGINT)

    assert (line["event"], line["extension"]) == ("listening", "probe")
    assert line["address"].startswith("http://127.0.0.1:")
    assert child.returncode == 0


def test_the_sdk_needs_nothing_of_the_server() -> None:
    code = "import sys, keypost_sdk, keypost_sdk.__main__; sys.exit('keypost' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
