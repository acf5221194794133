"""The page: everything drawn and written below one folder, for a web server or a browser's file view."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass, replace
from functools import partial
from itertools import chain, groupby, islice
from pathlib import Path

from sqmail_command.text import file_name
from sqmail_command.workers import mapped
from sqmail_rrd.graphs import svg
from sqmail_rrd.graphs.catalogue import GRAPHS
from sqmail_rrd.graphs.drawing import ThresholdLine, draw
from sqmail_rrd.graphs.inventory import ALL_HOSTS, RrdSet, fleet
from sqmail_rrd.graphs.palette import LIGHT
from sqmail_rrd.graphs.ranges import RANGES
from sqmail_rrd.graphs.readings import Reading, read
from sqmail_rrd.page import runbooks, views, website
from sqmail_rrd.page.model import DrawnReading, HostGraphs, InstanceGraphs, Picture, page_name, picture_name

_SETTINGS = ".settings"
_LAYOUT = 3


@dataclass(frozen=True, slots=True)
class PageOptions:
    """What is drawn: up to `until` (Unix seconds), with lines, by `jobs` processes.

    With `anew` no picture of an earlier run is kept; without it those of a week and more are drawn when
    they are old enough to have changed visibly.
    """

    until: int
    thresholds: tuple[ThresholdLine, ...] = ()
    jobs: int = 1
    anew: bool = False


@dataclass(frozen=True, slots=True)
class _Task:
    """One time range of one set of files, to be drawn into a folder."""

    rrds: RrdSet
    readings: tuple[Reading, ...]
    folder: Path
    options: PageOptions


def write(root: str, found: dict[str, list[RrdSet]], out: Path, options: PageOptions) -> int:
    """Draw all hosts and write all pages; return the number of pages.

    Nothing that this function did not write is deleted or replaced.  Raises RrdError if a file cannot be
    read or written, or if another run is at it.
    """
    with website.locked(out):
        mark = out / _SETTINGS
        signature = _signature(root, options)
        kept = website.read(mark)
        if kept is None or kept[0] != signature:
            options = replace(options, anew=True)
        hosts = _drawn(found, out, options)
        written = 0
        for path, text in _pages(root, hosts, options):
            website.write(out / path, text)
            written += 1
        _write_runbooks(out)
        website.write(mark, signature)
    return written


def _write_runbooks(out: Path) -> None:
    """Write what to do when a check alarms, where it has changed; it is no page of values, and not counted as one."""
    folder = out / runbooks.FOLDER
    website.make(folder)
    for name, text in runbooks.pages():
        old = website.read(folder / name)
        if old is None or old[0] != text:
            website.write(folder / name, text)


def _drawn(found: dict[str, list[RrdSet]], out: Path, options: PageOptions) -> list[HostGraphs]:
    """Draw everything; return the hosts, the sum of all first if there are several."""
    groups = [(name, f"hosts/{file_name(name)}", rrd_sets) for name, rrd_sets in found.items()]
    if len(groups) > 1:
        groups.insert(0, (ALL_HOSTS, "all", fleet(found)))
    for _, folder, _ in groups:
        website.make(out / folder)
    places = [(rrds, out / folder) for _, folder, rrd_sets in groups for rrds in rrd_sets]
    readings = mapped(partial(_readings, until=options.until), [rrds for rrds, _ in places], options.jobs)
    tasks = [
        _Task(rrds, tuple(group), folder, options)
        for (rrds, folder), some in zip(places, readings, strict=True)
        for _, group in groupby(some, key=lambda reading: reading.time_range.name)
    ]
    drawn = iter(mapped(_draw, tasks, options.jobs))
    instances = (InstanceGraphs(rrds, _by_graph(islice(drawn, len(RANGES)))) for rrds, _ in places)
    return [HostGraphs(name, folder, tuple(islice(instances, len(rrd_sets)))) for name, folder, rrd_sets in groups]


def _by_graph(time_ranges: Iterable[list[DrawnReading]]) -> dict[str, dict[str, DrawnReading]]:
    graphs: dict[str, dict[str, DrawnReading]] = {}
    for drawn in chain.from_iterable(time_ranges):
        graphs.setdefault(drawn.reading.graph.name, {})[drawn.reading.time_range.name] = drawn
    return graphs


def _readings(rrds: RrdSet, until: int) -> list[Reading]:
    return read(rrds, GRAPHS.values(), RANGES.values(), until)


def _draw(task: _Task) -> list[DrawnReading]:
    return [DrawnReading(reading, None if reading.quiet else _picture(task, reading)) for reading in task.readings]


def _picture(task: _Task, reading: Reading) -> Picture:
    name = picture_name(task.rrds.instance, reading.graph.name, reading.time_range.name)
    path = task.folder / name
    old = None if task.options.anew else website.read(path)
    if old is not None and 0 <= reading.until - old[1] < reading.time_range.redraw:
        with suppress(ValueError):
            return Picture(name, *svg.size(old[0]))
    image = draw(task.rrds, reading, LIGHT, thresholds=task.options.thresholds, format_="SVG")
    image = svg.for_both_schemes(image)
    website.write(path, image, moment=reading.until)
    return Picture(name, *svg.size(image))


def _pages(root: str, hosts: Sequence[HostGraphs], options: PageOptions) -> Iterator[tuple[str, bytes]]:
    until = options.until
    if not hosts:
        yield "index.html", views.empty_page(root, until)
        return
    whole, single = (hosts[0], hosts[1:]) if len(hosts) > 1 else (None, hosts)
    for host in hosts:
        for instance in host.instances:
            for name in instance.graphs:
                text = views.graph_page(host, instance, GRAPHS[name], options.thresholds, until)
                yield f"{host.folder}/{page_name(instance.rrds.instance, name)}", text
        yield f"{host.folder}/index.html", views.host_page(host, until)
    yield "index.html", views.hosts_page(single, whole, until)


def _signature(root: str, options: PageOptions) -> bytes:
    """Return what a picture depends on besides the values; when it changes, all are drawn anew."""
    return json.dumps([_LAYOUT, root, [astuple(line) for line in options.thresholds]]).encode()
