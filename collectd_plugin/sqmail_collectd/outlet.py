"""Where values leave for collectd: the past in order, the present as any plugin's values."""

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from sqmail_log.errors import SqmailError
from sqmail_log.metrics import METRICS

__all__ = ["Outlet", "RefusedError", "loaded_destinations"]

PLUGIN: Final = "qmail"
STEP: Final = 60
# Plugins that take values at once and in order when asked by name.  What is dispatched passes through
# several threads instead, and of a file's first values most are lost.
_DESTINATIONS: Final = ("rrdtool", "rrdcached", "network")
# How often values that nobody takes are offered again before they are given up.
_PATIENCE: Final = 10
# Values a second that a receiver's socket buffer lets through without losing a packet.
_NETWORK_PACE: Final = 20_000

Minutes = list[tuple[int, dict[str, float]]]
"""Minutes (Unix time // 60) and their values by metric name, in order."""


class RefusedError(SqmailError):
    """Nobody took the values; they may be put again later."""


def loaded_destinations() -> tuple[str, ...]:
    """Return which of the plugins that take values by name are loaded in this process."""
    try:
        maps = Path("/proc/self/maps").read_text(errors="replace")
    except OSError:
        return ()
    return tuple(name for name in _DESTINATIONS if f"/{name}.so" in maps)


class Outlet:
    """The series of one instance, on their way to the plugins called `destinations`, or to whoever listens.

    `stored` says, by type and name of a series, up to which second it is
    stored already; nothing older is put again.
    """

    def __init__(self, collectd: Any, instance: str, host: str | None, destinations: Iterable[str]) -> None:
        self.stored: dict[tuple[str, str], int] = {}
        self._collectd = collectd
        self._instance = instance
        self._names = {"plugin": PLUGIN, "plugin_instance": instance, "host": host or ""}
        self.destinations = list(destinations)
        self._refused = 0
        self._patience = _PATIENCE

    def put(self, minutes: Minutes, *, live: bool) -> None:
        """Put minutes with their values, in order; with `live` the last one is the present.

        Raises RefusedError.
        """
        values = self._collectd.Values(**self._names, interval=STEP)
        past = minutes[:-1] if live else minutes
        for name in minutes[-1][1]:
            metric = METRICS[name]
            stored = self.stored.get((metric.type, name), 0)
            values.type = metric.type
            values.type_instance = name
            points = [(STEP * (m + 1), numbers[name]) for m, numbers in past if name in numbers]
            self._put_past(values, [point for point in points if point[0] > stored])
            if live:
                minute, numbers = minutes[-1]
                if STEP * (minute + 1) > stored:
                    values.dispatch(time=STEP * (minute + 1), values=[numbers[name]])
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

    def _put_past(self, values: Any, points: list[tuple[int, float]]) -> None:
        if not points:
            return
        for destination in list(self.destinations):
            refused = sum(not _written(values, destination, point) for point in points)
            if refused == len(points):
                self._all_refused(destination, values.type_instance)
            else:
                self._patience = _PATIENCE
            self._refused += refused
        if not self.destinations:
            for stamp, value in points:
                values.dispatch(time=stamp, values=[value])
        elif "network" in self.destinations:
            time.sleep(len(points) / _NETWORK_PACE)

    def _all_refused(self, destination: str, name: str) -> None:
        """Find out what a refusal means: nobody listens, not now, or (after a while) not such old values."""
        if destination == "network":
            # Loaded to receive, it has no server to send to.
            self.destinations.remove(destination)
        elif self._patience:
            self._patience -= 1
            raise RefusedError(f"{destination} takes no values of {name}; see what it says in the log")


def _written(values: Any, destination: str, point: tuple[int, float]) -> bool:
    try:
        values.write(destination=destination, time=point[0], values=[point[1]])
    except RuntimeError:
        return False
    return True
