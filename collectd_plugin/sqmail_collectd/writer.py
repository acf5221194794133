"""Where values leave for collectd: the past in order, the present as any plugin's values."""

import select
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from sqmail_collectd.settings import BY_NAME, DISPATCH, NETWORK, RRDCACHED, RRDTOOL
from sqmail_log.errors import SqmailError
from sqmail_log.figures.metrics import METRICS
from sqmail_log.units import Minute, Nanoseconds, Seconds, seconds_of, whole_seconds

PLUGIN = "qmail"
_MAPS = Path("/proc/self/maps")
STEP = seconds_of(Minute(1))
# What is dispatched passes through several threads, and of a new file's first values most are lost: the past goes by
# name to the plugins that take it so.
_FILES = (RRDTOOL, RRDCACHED)
# Values a second that a receiver's socket buffer lets through without losing a packet.
_NETWORK_PACE = 10_000
# How often values that nobody takes are offered again before they are given up.
_PATIENCE = 10

Minutes = list[tuple[Minute, dict[str, float]]]
"""Minutes and their values by metric name, in order."""



class Points(NamedTuple):
    """Unix seconds, in order, and the values that one series has at them.

    All series of a stretch may have the same list of seconds.
    """

    seconds: list[Seconds]
    numbers: Sequence[float]

    def after(self, second: Seconds) -> "Points":
        """Return the points later than a second."""
        if not self.seconds or self.seconds[0] > second:
            return self
        return self.part(bisect_right(self.seconds, second), len(self.seconds))

    def part(self, begin: int, end: int) -> "Points":
        """Return the points from one place to another."""
        return Points(self.seconds[begin:end], self.numbers[begin:end])


Sink = Callable[[str, str, str, Points], int]
"""Takes the past of a series: instance, collectd type, name, points; returns how many it refused.

It raises RefusedError for a series that can't be taken at all.
"""

SeriesName = tuple[str, str]
"""collectd's type and our name of a series."""


class RefusedError(SqmailError):
    """The values were not taken; they may be put again later."""


class Writer:
    """The series of one instance.

    `sinks` take the past, by the name of the plugin that does; without any it
    is dispatched as the present is.  Where `sinks` is None they are those of the
    daemon's plugins that `write_to` names; of None they are looked for, and
    where the system does not tell, the past is left out, which is said.

    After a restart minutes can come again.  `stored` says up to which second
    the file of a series has them; a series that is not there has none, and
    None means that the files can't be found.  `wrong` says which files can't be
    written to, and why, and `failing` which could not be.  In earlier runs all
    up to the second `handed_on` was put, and all up to `acknowledged` has
    reached those who keep no files here.
    """

    def __init__(
        self,
        collectd: Any,
        instance: str,
        host: str | None,
        sinks: Mapping[str, Sink] | None,
        write_to: Sequence[str] | None = None,
    ) -> None:
        self.stored: dict[SeriesName, Seconds] | None = None
        self.wrong: dict[SeriesName, str] = {}
        self.failing: dict[SeriesName, str] = {}
        self.handed_on = self.acknowledged = self.latest = Seconds(0)
        self._collectd = collectd
        self._instance = instance
        self._names = {"plugin": PLUGIN, "plugin_instance": instance, "host": host or ""}
        self._is_daemon = sinks is None
        self._has_past = True
        self._sinks = self._of_daemon(write_to) if sinks is None else dict(sinks)
        self._refused = 0
        self._patience = _PATIENCE

    @property
    def fills_files(self) -> bool:
        """Whether a plugin of the daemon makes files that it finds missing, and takes their past by name."""
        return self._is_daemon and any(name in self._sinks for name in _FILES)

    def flush(self, identifier: str) -> None:
        """Have all that rrdcached holds of a series written to its file."""
        if RRDCACHED in self._sinks:
            self._collectd.flush(plugin=RRDCACHED, timeout=0, identifier=identifier)

    def forget(self) -> None:
        """Have rrdtool write what it holds, and forget how far the series have come that it holds nothing of."""
        if RRDTOOL in self._sinks:
            self._collectd.flush(plugin=RRDTOOL, timeout=0)

    def put(self, minutes: Minutes, *, live: bool) -> None:
        """Put minutes with their values, in order; with `live` the last one is the present.

        A series that is not taken while others are is a failing one from then on.
        Raises RefusedError where none is taken.
        """
        values = self._collectd.Values(**self._names, interval=STEP)
        ends = [seconds_of(Minute(minute + 1)) for minute, _ in minutes]
        rows = [numbers for _, numbers in minutes]
        if not self._is_daemon and self.wrong.keys() >= {(METRICS[name].type, name) for name in rows[-1]}:
            raise RefusedError("none of its files takes values")
        accepted: set[str] = set()
        failed: dict[str, dict[SeriesName, str]] = {}
        for name, points in _columns(ends, rows):
            kind = METRICS[name].type
            series = kind, name
            newest, latest = points.seconds[-1], points.numbers[-1]
            is_live = live and newest > self._known(series)
            past = points.part(0, len(points.seconds) - 1) if is_live else points
            self._put_past(series, past, accepted, failed)
            if is_live and self._goes_out(series, failed):
                values.dispatch(type=kind, type_instance=name, time=newest, values=[latest])
        if NETWORK in self._sinks and len(minutes) > live:
            # What does not fill a packet would wait for more.
            self._collectd.flush(plugin=NETWORK, timeout=0)
        if self._refused:
            self._collectd.warning(
                f"sqmail_collectd: {self._instance}: {self._refused} values were refused, "
                "being older than what is stored already"
            )
            self._refused = 0
        self._judge(accepted, failed)
        self.latest = max(self.latest, ends[-1])

    def put_queue(self, messages: int, todo: int, now: Nanoseconds, interval: float) -> None:
        """Put what was counted in the spool at `now` (Unix time), every `interval` seconds."""
        values = self._collectd.Values(**self._names, type="queue_length", interval=max(interval, STEP))
        for name, count in (("spool", messages), ("todo", todo)):
            series = "queue_length", name
            if whole_seconds(now) > self._known(series) and self._goes_out(series, {}):
                values.dispatch(type_instance=name, time=now / 1e9, values=[count])

    def _put_past(
        self, series: SeriesName, points: Points, accepted: set[str], failed: dict[str, dict[SeriesName, str]]
    ) -> None:
        kind, name = series
        for sink, put in self._sinks.items():
            if sink != NETWORK and (series in self.wrong or series in self.failing):
                continue
            due = points.after(self._reached(sink, series))
            if not due.seconds:
                continue
            fresh = len((due if self.stored is not None else due.after(self.handed_on)).seconds)
            again = len(due.seconds) - fresh
            try:
                refused = max(0, put(self._instance, kind, name, due) - again)
            except RefusedError as error:
                failed.setdefault(sink, {})[series] = str(error)
                continue
            if refused < fresh:
                accepted.add(sink)
            elif fresh:
                failed.setdefault(sink, {})[series] = f"{sink} takes no values of {name}; see what it says in the log"
            self._refused += refused
        if not self._sinks and self._has_past:
            values = self._values(kind, name)
            for stamp, value in zip(*points.after(self.acknowledged), strict=True):
                values.dispatch(time=stamp, values=[value])

    def _goes_out(self, series: SeriesName, failed: dict[str, dict[SeriesName, str]]) -> bool:
        """Whether the newest value goes out: not where a file would be made anew without its past."""
        if series in self.failing or any(series in failed.get(sink, ()) for sink in _FILES):
            return False
        return self._is_daemon or series not in self.wrong

    def _judge(self, accepted: set[str], failed: dict[str, dict[SeriesName, str]]) -> None:
        """Find out what refusals mean: nobody listens, nobody does now, or (after a while) not to some series."""
        for sink, why in failed.items():
            if sink == NETWORK:
                if sink not in accepted:
                    # Loaded to receive, it has no server to send to.
                    del self._sinks[sink]
            elif sink in accepted:
                if self.stored is not None:
                    self.failing |= why
            elif self.stored is not None or self._patience:
                # Where files say how far they reach, nothing is too old for them.
                self._patience = max(0, self._patience - 1)
                raise RefusedError(next(iter(why.values())))
        if accepted:
            self._patience = _PATIENCE

    def _reached(self, sink: str, series: SeriesName) -> Seconds:
        """Return the second up to which a sink has a series."""
        if sink == NETWORK:
            # It would refuse what comes together with a value that it has.
            return self.acknowledged
        return self._known(series) if self.stored is not None or sink == RRDTOOL else self.acknowledged

    def _known(self, series: SeriesName) -> Seconds:
        return self.handed_on if self.stored is None else self.stored.get(series, Seconds(0))

    def _of_daemon(self, write_to: Sequence[str] | None) -> dict[str, Sink]:
        """Return those of the daemon's plugins that take values at once and in order when asked by name."""
        if write_to is None:
            try:
                maps = _MAPS.read_text(errors="replace")
            except OSError as error:
                self._has_past = False
                self._collectd.warning(
                    f"sqmail_collectd: {self._instance}: {_MAPS}: {error.strerror}, so nobody knows which plugins "
                    "store the values, and minutes that have passed are left out; name the plugins: "
                    f"WriteTo {' '.join(map(_quoted, BY_NAME))}, those that are loaded, or WriteTo {_quoted(DISPATCH)}"
                )
                return {}
            write_to = [name for name in BY_NAME if f"/{name}.so" in maps]
        return {name: partial(self._write, name) for name in write_to}

    def _write(self, destination: str, _instance: str, kind: str, name: str, points: Points) -> int:
        values = self._values(kind, name)
        refused = 0
        for number, (stamp, value) in enumerate(zip(*points, strict=True)):
            try:
                values.write(destination=destination, time=stamp, values=[value])
            except RuntimeError:
                refused += 1
                if destination != NETWORK and stamp > self._known((kind, name)):
                    # It will take none of those behind it either, and say so of each.
                    return refused + len(points.seconds) - 1 - number
        if destination == NETWORK:
            # time.sleep fails under libfaketime.
            select.select((), (), (), len(points.seconds) / _NETWORK_PACE)
        return refused

    def _values(self, kind: str, name: str) -> Any:
        return self._collectd.Values(**self._names, type=kind, type_instance=name, interval=STEP)


def _columns(ends: list[Seconds], rows: list[dict[str, float]]) -> Iterator[tuple[str, Points]]:
    """Yield the points of each series, from rows of values by name."""
    names = list(rows[-1])
    if all(map(names.__eq__, map(list, rows))):
        # Turned as a whole: to look up each value takes four times as long (benchmark: import-sparse).
        for name, numbers in zip(names, zip(*map(dict.values, rows), strict=True), strict=True):
            yield name, Points(ends, numbers)
        return
    for name in names:
        # A new series begins later than the others.
        with_it = [(end, numbers[name]) for end, numbers in zip(ends, rows, strict=True) if name in numbers]
        yield name, Points([end for end, _ in with_it], [number for _, number in with_it])


def _quoted(name: str) -> str:
    return f'"{name}"'
