"""Values: a value list that a plugin dispatches, or that a write callback receives."""
# ruff: noqa: A002, PLR0917 - the parameters bear the names and places that collectd gave them

import struct
from typing import Any

from collectd_shim.api.plugindata import PluginData, number_property
from collectd_shim.api.signature import UNSET, Signature, anything, integer, public, real, text
from collectd_shim.daemon.route import Route

_VALUES = Signature({
    "type": text, "values": anything, "plugin_instance": text, "type_instance": text, "plugin": text,
    "host": text, "time": real, "interval": real, "meta": anything,
})  # fmt: skip
_WRITE = Signature({"destination": text, **_VALUES.parameters, "interval": integer}, required=1)


class Values(PluginData):
    """A value list: dispatched to the daemon by a plugin, or received by a write callback."""

    __slots__ = ("_interval", "meta", "values")

    interval = number_property("_interval")

    def __init__(self, *positional: Any, **keywords: Any) -> None:
        given = _VALUES.bind(positional, keywords)
        self._fill(given)
        self.values: Any = given.get("values", [])
        self.meta: Any = given.get("meta", {})
        self._interval: float = given.get("interval", 0.0)

    def _fields(self) -> list[str]:
        fields = super()._fields()
        if self._interval:
            fields.append(f"interval={self._interval!r}")
        if not isinstance(self.values, list) or self.values:
            fields.append(f"values={self.values!r}")
        if not isinstance(self.meta, dict) or self.meta:
            fields.append(f"meta={self.meta!r}")
        return fields

    def dispatch(
        self, type: Any = UNSET, values: Any = UNSET, plugin_instance: Any = UNSET,
        type_instance: Any = UNSET, plugin: Any = UNSET, host: Any = UNSET, time: Any = UNSET,
        interval: Any = UNSET, meta: Any = UNSET, *extra: Any, **unknown: Any,
    ) -> None:  # fmt: skip
        """Hand the values to every writer; what is not given is taken from the attributes.

        Raises RuntimeError for a missing type or a wrong count of values, TypeError, ValueError or
        OverflowError for what cannot be converted.  A writer's refusal is logged, never raised: such a
        value is lost.
        """
        # Here and in write() in full: a call would take as long as the look-up.
        try:
            route = self._daemon.routes.get((
                self._type if type is UNSET else type,
                self._plugin_instance if plugin_instance is UNSET else plugin_instance,
                self._type_instance if type_instance is UNSET else type_instance,
                self._plugin if plugin is UNSET else plugin,
                self._host if host is UNSET else host,
            ))  # fmt: skip
        except TypeError:
            route = None
        if route is None or extra or unknown:
            route = self._route(_VALUES, (
                type, values, plugin_instance, type_instance, plugin, host, time, interval, meta, *extra
            ), unknown)  # fmt: skip
        when = self._time if time is UNSET else real(time)
        step = self._interval if interval is UNSET else real(interval)
        if values is UNSET:
            values = self.values
        if meta is UNSET:
            meta = self.meta
        if meta is not None and not isinstance(meta, dict):
            route.dataset.check(values)
            raise TypeError("meta must be a dict")
        route.dispatch(route.dataset.numbers(values), when, step, meta)

    def write(
        self, destination: Any = UNSET, type: Any = UNSET, values: Any = UNSET,
        plugin_instance: Any = UNSET, type_instance: Any = UNSET, plugin: Any = UNSET,
        host: Any = UNSET, time: Any = UNSET, interval: Any = UNSET, meta: Any = UNSET,
        *extra: Any, **unknown: Any,
    ) -> None:  # fmt: skip
        """Hand the values to one writer at once, past cache and filters; "/" in names is kept.

        Unlike in dispatch(), a time or interval of 0 stays 0, and `interval` must be a whole number:
        in collectd 5.12 it overwrites half the bits of the attribute and so changes nothing.  Set the
        attribute instead.  Raises as dispatch() does, and RuntimeError when there is no such writer or it
        refuses.
        """
        try:
            route = self._daemon.routes.get((
                self._type if type is UNSET else type,
                self._plugin_instance if plugin_instance is UNSET else plugin_instance,
                self._type_instance if type_instance is UNSET else type_instance,
                self._plugin if plugin is UNSET else plugin,
                self._host if host is UNSET else host,
            ))  # fmt: skip
        except TypeError:
            route = None
        if route is None or extra or unknown or destination.__class__ is not str:
            route = self._route(_WRITE, (
                destination, type, values, plugin_instance, type_instance, plugin, host, time, interval,
                meta, *extra,
            ), unknown)  # fmt: skip
        when = self._time if time is UNSET else real(time)
        step = self._interval if interval is UNSET else _overwritten(self._interval, integer(interval))
        numbers = route.dataset.numbers(self.values if values is UNSET else values)
        route.write(destination, numbers, when, step, self.meta if meta is UNSET else meta)

    def _route(self, signature: Signature, positional: tuple[Any, ...], keywords: dict[str, Any]) -> Route:
        """Check every argument of a call in C's order and find, or open, the route of its names."""
        count = len(signature.parameters)
        if len(positional) > count:
            signature.bind(positional, keywords)
        named = dict(zip(signature.parameters, positional, strict=False))
        given = {name: value for name, value in named.items() if value is not UNSET}
        bound = signature.bind((), given | keywords)
        return self._daemon.route(*(
            public(bound[name]) if name in bound else getattr(self, name)
            for name in ("type", "plugin_instance", "type_instance", "plugin", "host")
        ))  # fmt: skip


def _overwritten(number: float, low: int) -> float:
    """Return `number` with the lower half of its bits taken from `low`: what write() does to interval."""
    mixed: float = struct.unpack("<d", struct.pack("<i", low) + struct.pack("<d", number)[4:])[0]
    return mixed
