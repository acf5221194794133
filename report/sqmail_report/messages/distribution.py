"""How long deliveries took, counted exactly in memory that does not grow with the log.

qmailanalog's distribution works on ddelays printed with six significant
digits and averages the distinct ones among them.  There are 900,000 such
numbers per power of ten.  Those of each power are counted in a dictionary until
that takes more room than an array of counters for all of them (3.6 MB),
which takes longer to look through.

Delays are differences of times, multiples of 2^-22 s: far enough from what
lies between two such numbers that multiplying rounds as printing does.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from itertools import accumulate, compress
from operator import mul

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LEAST_CODE = 100_000
_CODES = 900_000
_LOWEST = -5
_HIGHEST = 8
_BOUNDS = [10.0**power for power in range(_LOWEST, _HIGHEST + 2)]
# For each power of ten: a number times this, rounded, is its code, from 100000 to 999999.
_SCALES = [10.0 ** (5 - power) for power in range(_LOWEST, _HIGHEST + 2)]
# Adding and subtracting it rounds a double to a whole number as round() does, and sooner (benchmark: report).
_ROUNDER = 1.5 * 2.0**52
_COUNTER_LIMIT = 87_000
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


class DelayCounts:
    """Counts of delays in seconds, each known to six significant digits.

    A number's code is its six digits.  What is rounded up to the next power of
    ten (9.9999996) has a code of that one.
    """

    __slots__ = ("_counts", "_dense", "_number", "_rare", "_waiting")

    def __init__(self) -> None:
        self._number = 0
        self._waiting: list[float] = []
        # By power of ten; the codes of one are in `_dense` or in `_counts`.
        self._counts: list[Counter[float]] = [Counter() for _ in _SCALES]
        self._dense: dict[int, array[int]] = {}
        # Zero, below 10 microseconds, negative (the clock was set back) or beyond 30 years.
        self._rare: Counter[float] = Counter()

    def add(self, delays: Sequence[float]) -> None:
        """Count these delays."""
        self._number += len(delays)
        self._waiting += delays
        if len(self._waiting) > _WAITING_LIMIT:
            self._sort_in()

    def merge(self, other: DelayCounts) -> None:
        """Add another's counts."""
        self._number += other._number - len(other._waiting)
        self.add(other._waiting)
        self._rare.update(other._rare)
        for decade, counts in enumerate(other._counts):
            self._counts[decade].update(counts)
            dense = other._dense.get(decade)
            if dense is not None:
                own = self._made_dense(decade)
                for place in compress(range(_CODES), dense):
                    own[place] += dense[place]
        self._compact()

    def percentiles(self) -> list[Percentile]:
        """Return one entry for each whole percent that some delay completes, 0 to 100.

        A delay completes the percent `floor(100 * deliveries up to it / all)`.
        """
        self._sort_in()
        count = self._number
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
                total += sum(map(mul, values[start:end], counts[start:end]))
                done_by = values[start]
                if found and found[-1].percent == percent:
                    done_by = found.pop().done_by
                found.append(Percentile(percent, done_by, distinct_sum / distinct, total / reached[end - 1]))
                start = end
            done = reached[-1] if reached else done
        return found

    def _sort_in(self) -> None:
        """Count the waiting delays by their codes."""
        waiting = sorted(self._waiting)
        self._waiting = []
        first = bisect_left(waiting, _BOUNDS[0])
        behind = bisect_left(waiting, _BOUNDS[-1])
        self._rare.update(float(f"{delay:.6g}") for delay in waiting[:first] + waiting[behind:])
        for decade, (scale, bound) in enumerate(zip(_SCALES[:-1], _BOUNDS[1:], strict=True)):
            last = bisect_left(waiting, bound, first)
            counts = self._counts[decade]
            counts.update([delay * scale + _ROUNDER - _ROUNDER for delay in waiting[first:last]])
            if carried := counts.pop(_LEAST_CODE * 10.0, 0):
                self._counts[decade + 1][float(_LEAST_CODE)] += carried
            first = last
        self._compact()

    def _compact(self) -> None:
        """Move counts into an array once they take more memory."""
        for decade, counts in enumerate(self._counts):
            if len(counts) > _COUNTER_LIMIT or decade in self._dense:
                dense = self._made_dense(decade)
                for code, number in counts.items():
                    dense[int(code) - _LEAST_CODE] += number
                counts.clear()

    def _made_dense(self, decade: int) -> array[int]:
        if decade not in self._dense:
            self._dense[decade] = array("I", bytes(4 * _CODES))
        return self._dense[decade]

    def _ascending(self) -> Iterator[tuple[list[float], list[int]]]:
        """Yield the distinct delays and their counts, in order, some at a time."""
        rare = sorted(self._rare)
        least = bisect_left(rare, _BOUNDS[0])
        yield rare[:least], [self._rare[delay] for delay in rare[:least]]
        for decade, scale in enumerate(_SCALES):
            codes = sorted(self._counts[decade])
            yield [code / scale for code in codes], list(map(self._counts[decade].__getitem__, codes))
            counts = self._dense.get(decade, ())
            for start in range(0, len(counts), _BLOCK):
                block = counts[start : start + _BLOCK]
                places = compress(range(start + _LEAST_CODE, start + _LEAST_CODE + _BLOCK), block)
                yield [place / scale for place in places], list(compress(block, block))
        yield rare[least:], [self._rare[delay] for delay in rare[least:]]
