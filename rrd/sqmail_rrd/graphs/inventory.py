"""What there is to draw: the hosts, instances and series of a tree of RRD files."""

import errno
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from rrd_files.errors import RrdError
from rrd_files.librrd import load, patiently
from rrd_files.query import query, variable
from rrd_files.rows import Rows, Rra
from sqmail_log.errors import GONE
from sqmail_log.figures.metrics import METRICS, SEND, SUM
from sqmail_rrd.graphs.catalogue import EXTRAS, collectd_type

ALL_HOSTS = "all hosts"
_PLUGIN = "qmail-"
LATE = 600
"""Seconds after which a host without new values is silent, not just late."""


@dataclass(frozen=True)
class RrdSet:
    """The RRD files of one instance of a host, or of all hosts together.

    `files` gives those of each metric: one, or one of each host, which are added up (of ages and
    delays the greatest is taken).  `newest` is the Unix time of the last value in any of them.
    """

    host: str
    instance: str
    files: Mapping[str, tuple[str, ...]]
    newest: int
    whole: bool = False

    @cached_property
    def pulse(self) -> tuple[str, ...]:
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
    def _last_values(self) -> tuple[int, ...]:
        return tuple(load().last(path) for path in self.pulse)

    @cached_property
    def begins(self) -> tuple[int, ...]:
        """Unix times before which there never was a value, one for each file of the pulse.

        They are as exact as the archive that still reaches back so far.
        """
        found: list[int | None] = [None] * len(self.pulse)
        definitions = [variable(f"v{index}", path, "AVERAGE") for index, path in enumerate(self.pulse)]
        definitions += [f"VDEF:f{index}=v{index},FIRST" for index in range(len(self.pulse))]
        coarser = 0
        for rra in reversed(self.rras):
            end = self.newest - self.newest % rra.step
            rows = Rows(end - rra.covers, end, rra.step)
            times = query(rows, definitions, [f"f{index}:%s:strftime" for index in range(len(self.pulse))])
            for index, (text, known) in enumerate(zip(times, found, strict=True)):
                # What a finer archive begins with is the beginning only if it lies in that coarse row.
                if text.isdigit() and (known is None or int(text) <= known + coarser):
                    found[index] = int(text)
            coarser = rra.step
        return tuple(self.newest if begin is None else begin for begin in found)

    @cached_property
    def rras(self) -> tuple[Rra, ...]:
        """The round robin archives of averages, in ascending order of step; all files of a tree have the same."""
        info: dict[str, Any] = load().info(self.pulse[0])
        found = []
        for key, cf in info.items():
            if key.startswith("rra[") and key.endswith("].cf") and cf == "AVERAGE":
                prefix = key.removesuffix(".cf")
                step = int(info["step"]) * int(info[f"{prefix}.pdp_per_row"])
                found.append(Rra(step, step * int(info[f"{prefix}.rows"])))
        if not found:
            raise RrdError(f"{self.pulse[0]}: no archive of averages; collectd and sqmail-rrd update make one")
        steps = {rra.step: rra for rra in sorted(found)}
        return tuple(steps[step] for step in sorted(steps))


def hosts(root: str, warn: Callable[[str], None]) -> dict[str, list[RrdSet]]:
    """Return the instances of each host below ROOT/HOST/qmail-INSTANCE/TYPE-NAME.rrd.

    Sorted by name, logs of qmail-send first.

    Names outside the table of metrics are ignored, so the number of series is bounded.  A file that
    rrdtool cannot open and a name that is no text are left out and told to `warn`.  Raises RrdError if
    the tree is missing or unreadable.
    """
    found: dict[str, list[RrdSet]] = {}
    for host in _folders(root):
        rrd_sets = []
        for plugin in _folders(f"{root}/{host}"):
            if plugin.startswith(_PLUGIN) and len(plugin) > len(_PLUGIN):
                place = f"{root}/{host}/{plugin}"
                if not _is_text(place):
                    warn(f"{place!a}: left out, the name is not UTF-8")
                    continue
                rrds = _rrd_set(place, host, plugin.removeprefix(_PLUGIN), warn)
                if rrds is not None:
                    rrd_sets.append(rrds)
        if rrd_sets:
            found[host] = sorted(rrd_sets, key=_send_first)
    return found


def fleet(found: Mapping[str, list[RrdSet]]) -> list[RrdSet]:
    """Return the sum of all hosts, instance by instance."""
    together: dict[str, list[RrdSet]] = {}
    for rrd_sets in found.values():
        for rrds in rrd_sets:
            together.setdefault(rrds.instance, []).append(rrds)
    return sorted((_sum(*item) for item in together.items()), key=_send_first)


def _sum(instance: str, rrd_sets: list[RrdSet]) -> RrdSet:
    files: dict[str, tuple[str, ...]] = {}
    for rrds in rrd_sets:
        for metric, paths in rrds.files.items():
            files[metric] = files.get(metric, ()) + paths
    return RrdSet(ALL_HOSTS, instance, files, max(rrds.newest for rrds in rrd_sets), whole=True)


def _rrd_set(place: str, host: str, instance: str, warn: Callable[[str], None]) -> RrdSet | None:
    rrdtool = load()
    present = set(_names(place))
    files: dict[str, tuple[str, ...]] = {}
    newest = 0
    for metric in (*METRICS, *EXTRAS):
        name = f"{collectd_type(metric)}-{metric}.rrd"
        if name in present:
            path = f"{place}/{name}"
            try:
                newest = max(newest, patiently(rrdtool.last, path))
            except (rrdtool.OperationalError, rrdtool.ProgrammingError) as error:
                warn(f"left out: {error}")
            else:
                files[metric] = (path,)
    return RrdSet(host, instance, files, newest) if files else None


def _send_first(rrds: RrdSet) -> tuple[bool, str]:
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
