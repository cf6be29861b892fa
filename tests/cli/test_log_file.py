"""The log of a server whose disk is full: what the operator reads in the terminal then."""

import subprocess
import sys

SECRET = "kpl_" + "s3cret" * 7
SAY_TWICE = f"""
from pathlib import Path
from keypost import log

log.configure("info", Path("/dev/full"))
logger = log.get("keypost")
logger.info("first", address="/sign-in/{SECRET}")
logger.info("second")
"""


def test_a_log_that_cannot_be_written_is_said_once_and_shows_no_line() -> None:
    ended = subprocess.run([sys.executable, "-c", SAY_TWICE], capture_output=True, text=True, check=False, timeout=60)

    assert ended.stderr == "The log /dev/full cannot be written: [Errno 28] No space left on device\n"
    assert (ended.returncode, ended.stdout) == (0, "")
