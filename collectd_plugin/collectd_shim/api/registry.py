"""Callbacks: what a plugin registered, under which name, in which order the daemon calls it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

from collectd_shim.api.arguments import UNSET, Signature, anything, attribute_text, public, real, text
from collectd_shim.daemon.log import WARNING, Log

__all__ = ["KINDS", "Callback", "Kind", "Registry"]

Kind = Literal["config", "init", "read", "write", "flush", "log", "notification", "shutdown"]

KINDS: Final[tuple[Kind, ...]] = (
    "config", "init", "read", "write", "flush", "log", "notification", "shutdown"
)  # fmt: skip

_STACKED: Final = frozenset({"config", "init", "shutdown"})
_NAME_SIZE: Final = 512
_REGISTER: Final = Signature({"callback": anything, "data": anything, "name": text}, required=1)
_REGISTER_READ: Final = Signature(
    {"callback": anything, "interval": real, "data": anything, "name": text}, required=1
)


@dataclass(slots=True, eq=False)
class Callback:
    """A function of a plugin; the time fields are those of read callbacks, in seconds."""

    name: str
    function: Callable[..., Any]
    data: Any = UNSET
    interval: float = 0.0
    effective_interval: float = 0.0
    suspended_until: float = 0.0

    def __call__(self, *arguments: Any) -> Any:
        """Call the function, with the data it was registered with as its last argument."""
        if self.data is UNSET:
            return self.function(*arguments)
        return self.function(*arguments, self.data)


class Registry:
    """The callbacks of one daemon, by kind, in the order in which they are called."""

    def __init__(self, log: Log) -> None:
        self.lists: dict[Kind, list[Callback]] = {kind: [] for kind in KINDS}
        self._log = log

    def register(self, kind: Kind, positional: tuple[Any, ...], keywords: dict[str, Any]) -> str | bytes:
        """Take a callback and return the identifier it got: "python." and its name or its module's.

        Config, init and shutdown callbacks may share a name, the last registered is called first. A
        second read callback of a name is refused, a second one of the other kinds replaces the first;
        both are logged. Raises TypeError for wrong arguments.
        """
        signature = _REGISTER_READ if kind == "read" else _REGISTER
        given = signature.bind(positional, keywords)
        function = given["callback"]
        if not callable(function):
            raise TypeError("callback needs a be a callable object.")
        raw = b"python." + (given["name"] if "name" in given else _module(function))
        identifier = public(raw, _NAME_SIZE)
        name = raw[: _NAME_SIZE - 1].decode(errors="replace")
        added = Callback(name, function, given.get("data", UNSET), given.get("interval", 0.0))
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
        return identifier

    def unregister(self, kind: Kind, wanted: Any) -> None:
        """Forget a callback, by its identifier or by the function.

        Raises TypeError for anything else, RuntimeError if none is registered so.
        """
        if isinstance(wanted, str | bytes):
            name = attribute_text(wanted).decode(errors="replace")
        elif callable(wanted):
            name = (b"python." + _module(wanted)).decode(errors="replace")
        else:
            raise TypeError("This function needs a string or a callable object as its only parameter.")
        for known in self.lists[kind]:
            if known.name == name:
                self.lists[kind].remove(known)
                return
        if kind == "read":
            self._log(WARNING, f"plugin_unregister_read: No such read function: {name}")
        raise RuntimeError(f"Unable to unregister {kind} callback '{name}'.")


def _module(function: Callable[..., Any]) -> bytes:
    module = getattr(function, "__module__", None)
    return attribute_text(module) if isinstance(module, str | bytes) else hex(id(function)).encode()
