"""What happened in each quarter of an hour: what hours and days of any time zone can be added up from."""

from __future__ import annotations

BIN = 900
"""Seconds: zones differ by quarters of an hour."""
QUEUED, SUCCEEDED, FAILED, DEFERRED, DELIVERED_BYTES = range(5)
"""What is counted: messages queued, attempts by result as events have it plus one, bytes of the successful ones."""


class Hours:
    """By the Unix time that a quarter of an hour begins with, what was counted in it."""

    __slots__ = ("bins",)

    def __init__(self) -> None:
        self.bins: dict[int, list[int]] = {}

    def of(self, when: float) -> list[int]:
        """Return the counts of the quarter that a moment in Unix seconds lies in, to add to."""
        begin = int(when) // BIN * BIN
        found = self.bins.get(begin)
        if found is None:
            found = self.bins[begin] = [0] * 5
        return found

    def merge(self, other: Hours) -> None:
        """Add another's counts."""
        for begin, counts in other.bins.items():
            own = self.of(begin)
            own[:] = map(sum, zip(own, counts, strict=True))
