"""The dialects of session logs: whose lines they are, and what each line counts as."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqmail_log.dialects.known import DIALECTS
from sqmail_log.dialects.names import NATIVE, PROGRAMS
from sqmail_log.dialects.rows import HANDSHAKE, KNOWN, meaning
from sqmail_log.figures.metrics import title

if TYPE_CHECKING:
    from sqmail_log.dialects.rows import Row


def dialects(what: str) -> str:
    """Return a table of all dialects for `all`, or of the lines of one."""
    if what == "all":
        rows = ["| name | program | its lines tell | source |", "|---|---|---|---|"]
        rows += [
            f"| `{name}` | {program.words} | {', '.join(program.tells)} | {DIALECTS[name].source} |"
            for name, program in PROGRAMS.items()
        ]
        return "\n".join(rows) + "\n"
    rows = ["| line | counts as | unless told by |", "|---|---|---|"]
    rows += [f"| {_line(row)} | {_counts(row)} | {_others(row)} |" for row in DIALECTS[what].rows]
    return "\n".join(rows) + "\n"


def _line(row: Row) -> str:
    says = row.says.decode().replace("|", "\\|").strip()
    return f"`{says}`" if says else "any other"


def _counts(row: Row) -> str:
    if row.counts == HANDSHAKE:
        return "TLS handshake"
    meant = meaning(row.counts, b"") if row.counts != KNOWN else None
    parts = [f"`{row.counts}` {title(meant.reason)}"] if meant is not None else []
    parts += ["warning"] if row.warns else []
    return ", and ".join(parts) or "nothing"


def _others(row: Row) -> str:
    return ", ".join("s/qmail's records" if name == NATIVE else name for name in row.unless)
