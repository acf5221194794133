"""The causes of failures and deferrals with what to do, from the playbooks."""

from __future__ import annotations

import re

from sqmail_log.answers.playbooks import DOORS, PLAYBOOKS
from sqmail_log.answers.whose import WHOSE

_RETRIES = {"yes": "can succeed", "no": "cannot succeed", "later": "can succeed once it is fixed"}


def causes(what: str) -> str:
    """Return the `index` of all causes, a section for each that has a `playbook`, or the pages of lists: `doors`."""
    return {"index": _index, "playbooks": _playbooks, "doors": _doors}[what]()


def _index() -> str:
    rows = ["| cause | whose trouble | what to do |", "|---|---|---|"]
    for cause, side in WHOSE.items():
        link = f"[below](#{_anchor(cause)})" if cause in PLAYBOOKS else "nothing on our side"
        rows.append(f"| `{cause}` | {side} | {link} |")
    return "\n".join(rows) + "\n"


def _playbooks() -> str:
    parts = []
    for cause in WHOSE:
        if cause in PLAYBOOKS:
            book = PLAYBOOKS[cause]
            steps = "\n".join(f"{number}. {step}" for number, step in enumerate(book.steps, 1))
            parts.append(f"### {cause}\n\nRetries {_RETRIES[book.retries]}.\n\n{steps}\n")
    return "\n".join(parts)


def _doors() -> str:
    rows = ["| named | page | note |", "|---|---|---|"]
    rows += [f"| {door.who} | <{door.page}> | {door.note} |" for door in DOORS]
    return "\n".join(rows) + "\n"


def _anchor(cause: str) -> str:
    return re.sub(r"[^\w\- ]", "", cause.lower()).replace(" ", "-")
