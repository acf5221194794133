"""PluginData: the names and the time that Values and Notification share."""
# ruff: noqa: A003 - the attributes bear the names that collectd gave them

from collections.abc import Mapping
from typing import Any, ClassVar

from collectd_shim.api.signature import attribute_text, public, real
from collectd_shim.daemon.daemon import Daemon


def _name(slot: str) -> property:
    def fetch(self: "PluginData") -> str | bytes:
        value: str | bytes = getattr(self, slot)
        return value

    def store(self: "PluginData", value: object) -> None:
        setattr(self, slot, public(attribute_text(value)))

    def delete(_self: "PluginData") -> None:
        raise TypeError("Cannot delete this attribute")

    return property(fetch, store, delete, "A text of at most 127 bytes, cut without a word.")


def number_property(slot: str) -> property:
    """Return an attribute kept as float in `slot`; assigning anything but a number is a TypeError."""

    def fetch(self: "PluginData") -> float:
        value: float = getattr(self, slot)
        return value

    def store(self: "PluginData", value: object) -> None:
        setattr(self, slot, real(value))

    def delete(_self: "PluginData") -> None:
        raise TypeError("can't delete numeric/char attribute")

    return property(fetch, store, delete, "Seconds; 0 stands for the daemon's choice.")


class PluginData:
    """The names and the time that values and notifications share; the module does not export it.

    Names are str, or bytes where cutting left half a character; `time` is Unix time in seconds.
    """

    __slots__ = ("_host", "_plugin", "_plugin_instance", "_time", "_type", "_type_instance")

    _daemon: ClassVar[Daemon]
    _bound: ClassVar[Any]

    host = _name("_host")
    plugin = _name("_plugin")
    plugin_instance = _name("_plugin_instance")
    type_instance = _name("_type_instance")
    time = number_property("_time")

    def __init_subclass__(cls, *, daemon: Daemon | None = None) -> None:
        """Bind a class to a daemon: its plugins see that class, and may derive others from it."""
        if daemon is not None:
            cls._daemon = daemon
            cls._bound = cls

    @property
    def type(self) -> str | bytes:
        """The name of a type in types.db; another one is refused with TypeError."""
        return self._type

    @type.setter
    def type(self, value: object) -> None:
        raw = attribute_text(value)
        self._daemon.dataset(raw)
        self._type = public(raw)

    @type.deleter
    def type(self) -> None:
        raise TypeError("Cannot delete this attribute")

    def _fill(self, given: Mapping[str, Any]) -> None:
        raw = given.get("type")
        if raw is not None:
            self._daemon.dataset(raw)
        self._type = public(raw or b"")
        self._type_instance = public(given.get("type_instance", b""))
        self._plugin = public(given.get("plugin", b""))
        self._plugin_instance = public(given.get("plugin_instance", b""))
        self._host = public(given.get("host", b""))
        self._time: float = given.get("time", 0.0)

    def _fields(self) -> list[str]:
        fields = [f"type={self._type!r}"]
        for name in ("type_instance", "plugin", "plugin_instance", "host", "time"):
            value = getattr(self, name)
            if value:
                fields.append(f"{name}={value!r}")
        return fields

    def __repr__(self) -> str:
        cls = type(self)
        owner = "collectd." if cls.__module__ == "collectd" else ""
        return f"{owner}{cls.__name__}({','.join(self._fields())})"


# As the daemon names it.
PluginData.__module__ = "collectd"
