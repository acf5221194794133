"""Expressions: series of metrics as rrdtool's DEF and CDEF arguments."""

from collections.abc import Callable, Iterable

from rrd_files.query import variable
from sqmail_log.figures.metrics import METRICS, PEAK
from sqmail_rrd.graphs.catalogue import LIMIT, Series, collectd_type
from sqmail_rrd.graphs.inventory import RrdSet
from sqmail_rrd.graphs.quantities import Quantity

AVERAGE = "AVERAGE"
MAX = "MAX"


class Expressions:
    """Collects the arguments that define variables for one call of rrdtool; each file is read once."""

    def __init__(self, rrds: RrdSet) -> None:
        self.arguments: list[str] = []
        self._rrds = rrds
        self._names: dict[str, str] = {}

    def _named(self, key: str, argument: Callable[[str], str]) -> str:
        if key not in self._names:
            self._names[key] = f"v{len(self._names)}"
            self.arguments.append(argument(self._names[key]))
        return self._names[key]

    def define(self, expression: str) -> str:
        """Return the variable for an expression in rrdtool's reverse Polish notation."""
        return self._named(f"CDEF:{expression}", lambda name: f"CDEF:{name}={expression}")

    def aggregate(self, expression: str) -> str:
        """Return the variable for one number of a whole series, such as `v1,MAXIMUM`."""
        return self._named(f"VDEF:{expression}", lambda name: f"VDEF:{name}={expression}")

    def file(self, path: str, function: str) -> str:
        """Return the variable for the values in a file."""
        return self._named(f"{function}:{path}", lambda name: variable(name, path, function))

    def metrics(self, names: Iterable[str], function: str) -> str | None:
        """Return the variable for the sum of metrics over all hosts, None if there is no file of them.

        What is unknown counts as nothing as long as one part is known.  Of ages and delays it is the
        greatest instead of the sum.
        """
        joined = None
        for name in names:
            join = "MAXNAN" if collectd_type(name) == "latency" else "ADDNAN"
            for path in self._rrds.files.get(name, ()):
                part = self.file(path, function)
                joined = part if joined is None else self.define(f"{joined},{part},{join}")
        return joined

    def series(self, series: Series, quantity: Quantity, function: str) -> str | None:
        """Return the variable for a series as it is shown, None if there is no file of it."""
        value = self.metrics(series.metrics, function)
        if value is None or not series.over:
            scaled = value is not None and quantity.scale != 1
            return self.define(f"{value},{quantity.scale},*") if scaled else value
        whole = self.metrics(series.over, function)
        if whole is None:
            return None
        return self.define(f"{whole},0,GT,{value},{whole},/,{quantity.scale},*,UNKN,IF")

    def missing(self, until: int, *, some: bool = False) -> str:
        """Return the variable that is 1 where there are no values up to `until`, else 0.

        The time before the first value ever is no gap.  With `some` it is 1 where some hosts of a sum have
        values and others have none.
        """
        rrds = self._rrds
        unknown = [f"{self.file(path, AVERAGE)},UN" for path in rrds.pulse]
        every = ",".join(unknown) + ",*" * (len(unknown) - 1)
        if not some:
            return self.define(f"{every},TIME,{min(rrds.begins)},GT,*,TIME,{until},LE,*")
        late = [f"{test},TIME,{begin},GT,*" for test, begin in zip(unknown, rrds.begins, strict=True)]
        number = ",".join(late) + ",+" * (len(late) - 1)
        return self.define(f"{number},0,GT,{every},0,EQ,*,TIME,{until},LE,*")


def drawn(series: Series) -> str:
    """Return the consolidation to draw: limits and peaks keep their height in rows of hours."""
    return MAX if series.style == LIMIT or _is_peak(series) else AVERAGE


def _is_peak(series: Series) -> bool:
    return any(name in METRICS and METRICS[name].merge == PEAK for name in series.metrics)
