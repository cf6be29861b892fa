"""One target, fuzzed by coverage in a process of its own: `run.py TARGET COUNTS CORPUS [options of libFuzzer]`."""

import importlib
import mmap
import struct
import sys
from pathlib import Path
from typing import Final

import atheris

from keypost import log

OURS: Final = ["keypost.messages", "keypost.web", "keypost.ids", "keypost_sdk", "uvicorn.protocols"]
COUNTS: Final = struct.Struct("<QQ")
"""Of what was tried, and of what was taken."""


def main(name: str, counts: Path, corpus: Path, *options: str) -> None:
    with atheris.instrument_imports(include=OURS):
        target = importlib.import_module(f"tests.faults.long.fuzzed.{name}")
    log.configure("critical")  # Each refusal would be a line.
    corpus.mkdir(exist_ok=True)
    for number, seed in enumerate(target.seeds()):
        (corpus / f"seed{number}").write_bytes(seed)
    counts.write_bytes(bytes(COUNTS.size))
    with counts.open("r+b") as file:
        shared = mmap.mmap(file.fileno(), COUNTS.size)
    tried = taken = 0

    def one(data: bytes) -> None:
        nonlocal tried, taken
        taken += target.take(data)
        tried += 1
        COUNTS.pack_into(shared, 0, tried, taken)

    atheris.Setup([sys.argv[0], str(corpus), *options], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), *sys.argv[4:])
