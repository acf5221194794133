"""Cutting lines into stretches of time."""

from __future__ import annotations

from bisect import bisect_left

from sqmail_log import tai64n
from sqmail_log.units import MINUTE, NOTHING, SECOND, Minute

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqmail_log.units import Nanoseconds

AHEAD = 300 * SECOND
"""A log may be this far ahead of our clock (s6-log's labels read as multilog's are 27 s) and no further."""


class Buckets:
    """Stretches of `length`, number 0 beginning at `origin` (Unix time): minutes, where nothing else is said."""

    __slots__ = ("length", "origin")

    def __init__(self, length: Nanoseconds = MINUTE, origin: Nanoseconds = NOTHING) -> None:
        self.length = length
        self.origin = origin

    def number(self, stamp: Nanoseconds) -> Minute:
        """Return the bucket that a time lies in."""
        return Minute((stamp - self.origin) // self.length)

    def start(self, number: Minute) -> Nanoseconds:
        """Return the first nanosecond of a bucket."""
        return self.origin + int(number) * self.length

    def runs(self, lines: list[bytes]) -> Iterator[tuple[Minute, list[bytes]]]:
        """Yield neighbouring lines of one bucket with its number, in the lines' order.

        A clock that was set back gives more runs, not wrong ones.  A line with
        a torn label, or without, stays with the line before it.
        """
        first, behind = 0, len(lines)
        while first < behind:
            try:
                number = self.number(tai64n.nanoseconds(lines[first]))
            except ValueError:
                before = tai64n.long(lines[first - 1][9:25]) if first else NOTHING
                lines = tai64n.relabel(lines[first:], fallback=before)
                first, behind = 0, len(lines)
                continue
            begin = tai64n.encode(self.start(number))
            end = tai64n.encode(self.start(Minute(number + 1)))
            after = bisect_left(lines, end, first)
            run = lines[first:after]
            # Looked for from the end, the greatest is not found anew with each line: two thirds of the time.
            if not run or min(run) < begin or max(reversed(run)) >= end:
                after = first + 1
                while after < behind and begin <= lines[after] < end:
                    after += 1
                run = lines[first:after]
            yield number, run
            first = after
