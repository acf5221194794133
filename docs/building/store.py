"""The columns of the event store's tables."""

from __future__ import annotations

from sqmail_report.store.schema import TABLES

_ENGINES = {"timestamp": "timestamp[us, UTC]"}


def store(name: str) -> str:
    """Return a table's columns as a table of Markdown; raise LookupError for a name that no table has."""
    found = next((table for table in TABLES if table.name == name), None)
    if found is None:
        raise LookupError(f"quote: store {name}: there are {', '.join(table.name for table in TABLES)}")
    rows = ["| column | type | |", "|---|---|---|"]
    for column in found.columns:
        kind = column.kind.value.strip()
        rows.append(f"| `{column.name}` | {_ENGINES.get(kind, kind)} | {column.help} |")
    return "\n".join(rows) + "\n"
