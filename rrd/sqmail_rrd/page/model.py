"""The album: which pictures there are, of which readings, on which pages."""

from dataclasses import dataclass

from sqmail_command.text import file_name
from sqmail_rrd.graphs.readings import Reading
from sqmail_rrd.graphs.spans import SPANS, Span
from sqmail_rrd.inventory import Source

__all__ = ["Drawn", "Host", "Instance", "Picture", "page_name", "picture_name"]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture beside its page, and its size in pixels."""

    name: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """A reading and its picture; None where there is nothing but zeros to see."""

    reading: Reading
    picture: Picture | None


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance of a host: by the graph's name, then by the span's, what was drawn."""

    source: Source
    graphs: dict[str, dict[str, Drawn]]


@dataclass(frozen=True, slots=True)
class Host:
    """A host, or the sum of all; `folder` is where its pages are, relative to the page of all hosts."""

    name: str
    folder: str
    instances: tuple[Instance, ...]

    @property
    def newest(self) -> int:
        """Unix time of the last value."""
        return max(instance.source.newest for instance in self.instances)

    @property
    def overview(self) -> Span:
        """The span to show of every graph: the day, or the hour while all values are younger."""
        hour = SPANS["hour"]
        readings = [drawn["hour"].reading for instance in self.instances for drawn in instance.graphs.values()]
        is_new = all(reading.begin >= reading.until - hour.seconds for reading in readings)
        return hour if is_new else SPANS["day"]


def page_name(instance: str, graph: str) -> str:
    """Return the file name of a graph's page; graphs' names hold no dot, so no two pages share one."""
    return f"{file_name(instance)}.{graph}.html"


def picture_name(instance: str, graph: str, span: str) -> str:
    """Return the file name of a picture."""
    return f"{file_name(instance)}.{graph}.{span}.svg"
