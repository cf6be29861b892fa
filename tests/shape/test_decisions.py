"""Whoever looks for a decision finds it."""

from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
PAGES = [page.name for page in (DOCS / "decisions").glob("*.md")]


def test_every_decision_stands_in_the_table_of_contents() -> None:
    contents = (DOCS / "README.md").read_text("utf-8")

    assert [page for page in sorted(PAGES) if f"](decisions/{page})" not in contents] == []


def test_no_two_decisions_have_one_number() -> None:
    numbers = [page.partition("-")[0] for page in PAGES]

    assert len(numbers) == len(set(numbers)) > 1
