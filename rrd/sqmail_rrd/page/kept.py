"""What earlier runs read of a log, kept beside its pages, so that a page is complete where nothing was read anew."""

import json
import math
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqmail_command.text import file_name
from sqmail_rrd.graphs.catalogue import GRAPHS, Graph, Series
from sqmail_rrd.graphs.ranges import RANGES
from sqmail_rrd.graphs.readings import Numbers, Reading, rest
from sqmail_rrd.page import website
from sqmail_rrd.page.model import DrawnReading, Picture, picture_name

_REST = -1
_LAST = 2**36


@dataclass(frozen=True, slots=True)
class KeptRange:
    """What a run read and drew of one range, up to `until`, when the last value was that of `newest`.

    `zero` gives the total of each reason that had not occurred.
    """

    until: int
    newest: int
    graphs: Mapping[str, DrawnReading]
    zero: Mapping[str, int | None]


@dataclass(slots=True)
class Kept:
    """All that is kept of a log: its ranges by name, and whether its pages say that it is silent."""

    ranges: dict[str, KeptRange] = field(default_factory=dict)
    silent: bool = False


def load(folder: Path, instance: str) -> Kept:
    """Return what is kept of an instance; nothing where there is none, or where the file is no such one.

    The folder may be another's: nothing is run of what lies there, and numbers are all that he can change.
    """
    found = website.read(_path(folder, instance))
    if found is not None:
        with suppress(ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError):
            return _kept(json.loads(found[0]), instance)
    return Kept()


def save(folder: Path, instance: str, kept: Kept) -> None:
    """Keep all of an instance.  Raises RrdError if it cannot be written."""
    ranges = {name: _range_as_json(one) for name, one in kept.ranges.items()}
    text = json.dumps({"silent": kept.silent, "ranges": ranges}, separators=(",", ":"))
    website.write(_path(folder, instance), text.encode())


def _path(folder: Path, instance: str) -> Path:
    return folder / f".{file_name(instance)}.kept"


def _range_as_json(kept: KeptRange) -> dict[str, Any]:
    graphs = {name: _drawn_as_json(drawn) for name, drawn in kept.graphs.items()}
    return {"until": kept.until, "newest": kept.newest, "zero": dict(kept.zero), "graphs": graphs}


def _drawn_as_json(drawn: DrawnReading) -> dict[str, Any]:
    reading = drawn.reading
    series = reading.graph.series
    rows = [
        [series.index(one) if one in series else _REST, list(one.metrics), n.now, n.average, n.maximum, n.total]
        for one, n in reading.rows
    ]
    size = [drawn.picture.width, drawn.picture.height] if drawn.picture else None
    return {"picture": size, "missing": reading.missing, "begin": reading.begin, "rows": rows}


def _kept(found: Any, instance: str) -> Kept:
    ranges = {name: _range(found["ranges"][name], name, instance) for name in RANGES if name in found["ranges"]}
    return Kept(ranges, bool(found["silent"]))


def _range(found: Any, name: str, instance: str) -> KeptRange:
    until = _moment(found["until"])
    graphs = {
        graph.name: _drawn(found["graphs"][graph.name], graph, name, until, instance)
        for graph in GRAPHS.values()
        if graph.name in found["graphs"]
    }
    zero = {str(metric): total for metric, total in found["zero"].items()}
    return KeptRange(until, _moment(found["newest"]), graphs, zero)


def _drawn(found: Any, graph: Graph, name: str, until: int, instance: str) -> DrawnReading:
    rows = tuple(_rows(found["rows"], graph))
    reading = Reading(graph, RANGES[name], until, rows, _number(found["missing"]), _moment(found["begin"]))
    picture = None
    if found["picture"] is not None:
        width, height = map(int, found["picture"])
        picture = Picture(picture_name(instance, graph.name, name), width, height)
    return DrawnReading(reading, picture)


def _rows(found: Iterable[Any], graph: Graph) -> Iterable[tuple[Series, Numbers]]:
    for index, metrics, *numbers in found:
        series = rest([str(metric) for metric in metrics]) if index == _REST else graph.series[index]
        now, average, maximum, total = map(_number, numbers)
        yield series, Numbers(now, average, maximum, total)


def _number(found: Any) -> float:
    number = float(found)
    if math.isinf(number):
        raise ValueError("no number of a graph")
    return number


def _moment(found: Any) -> int:
    moment = int(found)
    if not 0 <= moment < _LAST:
        raise ValueError("no time that can be shown")
    return moment
