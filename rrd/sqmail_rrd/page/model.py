"""What the pages show: which pictures there are, of which readings, on which pages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqmail_command.text import file_name
from sqmail_rrd.graphs.catalogue import GRAPHS, Graph
from sqmail_rrd.graphs.inventory import RrdSet
from sqmail_rrd.graphs.ranges import RANGES, TimeRange
from sqmail_rrd.graphs.readings import Numbers, Reading


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture beside its page, and its size in pixels."""

    name: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class DrawnReading:
    """A reading and its picture; None where there is nothing but zeros to see."""

    reading: Reading
    picture: Picture | None


@dataclass(frozen=True, slots=True)
class InstanceGraphs:
    """An instance of a host: by the graph's name, then by the time range's, what was drawn.

    `next` gives the Unix times from which ranges that are not drawn in every run are drawn again, `months` the
    months that have a page.
    """

    rrds: RrdSet
    graphs: dict[str, dict[str, DrawnReading]]
    next: Mapping[str, int] = field(default_factory=dict)
    months: tuple[str, ...] = ()

    @property
    def moment(self) -> int:
        """Unix time of the newest reading, 0 if there is none."""
        times = (drawn.reading.until for ranges in self.graphs.values() for drawn in ranges.values())
        return max(times, default=0)


@dataclass(frozen=True, slots=True)
class HostPages:
    """The pages of a host: the folder they are in, relative to the page of all hosts, and the graphs of each instance.

    Graphs are those of the catalogue in every process, so that this is little to keep of many hosts.
    """

    folder: str
    graphs: Mapping[str, tuple[Graph, ...]]


@dataclass(frozen=True, slots=True)
class HostGraphs:
    """A host, or the sum of all; `folder` is where its pages are, relative to the page of all hosts."""

    name: str
    folder: str
    instances: tuple[InstanceGraphs, ...]

    @property
    def newest(self) -> int:
        """Unix time of the last value."""
        return max(instance.rrds.newest for instance in self.instances)

    @property
    def pages(self) -> HostPages:
        """Which pages it has."""
        graphs = {one.rrds.instance: tuple(GRAPHS[name] for name in one.graphs) for one in self.instances}
        return HostPages(self.folder, graphs)

    def last_hour(self, graph: str, metrics: Iterable[str]) -> list[Numbers]:
        """Return what each instance that has the graph shows there of some of these metrics."""
        return [
            numbers
            for instance in self.instances
            if graph in instance.graphs
            for numbers in instance.graphs[graph]["hour"].reading.of(metrics)
        ]

    @property
    def overview(self) -> TimeRange:
        """The time range to show of every graph: the day, or the hour while all values are younger."""
        hour = RANGES["hour"]
        drawn = [ranges["hour"] for instance in self.instances for ranges in instance.graphs.values() if ranges]
        readings = [one.reading for one in drawn]
        is_new = all(reading.begin >= reading.until - hour.seconds for reading in readings)
        return hour if is_new else RANGES["day"]


def page_name(instance: str, graph: str) -> str:
    """Return the file name of a graph's page; graphs' names hold no dot, so no two pages share one."""
    return f"{file_name(instance)}.{graph}.html"


def picture_name(instance: str, graph: str, time_range: str) -> str:
    """Return the file name of a picture."""
    return f"{file_name(instance)}.{graph}.{time_range}.svg"


def month_page_name(instance: str, month: str) -> str:
    """Return the file name of the page of an instance's month: no graph has a name like `2026-07`."""
    return page_name(instance, month)
