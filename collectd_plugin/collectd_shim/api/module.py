"""The module `collectd` as a plugin sees it, made anew for each daemon."""

from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

from collectd_shim.api.config import Config
from collectd_shim.api.notification import Notification
from collectd_shim.api.registration import register, unregister
from collectd_shim.api.signature import Signature, integer, public, text
from collectd_shim.api.values import Values
from collectd_shim.daemon import severities
from collectd_shim.daemon.complaints import CollectdError
from collectd_shim.daemon.daemon import Daemon
from collectd_shim.daemon.datasets import described
from collectd_shim.daemon.meta import Meta, Signed, Unsigned
from collectd_shim.daemon.registry import KINDS
from collectd_shim.daemon.writers import Names, Received

_CONSTANTS = {
    "DS_TYPE_ABSOLUTE": "absolute",
    "DS_TYPE_COUNTER": "counter",
    "DS_TYPE_DERIVE": "derive",
    "DS_TYPE_GAUGE": "gauge",
    "LOG_DEBUG": severities.DEBUG,
    "LOG_INFO": severities.INFO,
    "LOG_NOTICE": severities.NOTICE,
    "LOG_WARNING": severities.WARNING,
    "LOG_ERROR": severities.ERROR,
    "NOTIF_FAILURE": 1,
    "NOTIF_WARNING": 2,
    "NOTIF_OKAY": 4,
}
_FLUSH = Signature({"plugin": text, "timeout": integer, "identifier": text})


def make_module(daemon: Daemon) -> ModuleType:
    """Return a module object whose functions and classes act on `daemon`."""
    bound = {"__slots__": (), "__module__": "collectd"}
    values: type[Values] = type("Values", (Values,), bound, daemon=daemon)
    notification: type[Notification] = type("Notification", (Notification,), bound, daemon=daemon)
    daemon.writers.received = _received(values)
    module = ModuleType("collectd", "The python interface to collectd")
    vars(module).update(
        _CONSTANTS,
        Config=Config,
        Values=values,
        Notification=notification,
        Signed=Signed,
        Unsigned=Unsigned,
        CollectdError=CollectdError,
        get_dataset=_get_dataset(daemon),
        flush=_flush(daemon),
    )
    for name in ("debug", "info", "notice", "warning", "error"):
        setattr(module, name, _log(daemon, name))
    for kind in KINDS:
        setattr(module, f"register_{kind}", register(daemon.registry, kind))
        setattr(module, f"unregister_{kind}", unregister(daemon.registry, kind))
    return module


def _received(values: type[Values]) -> Received:
    def received(
        names: Names, numbers: Sequence[int | float], time: float, interval: float, meta: Meta
    ) -> Values:
        kind, plugin_instance, type_instance, plugin, host = names
        return values(kind, list(numbers), plugin_instance, type_instance, plugin, host, time, interval, dict(meta))

    return received


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
        daemon.reports.log(severity, message.decode(errors="surrogateescape"))

    return function


def _get_dataset(daemon: Daemon) -> Callable[..., list[tuple[str, str, float | None, float | None]]]:
    def function(*positional: Any, **keywords: Any) -> list[tuple[str, str, float | None, float | None]]:
        name = _single_text("get_dataset", positional, keywords)
        return [described(source) for source in daemon.dataset(name).sources]

    return function


def _flush(daemon: Daemon) -> Callable[..., None]:
    def function(*positional: Any, **keywords: Any) -> None:
        given = _FLUSH.bind(positional, keywords)
        plugin = public(given["plugin"]) if "plugin" in given else None
        identifier = public(given["identifier"], 1024) if "identifier" in given else None
        daemon.flush(plugin, given.get("timeout", -1), identifier)

    return function
