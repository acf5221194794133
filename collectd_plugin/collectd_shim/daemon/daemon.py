"""The part of the daemon that a plugin's calls reach: data sets, routes to the writers, callbacks."""

import os
from collections.abc import Callable, Mapping

from collectd_shim.daemon.complaints import Reports
from collectd_shim.daemon.datasets import DataSet
from collectd_shim.daemon.route import Defaults, Route, quantised
from collectd_shim.daemon.severities import INFO, LogFunction
from collectd_shim.daemon.writers import Names, WritePlugin, Writers


class Daemon:
    """What stands behind the module `collectd` while a plugin runs without the daemon.

    All is done at once and in order, in the caller's thread, as by a daemon with one thread of each kind.
    """

    def __init__(
        self, *, hostname: str, interval: float, clock: Callable[[], float],
        types: Mapping[str, DataSet], writer: WritePlugin | None, log: LogFunction, traces: bool,
    ) -> None:  # fmt: skip
        self.defaults = Defaults(hostname, quantised(interval), clock)
        self.reports = Reports(log, traces=traces)
        self.registry = self.reports.registry
        self.writers = Writers(writer, self.reports)
        self.routes: dict[Names, Route] = {}
        self._types = types
        if writer is not None:
            writer.attach(clock, self.reports.log)

    def dataset(self, name: str | bytes) -> DataSet:
        """Return the data set of a type.  Raises TypeError if types.db has none of that name."""
        shown = os.fsdecode(name)
        try:
            return self._types[shown]
        except KeyError:
            raise TypeError(f"Dataset {shown} not found") from None

    def route(self, *names: str | bytes) -> Route:
        """Return the route of a series: type, plugin_instance, type_instance, plugin, host as given.

        Raises RuntimeError without a type, TypeError for an unknown one.
        """
        route = self.routes.get(names)
        if route is None:
            if not names[0]:
                raise RuntimeError("type not set")
            dataset = self.dataset(names[0])
            route = self.routes[names] = Route(self.reports, self.writers, self.defaults, dataset, names)
        return route

    def flush(self, plugin: str | bytes | None, timeout: int, identifier: str | bytes | None) -> None:
        """Ask the write plugin and the flush callbacks, or the one named, to store what they hold back.

        With a negative `timeout`, which is a plugin's default, the write plugin does nothing: in the daemon
        it becomes an age that nothing ever has.
        """
        shown = None if identifier is None else os.fsdecode(identifier)
        writer = self.writers.plugin
        if writer is not None and plugin in {None, writer.name} and timeout >= 0:
            writer.flush(shown)
        for callback in list(self.registry.lists["flush"]):
            if plugin in {None, callback.name}:
                self.reports.guarded("flush callback", callback, timeout, identifier)

    def notify(self, line: str, notification: object) -> None:
        """Pass a notification to the log, worded as `line`, and to all who registered for them."""
        self.reports.to(INFO, line)
        for callback in list(self.registry.lists["notification"]):
            self.reports.guarded("notification callback", callback, notification)
