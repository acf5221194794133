"""One thing that is wrong, as it is told to a person."""

from __future__ import annotations

WARNING = 1
CRITICAL = 2
STATES = ("OK", "WARNING", "CRITICAL")


class Finding:
    """What is wrong.

    `kind` names the sort of trouble in one word or a few with hyphens (also
    the runbook's anchor), `state` is WARNING or CRITICAL, `log` the log it
    was seen in ('' where several tell it together), `minutes` how long it has
    lasted (whole minutes), `count` how many messages, recipients or clients
    it struck in that time, `words` the sentence for the first line, without
    the name of the log, `step` the first thing to do, `cause` the exact name
    of a delivery's cause ('' for none), `named` the list or provider that an
    answer names, `place` the one destination that is meant, as it is shown.
    """

    __slots__ = ("cause", "count", "kind", "log", "minutes", "named", "place", "state", "step", "words")

    def __init__(
        self,
        kind: str,
        state: int,
        words: str,
        *,
        step: str = "",
        log: str = "",
        minutes: int = 0,
        count: int = 0,
        cause: str = "",
        named: str = "",
        place: str = "",
    ) -> None:
        self.kind = kind
        self.state = state
        self.words = words
        self.step = step
        self.log = log
        self.minutes = minutes
        self.count = count
        self.cause = cause
        self.named = named
        self.place = place

    @property
    def sentence(self) -> str:
        """What is wrong, and what to do first."""
        return f"{self.words}: {self.step}" if self.step else self.words


def worst_first(findings: list[Finding]) -> list[Finding]:
    """Return findings, CRITICAL before WARNING, of one state those that struck most first."""
    return sorted(findings, key=lambda finding: (-finding.state, -finding.count))


def span(minutes: int) -> str:
    """Return a length of time in at most two units: `2d 3h`, `1h 5m`, `8m`."""
    days, left = divmod(minutes, 1440)
    hours, left = divmod(left, 60)
    parts = [f"{number}{unit}" for number, unit in ((days, "d"), (hours, "h"), (left, "m")) if number]
    return " ".join(parts[:2]) or "0m"


def counted(number: int, noun: str) -> str:
    """Return `1 message`, `2 messages`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
