"""Writers: the write plugin and the write callbacks of plugins, to which all values go."""

from collections.abc import Callable, Sequence
from typing import Protocol

from collectd_shim.daemon.complaints import Reports
from collectd_shim.daemon.meta import Meta, build
from collectd_shim.daemon.registry import Callback
from collectd_shim.daemon.severities import INFO, LogFunction
from rrd_files.definition import DataSource, Identity

Names = tuple[str | bytes, ...]
"""Type, plugin instance, type instance, plugin, host, as Values holds them."""

Put = Callable[[float, float, Sequence[int | float]], bool]
"""Takes time, interval (seconds) and numbers of one series; False: refused, not newer than the last."""

Received = Callable[[Names, Sequence[int | float], float, float, Meta], object]
"""Makes what a write callback is given, of names, numbers, time, interval and meta data."""


class WritePlugin(Protocol):
    """What stores values: it stands where collectd has its rrdtool plugin."""

    name: str

    def attach(self, clock: Callable[[], float], log: LogFunction) -> None:
        """Take the daemon's clock and log, before anything is opened."""

    def open(self, identity: Identity, sources: Sequence[DataSource]) -> Put:
        """Return what takes the values of one series; it may raise WriterError.  Called once for each series."""

    def flush(self, name: str | None = None) -> None:
        """Store what is held back: of the series named host/plugin/type, or of all."""


class Writers:
    """The write plugin, None where there is none, and the write callbacks."""

    received: Received
    """Set by the maker of the module `collectd`, whose class Values it is."""

    def __init__(self, plugin: WritePlugin | None, reports: Reports) -> None:
        self.plugin = plugin
        self.callbacks = reports.registry.lists["write"]
        self.has_complained = False
        self._reports = reports
        self._puts: dict[Identity, Put] = {}

    def put(self, identity: Identity, sources: Sequence[DataSource]) -> Put:
        """Return what takes the values of a series, opened once; without a write plugin it takes all."""
        put = self._puts.get(identity)
        if put is None:
            put = _nowhere if self.plugin is None else self.plugin.open(identity, sources)
            self._puts[identity] = put
        return put

    def pass_on(
        self, taken: bool, names: Names, numbers: Sequence[int | float], time: float, interval: float,
        meta: Meta,
    ) -> None:  # fmt: skip
        """Pass a value list to every write callback; `taken` says whether the write plugin has it already."""
        stored = build(meta, self._reports.meta_failed, fold=True)
        for callback in list(self.callbacks):
            taken = True
            self.call(callback, names, numbers, time, interval, stored)
        if not taken:
            self.has_complained = True
            self._reports.log(INFO, "Filter subsystem: Built-in target `write': Dispatching value to all write "
                                    "plugins failed with status -1.")  # fmt: skip
        elif self.has_complained:
            self.has_complained = False
            self._reports.log(INFO, "Filter subsystem: Built-in target `write': Some write plugin is back to "
                                    "normal operation. `write' succeeded.")  # fmt: skip

    def write(
        self, name: str, names: Names, numbers: Sequence[int | float], time: float, interval: float, meta: Meta
    ) -> bool:
        """Pass a value list to the write callback of a name, letters' case aside; False if there is none."""
        stored = build(meta, self._reports.meta_failed, fold=True)
        for callback in self.callbacks:
            if callback.name.lower() == name:
                self.call(callback, names, numbers, time, interval, stored)
                return True
        return False

    def call(
        self, callback: Callback, names: Names, numbers: Sequence[int | float], time: float, interval: float,
        meta: Meta,
    ) -> None:  # fmt: skip
        """Call a write callback with a value list of its own."""
        values = self.received(names, numbers, time, interval, meta)
        self._reports.guarded("write callback", callback, values)


def _nowhere(_time: float, _interval: float, _numbers: Sequence[int | float]) -> bool:
    return True
