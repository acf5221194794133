"""Callbacks: what a plugin registered, under which name, in which order the daemon calls it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from collectd_shim.daemon.severities import WARNING, LogFunction

Kind = Literal["config", "init", "read", "write", "flush", "log", "notification", "shutdown"]

KINDS: tuple[Kind, ...] = (
    "config", "init", "read", "write", "flush", "log", "notification", "shutdown"
)  # fmt: skip

NO_DATA: Any = object()
"""The data of a callback that was registered without any; None is data."""

_STACKED = frozenset({"config", "init", "shutdown"})


@dataclass(slots=True, eq=False)
class Callback:
    """A function of a plugin; the time fields are those of read callbacks, in seconds."""

    name: str
    function: Callable[..., Any]
    data: Any = NO_DATA
    interval: float = 0.0
    effective_interval: float = 0.0
    suspended_until: float = 0.0

    def __call__(self, *arguments: Any) -> Any:
        """Call the function, with the data it was registered with as its last argument."""
        if self.data is NO_DATA:
            return self.function(*arguments)
        return self.function(*arguments, self.data)


class Registry:
    """The callbacks of one daemon, by kind, in the order in which they are called."""

    def __init__(self, log: LogFunction) -> None:
        self.lists: dict[Kind, list[Callback]] = {kind: [] for kind in KINDS}
        self._log = log

    def register(self, kind: Kind, added: Callback) -> None:
        """Take a callback.

        Config, init and shutdown callbacks may share a name, the last registered is called first.  A
        second read callback of a name is refused, a second one of the other kinds replaces the first;
        both are logged.
        """
        name = added.name
        callbacks = self.lists[kind]
        index = next((i for i, known in enumerate(callbacks) if known.name == name), None)
        if kind in _STACKED:
            callbacks.insert(0, added)
        elif index is None:
            callbacks.append(added)
        elif kind == "read":
            self._log(WARNING, f'python plugin: The read function "{name}" is already registered. '
                               "Check for duplicates in your configuration!")  # fmt: skip
        else:
            self._log(WARNING, f"python plugin: register_callback: a callback named `{name}' already "
                               "exists - overwriting the old entry!")  # fmt: skip
            callbacks[index] = added

    def unregister(self, kind: Kind, name: str) -> None:
        """Forget the callback of a name; raises RuntimeError if there is none."""
        for known in self.lists[kind]:
            if known.name == name:
                self.lists[kind].remove(known)
                return
        if kind == "read":
            self._log(WARNING, f"plugin_unregister_read: No such read function: {name}")
        raise RuntimeError(f"Unable to unregister {kind} callback '{name}'.")
