"""Rows by what strangers send, of which there may be endlessly many, in bounded memory.

Where there are more keys than may be kept, the rarer half of them goes into
one row of the rest.  What is promised: totals stay exact; a row that is shown
is too low by at most `missed`, as is one that is not shown; a key that was
always among the more frequent half has its exact figure.
"""

from __future__ import annotations

from operator import itemgetter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping
    from typing import Any, TypeVar

    K = TypeVar("K", bound=Hashable)
    T = TypeVar("T")

MOST_KEYS = 50_000
"""How many networks, users and texts of sessions are kept where nothing else is asked for."""
REST = "(others)"
"""What the row of the rest is called."""
_COUNT = itemgetter(1)


class Tally(dict["Any", int]):
    """Counts by key; `rest` counts what lost its key, `missed` how much of one key may be in there."""

    __slots__ = ("missed", "rest")

    def __init__(self) -> None:
        super().__init__()
        self.missed = 0
        self.rest = 0

    def total(self) -> int:
        """Return the exact sum of all counts."""
        return sum(self.values()) + self.rest

    def add(self, counts: Mapping[K, int]) -> None:
        """Count several keys."""
        for key, number in counts.items():
            self[key] = self.get(key, 0) + number

    def merge(self, other: Tally) -> None:
        """Add what another pass counted."""
        self.add(other)
        self.missed += other.missed
        self.rest += other.rest

    def bound(self, limit: int) -> None:
        """Keep the more frequent half of `limit` keys where there are more than that."""
        if len(self) > limit:
            kept, dropped = halved(self.items(), limit, _COUNT)
            self.clear()
            self.update(kept)
            self.missed += dropped[0][1]
            self.rest += sum(map(_COUNT, dropped))


def halved(rows: Iterable[T], limit: int, weight: Callable[[T], int]) -> tuple[list[T], list[T]]:
    """Return the half of `limit` rows that weigh most, and all others, the heaviest first."""
    ranked = sorted(rows, key=weight, reverse=True)
    half = limit // 2
    return ranked[:half], ranked[half:]


def note(missed: int, what: str) -> tuple[str, ...]:
    """Return what a table has to say where a row may lack so many of `what`; nothing for none."""
    if not missed:
        return ()
    return (
        f"estimates: there were more rows than are kept, and the rarest are summed up in {REST}; "
        f"each row may lack up to {missed} {what}, and one with more than these is not missing",
    )
