"""Every refusal has a code that is written in the code itself, and is explained in `codes.toml`."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import keypost
from keypost import errors
from keypost.codes import CODES
from keypost.errors import Refusal
from keypost.web.problem import STATUS, TITLES

SOURCE = Path(keypost.__file__).parent
COMMANDS = SOURCE / "cli"
KINDS = {
    name: kind
    for name, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, Refusal) and kind is not Refusal
}
CODE = re.compile(r"[a-z][a-z0-9_]*")
WITHOUT_A_REFUSAL = {"internal_error": {"500"}, "method_not_allowed": {"405"}}
"""Made where no refusal is raised: a fault, and a method that an address does not take."""

Made = tuple[Path, str, str | None]


def test_every_kind_of_refusal_has_a_status() -> None:
    assert set(STATUS) == set(KINDS.values())
    assert set(TITLES) >= {401, 403, 404, 409, 500}


def test_every_code_is_written_where_it_is_raised() -> None:
    unclear = [str(path) for path, _, code in refusals() if code is None or not CODE.fullmatch(code)]

    assert unclear == []


def test_the_codes_that_are_explained_are_those_that_are_raised() -> None:
    raised = {code for _, _, code in refusals() if code is not None}

    assert set(CODES) == raised | set(WITHOUT_A_REFUSAL)


def test_every_code_is_explained_with_the_kinds_of_its_refusals() -> None:
    """Those of commands meet no program over HTTP: there they have no status."""
    kinds: dict[str, set[str]] = {code: set(found) for code, found in WITHOUT_A_REFUSAL.items()}
    for path, kind, code in refusals():
        kinds.setdefault(code or "", set()).update(set() if path.is_relative_to(COMMANDS) else {kind})

    assert {code: set(entry.kinds) for code, entry in CODES.items()} == kinds


def test_every_code_has_a_paragraph_that_says_something() -> None:
    thin = [code for code, entry in CODES.items() if len(entry.text.split()) < 8]

    assert thin == []


def refusals() -> Iterator[Made]:
    """Where a refusal is made, of which kind, and its code; None for a code that is not a constant."""
    for path in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and (found := _made(node, node.func.id)):
                kind, code = found
                yield from ((path, kind, text) for text in _texts(code, tree))


def _made(node: ast.Call, name: str) -> tuple[str, ast.expr] | None:
    """The code is a refusal's first argument, and a problem's second; one that is made of a refusal has its code."""
    if name in KINDS:
        return name, node.args[0]
    if name == "Problem" and isinstance(node.args[1], ast.Constant) and node.args[1].value not in WITHOUT_A_REFUSAL:
        return "NotFound", node.args[1]
    return None


def _texts(code: ast.expr, tree: ast.AST) -> list[str | None]:
    match code:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.IfExp(body=one, orelse=other):
            return [*_texts(one, tree), *_texts(other, tree)]
        case ast.Name(id=name):
            values = [node.value for node in ast.walk(tree) if isinstance(node, ast.Assign) and _names(node, name)]
            return [text for value in values for text in _texts(value, tree)] or [None]
        case _:
            return [None]


def _names(assignment: ast.Assign, name: str) -> bool:
    return any(isinstance(target, ast.Name) and target.id == name for target in assignment.targets)
