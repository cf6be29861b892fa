"""From a path to the `Extension` that an author wrote there."""

import logging
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any, Final

from keypost_sdk import declared
from keypost_sdk.extension import Extension
from keypost_sdk.log import places

FILE: Final = "extension.py"
VARIABLE: Final = "extension"


class CannotStart(Exception):  # noqa: N818 - it is a sentence for the person who started us
    """The extension cannot run; the message says why and what to do."""


logger = logging.getLogger("keypost_sdk")


def load(path: Path) -> Extension[Any]:
    """The module-level `extension` of a file, or of `extension.py` in a directory.

    The file's directory comes first on the import path, so it can import what lies beside it. If `extension.toml` lies
    there too, the code has to have whatever that names.
    """
    file = (path / FILE if path.is_dir() else path).resolve()
    if not file.is_file():
        raise CannotStart(f"There is no file {file}.")
    found = getattr(run_file(file, f"keypost_extension_{file.parent.name}"), VARIABLE, None)
    if not isinstance(found, Extension):
        raise CannotStart(f'{file} has no extension: it needs the line {VARIABLE} = Extension("…").')
    _compare(found, file.parent)
    return found


def _compare(extension: Extension[Any], folder: Path) -> None:
    manifest = declared.read(folder)
    if manifest is None:
        return
    if missing := declared.missing(extension, manifest):
        raise CannotStart(" ".join(missing))
    for sentence in declared.unused(extension, manifest):
        logger.warning(sentence)


def run_file(file: Path, name: str) -> object:
    """The module in a file, run under that name with its directory first on the import path."""
    spec = spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise CannotStart(f"{file} is not a Python file.")
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    sys.path.insert(0, str(file.parent))
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        where = places(error)[-1]
        raise CannotStart(f"{file} cannot be loaded: {type(error).__name__}: {error} ({where})") from error
    return module
