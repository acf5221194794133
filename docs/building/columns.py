"""The columns of sqmail-report's tables, with their units and formulas."""

from __future__ import annotations

from sqmail_report.catalogue import TABLES


def columns(command: str) -> str:
    """Return a table of columns for each table of a subcommand."""
    parts = []
    for layout in TABLES[command]:
        if len(TABLES[command]) > 1:
            parts.append(f"**{layout.name}**: {layout.title.lower()}\n")
        rows = ["| column | unit | what |", "|---|---|---|"]
        rows += [f"| `{column.name}` | {column.unit.value} | {column.help} |" for column in layout.columns]
        parts.append("\n".join(rows) + "\n")
    return "\n".join(parts)
