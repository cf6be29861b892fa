"""How many files a process may open: a connection is one."""

import resource
from typing import Final

from keypost.errors import Fault

OTHERS: Final = 200
"""What a process opens beside its connections."""


def allow(connections: int) -> None:
    """Lets this process, and those that it starts from now on, have so many connections: usual is 1,024 files."""
    needed = connections + OTHERS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise Fault(f"A process may open {hard} files here, and the measurement needs {needed}. Raise it: ulimit -Hn.")
    if soft != resource.RLIM_INFINITY and soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
