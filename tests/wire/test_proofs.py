"""Every fact of docs/reference/wire.md holds, and a test shows it; or the page says what is otherwise."""

import ast
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

import pytest

TOP: Final = Path(__file__).parents[2]
ROW: Final = re.compile(r"^\| ([A-Z]+-\d+) \| (.+?) \| ([a-z, ]+) \| (.+) \|$", re.MULTILINE)
AS_SAID: Final = "as said"
SOURCES: Final = {"doc", "sdk", "seen"}

FACTS: Final = [found.groups() for found in ROW.finditer((TOP / "docs/reference/wire.md").read_text("utf-8"))]
PROOFS: Final[dict[str, list[str]]] = tomllib.loads((TOP / "tests/wire/proofs.toml").read_text("utf-8"))


@cache
def text_of(file: str) -> str:
    return (TOP / file).read_text("utf-8")


@cache
def functions_in(file: str) -> Mapping[str, frozenset[str]]:
    """The arguments of each function, by its name."""
    nodes = ast.walk(ast.parse(text_of(file)))
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return {each.name: frozenset(argument.arg for argument in each.args.args) for each in functions}


def test_no_fact_is_there_twice_or_without_a_source() -> None:
    ids = [fact[0] for fact in FACTS]

    assert len(ids) > 100
    assert len(set(ids)) == len(ids)
    assert [id_ for id_, _, source, _ in FACTS if not set(source.split(", ")) <= SOURCES] == []


def test_whatever_is_otherwise_says_why_in_a_sentence() -> None:
    otherwise = [(id_, why) for id_, _, _, why in FACTS if why != AS_SAID]

    assert [id_ for id_, why in otherwise if len(why.split()) < 4 or not why.endswith(".")] == []


def test_every_fact_that_holds_has_a_proof_and_no_proof_is_without_a_fact() -> None:
    assert list(PROOFS) == [id_ for id_, _, _, how in FACTS if how == AS_SAID]


@pytest.mark.parametrize("fact", PROOFS)
def test_a_proof_is_a_test_that_exists(fact: str) -> None:
    assert PROOFS[fact] != []
    for proof in PROOFS[fact]:
        file, _, name = proof.partition("::")
        assert name.startswith("test_")
        assert name in functions_in(file), proof
        if "fact" in functions_in(file)[name]:  # One test for a table of facts: this one must be in it.
            assert f'"{fact}": [' in text_of(file), proof
