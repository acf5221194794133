"""Tables of the checks, from the fact sheets of their pages."""

from __future__ import annotations

import re

from project import CHECKS, ROOT


def checks(columns: str) -> str:
    """Return the table of README.md (`brief`) or that of docs/checks (`full`)."""
    return {"brief": _brief, "full": _full}[columns]()


def _brief() -> str:
    rows = ["| command | alarms on |", "|---|---|"]
    for name in CHECKS:
        command = f"check_qmail_{name}"
        rows.append(f"| [{command}](docs/checks/{command}.md) | {_fact(name, 'alarms on')} |")
    return "\n".join(rows) + "\n"


def _full() -> str:
    rows = ["| command | reads the log of | alarms on | runbooks |", "|---|---|---|---|"]
    for name in CHECKS:
        command = f"check_qmail_{name}"
        runbook = f"[{name}](../runbooks/README.md#{command})"
        rows.append(f"| [{command}]({command}.md) | {_fact(name, 'log of')} | {_fact(name, 'alarms on')} | {runbook} |")
    return "\n".join(rows) + "\n"


def _fact(name: str, what: str) -> str:
    """Return a row of a check's fact sheet; raises LookupError where there is none."""
    page = ROOT / "docs" / "checks" / f"check_qmail_{name}.md"
    found = re.search(rf"^\| {what} \| (.+) \|$", page.read_text(encoding="utf-8"), re.MULTILINE)
    if found is None:
        raise LookupError(f"{page.relative_to(ROOT)}: no row '{what}' in the fact sheet")
    return found[1]
