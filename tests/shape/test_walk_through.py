"""The page that follows a request through the code names what is there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/explanation/one-request.md").read_text("utf-8")
KINDS = frozenset({".py", ".js", ".html", ".toml", ".md"})
FILES = [file for folder in ("src", "sdk/src", "examples", "docs") for file in (ROOT / folder).rglob("*.*")]
CODE = "\n".join(file.read_text("utf-8") for file in FILES if file.suffix in {".py", ".js", ".html"})


def named() -> set[str]:
    return set(re.findall(r"`([A-Za-z_][\w./]*)`", PAGE))


def test_its_files_are_there() -> None:
    files = {name for name in named() if Path(name).suffix in KINDS}

    assert [name for name in sorted(files) if not any(str(file).endswith(f"/{name}") for file in FILES)] == []
    assert len(files) > 1


def test_its_names_are_in_the_code() -> None:
    names = {name.rpartition(".")[2] for name in named() if Path(name).suffix not in KINDS and "/" not in name}

    assert [name for name in sorted(names) if not re.search(rf"\b{re.escape(name)}\b", CODE)] == []
    assert len(names) > 1
