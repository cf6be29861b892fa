"""The shape of the house: who may import whom."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import keypost

SOURCE = Path(keypost.__file__).parent
FILES = sorted(path for path in SOURCE.rglob("*.py") if "versions" not in path.parts and path.name != "env.py")
MODULES = [
    ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts).removesuffix(".__init__")
    for path in FILES
    if path.name != "__main__.py"
]
ALONE = """
import importlib, os, sys
import aiohttp, alembic.command, asyncpg, cryptography, cyclopts, jinja2, msgspec, rich.console, sqlalchemy.ext.asyncio
import starlette.requests, structlog, uvicorn
under_way = 0
for name in sys.argv[1:]:
    if under_way == os.cpu_count():
        os.wait()
        under_way -= 1
    under_way += 1
    if os.fork() == 0:
        try:
            importlib.import_module(name)
        except BaseException as error:
            print(f"{name}: {type(error).__name__}: {error}", flush=True)
            os._exit(1)
        os._exit(0)
while under_way:
    os.wait()
    under_way -= 1
"""
"""What is not ours is imported once; each of our modules is then imported first in a process of its own."""


def test_every_module_can_be_imported_first() -> None:
    run = subprocess.run([sys.executable, "-c", ALONE, *MODULES], capture_output=True, text=True, check=False)

    assert (run.stdout, run.stderr, run.returncode) == ("", "", 0)


def test_imports_point_one_way() -> None:
    command = Path(sys.executable).parent / "lint-imports"

    run = subprocess.run([command, "--no-cache"], cwd=SOURCE.parents[1], capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_nobody_imports_the_store_of_another_package(path: Path) -> None:
    package = path.relative_to(SOURCE).parts[0]
    stores = {name for name in imported(path) if any(part.endswith("store") for part in name.split("."))}

    assert {name for name in stores if not name.startswith(f"keypost.{package}.")} == set()


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield node.module if node.module.endswith(".store") else whole
