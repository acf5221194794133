"""The row of a subcommand has every table that it prints, and the manual page every column with its formula."""

import json
from pathlib import Path

import pytest

from report.reports import SAMPLES, run, table
from sqmail_report.subcommands import SUBCOMMANDS

PAGE = (Path(__file__).parents[2] / "docs" / "report.md").read_text(encoding="utf-8")
LAYOUTS = [layout for row in SUBCOMMANDS.values() for layouts in (row.layouts, row.verbatim) if layouts for layout in layouts()]
ALL = [option for path in sorted(SAMPLES.glob("[sp]*")) for option in ("--log", path)]
COMMANDS = [
    ["all"],
    ["all", "--verbatim"],
    ["pending"],
    ["rejects", "--show-addresses"],
    ["sessions"],
    ["trace", "--pid", "28504"],
    ["daily", "--month", "2026-11"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_what_is_printed_is_in_the_row(command):
    subcommand = SUBCOMMANDS[command[0]]
    layouts = (subcommand.verbatim if "--verbatim" in command else subcommand.layouts)()
    columns = {layout.name: tuple(column.name for column in layout.columns) for layout in layouts}
    tables = json.loads(table(*command, *ALL, "--format", "json"))
    tables = tables if isinstance(tables, dict) else {command[0]: tables}
    for name, rows in tables.items():
        for row in rows if isinstance(rows, list) else [rows]:
            assert tuple(row) == columns[name]


def test_the_page_explains_every_column():
    for layout in LAYOUTS:
        for column in layout.columns:
            assert f"| `{column.name}` | {column.unit.value} | {column.help} |" in PAGE


def test_the_page_explains_every_subcommand():
    _, text, _ = run("--help")
    for line in text.splitlines():
        words = line.split()
        if line.startswith("    ") and not line.startswith("     ") and words[0][0].islower():
            assert f"### {words[0]}\n" in PAGE or f"{words[0]}," in PAGE or f", {words[0]}\n" in PAGE
