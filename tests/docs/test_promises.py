"""What pages promise has tests that exist, and what runbooks quote is what the programs print."""

import ast
import re
from functools import cache

import pytest

from project import FOLDERS, ROOT

DOCS = ROOT / "docs"
NAMED = re.compile(r"`([\w/]+/test_\w+\.py)::(test_\w+)`")
PAGES = {"security.md": 40, "reliability.md": 60}
"""Pages that name tests, and how many they name at least."""
VALUE = "\N{REPLACEMENT CHARACTER}"
"""Stands for what a program puts into a text."""


@cache
def functions_of(path):
    tree = ast.parse((ROOT / "tests" / path).read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("page", PAGES)
def test_every_test_that_is_named_exists(page):
    named = NAMED.findall((DOCS / page).read_text())
    assert len(named) >= PAGES[page]
    for path, function in named:
        assert (ROOT / "tests" / path).is_file(), path
        assert function in functions_of(path), f"{path}::{function}"


@pytest.mark.parametrize("page", PAGES)
def test_every_promise_in_a_table_names_a_test(page):
    text = (DOCS / page).read_text()
    tables = re.findall(r"^\|[^\n]*\| test \|\n\|[-|]+\|\n((?:\|.*\n)+)", text, re.MULTILINE)
    rows = [row for table in tables for row in table.splitlines()]
    assert len(rows) > 20
    for row in rows:
        assert NAMED.search(row.rpartition(" | ")[2]), row


@cache
def texts():
    """Return all texts in the programs, each with `VALUE` for what is put in."""
    found = []
    for package in FOLDERS:
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.JoinedStr):
                    parts = [part.value if isinstance(part, ast.Constant) else VALUE for part in node.values]
                    found.append("".join(parts))
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.append(node.value)
    return found


def is_printed(quote):
    """Tell whether the pieces of a quote, apart at `…`, stand in one text of the programs in this order."""
    pieces = [re.escape(piece) for piece in quote.split("…") if piece]
    pattern = re.compile(".*".join(pieces), re.DOTALL)
    return any(pattern.search(text) for text in texts())


def test_a_quote_is_looked_for_in_its_order():
    assert is_printed("… may not read it; …")
    assert not is_printed("read it … may not")


def test_what_the_runbook_quotes_is_what_the_programs_print():
    text = (DOCS / "runbooks" / "unknown.md").read_text()
    table = re.search(r"^\| the line says.*\n\|[-|]+\|\n((?:\|.*\n)+)", text, re.MULTILINE)[1]
    quotes = [quote for row in table.splitlines() for quote in re.findall(r"`([^`]+)`", row.split(" | ")[0])]
    quotes += re.findall(r"^`([^`]+)` may stand at the end", text, re.MULTILINE)
    assert len(quotes) > 15
    assert [quote for quote in quotes if not is_printed(quote)] == []


def test_what_the_index_of_runbooks_quotes_is_what_the_programs_print():
    text = (DOCS / "runbooks" / "README.md").read_text()
    quotes = {quote for row in re.findall(r"^\|.*….*\|$", text, re.MULTILINE) for quote in re.findall(r"`([^`]*…[^`]*)`", row)}
    assert len(quotes) > 15
    # Some sentences are made of several texts: each part is one that is printed.
    parts = {part.strip(" :,%") for quote in quotes for part in quote.split("…")} - {""}
    assert [part for part in sorted(parts) if not is_printed(part)] == []
