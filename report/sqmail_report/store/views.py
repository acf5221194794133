"""The views over the store: their SQL, the same for each engine."""

from __future__ import annotations

from importlib.resources import files

_FILE = "views.sql"


def text() -> str:
    """Return the SQL of all views."""
    return (files("sqmail_report.store") / _FILE).read_text(encoding="utf-8")


def statements() -> list[str]:
    """Return the statements that make the views, in order, without comments."""
    lines = [line for line in text().splitlines() if not line.startswith("--")]
    return [statement.strip() for statement in "\n".join(lines).split(";\n") if statement.strip()]


def names() -> list[str]:
    """Return the names of the views, in order."""
    return [statement.partition(" VIEW ")[2].split()[0] for statement in statements()]
