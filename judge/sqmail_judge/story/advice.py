"""What to do about a cause: whose trouble it is, whether qmail's own retries mend it, and the steps."""

from __future__ import annotations

from dataclasses import dataclass

from sqmail_log.answers.playbooks import DOORS, PLAYBOOKS
from sqmail_log.answers.whose import whose

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sqmail_judge.finding import Finding

_RETRIES = {
    "yes": "qmail's own retries can succeed",
    "no": "retries cannot succeed",
    "later": "retries can succeed once it is mended",
}
_SIDES = {
    "us": "ours",
    "them": "theirs",
    "recipient": "the recipient's",
    "network": "the network's",
    "sender": "the sender's",
    "us or them": "ours or theirs",
    "nobody": "nobody's: it only takes time",
}


@dataclass(frozen=True)
class Advice:
    """`side` says whose trouble it is, `retries` what becomes of the messages; '' where that is not known."""

    side: str
    retries: str
    steps: tuple[str, ...]
    page: str


def advice(finding: Finding) -> Advice | None:
    """Return what is known of a finding's cause, None where it has none."""
    if not finding.cause:
        return None
    book = PLAYBOOKS.get(finding.cause)
    return Advice(
        _SIDES.get(whose(finding.cause), ""),
        _RETRIES[book.retries] if book else "",
        steps(finding.cause, finding.named),
        _page(finding.named),
    )


def steps(cause: str, named: str) -> tuple[str, ...]:
    """Return what to do about a cause, step by step, as plain text; nothing where that is not known.

    `named` is the list, check or provider that answers named, ''.
    """
    book = PLAYBOOKS.get(cause)
    return book.told(named, _page(named)) if book else ()


def _page(named: str) -> str:
    return next((door.page for door in DOORS if door.who == named), "")
