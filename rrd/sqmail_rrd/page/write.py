"""The page: everything drawn and written below one folder, for a web server or a browser's file view.

Hosts are done one by one, each by whichever process is free: what is kept of a host while others are done is what
the page of all hosts shows of it.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from sqmail_command.html import Markup
from sqmail_command.text import file_name
from sqmail_command.workers import mapped
from sqmail_rrd.graphs import inventory
from sqmail_rrd.graphs.catalogue import GRAPHS
from sqmail_rrd.graphs.inventory import ALL_HOSTS, Known, RrdSet
from sqmail_rrd.page import hosts as all_hosts
from sqmail_rrd.page import kept, log, runbooks, views, website, worst
from sqmail_rrd.page.hosts import Row
from sqmail_rrd.page.log import DrawnLog, PageOptions, Place
from sqmail_rrd.page.model import HostGraphs
from sqmail_rrd.page.schedule import Schedule
from sqmail_rrd.page.worst import Ranked, Ranking
from sqmail_rrd.status import day, from_rrds
from sqmail_rrd.status.day import Day
from sqmail_rrd.status.model import HostStatus
from sqmail_rrd.status.together import Judged, judged

_SETTINGS = ".settings"
_SUM = "all"
_LAYOUT = 5


@dataclass(frozen=True, slots=True)
class Written:
    """What a run wrote, or found as it should be: so many hosts and pages."""

    hosts: int
    pages: int


class _Log(NamedTuple):
    """What is kept of a log while others are drawn; `newest` is the Unix time of its last value."""

    instance: str
    newest: int
    unread: tuple[str, ...]
    changed: bool
    pages: int


@dataclass(frozen=True, slots=True)
class _Host:
    """What is kept of a host, or of the sum of all, after its logs were drawn, the first of them at place `first`."""

    first: int
    logs: tuple[_Log, ...]
    row: Row

    @property
    def name(self) -> str:
        return self.row.name


@dataclass(frozen=True, slots=True)
class _Drawn:
    """What drawing a host gives: it, how it is by its files, what it has of each measure, by log its live reasons."""

    host: _Host
    status: HostStatus
    measured: list[tuple[int, Ranked]]
    live: list[frozenset[str]]


@dataclass(slots=True)
class _Fleet:
    """All hosts with values: each, how each is by its files, the worst of them, and the live reasons of each log."""

    hosts: list[_Host] = field(default_factory=list)
    statuses: dict[str, HostStatus] = field(default_factory=dict)
    ranking: Ranking = field(default_factory=Ranking)
    live: dict[str, set[str]] = field(default_factory=dict)

    def add(self, drawn: _Drawn) -> None:
        self.hosts.append(drawn.host)
        self.statuses[drawn.host.name] = drawn.status
        self.ranking.add(drawn.measured)
        for log_, live in zip(drawn.host.logs, drawn.live, strict=True):
            self.live.setdefault(log_.instance, set()).update(live)


@dataclass(frozen=True, slots=True)
class _Tree:
    """The tree of files, where its pages go, and how many logs there are with those of the sum."""

    root: str
    out: Path
    options: PageOptions
    number: int
    warn: Callable[[str], None]

    def place(self, host: str) -> Place:
        folder = _SUM if host == ALL_HOSTS else f"hosts/{file_name(host)}"
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
        fleet = _drawn(tree, logs)
        whole = _whole(tree, fleet) if len(fleet.hosts) > 1 else None
        told = judged(fleet.statuses, options.sources, options.until, out)
        above = fleet.ranking.sections(_SUM) if whole else []
        together = [whole, *fleet.hosts] if whole else fleet.hosts
        due = [one for one in together if _is_due(tree, one, told)]
        for _ in mapped(partial(_write_host, tree, told.statuses, above), due, options.jobs):
            pass
        _write_first(tree, fleet.hosts, whole, told.statuses)
        told.keep(out)
        _write_runbooks(out)
        website.put(mark, signature)
    return Written(len(fleet.hosts), 1 + sum(1 + sum(one.pages for one in host.logs) for host in together))


def _write_runbooks(out: Path) -> None:
    """Write what to do when a check alarms, where it has changed; it is no page of values, and not counted as one."""
    folder = out / runbooks.FOLDER
    website.make(folder)
    for name, text in runbooks.pages():
        website.put(folder / name, text)


def _drawn(tree: _Tree, logs: Mapping[str, Sequence[str]]) -> _Fleet:
    """Draw what is due of each host; return those with values."""
    firsts = []
    first = 0
    for host, some in logs.items():
        firsts.append((host, first))
        first += len(some)
    fleet = _Fleet()
    for one in mapped(partial(_draw_host, tree), firsts, tree.options.jobs):
        if one is not None:
            fleet.add(one)
    return fleet


def _draw_host(tree: _Tree, task: tuple[str, int]) -> _Drawn | None:
    host, first = task
    rrd_sets = inventory.instances(tree.root, host, tree.warn)
    if not rrd_sets:
        return None
    place = tree.place(host)
    website.make(place.path)
    names = website.names(place.path)
    drawn = [log.draw(place, rrds, tree.schedule(first + index), names) for index, rrds in enumerate(rrd_sets)]
    graphs = HostGraphs(host, place.folder, tuple(one.graphs for one in drawn))
    return _Drawn(
        _host(first, drawn, graphs, day.read(rrd_sets, tree.options.until)),
        from_rrds.judged(graphs, tree.options.until),
        worst.measured(graphs),
        [one.live for one in drawn],
    )


def _host(first: int, drawn: Sequence[DrawnLog], graphs: HostGraphs, last_day: Day) -> _Host:
    logs = [
        _Log(rrds.instance, rrds.newest, tuple(sorted(rrds.unread)), one.changed, one.pages)
        for one in drawn
        for rrds in [one.graphs.rrds]
    ]
    return _Host(first, tuple(logs), all_hosts.row(graphs, last_day))


def _whole(tree: _Tree, fleet: _Fleet) -> _Host:
    """Draw what is due of the sum of all hosts, log by log."""
    hosts: dict[str, dict[str, Known | None]] = {}
    for host in fleet.hosts:
        for one in host.logs:
            hosts.setdefault(one.instance, {})[host.name] = Known(one.newest, one.unread)
    place = tree.place(ALL_HOSTS)
    website.make(place.path)
    first = tree.number - len(hosts)
    # Each costs as much as all hosts: they are due one by one.
    apart = tree.number // len(hosts)
    tasks = [
        (name, (first + index * apart) % tree.number, hosts[name], fleet.live[name]) for index, name in enumerate(hosts)
    ]
    drawn = [one for one in mapped(partial(_draw_whole, tree, place), tasks, tree.options.jobs) if one is not None]
    drawn.sort(key=lambda one: inventory.send_first(one.graphs.rrds))
    graphs = HostGraphs(ALL_HOSTS, place.folder, tuple(one.graphs for one in drawn))
    return _host(first, drawn, graphs, day.together(host.row.day for host in fleet.hosts))


def _draw_whole(
    tree: _Tree, place: Place, task: tuple[str, int, Mapping[str, Known | None], set[str]]
) -> DrawnLog | None:
    instance, number, hosts, live = task
    rrds = inventory.of_all(tree.root, hosts, instance, live)
    return log.draw(place, rrds, tree.schedule(number), website.names(place.path)) if rrds else None


def _is_due(tree: _Tree, host: _Host, told: Judged) -> bool:
    """Return whether a host's page is to be written; that of the sum shows what is read in every run."""
    return (
        host.name == ALL_HOSTS
        or any(one.changed for one in host.logs)
        or told.is_news(host.name)
        or website.read(tree.place(host.name).path / "index.html") is None
    )


def _write_host(tree: _Tree, statuses: Mapping[str, HostStatus], above: Sequence[Markup], host: _Host) -> None:
    is_sum = host.name == ALL_HOSTS
    status = None if is_sum else statuses[host.name]
    page = views.host_page(_all_graphs(tree, host), status, tree.options.until, above if is_sum else ())
    website.put(tree.place(host.name).path / "index.html", page)


def _all_graphs(tree: _Tree, host: _Host) -> HostGraphs:
    """Return all that was drawn of a host, in this run and before."""
    place = tree.place(host.name)
    names = website.names(place.path)
    instances = []
    for index, one in enumerate(host.logs):
        rrds = RrdSet(host.name, one.instance, {}, one.newest, host.name == ALL_HOSTS)
        found = kept.load(place.path, one.instance)
        instances.append(log.graphs_of(rrds, found, tree.schedule(host.first + index), names))
    return HostGraphs(place.host, place.folder, tuple(instances))


def _write_first(
    tree: _Tree, hosts: Sequence[_Host], whole: _Host | None, statuses: Mapping[str, HostStatus]
) -> None:
    """Write the page of all hosts."""
    until = tree.options.until
    parts: Iterable[bytes] = [all_hosts.empty_page(tree.root, until)]
    if statuses:
        rows = {host.name: host.row for host in hosts}
        shown = [_all_graphs(tree, whole or one) for one in hosts[:1]]
        parts = all_hosts.hosts_page(rows, whole.row if whole else None, shown, statuses, until)
    website.write_parts(tree.out / "index.html", parts)


def _signature(root: str, options: PageOptions) -> bytes:
    """Return what a picture depends on besides the values; when it changes, all are drawn anew."""
    catalogue = crc32(repr(GRAPHS).encode())
    return json.dumps([_LAYOUT, root, [astuple(line) for line in options.thresholds], catalogue, options.cgi]).encode()
