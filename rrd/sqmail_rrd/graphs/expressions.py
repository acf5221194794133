"""Expressions: series of metrics in rrdtool's notation, as its DEF and CDEF arguments or for `calculation`."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from sqmail_log.figures.metrics import METRICS, PEAK
from sqmail_rrd.arithmetic.calculation import ALL_LACK, SO_MANY_LACK, Definitions
from sqmail_rrd.graphs.catalogue import AREA, LIMIT, Graph, Series
from sqmail_rrd.graphs.inventory import RrdSet, join_of
from sqmail_rrd.graphs.palette import REST
from sqmail_rrd.graphs.percentiles import CLASSES, COUNTS, SLOWEST, column, expression
from sqmail_rrd.graphs.quantities import Quantity

AVERAGE = "AVERAGE"
MAX = "MAX"
_HOUR, _DAY = 3600, 86400


class Expressions:
    """Collects what defines variables.

    For a Calculation, which does without rrdtool, `defined` says what they stand for.  For rrdtool there are
    `arguments`, which are made where they are asked for: those of many hosts are long, and name each file.
    """

    def __init__(self, rrds: RrdSet) -> None:
        self.defined = Definitions(rrds.stored)
        self._rrds = rrds
        self._names: dict[str, str] = {}
        self._made: list[Callable[[], Iterable[str]]] = []

    @property
    def arguments(self) -> list[str]:
        """The arguments that define all variables in one call of rrdtool."""
        return [argument for made in self._made for argument in made()]

    def _named(self, key: str, arguments: Callable[[str], Iterable[str]]) -> str:
        if key not in self._names:
            name = self._names[key] = f"v{len(self._names)}"
            self._made.append(partial(arguments, name))
        return self._names[key]

    def define(self, expression: str) -> str:
        """Return the variable for an expression in rrdtool's reverse Polish notation."""
        name = self._named(f"CDEF:{expression}", lambda name: [f"CDEF:{name}={expression}"])
        self.defined.expressions[name] = expression
        return name

    def aggregate(self, expression: str) -> str:
        """Return the variable for one number of a whole series, such as `v1,MAXIMUM`."""
        return self._named(f"VDEF:{expression}", lambda name: [f"VDEF:{name}={expression}"])

    def metrics(self, names: Sequence[str], function: str) -> str | None:
        """Return the variable for the sum of metrics over all hosts, None if there is no file of them.

        What is unknown counts as nothing as long as one part is known.  Of ages and delays it is the
        greatest instead of the sum.
        """
        if not any(self._rrds.files.get(name) for name in names):
            return None
        variable = self._named(f"{function}:{','.join(names)}", partial(_sum, self._rrds, names, function))
        self.defined.sums[variable] = tuple(names), function
        return variable

    def series(self, series: Series, quantity: Quantity, function: str) -> str | None:
        """Return the variable for a series as it is shown, None if there is no file of it."""
        if series.percent:
            return self.percentile(series.percent, series.metrics, function)
        value = self.metrics(series.metrics, function)
        if value is None or not series.over:
            scaled = value is not None and quantity.scale != 1
            return self.define(f"{value},{quantity.scale},*") if scaled else value
        whole = self.metrics(series.over, function)
        if whole is None:
            return None
        return self.define(f"{whole},0,GT,{value},{whole},/,{quantity.scale},*,UNKN,IF")

    def classes(self) -> list[str] | None:
        """Return the variables for the successes of each class of delays, then for their delays together.

        None if a file is not there.
        """
        found = [self.metrics((name,), AVERAGE) for name in CLASSES]
        known = [value for value in found if value is not None]
        return known if len(known) == len(CLASSES) else None

    def percentile(self, percent: int, before: Sequence[str], function: str) -> str | None:
        """Return the variable for a percentile of the delays in each row, None if there is no file to tell it.

        Where nothing is known by class, it is what the metrics `before` say.
        """
        old = self.metrics(before, function)
        classes = self.classes()
        if classes is None:
            return old
        number = len(COUNTS)
        otherwise = old or self.define("UNKN")
        name = self.define(expression(classes[:number], classes[number:], percent, otherwise))
        self.defined.functions[name] = (otherwise, *classes), partial(column, percent)
        return name

    def peaks(self, graph: Graph, series: Iterable[Series]) -> list[tuple[str, str]]:
        """Return the variables for the highest minutes of these series of a graph, and their hues.

        Areas that stand on each other have one for all, the sum of the highest minutes of each: no minute was
        higher.  It has no series' colour: that of failures would say that all of it failed.  Percentiles have one
        as well: the class of the slowest.
        """
        some = [one for one in series if one.style != LIMIT and not one.over]
        if any(one.percent for one in some):
            value = self.percentile(SLOWEST, some[0].metrics, MAX)
            return [] if value is None else [(value, some[0].hue)]
        areas = [one for one in some if one.style == AREA]
        if len(areas) > 1:
            whole = replace(areas[0], metrics=tuple(name for one in areas for name in one.metrics), hue=REST)
            some = [whole, *(one for one in some if one.style != AREA)]
        values = ((self.series(one, graph.quantity, MAX), one.hue) for one in some)
        return [(value, hue) for value, hue in values if value is not None]

    def missing(self, until: int, *, some: bool = False) -> str:
        """Return the variable that is 1 where there are no values up to `until`, else 0.

        The time before the first value ever is no gap.  With `some` it is 1 where some hosts of a sum have
        values and others have none.
        """
        rrds = self._rrds
        pulse = self.defined.pulse
        if not pulse:
            pulse += zip(rrds.pulse, rrds.begins, strict=True)
        every = self._named(ALL_LACK, partial(_lacking, [(path, "") for path, _ in pulse], "*"))
        self.defined.gaps[every] = ALL_LACK
        if not some:
            return self.define(f"{every},TIME,{min(rrds.begins)},GT,*,TIME,{until},LE,*")
        begun = [(path, f",TIME,{begin},GT,*") for path, begin in pulse]
        number = self._named(SO_MANY_LACK, partial(_lacking, begun, "+"))
        self.defined.gaps[number] = SO_MANY_LACK
        return self.define(f"{number},0,GT,{every},0,EQ,*,TIME,{until},LE,*")


def _sum(rrds: RrdSet, names: Sequence[str], function: str, variable: str) -> Iterator[str]:
    """Yield the arguments for a sum of metrics."""
    files = [(path, join_of(name)) for name in names for path in rrds.files.get(name, ())]
    if len(files) == 1:
        yield _read(variable, files[0][0], function)
        return
    for number, (path, _) in enumerate(files):
        yield _read(f"{variable}f{number}", path, function)
    # One variable for all: each has as many numbers as there are rows.
    joined = (f",{variable}f{number},{join}" for number, (_, join) in enumerate(files) if number)
    yield f"CDEF:{variable}={variable}f0{''.join(joined)}"


def _lacking(pulse: Sequence[tuple[str, str]], join: str, variable: str) -> Iterator[str]:
    """Yield the arguments for 1 where a file has no value and what stands beside it is true, all of them joined."""
    tests = []
    for number, (path, condition) in enumerate(pulse):
        yield _read(f"{variable}f{number}", path, AVERAGE)
        tests.append(f"{variable}f{number},UN{condition}{f',{join}' if number else ''}")
    yield f"CDEF:{variable}={','.join(tests)}"


def _read(name: str, path: str, function: str) -> str:
    return f"DEF:{name}={path.replace(':', chr(92) + ':')}:value:{function}"


def drawn(series: Series) -> str:
    """Return the consolidation to draw: limits keep their height in rows of hours."""
    return MAX if series.style == LIMIT else AVERAGE


def shows_peaks(graph: Graph, seconds: int) -> bool:
    """Return whether the highest minutes are drawn behind the averages of a range of so many seconds.

    Of what is the highest of each minute anyway they are even in a day.
    """
    is_peak = any(METRICS[name].merge == PEAK for one in graph.series for name in one.metrics if name in METRICS)
    return graph.peaks and seconds > (_HOUR if is_peak else _DAY)
