"""Routes: the way of one series' values from a plugin to the writers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from os import fsdecode
from typing import Any

from collectd_shim.daemon.complaints import Reports
from collectd_shim.daemon.datasets import DataSet
from collectd_shim.daemon.severities import NOTICE
from collectd_shim.daemon.writers import Names, Writers
from rrd_files.definition import Identity
from rrd_files.errors import WriterError

_TICKS = 2**30


def quantised(seconds: float) -> float:
    """Return a time as the daemon keeps it: unsigned, in units of 2**-30 seconds."""
    return (int(seconds * _TICKS) & (2**64 - 1)) / _TICKS


@dataclass(slots=True)
class Defaults:
    """What the daemon fills in where a plugin gives nothing; `interval` is that of the current read, in seconds."""

    hostname: str
    interval: float
    clock: Callable[[], float]


class Route:
    """One series, completed with the daemon's defaults, and what its values go to."""

    __slots__ = (
        "_defaults", "_identifier", "_last", "_names", "_put", "_raw_names", "_raw_put", "_reports",
        "_writers", "dataset",
    )  # fmt: skip

    def __init__(
        self, reports: Reports, writers: Writers, defaults: Defaults, dataset: DataSet, names: Names
    ) -> None:
        kind, plugin_instance, type_instance, plugin, host = names
        raw: Names = (kind, plugin_instance, type_instance, plugin or "python", host or defaults.hostname)
        self._reports = reports
        self._writers = writers
        self._defaults = defaults
        self.dataset = dataset
        self._raw_names = raw
        self._names: Names = tuple(map(_escaped, raw))
        self._raw_put = writers.put(_identity(raw), dataset.sources)
        self._put = writers.put(_identity(self._names), dataset.sources)
        self._identifier = "/".join(_identity(self._names))
        self._last = -1.0

    def dispatch(self, numbers: Sequence[int | float], time: float, interval: float, meta: Any) -> None:
        """Pass a value list to the write plugin and to every write callback, in this order."""
        if time <= 0:
            time = quantised(time) or self._defaults.clock()
        if interval <= 0:
            interval = quantised(interval) or self._defaults.interval
        if time > self._last:
            self._last = time
        else:
            # The daemon notes it and asks the writers all the same.
            self._reports.log(
                NOTICE,
                f"uc_update: Value too old: name = {self._identifier}; value time = {time:.3f}; "
                f"last cache update = {self._last:.3f};",
            )
        try:
            taken = self._put(time, interval, numbers)
        except WriterError as error:
            self._reports.writer_failed("rrdtool", error)
            taken = False
        writers = self._writers
        if writers.callbacks or meta or not taken or writers.has_complained:
            writers.pass_on(taken, self._names, numbers, quantised(time), quantised(interval), meta or {})

    def write(
        self, destination: str, numbers: Sequence[int | float], time: float, interval: float, meta: Any
    ) -> None:
        """Pass a value list to the write plugin or the write callback of that name.  Raises RuntimeError."""
        if not self._written(destination.lower(), numbers, time, interval, meta):
            raise RuntimeError("error dispatching values, read the logs")

    def _written(
        self, destination: str, numbers: Sequence[int | float], time: float, interval: float, meta: Any
    ) -> bool:
        writers = self._writers
        if time < 0:
            time = quantised(time)
        if writers.plugin is not None and destination == writers.plugin.name:
            try:
                return self._raw_put(time, interval, numbers)
            except WriterError as error:
                self._reports.writer_failed("python", error)
                return False
        return writers.write(
            destination, self._raw_names, numbers, quantised(time), quantised(interval), meta or {}
        )


def _escaped(name: str | bytes) -> str | bytes:
    if name in {"/", b"/"}:
        return "root"
    if isinstance(name, bytes):
        return name.removeprefix(b"/").replace(b"/", b"_")
    return name.removeprefix("/").replace("/", "_")


def _identity(names: Names) -> Identity:
    kind, plugin_instance, type_instance, plugin, host = map(fsdecode, names)
    return (
        host,
        f"{plugin}-{plugin_instance}" if plugin_instance else plugin,
        f"{kind}-{type_instance}" if type_instance else kind,
    )
