"""Readings: the numbers of a graph over a range of time, for legends, tables and texts."""

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import add

from rrd_files.rows import Rows, finest_rows, thinned
from sqmail_rrd.arithmetic.calculation import Calculation
from sqmail_rrd.graphs.catalogue import LIMIT, Graph, Series
from sqmail_rrd.graphs.expressions import AVERAGE, MAX, Expressions
from sqmail_rrd.graphs.inventory import LATE, RrdSet
from sqmail_rrd.graphs.palette import REST
from sqmail_rrd.graphs.percentiles import CLASSES, COUNTS, percentile
from sqmail_rrd.graphs.quantities import Quantity
from sqmail_rrd.graphs.ranges import TimeRange

_NO_CLASSES = (0.0,) * len(CLASSES)


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of a series as shown (see Quantity); NaN where there is none.

    `now` is the last value of the ten minutes before the end.  `maximum` is the highest minute.  Where
    several series are added up and rows are longer than a minute it is the sum of their highest minutes,
    which may not have been the same one.  `total` is the sum over the time.  Of a percentile, `average` is that
    of all deliveries of the time, and `maximum` that of the slowest row.
    """

    now: float
    average: float
    maximum: float
    total: float

    @property
    def zero(self) -> bool:
        """Whether there is nothing to see: no value, or none but 0."""
        return not self.maximum > 0


@dataclass(frozen=True, slots=True)
class Reading:
    """What a graph shows of a set of files in a time range that ends at `until`.

    `missing` is the share of the time without values; before `begin` there never were any, which is no gap.
    """

    graph: Graph
    time_range: TimeRange
    until: int
    rows: tuple[tuple[Series, Numbers], ...]
    missing: float
    begin: int

    @property
    def quiet(self) -> bool:
        """Whether every series but the limits is 0 or unknown."""
        return all(numbers.zero for series, numbers in self.rows if series.style != LIMIT)

    def of(self, metrics: Iterable[str]) -> list[Numbers]:
        """Return the numbers of the series that show some of these metrics."""
        wanted = set(metrics)
        return [numbers for series, numbers in self.rows if wanted & set(series.metrics)]


@dataclass(frozen=True, slots=True)
class _Sums:
    """What is added up over the rows of a time range; seconds are those with a value.

    `classes` has the successes of each class of delays, then their delays.
    """

    total: float = 0.0
    seconds: float = 0.0
    whole: float = 0.0
    maximum: float = math.nan
    classes: tuple[float, ...] = _NO_CLASSES

    def __add__(self, other: "_Sums") -> "_Sums":
        return _Sums(
            self.total + other.total,
            self.seconds + other.seconds,
            self.whole + other.whole,
            max(self.maximum, other.maximum, key=_floor),
            tuple(map(add, self.classes, other.classes)),
        )

    def numbers(self, series: Series, quantity: Quantity, now: float) -> Numbers:
        divisor = self.whole if series.over else self.seconds
        average = quantity.scale * self.total / divisor if divisor > 0 else math.nan
        if series.percent:
            counts, sums = self.classes[: len(COUNTS)], self.classes[len(COUNTS) :]
            delay = percentile(counts, sums, series.percent)
            average = average if delay is None else delay
        total = self.total if quantity.sums and self.seconds > 0 else math.nan
        return Numbers(now, average, self.maximum, total)


def draws(rrds: RrdSet, graph: Graph) -> bool:
    """Return whether a set of files has any series of a graph."""
    return any(_present(rrds, series) for series in graph.series)


def read(
    rrds: RrdSet,
    graphs: Iterable[Graph],
    time_ranges: Iterable[TimeRange],
    until: int,
    zero: Collection[str] = (),
) -> list[Reading]:
    """Return the readings of those graphs for which there is any file, time range by time range.

    Files of reasons that are known to be `zero` are not read.  Raises RrdError if a file cannot be read.
    """
    until -= until % rrds.rras[0].step
    begin = min(rrds.begins)
    wanted = [(graph, [series for series in graph.series if _present(rrds, series)]) for graph in graphs]
    wanted = [(graph, _counted(graph, some, zero)) for graph, some in wanted if some]
    reader = _Reader(rrds, [(series, graph.quantity) for graph, some in wanted for series in some], until)
    readings = []
    time_ranges = list(time_ranges)
    rrds.stored.expect(reader.rows(time_ranges))
    for time_range in time_ranges:
        numbers = iter(reader.numbers(time_range))
        missing = reader.missing(time_range) / time_range.seconds if begin < until else 1.0
        for graph, some in wanted:
            rows = [(series, next(numbers)) for series in some]
            if graph.top:
                rows = _top(graph, rows, rrds, time_range, until)
            readings.append(Reading(graph, time_range, until, tuple(rows), missing, begin))
    return readings


def reasons(rrds: RrdSet, found: Iterable[Reading]) -> tuple[set[str], set[str]]:
    """Return the reasons whose graphs were read: those that occurred, and those that did not."""
    there: set[str] = set()
    occurred: set[str] = set()
    for reading in found:
        if reading.graph.top:
            there.update(name for series in reading.graph.series for name in series.metrics if name in rrds.files)
            occurred.update(name for series, numbers in reading.rows if not numbers.zero for name in series.metrics)
    return occurred, there - occurred


def rest(metrics: Sequence[str]) -> Series:
    """Return the series of all reasons that are not among the most frequent ones."""
    return Series(f"{len(metrics)} other reason{'s' * (len(metrics) > 1)}", tuple(metrics), REST)


def _counted(graph: Graph, some: list[Series], zero: Collection[str]) -> list[Series]:
    """Leave out reasons that are zero, as `_top` would; the first one stands where there is no other."""
    if not graph.top or not zero:
        return some
    return [*some[:1], *(series for series in some[1:] if series.metrics[0] not in zero)]


def _present(rrds: RrdSet, series: Series) -> bool:
    return any(name in rrds.files for name in series.metrics) and (
        not series.over or any(name in rrds.files for name in series.over)
    )


def _top(
    graph: Graph, rows: list[tuple[Series, Numbers]], rrds: RrdSet, time_range: TimeRange, until: int
) -> list[tuple[Series, Numbers]]:
    """Return the rows of the most frequent reasons and one of all the others that occurred."""
    ranked = sorted((row for row in rows if not row[1].zero), key=lambda row: -row[1].total)
    shown = ranked[: graph.top]
    others = ranked[graph.top :]
    if others:
        more = rest([name for series, _ in others for name in series.metrics])
        shown += zip([more], _Reader(rrds, [(more, graph.quantity)], until).numbers(time_range), strict=True)
    return shown or rows[:1]


class _Reader:
    """Reads numbers of one set of files; rows that several time ranges share are read once."""

    def __init__(self, rrds: RrdSet, wanted: Sequence[tuple[Series, Quantity]], until: int) -> None:
        self._rrds = rrds
        self._wanted = wanted
        self._until = until
        self._read: dict[Rows, tuple[list[_Sums], float]] = {}

    def numbers(self, time_range: TimeRange) -> list[Numbers]:
        """Return the numbers of each series wanted."""
        sums = [_Sums()] * len(self._wanted)
        for rows in self._finest(time_range):
            sums = [kept + more for kept, more in zip(sums, self._summed(rows)[0], strict=True)]
        return [
            kept.numbers(series, quantity, now)
            for (series, quantity), kept, now in zip(self._wanted, sums, self._now, strict=True)
        ]

    def rows(self, time_ranges: Iterable[TimeRange]) -> set[Rows]:
        """Return all rows that will be read."""
        return {self._newest, *(rows for time_range in time_ranges for rows in self._finest(time_range))}

    def missing(self, time_range: TimeRange) -> float:
        """Return the seconds without any value."""
        return sum(self._summed(rows)[1] for rows in self._finest(time_range))

    @property
    def _newest(self) -> Rows:
        rrds = self._rrds
        step = rrds.rras[0].step
        return thinned(rrds.rras, rrds.newest, self._until - LATE - step, self._until, step)

    def _finest(self, time_range: TimeRange) -> list[Rows]:
        rrds = self._rrds
        return finest_rows(rrds.rras, rrds.newest, self._until - time_range.seconds, self._until)

    def _summed(self, rows: Rows) -> tuple[list[_Sums], float]:
        """Return the sums of each series wanted, and the seconds without any value."""
        if rows not in self._read:
            expressions = Expressions(self._rrds)
            gaps = expressions.missing(self._rrds.reported(self._until))
            missing = _known(Calculation(expressions.defined, rows).total(gaps))
            self._read[rows] = self._sums(rows, missing), missing
        return self._read[rows]

    def _sums(self, rows: Rows, missing: float) -> list[_Sums]:
        """Return the sums of each series wanted; of those that are zero throughout nothing but the highest is asked."""
        expressions = Expressions(self._rrds)
        calculation = Calculation(expressions.defined, rows)
        seconds = max(0.0, rows.end - max(rows.start, min(self._rrds.begins)) - missing)
        # Minutes are their own maximum, and a share has no maximum of its own.
        finest = rows.step == self._rrds.rras[0].step
        sums = []
        for series, quantity in self._wanted:
            maximum = math.nan
            if finest or not series.percent:
                maximum = _maximum(calculation, expressions, series, quantity, AVERAGE)
            # What is never less than 0 and 0 on average was never more.
            if not finest and not series.over and maximum != 0:
                maximum = _maximum(calculation, expressions, series, quantity, MAX)
            # Deliveries that took no time count in a percentile of all.
            if maximum > 0 or (series.percent and not math.isnan(maximum)):
                value = _there(expressions.metrics(series.metrics, AVERAGE))
                known = expressions.define(f"{value},UN,0,1,IF")
                whole = expressions.metrics(series.over, AVERAGE) or value
                classes = (expressions.classes() or []) if series.percent else []
                total, measured, over, *delays = (
                    _known(calculation.total(one)) for one in (value, known, whole, *classes)
                )
                sums.append(_Sums(total, measured, over, maximum, tuple(delays) or _NO_CLASSES))
            else:
                all_known = _known(maximum + seconds)
                sums.append(_Sums(0.0, all_known, all_known, maximum))
        return sums

    @cached_property
    def _now(self) -> list[float]:
        expressions = Expressions(self._rrds)
        calculation = Calculation(expressions.defined, self._newest)
        found = (_unscaled(expressions, series, quantity, AVERAGE) for series, quantity in self._wanted)
        return [scale * calculation.last(variable) for variable, scale in found]


def _maximum(
    calculation: Calculation, expressions: Expressions, series: Series, quantity: Quantity, function: str
) -> float:
    variable, scale = _unscaled(expressions, series, quantity, function)
    return scale * calculation.maximum(variable)


def _unscaled(expressions: Expressions, series: Series, quantity: Quantity, function: str) -> tuple[str, int]:
    """Return the variable of a series, and what its numbers are still to be multiplied with."""
    if series.percent or series.over:
        return _there(expressions.series(series, quantity, function)), 1
    return _there(expressions.metrics(series.metrics, function)), quantity.scale


def _there(variable: str | None) -> str:
    """Return the variable of a series, of which there is a file."""
    if variable is None:
        raise ValueError("a series without a file")
    return variable


def _known(value: float) -> float:
    return 0.0 if math.isnan(value) else value


def _floor(value: float) -> float:
    return -math.inf if math.isnan(value) else value
