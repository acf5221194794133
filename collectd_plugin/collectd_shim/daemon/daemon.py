"""The part of the daemon that a plugin's calls reach: data sets, writers, callbacks, the log."""

import os
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from collectd_shim.api import meta as meta_data
from collectd_shim.api.notification import Notification
from collectd_shim.api.registry import Callback, Registry
from collectd_shim.api.values import Values
from collectd_shim.daemon.datasets import DataSet
from collectd_shim.daemon.log import DEBUG, ERROR, INFO, WARNING, Log
from collectd_shim.daemon.route import Identity, Names, Route, Sink, Writer, WriterError, quantised

__all__ = ["CollectdError", "Daemon"]

_HERE: Final = Path(__file__).parent
_SEVERITIES: Final = {1: "FAILURE", 2: "WARNING", 4: "OKAY"}
_MESSAGE_SIZE: Final = 1024


class CollectdError(Exception):
    """An exception of a plugin that the daemon logs in one line, without a trace."""


# A plugin's log shows the name that the daemon's class has.
CollectdError.__module__ = "collectd"


class Daemon:
    """What stands behind the module `collectd` while a plugin runs without the daemon.

    All is done at once and in order, in the caller's thread, as by a daemon with one thread of each kind.
    """

    def __init__(
        self, *, hostname: str, interval: float, clock: Callable[[], float],
        types: Mapping[str, DataSet], writer: Writer | None, log: Log, traces: bool,
    ) -> None:  # fmt: skip
        self.hostname = hostname
        self.interval = quantised(interval)
        self.clock = clock
        self.types = types
        self.writer = writer
        self.complained = False
        self.routes: dict[Names, Route] = {}
        self.registry = Registry(self.log)
        self.write_callbacks = self.registry.lists["write"]
        bound = {"__slots__": (), "__module__": "collectd", "_daemon": self}
        self.values_class: type[Values] = type("Values", (Values,), bound)
        self.notification_class: type[Notification] = type("Notification", (Notification,), bound)
        self._sinks: dict[Identity, Sink] = {}
        self._log = log
        self._traces = traces
        if writer is not None:
            writer.attach(clock, self.log)

    def log(self, severity: int, message: str) -> None:
        """Pass a message to the log callbacks and the log; debug messages end here, as in Debian's build."""
        if severity >= DEBUG:
            return
        message = message.encode(errors="surrogateescape")[: _MESSAGE_SIZE - 1].decode(errors="replace")
        for callback in list(self.registry.lists["log"]):
            try:
                callback(severity, message)
            except Exception:  # noqa: BLE001 - logging it would call the same callback again
                traceback.print_exc(file=sys.stderr)
        self._log(severity, message)

    def guarded(self, context: str, callback: Callback, *arguments: Any) -> bool:
        """Call a callback as the daemon does: what it raises is logged. True if it raised nothing."""
        try:
            callback(*arguments)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a plugin raises
            self.log_exception(context, error)
            return False
        return True

    def log_exception(self, context: str, error: BaseException) -> str:
        """Log what a plugin raised, with its trace if asked for; return the first line."""
        kind = type(error).__name__
        if isinstance(error, CollectdError):
            line = f"{kind} in {context}: {error}"
            self.log(WARNING, line)
            return line
        line = f"Unhandled python exception in {context}: {kind}: {error}"
        self.log(ERROR, line)
        if self._traces:
            trace = traceback.TracebackException.from_exception(error)
            # In the daemon these frames are C and leave no trace.
            trace.stack = traceback.StackSummary.from_list(
                [frame for frame in trace.stack if Path(frame.filename).parent != _HERE]
            )
            for part in trace.format():
                self.log(ERROR, part.removesuffix("\n"))
        return line

    def meta_failed(self, error: BaseException) -> None:
        """Log an entry of meta data that was left out."""
        line = f"Unhandled python exception in building meta data: {type(error).__name__}: {error}"
        self.log(ERROR, line)

    def writer_failed(self, context: str, error: WriterError) -> None:
        """Log a value that the writer could not take; *context* is the plugin whose thread it was."""
        self.log(ERROR, f"{context} plugin: {error.cause}")
        self.log(ERROR, f"rrdtool plugin: {error.consequence}")

    def dataset(self, name: str | bytes) -> DataSet:
        """Return the data set of a type. Raises TypeError if types.db has none of that name."""
        shown = os.fsdecode(name)
        try:
            return self.types[shown]
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
            route = self.routes[names] = Route(self, self.dataset(names[0]), names)
        return route

    def sink(self, identity: Identity, dataset: DataSet) -> Sink:
        """Return the writer's sink of a series, opened once; without a writer one that takes all."""
        sink = self._sinks.get(identity)
        if sink is None:
            sink = _nowhere if self.writer is None else self.writer.open(identity, dataset)
            self._sinks[identity] = sink
        return sink

    def received(
        self, names: Names, numbers: Sequence[int | float], time: float, interval: float,
        meta: meta_data.Meta,
    ) -> Values:  # fmt: skip
        """Return the Values object that a write callback is given."""
        kind, plugin_instance, type_instance, plugin, host = names
        return self.values_class(
            kind, list(numbers), plugin_instance, type_instance, plugin, host, time, interval, dict(meta)
        )

    def flush(self, plugin: str | bytes | None, timeout: int, identifier: str | bytes | None) -> None:
        """Ask the writer and the flush callbacks, or the one named, to store what they hold back.

        With a negative *timeout*, which is a plugin's default, the writer does nothing: in the daemon it
        becomes an age that nothing ever has.
        """
        shown = None if identifier is None else os.fsdecode(identifier)
        if self.writer is not None and plugin in {None, self.writer.name} and timeout >= 0:
            self.writer.flush(shown)
        for callback in list(self.registry.lists["flush"]):
            if plugin in {None, callback.name}:
                self.guarded("flush callback", callback, timeout, identifier)

    def notify(self, notification: Notification) -> None:
        """Pass a notification to the log and to all who registered for them."""
        shown = [f"severity = {_SEVERITIES.get(notification.severity, 'UNKNOWN')}"]
        shown += [
            f"{name} = {getattr(notification, name)}"
            for name in ("host", "plugin", "plugin_instance", "type", "type_instance")
            if getattr(notification, name)
        ]
        self._log(INFO, f"Notification: {', '.join(shown)}, message = {notification.message!s}")
        for callback in list(self.registry.lists["notification"]):
            self.guarded("notification callback", callback, notification)


def _nowhere(_time: float, _interval: float, _numbers: Sequence[int | float]) -> bool:
    return True
