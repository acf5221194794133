"""The last day of a host in a few numbers, for the small pictures of its row."""

import math
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rrd_files.rows import thinned
from sqmail_rrd.arithmetic.calculation import Calculation
from sqmail_rrd.graphs.expressions import AVERAGE, Expressions
from sqmail_rrd.graphs.inventory import RrdSet

SECONDS = 86_400
POINTS = 48
"""Half an hour each."""
_STEP = SECONDS // POINTS


@dataclass(frozen=True, slots=True)
class Line:
    """A column of a host's row: its name, the graph that has its numbers, the metrics that are added up, and the hue.

    Of a `level` the number is the last one, and pictured is the highest of each half hour; of what is counted
    it is the last hour's, and pictured the number a minute.
    """

    name: str
    graph: str
    metrics: tuple[str, ...]
    hue: str
    level: bool = False


LINES = {
    line.name: line
    for line in (
        Line("in the queue", "queue", ("queue",), "sky", level=True),
        Line("oldest", "oldest", ("oldest",), "orange", level=True),
        Line("came in", "messages", ("messages",), "sky"),
        Line("delivered", "deliveries", ("success_local", "success_remote", "success_unknown"), "blue"),
        Line("deferred", "deliveries", ("deferral_local", "deferral_remote", "deferral_unknown"), "orange"),
        Line("failed", "deliveries", ("failure_local", "failure_remote", "failure_unknown"), "vermillion"),
        Line("accepted", "records", ("accept",), "blue"),
        Line("rejected", "records", ("reject",), "vermillion"),
    )
}
"""The columns by name, in the colours of their graphs."""

Day = Mapping[str, Sequence[float]]
"""By the column's name POINTS values, NaN where there is none; what a host has nothing of is not there."""


def read(rrd_sets: Sequence[RrdSet], until: int) -> Day:
    """Return the last day of a host's instances together.  Raises RrdError if a file cannot be read."""
    files: dict[str, tuple[str, ...]] = {}
    for rrds in rrd_sets:
        for metric, paths in rrds.files.items():
            files[metric] = (*files.get(metric, ()), *paths)
    whole = RrdSet(rrd_sets[0].host, "", files, max(rrds.newest for rrds in rrd_sets))
    expressions = Expressions(whole)
    variables = {name: expressions.metrics(line.metrics, AVERAGE) for name, line in LINES.items()}
    present = {name: variable for name, variable in variables.items() if variable is not None}
    if not present:
        return {}
    rows = thinned(whole.rras, whole.newest, until - SECONDS, until, 60)
    calculation = Calculation(expressions.defined, rows)
    begin = rows.ends.start - rows.step - (until - SECONDS)
    return {
        name: array("d", _reduced(calculation.column(variable), begin, rows.step, level=LINES[name].level))
        for name, variable in present.items()
    }


def _reduced(values: Iterable[float], begin: int, step: int, *, level: bool) -> list[float]:
    """Return a value for each half hour from values of rows, the first of which ends `step` seconds behind `begin`."""
    parts: list[list[float]] = [[] for _ in range(POINTS)]
    for number, value in enumerate(values):
        place = (begin + number * step) // _STEP
        if not math.isnan(value) and 0 <= place < POINTS:
            parts[place].append(value)
    if level:
        return [max(part, default=math.nan) for part in parts]
    return [60 * sum(part) / len(part) if part else math.nan for part in parts]


def together(days: Iterable[Day]) -> Day:
    """Return several hosts' day added up; what is unknown of one counts as nothing."""
    found: dict[str, Sequence[float]] = {}
    for day in days:
        for name, values in day.items():
            before = found.get(name)
            found[name] = values if before is None else [_sum(*pair) for pair in zip(before, values, strict=True)]
    return found


def _sum(one: float, other: float) -> float:
    return other if math.isnan(one) else one if math.isnan(other) else one + other
