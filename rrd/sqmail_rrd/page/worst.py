"""The worst hosts first: beside the sum of all, which hosts make it up."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqmail_command.html import Markup, element
from sqmail_rrd.graphs.catalogue import GRAPHS
from sqmail_rrd.graphs.quantities import PERCENT, Quantity
from sqmail_rrd.graphs.readings import Numbers, Reading
from sqmail_rrd.page.model import HostGraphs, InstanceGraphs, page_name

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


def sections(hosts: Sequence[HostGraphs], folder: str) -> list[Markup]:
    """Return, for the page in `folder`, the worst hosts of each measure as small pictures of the last day."""
    up = "../" * (folder.count("/") + 1)
    found = []
    for measure in _MEASURES:
        ranked = _ranked(hosts, measure)
        figures = [_figure(up, measure, *one) for one in ranked[:_SHOWN]]
        if figures:
            rest = len(ranked) - len(figures)
            more = f" {rest} more with less." if rest else ""
            found += [
                element("h2", f"{measure.title}: the worst hosts first"),
                element("p", f"{measure.when}; pictures of the last day.{more}", class_="faint"),
                element("div", *figures, class_="small"),
            ]
    return found


def _ranked(hosts: Sequence[HostGraphs], measure: _Measure) -> list[tuple[float, HostGraphs, InstanceGraphs]]:
    """Return the logs of all hosts where there is anything, by the measure, the greatest first."""
    found = []
    for host in hosts:
        for instance in host.instances:
            drawn = instance.graphs.get(measure.graph)
            number = measure.number(drawn["hour"].reading) if drawn else math.nan
            if number > 0:
                found.append((number, host, instance))
    return sorted(found, key=lambda one: (-one[0], one[1].name, one[2].rrds.instance))


def _figure(up: str, measure: _Measure, number: float, host: HostGraphs, instance: InstanceGraphs) -> Markup:
    name = instance.rrds.instance
    picture = instance.graphs[measure.graph]["day"].picture
    text = f"{host.name}, {name}: {measure.quantity.text(number)}"
    image = None
    if picture is not None:
        alt = f"{GRAPHS[measure.graph].title} of {host.name}, {name}, last day"
        address = f"{up}{host.folder}/{picture.name}"
        image = element("img", src=address, alt=alt, width=picture.width, height=picture.height)
    address = f"{up}{host.folder}/{page_name(name, measure.graph)}"
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
