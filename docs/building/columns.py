"""The columns of sqmail-report's tables, with their units and formulas."""

from __future__ import annotations

from sqmail_report.subcommands import SUBCOMMANDS


def columns(command: str) -> str:
    """Return a table of columns for each table of a subcommand, called with or without --verbatim."""
    name, _, verbatim = command.partition(" ")
    row = SUBCOMMANDS[name]
    layouts = row.verbatim if verbatim else row.layouts
    if layouts is None or verbatim not in {"", "--verbatim"}:
        raise LookupError(f"{name} has no {verbatim}")
    parts = []
    for layout in layouts():
        if len(layouts()) > 1:
            parts.append(f"**{layout.name}**: {layout.title.lower()}\n")
        rows = ["| column | unit | what |", "|---|---|---|"]
        rows += [f"| `{column.name}` | {column.unit.value} | {column.help} |" for column in layout.columns]
        parts.append("\n".join(rows) + "\n")
    return "\n".join(parts)
