"""Notification: an event that a plugin tells to everybody."""

from typing import Any

from collectd_shim.api.plugindata import PluginData
from collectd_shim.api.signature import Signature, anything, attribute_text, integer, public, real, text
from collectd_shim.daemon.meta import build

_MESSAGE_SIZE = 256
_SEVERITIES = {1: "FAILURE", 2: "WARNING", 4: "OKAY"}

_NOTIFICATION = Signature({
    "type": text, "message": text, "plugin_instance": text, "type_instance": text, "plugin": text,
    "host": text, "time": real, "severity": integer, "meta": anything,
})  # fmt: skip


class Notification(PluginData):
    """An event with a severity and a message of at most 255 bytes."""

    __slots__ = ("_message", "_severity", "meta")

    def __init__(self, *positional: Any, **keywords: Any) -> None:
        given = _NOTIFICATION.bind(positional, keywords)
        self._fill(given)
        self._message = public(given.get("message", b""), _MESSAGE_SIZE)
        self._severity: int = given.get("severity", 0)
        self.meta: Any = given.get("meta", {})

    @property
    def message(self) -> str | bytes:
        """What happened, for a person."""
        return self._message

    @message.setter
    def message(self, value: object) -> None:
        self._message = public(attribute_text(value), _MESSAGE_SIZE)

    @property
    def severity(self) -> int:
        """One of NOTIF_FAILURE, NOTIF_WARNING and NOTIF_OKAY; other numbers are passed on."""
        return self._severity

    @severity.setter
    def severity(self, value: object) -> None:
        self._severity = integer(value)

    def _fields(self) -> list[str]:
        fields = super()._fields()
        if self._severity:
            fields.append(f"severity={self._severity}")
        if self._message:
            fields.append(f"message={self._message!r}")
        if self.meta:
            fields.append(f"meta={self.meta!r}")
        return fields

    def dispatch(self, *positional: Any, **keywords: Any) -> None:
        """Hand the notification to all who registered; what is not given is taken from the attributes.

        Raises RuntimeError without a type, TypeError for an unknown one or for meta that is no dict.
        """
        given = _NOTIFICATION.bind(positional, keywords)
        daemon = self._daemon
        meta = given.get("meta", self.meta)
        kind = given.get("type", self._type)
        if not kind:
            raise RuntimeError("type not set")
        daemon.dataset(kind)
        if meta is not None and not isinstance(meta, dict):
            raise TypeError("meta must be a dict")
        notification: Notification = self._bound(
            kind,
            given.get("message", self._message),
            given.get("plugin_instance", self._plugin_instance),
            given.get("type_instance", self._type_instance),
            given.get("plugin", self._plugin) or "python",
            given.get("host", self._host) or daemon.defaults.hostname,
            given.get("time", self._time) or daemon.defaults.clock(),
            given.get("severity", self._severity),
            build(meta or {}, daemon.reports.meta_failed, fold=False),
        )
        daemon.notify(_worded(notification), notification)


def _worded(notification: Notification) -> str:
    """Return the line that the daemon logs of a notification."""
    shown = [f"severity = {_SEVERITIES.get(notification.severity, 'UNKNOWN')}"]
    shown += [
        f"{name} = {getattr(notification, name)}"
        for name in ("host", "plugin", "plugin_instance", "type", "type_instance")
        if getattr(notification, name)
    ]
    return f"Notification: {', '.join(shown)}, message = {notification.message!s}"
