"""Every refusal has a code that is written in the code itself, and documented."""

import ast
import inspect
import re
from pathlib import Path

import keypost
from keypost import errors
from keypost.errors import Refusal
from keypost.web.problem import STATUS, TITLES

SOURCE = Path(keypost.__file__).parent
ERRORS_PAGE = SOURCE.parents[1] / "docs" / "reference" / "errors.md"
KINDS = {
    name: kind
    for name, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, Refusal) and kind is not Refusal
}
CODE = re.compile(r"[a-z][a-z0-9_]*")


def test_every_kind_of_refusal_has_a_status() -> None:
    assert set(STATUS) == set(KINDS.values())
    assert set(TITLES) >= {401, 403, 404, 409, 500}


def test_every_code_is_written_where_it_is_raised() -> None:
    unclear = [place for place, code in refusals() if code is None or not CODE.fullmatch(code)]

    assert unclear == []


def test_every_code_is_documented() -> None:
    documented = set(re.findall(r"`([a-z0-9_]+)`", ERRORS_PAGE.read_text("utf-8")))

    missing = sorted({code for _, code in refusals() if code is not None} - documented)

    assert missing == []


def refusals() -> list[tuple[str, str | None]]:
    """Where a refusal is made, and its code; None for a code that is not a constant."""
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            code = _code_of(node)
            if code is not None:
                found += [(f"{path.name}:{code.lineno}", text) for text in _texts(code, tree)]
    return found


def _code_of(node: ast.AST) -> ast.expr | None:
    """The code is a refusal's first argument, and a problem's second."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        return None
    place = {"Problem": 1}.get(node.func.id, 0 if node.func.id in KINDS else None)
    if place is None or (node.func.id == "Problem" and not isinstance(node.args[place], ast.Constant)):
        return None  # A problem that is made of a refusal has that refusal's code.
    return node.args[place]


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
