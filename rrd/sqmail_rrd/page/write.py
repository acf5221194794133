"""The page: everything drawn and written below one folder, for a web server or a browser's file view.

Hosts are done one by one, each by whichever process is free: what is kept of a host while others are done is what
the page of all hosts shows of it.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass, field, replace
from functools import partial
from pathlib import Path
from zlib import crc32

from sqmail_command.html import Markup
from sqmail_command.text import file_name
from sqmail_command.workers import mapped
from sqmail_rrd.graphs import inventory
from sqmail_rrd.graphs.catalogue import GRAPHS
from sqmail_rrd.graphs.inventory import ALL_HOSTS, RrdSet
from sqmail_rrd.page import hosts as all_hosts
from sqmail_rrd.page import kept, log, runbooks, views, website, worst
from sqmail_rrd.page.log import DrawnLog, PageOptions, Place
from sqmail_rrd.page.model import HostGraphs
from sqmail_rrd.page.schedule import Schedule
from sqmail_rrd.status import day
from sqmail_rrd.status.day import Day
from sqmail_rrd.status.model import HostStatus
from sqmail_rrd.status.together import Judged, judged

_SETTINGS = ".settings"
_LAYOUT = 5


@dataclass(frozen=True, slots=True)
class Written:
    """What a run wrote, or found as it should be: so many hosts and pages."""

    hosts: int
    pages: int


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A host, or the sum of all, after its logs were drawn."""

    place: Place
    first: int
    logs: tuple[DrawnLog, ...]
    day: Day = field(default_factory=dict)

    @property
    def graphs(self) -> HostGraphs:
        return HostGraphs(self.place.host, self.place.folder, tuple(one.graphs for one in self.logs))


@dataclass(frozen=True, slots=True)
class _Tree:
    """The tree of files, where its pages go, and how many logs there are with those of the sum."""

    root: str
    out: Path
    options: PageOptions
    number: int
    warn: Callable[[str], None]

    def place(self, host: str, folder: str) -> Place:
        return Place(self.root, host, self.out, folder, self.options)

    def schedule(self, place: int) -> Schedule:
        return Schedule(place, self.number)


def write(root: str, out: Path, options: PageOptions, warn: Callable[[str], None]) -> Written:
    """Bring the pages of all hosts up to date.

    Nothing that this function did not write is deleted or replaced.  What is left out is told to `warn`.  Raises
    RrdError if a file cannot be read or written, or if another run is at it.
    """
    hosts = inventory.names(root)
    with website.locked(out):
        mark = out / _SETTINGS
        signature = _signature(root, options)
        before = website.read(mark)
        if before is None or before[0] != signature:
            options = replace(options, anew=True)
        logs = {host: some for host in hosts if (some := inventory.logs(root, host))}
        every = {instance for some in logs.values() for instance in some} if len(logs) > 1 else set()
        tree = _Tree(root, out, options, sum(map(len, logs.values())) + len(every), warn)
        found, live = _drawn(tree, logs)
        whole = _whole(tree, found, live) if len(found) > 1 else None
        together = [whole, *found] if whole else found
        single = [one.graphs for one in found]
        told = judged(single, options.sources, options.until, out)
        above = worst.sections(single, whole.place.folder) if whole else []
        due = [one for one in together if _is_due(one, told)]
        mapped(partial(_write_host, tree, told.statuses, above), due, options.jobs)
        website.put(out / "index.html", _first_page(tree, found, whole, told.statuses))
        told.keep(out)
        _write_runbooks(out)
        website.put(mark, signature)
    return Written(len(found), 1 + sum(1 + sum(one.pages for one in host.logs) for host in together))


def _write_runbooks(out: Path) -> None:
    """Write what to do when a check alarms, where it has changed; it is no page of values, and not counted as one."""
    folder = out / runbooks.FOLDER
    website.make(folder)
    for name, text in runbooks.pages():
        website.put(folder / name, text)


def _drawn(tree: _Tree, logs: Mapping[str, Sequence[str]]) -> tuple[list[_Drawn], dict[str, set[str]]]:
    """Draw what is due of each host; return those with values, and the reasons that occurred, by log."""
    firsts = []
    first = 0
    for host, some in logs.items():
        firsts.append((host, first))
        first += len(some)
    found: list[_Drawn] = []
    live: dict[str, set[str]] = {}
    for one in mapped(partial(_draw_host, tree), firsts, tree.options.jobs):
        if one is not None:
            for each in one.logs:
                live.setdefault(each.graphs.rrds.instance, set()).update(each.live)
            found.append(replace(one, logs=tuple(replace(each, live=frozenset()) for each in one.logs)))
    return found, live


def _draw_host(tree: _Tree, task: tuple[str, int]) -> _Drawn | None:
    host, first = task
    rrd_sets = inventory.instances(tree.root, host, tree.warn)
    if not rrd_sets:
        return None
    place = tree.place(host, f"hosts/{file_name(host)}")
    website.make(place.path)
    names = website.names(place.path)
    drawn = (log.draw(place, rrds, tree.schedule(first + index), names) for index, rrds in enumerate(rrd_sets))
    return _Drawn(place, first, tuple(drawn), day.read(rrd_sets, tree.options.until))


def _whole(tree: _Tree, found: Sequence[_Drawn], live: Mapping[str, set[str]]) -> _Drawn:
    """Draw what is due of the sum of all hosts, log by log."""
    hosts: dict[str, dict[str, RrdSet]] = {}
    for host in found:
        for one in host.logs:
            hosts.setdefault(one.graphs.rrds.instance, {})[host.place.host] = one.graphs.rrds
    place = tree.place(ALL_HOSTS, "all")
    website.make(place.path)
    first = tree.number - len(hosts)
    # Each costs as much as all hosts: they are due one by one.
    apart = tree.number // len(hosts)
    tasks = [(name, (first + index * apart) % tree.number, hosts[name], live[name]) for index, name in enumerate(hosts)]
    drawn = mapped(partial(_draw_whole, tree, place), tasks, tree.options.jobs)
    logs = sorted((one for one in drawn if one is not None), key=lambda one: inventory.send_first(one.graphs.rrds))
    return _Drawn(place, first, tuple(logs))


def _draw_whole(tree: _Tree, place: Place, task: tuple[str, int, Mapping[str, RrdSet], set[str]]) -> DrawnLog | None:
    instance, number, hosts, live = task
    rrds = inventory.of_all(tree.root, hosts, instance, live)
    return log.draw(place, rrds, tree.schedule(number), website.names(place.path)) if rrds else None


def _is_due(host: _Drawn, told: Judged) -> bool:
    """Return whether a host's page is to be written; that of the sum shows what is read in every run."""
    return (
        host.place.host == ALL_HOSTS
        or any(one.changed for one in host.logs)
        or told.is_news(host.place.host)
        or website.read(host.place.path / "index.html") is None
    )


def _write_host(tree: _Tree, statuses: Mapping[str, HostStatus], above: Sequence[Markup], host: _Drawn) -> None:
    is_sum = host.place.host == ALL_HOSTS
    status = None if is_sum else statuses[host.place.host]
    page = views.host_page(_all_graphs(tree, host), status, tree.options.until, above if is_sum else ())
    website.put(host.place.path / "index.html", page)


def _all_graphs(tree: _Tree, host: _Drawn) -> HostGraphs:
    """Return all that was drawn of a host, in this run and before."""
    place = host.place
    names = website.names(place.path)
    instances = [
        log.graphs_of(
            one.graphs.rrds, kept.load(place.path, one.graphs.rrds.instance), tree.schedule(host.first + index), names
        )
        for index, one in enumerate(host.logs)
    ]
    return HostGraphs(place.host, place.folder, tuple(instances))


def _first_page(
    tree: _Tree, found: Sequence[_Drawn], whole: _Drawn | None, statuses: Mapping[str, HostStatus]
) -> bytes:
    until = tree.options.until
    if not statuses:
        return all_hosts.empty_page(tree.root, until)
    graphs, days = [one.graphs for one in found], [one.day for one in found]
    shown = [_all_graphs(tree, whole or one) for one in found[:1]]
    return all_hosts.hosts_page(graphs, whole.graphs if whole else None, shown, statuses, days, until)


def _signature(root: str, options: PageOptions) -> bytes:
    """Return what a picture depends on besides the values; when it changes, all are drawn anew."""
    catalogue = crc32(repr(GRAPHS).encode())
    return json.dumps([_LAYOUT, root, [astuple(line) for line in options.thresholds], catalogue, options.cgi]).encode()
