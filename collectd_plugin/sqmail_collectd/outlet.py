"""Where values leave for collectd: the past in order, the present as any plugin's values."""

import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqmail_log.errors import SqmailError
from sqmail_log.metrics import METRICS

__all__ = ["PLUGIN", "STEP", "Minutes", "Outlet", "Points", "RefusedError", "Taker"]

PLUGIN: Final = "qmail"
STEP: Final = 60
# What is dispatched passes through several threads, and of a new file's first values most are lost.  These
# plugins take values at once and in order, asked for by name.
_BY_NAME: Final = ("rrdtool", "rrdcached", "network")
_NETWORK: Final = "network"
# Values a second that a receiver's socket buffer lets through without losing a packet.
_NETWORK_PACE: Final = 10_000
# How often values that nobody takes are offered again before they are given up.
_PATIENCE: Final = 10

Minutes = list[tuple[int, dict[str, float]]]
"""Minutes (Unix time // 60) and their values by metric name, in order."""

Points = list[tuple[int, float]]
"""Unix seconds and values of one series, in order."""

Taker = Callable[[str, str, str, Points], int]
"""Takes the past of a series: instance, collectd type, name, points; returns how many it refused."""


class RefusedError(SqmailError):
    """Nobody took the values; they may be put again later."""


class Outlet:
    """The series of one instance.

    `takers` take the past, by the name of the plugin that does; without any it
    is dispatched as the present is.  `stored` says, by type and name of a
    series, up to which second it is stored already; nothing older is put again.
    """

    def __init__(
        self, collectd: Any, instance: str, host: str | None, takers: Mapping[str, Taker] | None
    ) -> None:
        self.stored: dict[tuple[str, str], int] = {}
        self._collectd = collectd
        self._instance = instance
        self._names = {"plugin": PLUGIN, "plugin_instance": instance, "host": host or ""}
        self._takers = self._loaded() if takers is None else dict(takers)
        self._refused = 0
        self._patience = _PATIENCE

    @property
    def has_files(self) -> bool:
        """Whether collectd's rrdtool plugin takes the past: then its files tell how far they reach."""
        return "rrdtool" in self._takers

    def put(self, minutes: Minutes, *, live: bool) -> None:
        """Put minutes with their values, in order; with `live` the last one is the present.

        Raises RefusedError.
        """
        past = minutes[:-1] if live else minutes
        newest = STEP * (minutes[-1][0] + 1)
        values = self._collectd.Values(**self._names, interval=STEP)
        for name, latest in minutes[-1][1].items():
            kind = METRICS[name].type
            stored = self.stored.get((kind, name), 0)
            points = [(STEP * (m + 1), numbers[name]) for m, numbers in past if name in numbers]
            if points and points[0][0] <= stored:
                points = [point for point in points if point[0] > stored]
            if points:
                self._put_past(kind, name, points)
            if live and newest > stored:
                values.dispatch(type=kind, type_instance=name, time=newest, values=[latest])
        if self._refused:
            self._collectd.warning(
                f"sqmail_collectd: {self._instance}: {self._refused} values were refused, "
                "being older than what is stored already"
            )
            self._refused = 0

    def put_queue(self, messages: int, todo: int, now: int, interval: float) -> None:
        """Put what was counted in the spool at `now` (Unix nanoseconds), every `interval` seconds."""
        values = self._collectd.Values(**self._names, type="queue_length", interval=max(interval, STEP))
        for name, count in (("spool", messages), ("todo", todo)):
            values.dispatch(type_instance=name, time=now / 1e9, values=[count])

    def _put_past(self, kind: str, name: str, points: Points) -> None:
        for taker, take in list(self._takers.items()):
            refused = take(self._instance, kind, name, points)
            if refused == len(points):
                self._all_refused(taker, name)
            else:
                self._patience = _PATIENCE
            self._refused += refused
        if not self._takers:
            values = self._values(kind, name)
            for stamp, value in points:
                values.dispatch(time=stamp, values=[value])

    def _all_refused(self, taker: str, name: str) -> None:
        """Find out what a refusal means: nobody listens, not now, or (after a while) not such old values."""
        if taker == _NETWORK:
            # Loaded to receive, it has no server to send to.
            del self._takers[taker]
        elif self._patience:
            self._patience -= 1
            raise RefusedError(f"{taker} takes no values of {name}; see what it says in the log")

    def _loaded(self) -> dict[str, Taker]:
        """Return those of the daemon's plugins that take values at once and in order when asked by name."""
        try:
            maps = Path("/proc/self/maps").read_text(errors="replace")
        except OSError:
            return {}
        return {name: partial(self._write, name) for name in _BY_NAME if f"/{name}.so" in maps}

    def _write(self, destination: str, _instance: str, kind: str, name: str, points: Points) -> int:
        values = self._values(kind, name)
        refused = 0
        for stamp, value in points:
            try:
                values.write(destination=destination, time=stamp, values=[value])
            except RuntimeError:
                refused += 1
        if destination == _NETWORK:
            time.sleep(len(points) / _NETWORK_PACE)
        return refused

    def _values(self, kind: str, name: str) -> Any:
        return self._collectd.Values(**self._names, type=kind, type_instance=name, interval=STEP)
