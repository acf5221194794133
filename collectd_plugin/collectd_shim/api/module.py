"""The module `collectd` as a plugin sees it, made anew for each daemon."""

from collections.abc import Callable
from types import ModuleType
from typing import Any, Final

from collectd_shim.api.arguments import Signature, integer, public, text
from collectd_shim.api.config import Config
from collectd_shim.api.meta import Signed, Unsigned
from collectd_shim.api.registry import KINDS, Kind
from collectd_shim.daemon import log
from collectd_shim.daemon.daemon import CollectdError, Daemon

__all__ = ["make_module"]

_CONSTANTS: Final = {
    "DS_TYPE_ABSOLUTE": "absolute",
    "DS_TYPE_COUNTER": "counter",
    "DS_TYPE_DERIVE": "derive",
    "DS_TYPE_GAUGE": "gauge",
    "LOG_DEBUG": log.DEBUG,
    "LOG_INFO": log.INFO,
    "LOG_NOTICE": log.NOTICE,
    "LOG_WARNING": log.WARNING,
    "LOG_ERROR": log.ERROR,
    "NOTIF_FAILURE": 1,
    "NOTIF_WARNING": 2,
    "NOTIF_OKAY": 4,
}
_FLUSH: Final = Signature({"plugin": text, "timeout": integer, "identifier": text})


def make_module(daemon: Daemon) -> ModuleType:
    """Return a module object whose functions and classes act on *daemon*."""
    module = ModuleType("collectd", "The python interface to collectd")
    vars(module).update(
        _CONSTANTS,
        Config=Config,
        Values=daemon.values_class,
        Notification=daemon.notification_class,
        Signed=Signed,
        Unsigned=Unsigned,
        CollectdError=CollectdError,
        get_dataset=_get_dataset(daemon),
        flush=_flush(daemon),
    )
    for name in ("debug", "info", "notice", "warning", "error"):
        setattr(module, name, _log(daemon, name))
    for kind in KINDS:
        setattr(module, f"register_{kind}", _register(daemon, kind))
        setattr(module, f"unregister_{kind}", _unregister(daemon, kind))
    return module


def _single_text(name: str, positional: tuple[Any, ...], keywords: dict[str, Any]) -> bytes:
    if keywords:
        raise TypeError(f"{name}() takes no keyword arguments")
    if len(positional) != 1:
        raise TypeError(f"function takes exactly 1 argument ({len(positional)} given)")
    return text(positional[0], 1)


def _log(daemon: Daemon, name: str) -> Callable[..., None]:
    severity: int = _CONSTANTS[f"LOG_{name.upper()}"]  # type: ignore[assignment]

    def function(*positional: Any, **keywords: Any) -> None:
        message = _single_text(name, positional, keywords)
        daemon.log(severity, message.decode(errors="surrogateescape"))

    return function


def _get_dataset(daemon: Daemon) -> Callable[..., list[tuple[str, str, float | None, float | None]]]:
    def function(*positional: Any, **keywords: Any) -> list[tuple[str, str, float | None, float | None]]:
        name = _single_text("get_dataset", positional, keywords)
        return [source.describe() for source in daemon.dataset(name).sources]

    return function


def _flush(daemon: Daemon) -> Callable[..., None]:
    def function(*positional: Any, **keywords: Any) -> None:
        given = _FLUSH.bind(positional, keywords)
        plugin = public(given["plugin"]) if "plugin" in given else None
        identifier = public(given["identifier"], 1024) if "identifier" in given else None
        daemon.flush(plugin, given.get("timeout", -1), identifier)

    return function


def _register(daemon: Daemon, kind: Kind) -> Callable[..., str | bytes]:
    def function(*positional: Any, **keywords: Any) -> str | bytes:
        return daemon.registry.register(kind, positional, keywords)

    return function


def _unregister(daemon: Daemon, kind: Kind) -> Callable[..., None]:
    def function(*positional: Any, **keywords: Any) -> None:
        name = f"collectd.unregister_{kind}"
        if keywords:
            raise TypeError(f"{name}() takes no keyword arguments")
        if len(positional) != 1:
            raise TypeError(f"{name}() takes exactly one argument ({len(positional)} given)")
        daemon.registry.unregister(kind, positional[0])

    return function
