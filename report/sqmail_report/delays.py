"""How long deliveries took, counted exactly in memory that does not grow with the log.

qmailanalog's distribution works on ddelays printed with six significant
digits and averages the distinct ones among them.  There are 900,000 such
numbers per power of ten.  They are counted in a dictionary until that takes
more than an array of counters for the whole power would: 3.6 MB.

Delays are differences of times, multiples of 2^-22 s: far enough from what
lies between two such numbers that multiplying rounds as printing does.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import defaultdict
from itertools import accumulate, compress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LEAST_CODE = 100_000
_CODES = 900_000
_LOWEST = -5
_HIGHEST = 8
_BOUNDS = [10.0**power for power in range(_LOWEST, _HIGHEST + 2)]
_TO_CODE = [10.0 ** (5 - power) for power in range(_LOWEST, _HIGHEST + 2)]
_DICTIONARY_LIMIT = 40_000
_WAITING_LIMIT = 65_536
_BLOCK = 50_000


class Percentile:
    """The fastest `percent` of all deliveries, all done by `done_by` seconds.

    `distinct_average` is qmailanalog's: of the distinct delays up to there,
    each counted once.  `average` counts every delivery.
    """

    __slots__ = ("average", "distinct_average", "done_by", "percent")

    def __init__(self, percent: int, done_by: float, distinct_average: float, average: float) -> None:
        self.percent = percent
        self.done_by = done_by
        self.distinct_average = distinct_average
        self.average = average


class Delays:
    """Counts of delays in seconds, each known to six significant digits."""

    __slots__ = ("_decades", "_rare", "_waiting")

    def __init__(self) -> None:
        self._waiting: list[float] = []
        self._decades: dict[int, defaultdict[int, int] | array[int]] = {}
        # Zero, below 10 microseconds, negative (the clock was set back) or beyond 30 years.
        self._rare: defaultdict[float, int] = defaultdict(int)

    def add(self, delays: Sequence[float]) -> None:
        """Count these delays."""
        self._waiting += delays
        if len(self._waiting) > _WAITING_LIMIT:
            self._sort_in()

    def merge(self, other: Delays) -> None:
        """Add another's counts."""
        self.add(other._waiting)
        for decade, counts in other._decades.items():
            own = self._decades.setdefault(decade, defaultdict(int))
            for codes in _blocks(counts):
                for code in codes:
                    own[code] += counts[code]
            self._compact(decade)
        for delay, number in other._rare.items():
            self._rare[delay] += number

    def percentiles(self) -> list[Percentile]:
        """Return one entry for each whole percent that some delay completes, 0 to 100.

        A delay completes the percent `floor(100 * deliveries up to it / all)`.
        """
        self._sort_in()
        count = sum(self._rare.values())
        count += sum(sum(c if isinstance(c, array) else c.values()) for c in self._decades.values())
        found: list[Percentile] = []
        distinct = done = 0
        distinct_sum = total = 0.0
        for values, counts in self._ascending():
            reached = list(accumulate(counts, initial=done))[1:]
            start = 0
            while start < len(values):
                percent = reached[start] * 100 // count
                # The first that completes the next percent: 100 * reached >= (percent + 1) * count.
                end = bisect_left(reached, -(-(percent + 1) * count // 100), start)
                distinct += end - start
                distinct_sum += sum(values[start:end])
                total += sum(map(float.__mul__, values[start:end], map(float, counts[start:end])))
                done_by = values[start]
                if found and found[-1].percent == percent:
                    done_by = found.pop().done_by
                found.append(Percentile(percent, done_by, distinct_sum / distinct, total / reached[end - 1]))
                start = end
            done = reached[-1] if reached else done
        return found

    def _sort_in(self) -> None:
        """Count the waiting delays by power of ten and code: the six digits as a number."""
        waiting = sorted(self._waiting)
        self._waiting = []
        first = bisect_left(waiting, _BOUNDS[0])
        for delay in waiting[:first]:
            self._rare[float(f"{delay:.6g}")] += 1
        for decade, scale in enumerate(_TO_CODE[:-1]):
            behind = bisect_left(waiting, _BOUNDS[decade + 1], first)
            if behind == first:
                continue
            counts = self._decades.setdefault(decade, defaultdict(int))
            for delay in waiting[first:behind]:
                code = round(delay * scale)
                if code == _LEAST_CODE + _CODES:
                    # 9.9999996 is printed as 10.
                    self._decades.setdefault(decade + 1, defaultdict(int))[0] += 1
                else:
                    counts[code - _LEAST_CODE] += 1
            first = behind
            self._compact(decade)
        for delay in waiting[first:]:
            self._rare[float(f"{delay:.6g}")] += 1

    def _compact(self, decade: int) -> None:
        """Turn a dictionary that has grown larger than an array into an array."""
        counts = self._decades[decade]
        if not isinstance(counts, array) and len(counts) > _DICTIONARY_LIMIT:
            dense = array("I", bytes(4 * _CODES))
            for code, number in counts.items():
                dense[code] = number
            self._decades[decade] = dense

    def _ascending(self) -> Iterator[tuple[list[float], list[int]]]:
        """Yield the distinct delays and their counts, in order, some at a time."""
        rare = sorted(self._rare)
        least = bisect_left(rare, _BOUNDS[0])
        yield rare[:least], [self._rare[delay] for delay in rare[:least]]
        for decade, counts in sorted(self._decades.items()):
            scale = _TO_CODE[decade]
            for codes in _blocks(counts):
                yield [(_LEAST_CODE + code) / scale for code in codes], [counts[code] for code in codes]
        yield rare[least:], [self._rare[delay] for delay in rare[least:]]


def _blocks(counts: defaultdict[int, int] | array[int]) -> Iterator[list[int]]:
    """Yield the codes that are counted, in ascending order, some at a time."""
    if isinstance(counts, array):
        for start in range(0, _CODES, _BLOCK):
            yield list(compress(range(start, start + _BLOCK), counts[start : start + _BLOCK]))
    else:
        yield sorted(counts)
