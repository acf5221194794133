"""What an RRD file is called and made of, as collectd's rrdtool plugin makes it."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

_ROWS = 1200
_XFF = 0.1
_TIMESPANS = (3600, 86400, 7 * 86400, 31 * 86400, 366 * 86400)
_FUNCTIONS = ("AVERAGE", "MIN", "MAX")

Identity = tuple[str, str, str]
"""Host, plugin[-instance], type[-instance]: the three parts of a series' path."""


@dataclass(frozen=True, slots=True)
class DataSource:
    """A number of a series: its name, its kind in lower case, and the range in which it is known; NaN is no limit."""

    name: str
    kind: str
    minimum: float = math.nan
    maximum: float = math.nan


def definition(sources: Iterable[DataSource], interval: float) -> tuple[int, *tuple[str, ...]]:
    """Return a file's step in seconds, then its data sources and archives as `rrdtool create` takes them.

    `interval` is that of the series in seconds; step and heartbeat are whole seconds.  The archives hold
    1200 rows or more for an hour, a day, a week, 31 and 366 days.  Raises ValueError for an interval of
    less than half a second or of more than 34 years, with which librrd 1.7 would crash.
    """
    step = int(interval + 0.5)
    heartbeat = int(2 * interval + 0.5)
    if not 0 < step < heartbeat < 2**31:
        raise ValueError("Could not calculate RRAs")
    arguments = []
    for source in sources:
        low, high = ("U" if math.isnan(limit) else f"{limit:f}" for limit in (source.minimum, source.maximum))
        arguments.append(f"DS:{source.name}:{source.kind.upper()}:{heartbeat}:{low}:{high}")
    for index, timespan in enumerate(_TIMESPANS):
        covered = max(timespan, step * _ROWS) if timespan // step < _ROWS else timespan
        steps = 1 if index == 0 else covered // (_ROWS * step)
        rows = -(-covered // (steps * step))
        arguments += [f"RRA:{function}:{_XFF:.10f}:{steps}:{rows}" for function in _FUNCTIONS]
    return step, *arguments


def shortest_row(definitions: Iterable[str]) -> int:
    """Return how many steps make the shortest row of several, of definitions as above; 2 where there is none."""
    steps = (int(one.split(":")[3]) for one in definitions if one.startswith("RRA:"))
    return min((number for number in steps if number > 1), default=2)
