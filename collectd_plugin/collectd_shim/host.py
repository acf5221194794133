"""Host: runs a plugin from its configuration to its shutdown, without collectd."""

import time
from collections.abc import Callable
from types import ModuleType, TracebackType
from typing import Any, Self

from collectd_shim.api.config import Config
from collectd_shim.api.module import make_module
from collectd_shim.daemon import datasets
from collectd_shim.daemon.daemon import Daemon
from collectd_shim.daemon.registry import Callback
from collectd_shim.daemon.route import quantised
from collectd_shim.daemon.severities import ERROR, NOTICE, WARNING, LogFunction, to_stderr
from collectd_shim.daemon.writers import WritePlugin


class PluginError(RuntimeError):
    """A plugin raised while it was imported or configured: collectd would not have started."""


class Host:
    """A place for plugins to run in: load them, read as often as you like, shut down.

    `clock` gives Unix time in seconds, `interval` is collectd's global Interval in seconds.  Without
    `writer` values reach only the plugins' own write callbacks.  `log` is called with each severity and
    message; by default warnings and errors go to standard error.  With `traces` what a plugin raises is
    logged with its trace.

    Everything happens in the caller's thread.  Raises OSError if the installed types.db cannot be read.
    """

    def __init__(
        self, *, hostname: str = "localhost", interval: float = 10.0,
        clock: Callable[[], float] = time.time, writer: WritePlugin | None = None, log: LogFunction = to_stderr,
        traces: bool = False,
    ) -> None:  # fmt: skip
        types = datasets.load(lambda line: log(WARNING, f"types.db: left out what is no type: {line}"))
        self._daemon = Daemon(
            hostname=hostname, interval=interval, clock=clock, types=types, writer=writer, log=log,
            traces=traces,
        )  # fmt: skip
        self._reports = self._daemon.reports
        self._initialised = False
        self._down = False
        self.collectd = make_module(self._daemon)
        """The module object that plugins are handed."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown()

    def load(self, plugin: ModuleType | Callable[[ModuleType], Any], *blocks: Config) -> Any:
        """Let a plugin register itself, then configure it; return what its registering returned.

        `plugin` is a function that takes the module `collectd`, or a module with such a function named
        `register`.  `blocks` are <Module> blocks; each goes to the config callback of its name, letters' case
        aside.

        Raises PluginError if the plugin raises.
        """
        register = plugin.register if isinstance(plugin, ModuleType) else plugin
        try:
            registered = register(self.collectd)
        except (Exception, SystemExit) as error:
            name = getattr(plugin, "__name__", repr(plugin))
            self._reports.log(ERROR, f'python plugin: Error importing module "{name}".')
            raise PluginError(self._reports.exception("importing module", error)) from error
        for node in blocks:
            self._configure(node)
        return registered

    def _configure(self, node: Config) -> None:
        (module,) = node.values
        name = f"python.{module}".lower()
        for callback in self._daemon.registry.lists["config"]:
            if callback.name.lower() == name:
                break
        else:
            self._reports.log(
                WARNING,
                f'python plugin: Found a configuration for the "{module}" plugin, but the plugin '
                "isn't loaded or didn't register a configuration callback.",
            )
            return
        try:
            callback(node)
        except (Exception, SystemExit) as error:
            raise PluginError(self._reports.exception("loading module", error)) from error

    def init(self) -> None:
        """Call the init callbacks, the last registered first; the first read() does it otherwise."""
        if not self._initialised:
            self._initialised = True
            for callback in list(self._daemon.registry.lists["init"]):
                self._reports.guarded("init callback", callback)

    def read(self) -> bool:
        """Call every read callback once; return whether all of them went well.

        A callback that raises is left out until twice its interval has passed by the clock, then four
        times, and so on, up to a day; one success ends that.  When the others run is up to the caller.
        """
        self.init()
        now = self._daemon.defaults.clock()
        registered = self._daemon.registry.lists["read"]
        failed = False
        for callback in list(registered):
            # An earlier one may have unregistered it.
            if callback in registered and callback.suspended_until <= now:
                failed |= not self._read(callback, now)
        return not failed

    def _read(self, callback: Callback, now: float) -> bool:
        defaults = self._daemon.defaults
        interval = defaults.interval
        own = quantised(callback.interval) or interval
        defaults.interval = own
        try:
            well = self._reports.guarded("read callback", callback)
        finally:
            defaults.interval = interval
        if well:
            callback.effective_interval = own
            return True
        callback.effective_interval = min(2 * (callback.effective_interval or own), 86400.0)
        callback.suspended_until = now + callback.effective_interval
        self._reports.log(NOTICE, f"read-function of plugin `{callback.name}' failed. "
                                  f"Will suspend it for {callback.effective_interval:.3f} seconds.")  # fmt: skip
        return False

    def flush(self) -> None:
        """Let the writer store what it holds back, and call the flush callbacks."""
        self._daemon.flush(None, 0, None)

    def shutdown(self) -> None:
        """Flush, then call the shutdown callbacks, the last registered first, then flush the writer again.

        What a shutdown callback dispatches is stored here; the daemon may lose it.  A second call does
        nothing.
        """
        if self._down:
            return
        self._down = True
        self.flush()
        for callback in list(self._daemon.registry.lists["shutdown"]):
            self._reports.guarded("shutdown callback", callback)
        if self._daemon.writers.plugin is not None:
            self._daemon.writers.plugin.flush()
