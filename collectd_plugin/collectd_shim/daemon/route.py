"""Routes: the way of one series' values from a plugin to the writers."""

from collections.abc import Callable, Sequence
from os import fsdecode
from typing import TYPE_CHECKING, Any, Final, Protocol

from collectd_shim.api import meta as meta_data
from collectd_shim.daemon.datasets import DataSet
from collectd_shim.daemon.log import INFO, NOTICE, Log

if TYPE_CHECKING:
    from collectd_shim.daemon.daemon import Daemon

__all__ = ["Identity", "Names", "Route", "Sink", "Writer", "WriterError", "quantised"]

Names = tuple[str | bytes, ...]
"""Type, plugin instance, type instance, plugin, host, as Values holds them."""

Identity = tuple[str, str, str]
"""Host, plugin[-instance], type[-instance]: the three parts of a series' path."""

Sink = Callable[[float, float, Sequence[int | float]], bool]
"""Takes time, interval (seconds) and numbers of one series; False: refused, not newer than the last."""

_TICKS: Final = 2**30


def quantised(seconds: float) -> float:
    """Return a time as the daemon keeps it: unsigned, in units of 2**-30 seconds."""
    return (int(seconds * _TICKS) & (2**64 - 1)) / _TICKS


class WriterError(Exception):
    """A writer could not take a value: the cause, and what it could not do, in the daemon's words."""

    def __init__(self, cause: str, consequence: str) -> None:
        super().__init__(f"{consequence}: {cause}")
        self.cause = cause
        self.consequence = consequence


class Writer(Protocol):
    """What stores values: it stands where collectd has its rrdtool plugin."""

    name: str

    def attach(self, clock: Callable[[], float], log: Log) -> None:
        """Take the daemon's clock and log, before anything is opened."""

    def open(self, identity: Identity, dataset: DataSet) -> Sink:
        """Return the sink of one series; it may raise WriterError. Called once for each series."""

    def flush(self, identifier: str | None = None) -> None:
        """Store what is held back: of the series named host/plugin/type, or of all."""


class Route:
    """One series, completed with the daemon's defaults, and the sinks that its values go to."""

    __slots__ = ("_daemon", "_identifier", "_last", "_names", "_raw_names", "_raw_sink", "_sink", "dataset")

    def __init__(self, daemon: "Daemon", dataset: DataSet, names: Names) -> None:
        kind, plugin_instance, type_instance, plugin, host = names
        raw: Names = (kind, plugin_instance, type_instance, plugin or "python", host or daemon.hostname)
        self._daemon = daemon
        self.dataset = dataset
        self._raw_names = raw
        self._names: Names = tuple(map(_escaped, raw))
        self._raw_sink = daemon.sink(_identity(raw), dataset)
        self._sink = daemon.sink(_identity(self._names), dataset)
        self._identifier = "/".join(_identity(self._names))
        self._last = -1.0

    def dispatch(self, numbers: Sequence[int | float], time: float, interval: float, meta: Any) -> None:
        """Pass a value list to the writer and to every write callback, in this order."""
        daemon = self._daemon
        if time <= 0:
            time = quantised(time) or daemon.clock()
        if interval <= 0:
            interval = quantised(interval) or daemon.interval
        if time > self._last:
            self._last = time
        else:
            # The daemon notes it and asks the writers all the same.
            daemon.log(
                NOTICE,
                f"uc_update: Value too old: name = {self._identifier}; value time = {time:.3f}; "
                f"last cache update = {self._last:.3f};",
            )
        try:
            taken = self._sink(time, interval, numbers)
        except WriterError as error:
            daemon.writer_failed("rrdtool", error)
            taken = False
        if daemon.write_callbacks or meta or not taken or daemon.complained:
            self._pass_on(taken, numbers, time, interval, meta)

    def _pass_on(
        self, taken: bool, numbers: Sequence[int | float], time: float, interval: float, meta: Any
    ) -> None:
        daemon = self._daemon
        stored = meta_data.build(meta or {}, daemon.meta_failed, fold=True)
        for callback in list(daemon.write_callbacks):
            taken = True
            values = daemon.received(self._names, numbers, quantised(time), quantised(interval), stored)
            daemon.guarded("write callback", callback, values)
        if not taken:
            daemon.complained = True
            daemon.log(INFO, "Filter subsystem: Built-in target `write': Dispatching value to all write "
                             "plugins failed with status -1.")  # fmt: skip
        elif daemon.complained:
            daemon.complained = False
            daemon.log(INFO, "Filter subsystem: Built-in target `write': Some write plugin is back to "
                             "normal operation. `write' succeeded.")  # fmt: skip

    def write(
        self, destination: str, numbers: Sequence[int | float], time: float, interval: float, meta: Any
    ) -> None:
        """Pass a value list to the writer or the write callback of that name. Raises RuntimeError."""
        if not self._written(destination.lower(), numbers, time, interval, meta):
            raise RuntimeError("error dispatching values, read the logs")

    def _written(
        self, destination: str, numbers: Sequence[int | float], time: float, interval: float, meta: Any
    ) -> bool:
        daemon = self._daemon
        if time < 0:
            time = quantised(time)
        if daemon.writer is not None and destination == daemon.writer.name:
            try:
                return self._raw_sink(time, interval, numbers)
            except WriterError as error:
                daemon.writer_failed("python", error)
                return False
        stored = meta_data.build(meta or {}, daemon.meta_failed, fold=True)
        for callback in daemon.write_callbacks:
            if callback.name.lower() == destination:
                values = daemon.received(
                    self._raw_names, numbers, quantised(time), quantised(interval), stored
                )
                daemon.guarded("write callback", callback, values)
                return True
        return False


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
