"""Readings: the numbers of a graph over a stretch of time, for legends, tables and texts."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from rrd_files.query import ask
from sqmail_rrd.graphs.expressions import AVERAGE, MAX, Expressions
from sqmail_rrd.graphs.palette import HUES, REST
from sqmail_rrd.graphs.quantities import Quantity
from sqmail_rrd.graphs.spans import Piece, Span, pieces
from sqmail_rrd.graphs.table import LIMIT, Graph, Series
from sqmail_rrd.inventory import LATE, Source

__all__ = ["Numbers", "Reading", "draws", "read"]


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of a series as shown (see Quantity); NaN where there is none.

    `now` is the last value of the ten minutes before the end. `maximum` is the highest minute. Where
    several series are added up and rows are longer than a minute it is the sum of their highest minutes,
    which may not have been the same one. `total` is the sum over the time.
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
    """What a graph shows of a source in a span that ends at `until`.

    `missing` is the share of the time without values; before `begin` there never were any, which is no gap.
    """

    graph: Graph
    span: Span
    until: int
    rows: tuple[tuple[Series, Numbers], ...]
    missing: float
    begin: int

    @property
    def quiet(self) -> bool:
        """Whether every series but the limits is 0 or unknown."""
        return all(numbers.zero for series, numbers in self.rows if series.style != LIMIT)

    @property
    def maximum(self) -> float:
        """The highest number of all series, 0 if there is none."""
        return max((numbers.maximum for _, numbers in self.rows if not numbers.zero), default=0.0)


@dataclass(frozen=True, slots=True)
class _Sums:
    """What is added up over the pieces of a span; seconds are those with a value."""

    total: float = 0.0
    seconds: float = 0.0
    whole: float = 0.0
    maximum: float = math.nan

    def __add__(self, other: "_Sums") -> "_Sums":
        return _Sums(
            self.total + other.total,
            self.seconds + other.seconds,
            self.whole + other.whole,
            max(self.maximum, other.maximum, key=_floor),
        )

    def numbers(self, series: Series, quantity: Quantity, now: float) -> Numbers:
        divisor = self.whole if series.over else self.seconds
        average = quantity.scale * self.total / divisor if divisor > 0 else math.nan
        total = self.total if quantity.sums and self.seconds > 0 else math.nan
        return Numbers(now, average, self.maximum, total)


def draws(source: Source, graph: Graph) -> bool:
    """Return whether the source has any series of a graph."""
    return any(_present(source, series) for series in graph.series)


def read(source: Source, graphs: Iterable[Graph], spans: Iterable[Span], until: int) -> list[Reading]:
    """Return the readings of those graphs for which the source has any file, span by span.

    Raises RrdError with rrdtool's text if a file cannot be read.
    """
    until -= until % source.archives[0].step
    begin = min(source.begins)
    wanted = [(graph, [series for series in graph.series if _present(source, series)]) for graph in graphs]
    wanted = [(graph, some) for graph, some in wanted if some]
    reader = _Reader(source, [(series, graph.quantity) for graph, some in wanted for series in some], until)
    readings = []
    for span in spans:
        numbers = iter(reader.numbers(span))
        missing = reader.missing(span) / span.seconds if begin < until else 1.0
        for graph, some in wanted:
            rows = [(series, next(numbers)) for series in some]
            if graph.top:
                rows = _top(graph, rows, source, span, until)
            readings.append(Reading(graph, span, until, tuple(rows), missing, begin))
    return readings


def _present(source: Source, series: Series) -> bool:
    return any(name in source.files for name in series.metrics) and (
        not series.over or any(name in source.files for name in series.over)
    )


def _top(
    graph: Graph, rows: list[tuple[Series, Numbers]], source: Source, span: Span, until: int
) -> list[tuple[Series, Numbers]]:
    """Return the rows of the most frequent reasons and one of all the others that occurred."""
    ranked = sorted((row for row in rows if not row[1].zero), key=lambda row: -row[1].total)
    free = list(HUES)
    shown = []
    for series, numbers in ranked[: graph.top]:
        # A reason keeps its hue from picture to picture unless a more frequent one has it.
        hue = series.hue if series.hue in free else free[0]
        free.remove(hue)
        shown.append((replace(series, hue=hue), numbers))
    others = ranked[graph.top :]
    if others:
        rest = Series(
            f"{len(others)} other reason{'s' * (len(others) > 1)}",
            tuple(name for series, _ in others for name in series.metrics),
            REST,
        )
        shown += zip([rest], _Reader(source, [(rest, graph.quantity)], until).numbers(span), strict=True)
    return shown or rows[:1]


class _Reader:
    """Asks rrdtool for numbers of one source; a piece that several spans share is read once."""

    def __init__(self, source: Source, wanted: Sequence[tuple[Series, Quantity]], until: int) -> None:
        self._source = source
        self._wanted = wanted
        self._until = until
        self._read: dict[Piece, tuple[list[_Sums], float]] = {}

    def numbers(self, span: Span) -> list[Numbers]:
        """Return the numbers of each series wanted."""
        sums = [_Sums()] * len(self._wanted)
        for piece in self._pieces(span):
            sums = [kept + more for kept, more in zip(sums, self._piece(piece)[0], strict=True)]
        return [
            kept.numbers(series, quantity, now)
            for (series, quantity), kept, now in zip(self._wanted, sums, self._now, strict=True)
        ]

    def missing(self, span: Span) -> float:
        """Return the seconds without any value."""
        return sum(self._piece(piece)[1] for piece in self._pieces(span))

    def _pieces(self, span: Span) -> list[Piece]:
        source = self._source
        return pieces(source.archives, source.newest, self._until - span.seconds, self._until)

    def _piece(self, piece: Piece) -> tuple[list[_Sums], float]:
        """Return the sums of each series wanted, and the seconds without any value."""
        if piece not in self._read:
            finest = piece.step == self._source.archives[0].step
            expressions = Expressions(self._source)
            gaps = expressions.missing(self._source.reported(self._until))
            asked = [expressions.aggregate(f"{gaps},TOTAL")]
            for series, quantity in self._wanted:
                # Minutes are their own maximum, and a share has no maximum of its own.
                function = AVERAGE if finest or series.over else MAX
                asked.append(expressions.aggregate(f"{expressions.series(series, quantity, function)},MAXIMUM"))
            gap, *highest = _ask(piece, expressions, asked)
            missing = _known(gap)
            self._read[piece] = self._sums(piece, highest, missing), missing
        return self._read[piece]

    def _sums(self, piece: Piece, highest: Sequence[float], missing: float) -> list[_Sums]:
        """Ask for the sums of those series that are not zero throughout, as most reasons are."""
        expressions = Expressions(self._source)
        asked = []
        for (series, _), maximum in zip(self._wanted, highest, strict=True):
            if maximum > 0:
                value = expressions.metrics(series.metrics, AVERAGE)
                known = expressions.define(f"{value},UN,0,1,IF")
                whole = expressions.metrics(series.over, AVERAGE) or value
                asked += [expressions.aggregate(f"{variable},TOTAL") for variable in (value, known, whole)]
        answers = map(_known, _ask(piece, expressions, asked)) if asked else iter(())
        seconds = max(0.0, piece.end - max(piece.start, min(self._source.begins)) - missing)
        return [
            _Sums(next(answers), next(answers), next(answers), maximum)
            if maximum > 0
            else _Sums(0.0, _known(maximum + seconds), _known(maximum + seconds), maximum)
            for maximum in highest
        ]

    @cached_property
    def _now(self) -> list[float]:
        expressions = Expressions(self._source)
        asked = [
            expressions.aggregate(f"{expressions.series(series, quantity, AVERAGE)},LAST")
            for series, quantity in self._wanted
        ]
        step = self._source.archives[0].step
        return _ask(Piece(self._until - LATE - step, self._until, step), expressions, asked)


def _ask(piece: Piece, expressions: Expressions, wanted: Sequence[str]) -> list[float]:
    return [float(text) for text in ask(piece, expressions.arguments, [f"{name}:%.17lg" for name in wanted])]


def _known(value: float) -> float:
    return 0.0 if math.isnan(value) else value


def _floor(value: float) -> float:
    return -math.inf if math.isnan(value) else value
