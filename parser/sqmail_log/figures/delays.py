"""How long deliveries took."""

from __future__ import annotations

from array import array
from math import ceil

from sqmail_log.figures.metrics import DELAY_CLASSES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

# An hour of a busy server has more; a window of days must not take longer to add up because of it.
_KEPT = 1000


class Delays:
    """Delays, below 0 where the clock was set back.

    Up to a thousand are kept as they are (`exact`, in nanoseconds); of more,
    `counts` says how often there was which, in milliseconds to three digits.
    It makes no difference in what order, or in how many parts, they came.
    """

    __slots__ = ("counts", "exact")

    def __init__(self) -> None:
        self.exact = array("q")
        self.counts: dict[int, int] = {}

    def add(self, nanoseconds: array[int]) -> None:
        """Take these in."""
        self.exact += nanoseconds
        if self.counts or len(self.exact) > _KEPT:
            counts = self.counts
            for delay in self.exact:
                rounded = delay // 1_000_000
                if rounded >= 1000:
                    unit = 10 if rounded < 10000 else 100 if rounded < 100000 else 10 ** (len(str(rounded)) - 3)
                    rounded = (rounded + unit // 2) // unit * unit
                counts[rounded] = counts.get(rounded, 0) + 1
            self.exact = array("q")

    def merge(self, other: Delays) -> None:
        """Take in what another has."""
        for delay, count in other.counts.items():
            self.counts[delay] = self.counts.get(delay, 0) + count
        self.add(other.exact)

    def percentile(self, percent: float) -> float | None:
        """Return the delay in seconds, to the millisecond, that `percent` of the deliveries kept within.

        None without any.
        """
        total = len(self.exact) or sum(self.counts.values())
        place = max(1, ceil(total * percent / 100))
        if self.exact:
            return max(0, sorted(self.exact)[place - 1] // 1_000_000) / 1000
        for delay in sorted(self.counts):
            place -= self.counts[delay]
            if place <= 0:
                return max(0, delay) / 1000
        return None

    def classes(self) -> Iterator[tuple[str, int, float]]:
        """Yield for each of DELAY_CLASSES its name, how many delays it has, and their sum in seconds.

        A delay below 0 counts as 0.
        """
        pairs = [(max(0, delay) // 1_000_000, 1) for delay in self.exact]
        pairs += [(max(0, delay), count) for delay, count in self.counts.items()]
        pairs.sort()
        place = 0
        for longest, name in DELAY_CLASSES:
            number = total = 0
            while place < len(pairs) and pairs[place][0] <= 1000 * longest:
                delay, count = pairs[place]
                number += count
                total += delay * count
                place += 1
            yield name, number, total / 1000

    def dump(self) -> bytes:
        """Return what `load` understands, together with the number of `counts`."""
        return (self.exact or array("q", [*self.counts, *self.counts.values()])).tobytes()

    @classmethod
    def load(cls, dumped: bytes, counts: int) -> Delays:
        """Return what `dump` wrote.  Raises ValueError and TypeError for what it did not write."""
        delays = cls()
        delays.exact = array("q", dumped)
        if counts:
            delays.counts = dict(zip(delays.exact[:counts], delays.exact[counts:], strict=True))
            delays.exact = array("q")
        return delays
