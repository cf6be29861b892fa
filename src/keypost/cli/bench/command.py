"""`keypost bench`."""

import os
import signal
import tempfile
from pathlib import Path
from typing import Annotated, Final

import msgspec
from cyclopts import Parameter

from keypost.cli.bench.figures import Figures
from keypost.cli.bench.measuring import measure
from keypost.cli.bench.plan import QUICK, USUAL
from keypost.cli.bench.plots import plots
from keypost.cli.bench.table import show
from keypost.cli.console import Json, note, say_json
from keypost.errors import Fault, Invalid

PREFIX: Final = "keypost-bench-"
FILE: Final = "bench.json"


def bench(
    *,
    quick: Annotated[bool, Parameter(help="Less of everything; it takes less than 45 seconds.")] = False,
    json: Json = False,
    folder: Annotated[
        Path, Parameter(help="Where messages are stored meanwhile: it is the disk of this folder that is measured.")
    ] = Path(),
    results: Annotated[Path | None, Parameter(help="A folder for the figures, as JSON and as plots.")] = None,
) -> None:
    """Measure how fast this machine stores and shows messages.

    It starts servers of its own on this machine, posts to them, and stops them. Nothing else may be at work meanwhile,
    or only the ratios mean something. Needs Linux; nginx is compared with where it is installed.
    """
    _require_folder(folder)
    if results is not None:
        _require_folder(results)
    _stop_as_at_interrupt()
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=folder) as room:
        figures = measure(QUICK if quick else USUAL, Path(room).resolve(), note)
    if results is not None:
        _write(figures, results)
    if json:
        say_json(msgspec.to_builtins(figures))
    else:
        show(figures)
    _require_good(figures)


def _stop_as_at_interrupt() -> None:
    """When it is told to end, or its terminal goes: its servers are stopped then too, and its folder is removed."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:  # Not if whoever started it wants it to go on.
            signal.signal(number, signal.default_int_handler)


def _require_good(figures: Figures) -> None:
    if figures.non_2xx or figures.left:
        raise Fault(f"{figures.non_2xx} answers were not 2xx, {figures.left} never came. The figures say nothing.")


def _require_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise Invalid("invalid_inputs", f"There is no folder {folder}.")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Invalid("invalid_inputs", f"Nothing can be written into the folder {folder}.")


def _write(figures: Figures, folder: Path) -> None:
    (folder / FILE).write_bytes(msgspec.json.format(msgspec.json.encode(figures)) + b"\n")
    for name, drawn in plots(figures).items():
        (folder / name).write_text(drawn, "utf-8")
