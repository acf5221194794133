"""One log of a host, or of all hosts: what is due is read and drawn, the rest is what an earlier run kept."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqmail_log.figures.metrics import METRICS, SEND
from sqmail_rrd.graphs import svg
from sqmail_rrd.graphs.catalogue import GRAPHS
from sqmail_rrd.graphs.inventory import RrdSet
from sqmail_rrd.graphs.layers import ThresholdLine
from sqmail_rrd.graphs.ranges import RANGES, TimeRange
from sqmail_rrd.graphs.readings import Reading, draws, read, reasons
from sqmail_rrd.page import kept, months, views, website
from sqmail_rrd.page.kept import Kept, KeptRange
from sqmail_rrd.page.model import (
    DrawnReading,
    HostGraphs,
    InstanceGraphs,
    Picture,
    month_page_name,
    page_name,
    picture_name,
)
from sqmail_rrd.page.schedule import Schedule
from sqmail_rrd.status.together import Sources

NUMBERS = ("deliveries", "messages", "queue", "oldest", "records")
"""The graphs whose numbers of the last hour are read in every run, for the page of all hosts."""


@dataclass(frozen=True, slots=True)
class PageOptions:
    """What is drawn: up to `until` (Unix seconds), with lines, by `jobs` processes.

    With `anew` nothing of an earlier run is kept but the pages of months that are over.  `cgi` is the address that
    draws any other time, `sources` tell how the hosts are, beside their files.
    """

    until: int
    thresholds: tuple[ThresholdLine, ...] = ()
    jobs: int = 1
    anew: bool = False
    cgi: str | None = None
    sources: Sources = field(default_factory=Sources)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the pages of a host are: `folder` below `out`, with which options, from the tree at `root`."""

    root: str
    host: str
    out: Path
    folder: str
    options: PageOptions

    @property
    def path(self) -> Path:
        """The folder itself."""
        return self.out / self.folder


@dataclass(frozen=True, slots=True)
class DrawnLog:
    """What a run made of a log, as far as pages of several hosts need it.

    `graphs` has all graphs' names, and of NUMBERS the last hour and the last day's picture.  `live` are the
    reasons that occurred within a year, `changed` says whether anything on its pages is new.
    """

    graphs: InstanceGraphs
    live: frozenset[str]
    changed: bool
    pages: int


def draw(place: Place, rrds: RrdSet, schedule: Schedule, names: Collection[str]) -> DrawnLog:
    """Bring the pages of a log up to date; `names` are those of the files that are in its folder.

    Raises RrdError if a file cannot be read or written.
    """
    options = place.options
    before = Kept() if options.anew else kept.load(place.path, rrds.instance)
    drawn = dict(before.ranges)
    due = [one for one in RANGES.values() if _due(one, before, rrds, schedule, options.until, names)]
    zero = _still_zero(rrds, due, before)
    found = read(rrds, GRAPHS.values(), due, options.until, zero) if due else []
    for time_range in due:
        of_range = [reading for reading in found if reading.time_range == time_range]
        _, never = reasons(rrds, of_range)
        graphs = {reading.graph.name: _drawn(place, rrds, reading) for reading in of_range}
        totals = {name: rrds.totals.get(name) for name in never}
        drawn[time_range.name] = KeptRange(options.until, rrds.newest, graphs, totals)
    new_months = _months(place, rrds, schedule, names)
    after = Kept(drawn, views.is_silent(rrds.newest, options.until))
    whole = graphs_of(rrds, after, schedule, {*names, *new_months})
    pages = {page_name(rrds.instance, name) for name in whole.graphs}
    changed = bool(due or new_months or after.silent != before.silent or pages - set(names))
    if changed:
        kept.save(place.path, rrds.instance, after)
        _write_pages(place, whole)
    fresh = after.ranges["hour"].until == options.until
    numbers = _numbers(whole, fresh=fresh, until=options.until)
    rrds.stored.forget()
    return DrawnLog(numbers, _live(rrds, after), changed, len(pages) + len(whole.months))


def graphs_of(rrds: RrdSet, found: Kept, schedule: Schedule, names: Collection[str]) -> InstanceGraphs:
    """Return all that is kept of a log, as pages show it."""
    graphs: dict[str, dict[str, DrawnReading]] = {}
    for name, one in found.ranges.items():
        for graph, drawn in one.graphs.items():
            graphs.setdefault(graph, {})[name] = drawn
    next_ = {
        name: schedule.next(RANGES[name], one.until)
        for name, one in found.ranges.items()
        if schedule.period(RANGES[name])
    }
    in_order = {name: graphs[name] for name in GRAPHS if name in graphs}
    return InstanceGraphs(rrds, in_order, next_, months.there(rrds.instance, names))


def _due(
    time_range: TimeRange, before: Kept, rrds: RrdSet, schedule: Schedule, until: int, names: Collection[str]
) -> bool:
    """Return whether a range is to be read and drawn; always where something is missing."""
    old = before.ranges.get(time_range.name)
    if old is None or list(old.graphs) != [graph.name for graph in GRAPHS.values() if draws(rrds, graph)]:
        return True
    if any(one.picture and one.picture.name not in names for one in old.graphs.values()):
        return True
    return schedule.due(time_range, old.until, until, changed=rrds.newest != old.newest)


def _still_zero(rrds: RrdSet, due: list[TimeRange], before: Kept) -> set[str]:
    """Return the reasons that had not occurred when those ranges were read last, and have not been counted since.

    A total that begins anew and comes to where it was looks the same.
    """
    found = [before.ranges[one.name].zero if one.name in before.ranges else {} for one in due]
    zero = [
        {name for name, total in some.items() if total is not None and rrds.totals.get(name) == total} for some in found
    ]
    return set.intersection(*zero) if zero else set()


def _live(rrds: RrdSet, after: Kept) -> frozenset[str]:
    top = {name for graph in GRAPHS.values() if graph.top for series in graph.series for name in series.metrics}
    return frozenset((top & rrds.files.keys()) - _still_zero(rrds, [RANGES["year"]], after))


def _drawn(place: Place, rrds: RrdSet, reading: Reading) -> DrawnReading:
    """Draw a reading where there is anything to see."""
    if reading.quiet:
        return DrawnReading(reading, None)
    name = picture_name(rrds.instance, reading.graph.name, reading.time_range.name)
    image = svg.picture(rrds, reading, place.options.thresholds)
    website.write(place.path / name, image, moment=reading.until)
    return DrawnReading(reading, Picture(name, *svg.size(image)))


def _months(place: Place, rrds: RrdSet, schedule: Schedule, names: Collection[str]) -> list[str]:
    """Draw the months whose turn it is; return the names of their pages."""
    until = place.options.until
    written = []
    for month in months.due(rrds, place.path, names, until, schedule.months(until)):
        drawn = [_drawn(place, rrds, reading) for reading in months.readings(rrds, month, until)]
        page = views.month_page(place.host, place.folder, InstanceGraphs(rrds, {}), month, drawn)
        name = month_page_name(rrds.instance, month.name)
        website.write(place.path / name, page, moment=drawn[0].reading.until)
        written.append(name)
    return written


def _write_pages(place: Place, instance: InstanceGraphs) -> None:
    host = HostGraphs(place.host, place.folder, (instance,))
    for name in instance.graphs:
        page = views.graph_page(
            host, instance, GRAPHS[name], place.options.thresholds, place.options.until, place.root, place.options.cgi
        )
        website.put(place.path / page_name(instance.rrds.instance, name), page)


def _numbers(whole: InstanceGraphs, *, fresh: bool, until: int) -> InstanceGraphs:
    """Return what pages of several hosts need of a log: numbers of now, even where pictures are older."""
    rrds = whole.rrds
    nothing: dict[str, DrawnReading] = {}
    graphs = dict.fromkeys(whole.graphs, nothing)
    wanted = [name for name in NUMBERS if name in graphs]
    for name in wanted:
        drawn = whole.graphs[name]
        graphs[name] = {"hour": drawn["hour"], "day": replace(drawn["day"], reading=_empty(drawn["day"].reading))}
    if not fresh:
        for reading in read(rrds, [GRAPHS[name] for name in wanted], [RANGES["hour"]], until):
            graphs[reading.graph.name]["hour"] = replace(graphs[reading.graph.name]["hour"], reading=reading)
    # One name tells of what kind a log is; its files are not read any more.
    kind = next((name for name in rrds.files if name in METRICS and METRICS[name].log == SEND), next(iter(rrds.files)))
    few = RrdSet(rrds.host, rrds.instance, {kind: ()}, rrds.newest, rrds.whole, unread=rrds.unread)
    return InstanceGraphs(few, graphs)


def _empty(reading: Reading) -> Reading:
    return replace(reading, rows=())
