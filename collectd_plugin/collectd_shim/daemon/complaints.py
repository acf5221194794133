"""Reports: what the daemon logs, above all of what a plugin or a write plugin raised."""

import sys
import traceback
from pathlib import Path
from typing import Any

from collectd_shim.daemon.registry import Callback, Registry
from collectd_shim.daemon.severities import DEBUG, ERROR, WARNING, LogFunction
from rrd_files.errors import WriterError

_PACKAGE = Path(__file__).parent.parent
_MESSAGE_SIZE = 1024


class CollectdError(Exception):
    """An exception of a plugin that the daemon logs in one line, without a trace."""


# A plugin's log shows the name that the daemon's class has.
CollectdError.__module__ = "collectd"


class Reports:
    """Passes messages on to the log callbacks, which `registry` has, and to the log `to`."""

    def __init__(self, to: LogFunction, *, traces: bool) -> None:
        self.to = to
        self.registry = Registry(self.log)
        self._traces = traces

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
        self.to(severity, message)

    def guarded(self, context: str, callback: Callback, *arguments: Any) -> bool:
        """Call a callback as the daemon does: what it raises is logged.  True if it raised nothing."""
        try:
            callback(*arguments)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a plugin raises
            self.exception(context, error)
            return False
        return True

    def exception(self, context: str, error: BaseException) -> str:
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
                [frame for frame in trace.stack if _PACKAGE not in Path(frame.filename).parents]
            )
            for part in trace.format():
                self.log(ERROR, part.removesuffix("\n"))
        return line

    def meta_failed(self, error: BaseException) -> None:
        """Log an entry of meta data that was left out."""
        line = f"Unhandled python exception in building meta data: {type(error).__name__}: {error}"
        self.log(ERROR, line)

    def writer_failed(self, context: str, error: WriterError) -> None:
        """Log a value that the write plugin could not take; `context` is the plugin whose thread it was."""
        self.log(ERROR, f"{context} plugin: {error.cause}")
        self.log(ERROR, f"rrdtool plugin: {error.consequence}")
