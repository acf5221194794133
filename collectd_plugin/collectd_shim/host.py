"""Host: runs a plugin from its configuration to its shutdown, without collectd."""

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, Self

from collectd_shim.api.config import Config, ConfigError
from collectd_shim.api.module import make_module
from collectd_shim.api.registry import Callback
from collectd_shim.daemon import datasets
from collectd_shim.daemon.daemon import Daemon
from collectd_shim.daemon.log import ERROR, NOTICE, WARNING, Log, to_stderr
from collectd_shim.daemon.route import Writer, quantised

__all__ = ["Host", "PluginError"]


class PluginError(RuntimeError):
    """A plugin raised while it was imported or configured: collectd would not have started."""


class Host:
    """A place for plugins to run in: load them, read as often as you like, shut down.

    *clock* gives Unix time in seconds, *interval* is collectd's global Interval in seconds. Without
    *types_db* the installed types.db is read, or the built-in types where there is none. Without *writer*
    values reach only the plugins' own write callbacks. *log* is called with each severity and message;
    by default warnings and errors go to standard error. With *traces* what a plugin raises is logged with
    its trace.

    Everything happens in the caller's thread. Raises OSError if a types.db cannot be read.
    """

    def __init__(
        self, *, hostname: str = "localhost", interval: float = 10.0,
        clock: Callable[[], float] = time.time, types_db: Path | str | Iterable[Path | str] | None = None,
        writer: Writer | None = None, log: Log = to_stderr, traces: bool = False,
    ) -> None:  # fmt: skip
        paths = [types_db] if isinstance(types_db, str | Path) else types_db or ()
        types = datasets.load(
            *paths, on_error=lambda line: log(WARNING, f"types.db: left out what is no type: {line}")
        )
        self._daemon = Daemon(
            hostname=hostname, interval=interval, clock=clock, types=types, writer=writer, log=log,
            traces=traces,
        )  # fmt: skip
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

    def load(self, plugin: ModuleType | Callable[[ModuleType], Any], *config: Config) -> None:
        """Let a plugin register itself, then configure it.

        *plugin* is a function that takes the module `collectd`, or a module with such a function named
        `register`. *config* are <Module> blocks, or whole files' trees, of which the <Module> blocks in
        <Plugin python> are used; each goes to the config callback of its name, letters' case aside.

        Raises PluginError if the plugin raises, ConfigError for a <Module> without exactly one name.
        """
        register = plugin.register if isinstance(plugin, ModuleType) else plugin
        try:
            register(self.collectd)
        except (Exception, SystemExit) as error:
            name = getattr(plugin, "__name__", repr(plugin))
            self._daemon.log(ERROR, f'python plugin: Error importing module "{name}".')
            raise PluginError(self._daemon.log_exception("importing module", error)) from error
        for node in config:
            self._configure(node)

    def _configure(self, node: Config) -> None:
        key = node.key.lower()
        if key == "plugin" and [str(value).lower() for value in node.values] == ["python"]:
            for child in node.children:
                self._configure(child)
        if key != "module":
            return
        if len(node.values) != 1 or not isinstance(node.values[0], str):
            raise ConfigError("The `Module' option requires exactly one string argument.")
        name = f"python.{node.values[0]}"
        for callback in self._daemon.registry.lists["config"]:
            if callback.name.lower() == name.lower():
                break
        else:
            self._daemon.log(
                WARNING,
                f'python plugin: Found a configuration for the "{node.values[0]}" plugin, but the plugin '
                "isn't loaded or didn't register a configuration callback.",
            )
            return
        try:
            callback(node)
        except (Exception, SystemExit) as error:
            raise PluginError(self._daemon.log_exception("loading module", error)) from error

    def init(self) -> None:
        """Call the init callbacks, the last registered first; the first read() does it otherwise."""
        if not self._initialised:
            self._initialised = True
            for callback in list(self._daemon.registry.lists["init"]):
                self._daemon.guarded("init callback", callback)

    def read(self) -> bool:
        """Call every read callback once; return whether all of them went well.

        A callback that raises is left out until twice its interval has passed by the clock, then four
        times, and so on, up to a day; one success ends that. When the others run is up to the caller.
        """
        self.init()
        now = self._daemon.clock()
        registered = self._daemon.registry.lists["read"]
        failed = False
        for callback in list(registered):
            # An earlier one may have unregistered it.
            if callback in registered and callback.suspended_until <= now:
                failed |= not self._read(callback, now)
        return not failed

    def _read(self, callback: Callback, now: float) -> bool:
        daemon = self._daemon
        default = daemon.interval
        own = quantised(callback.interval) or default
        daemon.interval = own
        try:
            well = daemon.guarded("read callback", callback)
        finally:
            daemon.interval = default
        if well:
            callback.effective_interval = own
            return True
        callback.effective_interval = min(2 * (callback.effective_interval or own), 86400.0)
        callback.suspended_until = now + callback.effective_interval
        daemon.log(NOTICE, f"read-function of plugin `{callback.name}' failed. "
                           f"Will suspend it for {callback.effective_interval:.3f} seconds.")  # fmt: skip
        return False

    def flush(self) -> None:
        """Let the writer store what it holds back, and call the flush callbacks."""
        self._daemon.flush(None, 0, None)

    def shutdown(self) -> None:
        """Flush, then call the shutdown callbacks, the last registered first, then flush the writer again.

        What a shutdown callback dispatches is stored here; the daemon may lose it. A second call does
        nothing.
        """
        if self._down:
            return
        self._down = True
        self.flush()
        for callback in list(self._daemon.registry.lists["shutdown"]):
            self._daemon.guarded("shutdown callback", callback)
        if self._daemon.writer is not None:
            self._daemon.writer.flush()
