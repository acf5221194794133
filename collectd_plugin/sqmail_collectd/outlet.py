"""Where values leave for collectd: the past in order, the present as any plugin's values."""

import time
from typing import Any, Final

from sqmail_log.metrics import METRICS

__all__ = ["Outlet"]

PLUGIN: Final = "qmail"
STEP: Final = 60
# Who takes values at once and in order.  What is dispatched passes through several threads instead, and
# of a file's first values most are lost; these are asked for by name because nothing else can be asked.
_DESTINATIONS: Final = ("rrdtool", "rrdcached", "network")
# Values a second that a receiver's socket buffer lets through without losing a packet.
_NETWORK_PACE: Final = 20_000

Minutes = list[tuple[int, dict[str, float]]]
"""Minutes (Unix time // 60) and their values by metric name, in order."""


class Outlet:
    """The series of one instance.

    `stored` says, by type and name of a series, up to which second it is
    stored already; nothing older is put again.
    """

    def __init__(self, collectd: Any, instance: str, host: str | None = None) -> None:
        self.stored: dict[tuple[str, str], int] = {}
        self._collectd = collectd
        self._instance = instance
        self._names = {"plugin": PLUGIN, "plugin_instance": instance, "host": host or ""}
        self._destinations: list[str] | None = None
        self._refused = 0

    def put(self, minutes: Minutes, *, live: bool) -> None:
        """Put minutes with their values, in order; with `live` the last one is the present."""
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
        written = 0
        if self._destinations is None:
            self._destinations = [name for name in _DESTINATIONS if _written(values, name, points[0])]
            written = 1 if self._destinations else 0
        for destination in self._destinations:
            for point in points[written:]:
                if not _written(values, destination, point):
                    self._refused += 1
        if not self._destinations:
            for stamp, value in points:
                values.dispatch(time=stamp, values=[value])
        elif "network" in self._destinations:
            time.sleep(len(points) / _NETWORK_PACE)


def _written(values: Any, destination: str, point: tuple[int, float]) -> bool:
    try:
        values.write(destination=destination, time=point[0], values=[point[1]])
    except RuntimeError:
        return False
    return True
