"""How much memory a process uses."""

from pathlib import Path
from typing import Final

from keypost.errors import Fault

KIB: Final = 1024
PSS: Final = "Pss:"


def used_bytes(pid: int) -> int:
    """The memory of a process: what it shares with others is shared out among them (PSS)."""
    path = Path(f"/proc/{pid}/smaps_rollup")
    try:
        lines = path.read_text("ascii").splitlines()
    except FileNotFoundError as error:
        raise Fault(f"Memory is measured by {path}, which this system does not have. The bench needs Linux.") from error
    return next(int(line.split()[1]) * KIB for line in lines if line.startswith(PSS))
