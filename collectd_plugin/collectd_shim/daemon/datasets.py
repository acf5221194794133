"""Data sets: what a value of a type consists of, read from collectd's types.db."""

import math
import struct
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from rrd_files.definition import DataSource

TYPES_DB = Path("/usr/share/collectd/types.db")
"""Where Debian's collectd keeps the types it knows."""

BUILT_IN = """\
absolute                value:ABSOLUTE:0:U
bytes                   value:GAUGE:0:U
connections             value:DERIVE:0:U
count                   value:GAUGE:0:U
counter                 value:COUNTER:U:U
current_connections     value:GAUGE:0:U
derive                  value:DERIVE:0:U
duration                seconds:GAUGE:0:U
files                   value:GAUGE:0:U
gauge                   value:GAUGE:U:U
if_octets               rx:DERIVE:0:U, tx:DERIVE:0:U
latency                 value:GAUGE:0:U
percent                 value:GAUGE:0:100.1
queue_length            value:GAUGE:0:U
response_time           value:GAUGE:0:U
total_bytes             value:DERIVE:0:U
total_connections       value:DERIVE:0:U
total_events            value:DERIVE:0:U
"""
"""The lines of types.db that a mail log needs, for machines without collectd."""


def described(source: DataSource) -> tuple[str, str, float | None, float | None]:
    """Return the tuple of get_dataset(); limits pass through C's float there, None is no limit."""
    return source.name, source.kind, _single(source.minimum), _single(source.maximum)


def _single(number: float) -> float | None:
    if math.isnan(number):
        return None
    rounded: float = struct.unpack("f", struct.pack("f", number))[0]
    return rounded


def _whole(low: int, high: int, negative: str) -> Callable[[Any], int]:
    def convert(value: Any) -> int:
        number = int(value)
        if low <= number <= high:
            return number
        raise OverflowError(negative if number < low else "int too big to convert")

    return convert


_unsigned = _whole(0, 2**64 - 1, "can't convert negative int to unsigned")
_CONVERT: dict[str, Callable[[Any], int | float]] = {
    "gauge": float,
    "derive": _whole(-(2**63), 2**63 - 1, "int too big to convert"),
    "counter": _unsigned,
    "absolute": _unsigned,
}


class DataSet:
    """A type: its name and its data sources, in order."""

    __slots__ = ("_first", "_size", "name", "sources")

    def __init__(self, name: str, sources: Iterable[DataSource]) -> None:
        self.name = name
        self.sources = tuple(sources)
        self._size = len(self.sources)
        self._first = _CONVERT[self.sources[0].kind]

    @staticmethod
    def check(values: Any) -> None:
        """Raise TypeError unless `values` is a list or tuple."""
        if not isinstance(values, list | tuple):
            raise TypeError("values must be list or tuple")

    def numbers(self, values: Any) -> Sequence[int | float]:
        """Convert one value list: gauges to float, the other kinds to whole numbers (cut, not rounded).

        Raises TypeError unless `values` is a list or tuple, RuntimeError for a wrong count, and
        ValueError, TypeError or OverflowError for an entry that does not become such a number.
        """
        if values.__class__ is not list:
            self.check(values)
        if len(values) != self._size:
            raise RuntimeError(f"type {self.name} needs {self._size} values, got {len(values)}")
        if self._size == 1:
            return (self._first(values[0]),)
        return [_CONVERT[source.kind](value) for source, value in zip(self.sources, values, strict=True)]


def parse(lines: Iterable[str], on_error: Callable[[str], None] = lambda _line: None) -> dict[str, DataSet]:
    """Read lines of a types.db: a name, then `name:KIND:minimum:maximum` for each data source.

    A line that is none of these is handed to `on_error` and left out, a later definition replaces an
    earlier one: so does the daemon.
    """
    types: dict[str, DataSet] = {}
    for line in lines:
        name, *fields = line.replace(",", " ").split() or [""]
        if not name or name.startswith("#"):
            continue
        try:
            types[name] = DataSet(name, map(_source, fields))
        except (ValueError, LookupError):
            on_error(line.strip())
    return types


def _source(field: str) -> DataSource:
    name, kind, minimum, maximum = field.split(":")
    if kind.lower() not in _CONVERT:
        raise ValueError(kind)
    return DataSource(name, kind.lower(), _limit(minimum), _limit(maximum))


def _limit(field: str) -> float:
    return math.nan if field == "U" else float(field)


def load(on_error: Callable[[str], None] = lambda _line: None) -> dict[str, DataSet]:
    """Return the types of the installed collectd, those of BUILT_IN where there is none.

    Raises OSError when the installed file cannot be read.
    """
    if not TYPES_DB.is_file():
        return parse(BUILT_IN.splitlines())
    with TYPES_DB.open(encoding="utf-8", errors="replace") as lines:
        return parse(lines, on_error)
