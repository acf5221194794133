"""What there is to draw: the hosts, instances and series of a tree of RRD files."""

import errno
import math
import stat
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, overload

from rrd_files import header, values
from rrd_files.errors import RrdError
from rrd_files.header import DamagedError, Header
from rrd_files.librrd import load
from rrd_files.rows import Rows, Rra
from sqmail_log.errors import GONE
from sqmail_log.figures.metrics import METRICS, SEND, SUM
from sqmail_rrd.arithmetic.stored import Stored
from sqmail_rrd.graphs.catalogue import EXTRAS, GRAPHS, collectd_type

ALL_HOSTS = "all hosts"
_PLUGIN = "qmail-"
LATE = 600
"""Seconds after which a host without new values is silent, not just late."""


@dataclass(frozen=True)
class RrdSet:
    """The RRD files of one instance of a host, or of all hosts together.

    `files` gives those of each metric: one, or one of each host, which are added up (of ages and
    delays the greatest is taken).  `newest` is the Unix time of the last value in any of them.  `totals` gives
    the total of each count, None where it is unknown; it is empty for all hosts.  `unread` are the metrics whose
    file is there, and left out.
    """

    host: str
    instance: str
    files: Mapping[str, Sequence[str]]
    newest: int
    whole: bool = False
    totals: Mapping[str, int | None] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()

    @cached_property
    def pulse(self) -> Sequence[str]:
        """The files with a value for every minute that was reported: where they have none is a gap."""
        counted = (name for name in self.files if name in METRICS and METRICS[name].merge == SUM)
        for name in ("lines", *counted):
            if name in self.files:
                return self.files[name]
        return next(iter(self.files.values()))

    def reported(self, until: int) -> int:
        """Return the Unix time up to which values can be expected.

        The newest minutes are not there yet, which is no gap.  A host whose last value is ten minutes old
        has no such excuse.
        """
        return min((last for last in self._last_values if until - last <= LATE), default=until)

    @cached_property
    def stored(self) -> Stored:
        """The values in the files."""
        return Stored(self.files, join_of)

    @cached_property
    def _last_values(self) -> tuple[int, ...]:
        return tuple(_header(path).reach.second for path in self.pulse)

    @cached_property
    def begins(self) -> tuple[int, ...]:
        """Unix times before which there never was a value, one for each file of the pulse.

        They are as exact as the archive that still reaches back so far.
        """
        ends = [self.newest - self.newest % rra.step for rra in self.rras]
        archives = [Rows(end - rra.covers, end, rra.step) for rra, end in zip(self.rras, ends, strict=True)]
        return tuple(_begin(path, archives[::-1], self.newest) for path in self.pulse)

    @cached_property
    def rras(self) -> tuple[Rra, ...]:
        """The round robin archives of averages, in ascending order of step; all files of a tree have the same."""
        archives = _header(self.pulse[0]).layout.archives
        found = [Rra(one.step, one.step * one.rows) for one in archives if one.function == "AVERAGE"]
        if not found:
            raise RrdError(f"{self.pulse[0]}: no archive of averages; collectd and sqmail-rrd update make one")
        steps = {rra.step: rra for rra in sorted(found)}
        return tuple(steps[step] for step in sorted(steps))


class Alike(Sequence[str]):
    """Paths of files that are called alike in many folders: a path each would be a third of what a sum takes."""

    def __init__(self, folders: Sequence[str], name: str) -> None:
        self._folders = folders
        self._name = name

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> "Alike": ...
    def __getitem__(self, place: int | slice) -> "str | Alike":
        """Return one path, or those of a stretch."""
        if isinstance(place, slice):
            return Alike(self._folders[place], self._name)
        return f"{self._folders[place]}/{self._name}"

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._folders)


class Known(NamedTuple):
    """What was seen of a set of files before: Unix time of its last value, the metrics whose file was left out."""

    newest: int
    unread: Collection[str]


def join_of(metric: str) -> str:
    """Return rrdtool's operator that adds up a metric of several hosts: of ages and delays it is the greatest."""
    return "MAXNAN" if collectd_type(metric) == "latency" else "ADDNAN"


def _begin(path: str, archives: Sequence[Rows], newest: int) -> int:
    """Return the beginning of a file's first value in its archives, coarse ones first; `newest` if there is none."""
    begin: int | None = None
    coarser = 0
    for rows, found in zip(archives, values.read(path, "AVERAGE", archives), strict=True):
        place = 0
        if not isinstance(found, float):
            place = next((index for index, value in enumerate(found) if not math.isnan(value)), -1)
        elif math.isnan(found):
            place = -1
        first = rows.start + place * rows.step
        # What a finer archive begins with is the beginning only if it lies in that coarse row.
        if place >= 0 and (begin is None or first <= begin + coarser):
            begin = first
        coarser = rows.step
    return newest if begin is None else begin


def _header(path: str) -> Header:
    with values.reading(path):
        return header.of(path)


def hosts(root: str, warn: Callable[[str], None]) -> dict[str, list[RrdSet]]:
    """Return the instances of each host below ROOT/HOST/qmail-INSTANCE/TYPE-NAME.rrd.

    Sorted by name, logs of qmail-send first.

    Names outside the table of metrics are ignored, so the number of series is bounded.  A file that
    rrdtool cannot open and a name that is no text are left out and told to `warn`.  Raises RrdError if
    the tree is missing or unreadable.
    """
    return {host: rrd_sets for host in names(root) if (rrd_sets := instances(root, host, warn))}


def names(root: str) -> list[str]:
    """Return the names of the hosts, and of whatever else has a folder; raises RrdError as `hosts` does."""
    load()
    return _folders(root)


def instances(root: str, host: str, warn: Callable[[str], None]) -> list[RrdSet]:
    """Return the instances of one host, as `hosts` does."""
    rrd_sets = []
    for instance in logs(root, host):
        place = f"{root}/{host}/{_PLUGIN}{instance}"
        if not _is_text(place):
            warn(f"{place!a}: left out, the name is not UTF-8")
            continue
        rrds = _rrd_set(place, host, instance, warn)
        if rrds is not None:
            rrd_sets.append(rrds)
    return sorted(rrd_sets, key=send_first)


def logs(root: str, host: str) -> list[str]:
    """Return the names of a host's instances: of their folders, which may be empty."""
    return [
        plugin.removeprefix(_PLUGIN)
        for plugin in _folders(f"{root}/{host}")
        if plugin.startswith(_PLUGIN) and len(plugin) > len(_PLUGIN)
    ]


def fleet(found: Mapping[str, list[RrdSet]]) -> list[RrdSet]:
    """Return the sum of all hosts, instance by instance."""
    together: dict[str, list[RrdSet]] = {}
    for rrd_sets in found.values():
        for rrds in rrd_sets:
            together.setdefault(rrds.instance, []).append(rrds)
    return sorted((whole(*item) for item in together.items()), key=send_first)


def whole(instance: str, rrd_sets: Iterable[RrdSet]) -> RrdSet:
    """Return the sum of one instance of several hosts."""
    folders: dict[str, list[str]] = {}
    newest = 0
    for rrds in rrd_sets:
        newest = max(newest, rrds.newest)
        for metric, paths in rrds.files.items():
            folders.setdefault(metric, []).extend(sys.intern(path.rpartition("/")[0]) for path in paths)
    files = {
        metric: Alike(folders[metric], _file_name(metric)) for metric in (*METRICS, *EXTRAS) if metric in folders
    }
    return RrdSet(ALL_HOSTS, instance, files, newest, whole=True)


def of_all(
    root: str, hosts: Mapping[str, Known | None], instance: str, live: Collection[str]
) -> RrdSet | None:
    """Return the sum of one instance of those hosts, without the reasons that are not `live` at any; None if empty.

    What is known of a host is believed: no file of it is opened.  Where nothing is, what cannot be read is left out.
    """
    found = whole(instance, _sets_of(root, hosts, instance, live))
    return found if found.files else None


def _sets_of(
    root: str, hosts: Mapping[str, Known | None], instance: str, live: Collection[str]
) -> Iterator[RrdSet]:
    rarely = {name for name, metric in METRICS.items() if metric.graph in GRAPHS and GRAPHS[metric.graph].top}
    left_out = rarely.difference(live)
    for host, known in hosts.items():
        place = f"{root}/{host}/{_PLUGIN}{instance}"
        if known is None:
            rrds = _rrd_set(place, host, instance, _ignore, left_out)
        else:
            files = {metric: (path,) for metric, path in _paths(place) if metric not in left_out.union(known.unread)}
            rrds = RrdSet(host, instance, files, known.newest) if files else None
        if rrds is not None:
            yield rrds


def _ignore(_: str) -> None:
    """Drop what has been said already."""


def _paths(place: str) -> Iterator[tuple[str, str]]:
    """Yield the metrics of which there is a file in a folder, and its path."""
    present = set(_names(place))
    for metric in (*METRICS, *EXTRAS):
        name = _file_name(metric)
        if name in present:
            yield metric, f"{place}/{name}"


def _file_name(metric: str) -> str:
    return f"{collectd_type(metric)}-{metric}.rrd"


def _rrd_set(
    place: str, host: str, instance: str, warn: Callable[[str], None], left_out: Collection[str] = ()
) -> RrdSet | None:
    files: dict[str, tuple[str, ...]] = {}
    totals: dict[str, int | None] = {}
    unread = set()
    newest = 0
    for metric, path in _paths(place):
        if metric in left_out:
            continue
        try:
            reached = header.reach(path)
        except (OSError, DamagedError) as error:
            warn(f"left out: {path}: {error.strerror if isinstance(error, OSError) else error}")
            unread.add(metric)
        else:
            newest = max(newest, reached.second)
            files[metric] = (path,)
            totals[metric] = reached.total
    return RrdSet(host, instance, files, newest, totals=totals, unread=frozenset(unread)) if files else None


def send_first(rrds: RrdSet) -> tuple[bool, str]:
    """Return what sets of files are sorted by: logs of qmail-send first, then by name."""
    sends = any(name in METRICS and METRICS[name].log == SEND for name in rrds.files)
    return not sends, rrds.instance


def _folders(place: str) -> list[str]:
    return [name for name in _names(place) if _is_folder(Path(place, name))]


def _is_folder(path: Path) -> bool:
    """Tell whether a folder is there; raises RrdError where that cannot be told."""
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except GONE:
        return False
    except OSError as error:
        if error.errno == errno.ELOOP:
            return False
        raise RrdError(f"{str(path)!a}: {error.strerror}; is the disk there, and may this user read it?") from None


def _names(place: str) -> list[str]:
    try:
        return sorted(entry.name for entry in Path(place).iterdir())
    except OSError as error:
        raise RrdError(f"{place!a}: {error.strerror}; --rrd is the folder with a folder for each host") from None


def _is_text(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
