"""Readings: the numbers of a graph over a stretch of time, for legends, tables and texts."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqmail_rrd.binding import RrdError, load
from sqmail_rrd.expressions import AVERAGE, MAX, Expressions
from sqmail_rrd.graphs import LIMIT, Graph, Series
from sqmail_rrd.inventory import Source
from sqmail_rrd.palette import HUES, REST
from sqmail_rrd.quantities import Quantity
from sqmail_rrd.spans import Piece, Span, pieces

__all__ = ["Numbers", "Reading", "read"]

_RECENT = 600


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
    """What a graph shows of a source in a span that ends at `until`; `missing` is the share of gaps."""

    graph: Graph
    span: Span
    until: int
    rows: tuple[tuple[Series, Numbers], ...]
    missing: float

    @property
    def quiet(self) -> bool:
        """Whether every series but the limits is 0 or unknown."""
        return all(numbers.zero for series, numbers in self.rows if series.style != LIMIT)

    @property
    def maximum(self) -> float:
        """The highest number of all series, 0 if there is none."""
        return max((numbers.maximum for _, numbers in self.rows if not numbers.zero), default=0.0)


@dataclass(slots=True)
class _Sums:
    """What is added up over the pieces of a span; seconds are those with a value."""

    total: float = 0.0
    seconds: float = 0.0
    whole: float = 0.0
    maximum: float = math.nan

    def numbers(self, series: Series, quantity: Quantity, now: float) -> Numbers:
        divisor = self.whole if series.over else self.seconds
        average = quantity.scale * self.total / divisor if divisor > 0 else math.nan
        total = self.total if quantity.sums and self.seconds > 0 else math.nan
        return Numbers(now, average, self.maximum, total)


def read(source: Source, graphs: Iterable[Graph], span: Span, until: int) -> list[Reading]:
    """Return the readings of those graphs for which the source has any file, in the order given.

    Raises RrdError with rrdtool's text if a file cannot be read.
    """
    until -= until % source.archives[0].step
    parts = pieces(source.archives, source.newest, until - span.seconds, until)
    reader = _Reader(source, parts, until)
    wanted = [(graph, [series for series in graph.series if _present(source, series)]) for graph in graphs]
    flat = [(series, graph.quantity) for graph, some in wanted for series in some]
    numbers = dict(zip(flat, reader.numbers(flat), strict=True))
    missing = reader.missing() / span.seconds
    found = []
    for graph, some in wanted:
        rows = [(series, numbers[series, graph.quantity]) for series in some]
        if graph.top:
            rows = _top(graph, rows, reader)
        if rows:
            found.append(Reading(graph, span, until, tuple(rows), missing))
    return found


def _present(source: Source, series: Series) -> bool:
    return any(name in source.files for name in series.metrics) and (
        not series.over or any(name in source.files for name in series.over)
    )


def _top(graph: Graph, rows: list[tuple[Series, Numbers]], reader: "_Reader") -> list[tuple[Series, Numbers]]:
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
        shown += zip([rest], reader.numbers([(rest, graph.quantity)]), strict=True)
    return shown or rows[:1]


class _Reader:
    """Asks rrdtool for numbers of one source over the same pieces of time."""

    def __init__(self, source: Source, parts: Sequence[Piece], until: int) -> None:
        self._source = source
        self._parts = parts
        self._until = until

    def numbers(self, wanted: Sequence[tuple[Series, Quantity]]) -> list[Numbers]:
        sums = [_Sums() for _ in wanted]
        for part in self._parts:
            self._add(part, wanted, sums)
        return [
            kept.numbers(series, quantity, now)
            for (series, quantity), kept, now in zip(wanted, sums, self._now(wanted), strict=True)
        ]

    def missing(self) -> float:
        """Return the seconds without any value."""
        seconds = 0.0
        reported = self._source.reported(self._until)
        for part in self._parts:
            expressions = Expressions(self._source)
            gap = expressions.aggregate(f"{expressions.missing(reported)},TOTAL")
            seconds += _known(_ask(part, expressions, [gap])[0])
        return seconds

    def _add(self, part: Piece, wanted: Sequence[tuple[Series, Quantity]], sums: Sequence[_Sums]) -> None:
        expressions = Expressions(self._source)
        asked = []
        for series, quantity in wanted:
            value = expressions.metrics(series.metrics, AVERAGE)
            whole = expressions.metrics(series.over, AVERAGE) or value
            highest = expressions.series(series, quantity, AVERAGE if part.finest or series.over else MAX)
            seconds = expressions.define(f"{value},UN,0,1,IF")
            asked += [
                expressions.aggregate(f"{value},TOTAL"),
                expressions.aggregate(f"{seconds},TOTAL"),
                expressions.aggregate(f"{whole},TOTAL"),
                expressions.aggregate(f"{highest},MAXIMUM"),
            ]
        answers = iter(_ask(part, expressions, asked))
        for kept, total, seconds_known, whole_total, maximum in zip(
            sums, answers, answers, answers, answers, strict=True
        ):
            kept.total += _known(total)
            kept.seconds += _known(seconds_known)
            kept.whole += _known(whole_total)
            kept.maximum = max((kept.maximum, maximum), key=_floor)

    def _now(self, wanted: Sequence[tuple[Series, Quantity]]) -> list[float]:
        expressions = Expressions(self._source)
        asked = [
            expressions.aggregate(f"{expressions.series(series, quantity, AVERAGE)},LAST")
            for series, quantity in wanted
        ]
        step = self._source.archives[0].step
        recent = Piece(self._until - max(_RECENT, 2 * step), self._until, step, finest=True)
        return _ask(recent, expressions, asked)


def _ask(piece: Piece, expressions: Expressions, asked: Sequence[str]) -> list[float]:
    rrdtool = load()
    try:
        info = rrdtool.graphv(
            "-",
            # rrdtool adds the row that begins at the end.
            *("--start", str(piece.start), "--end", str(piece.end - 1), "--step", str(piece.step)),
            # With fewer pixels than rows it would average over several of them.
            *("--width", str(max(10, (piece.end - piece.start) // piece.step + 1))),
            *expressions.arguments,
            *(f"PRINT:{name}:%.17lg" for name in asked),
        )
    except (rrdtool.OperationalError, rrdtool.ProgrammingError) as error:
        raise RrdError(f"reading: {error}") from None
    return [float(info[f"print[{index}]"]) for index in range(len(asked))]


def _known(value: float) -> float:
    return 0.0 if math.isnan(value) else value


def _floor(value: float) -> float:
    return -math.inf if math.isnan(value) else value
