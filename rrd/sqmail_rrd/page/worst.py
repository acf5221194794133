"""The worst hosts first: beside the sum of all, which hosts make it up."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from typing import NamedTuple

from sqmail_command.html import Markup, element
from sqmail_rrd.graphs.catalogue import GRAPHS
from sqmail_rrd.graphs.quantities import PERCENT, Quantity
from sqmail_rrd.graphs.readings import Numbers, Reading
from sqmail_rrd.page.model import HostGraphs, Picture, page_name

_SHOWN = 6
# A share of fewer attempts says nothing.
_FEW = 20


@dataclass(frozen=True, slots=True)
class _Measure:
    """What hosts are compared by: a number of a reading of the last hour, NaN where there is none."""

    title: str
    graph: str
    number: Callable[[Reading], float]
    quantity: Quantity
    when: str


class Ranked(NamedTuple):
    """A log of a host where there is anything of a measure, as it is sorted: the greatest number first."""

    negative: float
    host: str
    instance: str
    folder: str
    picture: Picture | None


def measured(host: HostGraphs) -> list[tuple[int, Ranked]]:
    """Return the logs of a host where there is anything, each with the place of its measure."""
    found = []
    for place, measure in enumerate(_MEASURES):
        for instance in host.instances:
            drawn = instance.graphs.get(measure.graph)
            number = measure.number(drawn["hour"].reading) if drawn else math.nan
            if drawn and number > 0:
                name = instance.rrds.instance
                found.append((place, Ranked(-number, host.name, name, host.folder, drawn["day"].picture)))
    return found


class Ranking:
    """The worst of all hosts by each measure: of those that were added no more is kept than is shown."""

    def __init__(self) -> None:
        self._numbers = [0] * len(_MEASURES)
        self._worst: list[list[Ranked]] = [[] for _ in _MEASURES]

    def add(self, found: Iterable[tuple[int, Ranked]]) -> None:
        """Add the logs of a host, as they were `measured`."""
        for place, ranked in found:
            self._numbers[place] += 1
            self._worst[place] = nsmallest(_SHOWN, [*self._worst[place], ranked])

    def sections(self, folder: str) -> list[Markup]:
        """Return, for the page in `folder`, the worst hosts of each measure as small pictures of the last day."""
        up = "../" * (folder.count("/") + 1)
        found = []
        for measure, number, ranked in zip(_MEASURES, self._numbers, self._worst, strict=True):
            if ranked:
                more = f" {number - len(ranked)} more with less." if number > len(ranked) else ""
                found += [
                    element("h2", f"{measure.title}: the worst hosts first"),
                    element("p", f"{measure.when}; pictures of the last day.{more}", class_="faint"),
                    element("div", *(_figure(up, measure, one) for one in ranked), class_="small"),
                ]
        return found


def _figure(up: str, measure: _Measure, one: Ranked) -> Markup:
    text = f"{one.host}, {one.instance}: {measure.quantity.text(-one.negative)}"
    image = None
    if one.picture is not None:
        alt = f"{GRAPHS[measure.graph].title} of {one.host}, {one.instance}, last day"
        address = f"{up}{one.folder}/{one.picture.name}"
        image = element("img", src=address, alt=alt, width=one.picture.width, height=one.picture.height)
    address = f"{up}{one.folder}/{page_name(one.instance, measure.graph)}"
    return element("figure", element("a", element("figcaption", text), image, href=address))


def _now(metric: str) -> Callable[[Reading], float]:
    return lambda reading: _sum(reading, (metric,), lambda numbers: numbers.now)


def _sum(reading: Reading, metrics: Sequence[str], number: Callable[[Numbers], float]) -> float:
    return math.fsum(one for one in map(number, reading.of(metrics)) if not math.isnan(one))


def _deferral_share(reading: Reading) -> float:
    every = math.fsum(numbers.total for _, numbers in reading.rows if not math.isnan(numbers.total))
    deferred = ("deferral_local", "deferral_remote", "deferral_unknown")
    total = _sum(reading, deferred, lambda numbers: numbers.total)
    return PERCENT.scale * total / every if every >= _FEW else math.nan


def _rejects(reading: Reading) -> float:
    return _sum(reading, ("reject",), lambda numbers: numbers.average)


_MEASURES = (
    _Measure("Queue", "queue", _now("queue"), GRAPHS["queue"].quantity, "Messages in the queue now"),
    _Measure("Oldest message", "oldest", _now("oldest"), GRAPHS["oldest"].quantity, "Its age now"),
    _Measure("Deferrals", "deliveries", _deferral_share, PERCENT,
             f"Deferrals among the last hour's attempts, of {_FEW} and more"),
    _Measure("Rejects", "records", _rejects, GRAPHS["records"].quantity, "Rejected records a minute in the last hour"),
)  # fmt: skip
