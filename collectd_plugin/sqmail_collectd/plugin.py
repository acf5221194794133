"""The plugin: takes the configuration, and keeps one instance for each log."""

from typing import Any

from sqmail_collectd.instance import Instance, Options
from sqmail_collectd.refusal import refuse
from sqmail_collectd.settings import Settings, SettingsError, read

NAME = "sqmail_collectd"


def register(collectd: Any, **options: Any) -> "Plugin":
    """Register the plugin with `collectd`, the daemon's module or one that answers like it.

    `options` are those of `Options`, for whoever runs it without the daemon.
    """
    plugin = Plugin(collectd, Options(**options))
    collectd.register_config(plugin.configure, name=NAME)
    collectd.register_shutdown(plugin.shutdown, name=NAME)
    return plugin


class Plugin:
    """What collectd calls: `instances` are the logs that are configured."""

    def __init__(self, collectd: Any, options: Options) -> None:
        self._collectd = collectd
        self._options = options
        self.instances: list[Instance] = []
        self._wrong = 0

    def configure(self, block: Any) -> None:
        """Take one <Module> block.  Never raises: that would end the daemon."""
        try:
            self._configure(block)
        except SettingsError as error:
            self._leave_out(f"{error}")
        except Exception as error:  # noqa: BLE001 - an exception here stops the daemon
            self._leave_out(f"cannot use a <Module> block ({error!a})")

    def _leave_out(self, why: str) -> None:
        """Say why a log is left out: now, by the exit status of `collectd -T`, and once a day as long as it lasts."""
        self._wrong += 1
        refuse(
            self._collectd,
            f"{NAME}.wrong.{self._wrong}",
            f"{NAME}: {why}; this log is left out",
            f"{NAME}: {why}; a log is left out because of it",
        )

    def _configure(self, block: Any) -> None:
        settings, warnings = read(block)
        for warning in warnings:
            self._collectd.warning(f"{NAME}: {settings.instance}: {warning}")
        self._refuse_twins(settings)
        instance = Instance(self._collectd, settings, self._options)
        self.instances.append(instance)
        self._collectd.register_read(instance.read, settings.interval, name=f"{NAME}.{settings.instance}")

    def _refuse_twins(self, settings: Settings) -> None:
        for other in self.instances:
            if other.settings.instance == settings.instance:
                raise SettingsError(f"Instance {settings.instance!a} is there twice")
            if other.settings.log == settings.log:
                raise SettingsError(f"Log {settings.log!a} is instance {other.settings.instance!a} already")

    def shutdown(self) -> None:
        """Let go of all logs."""
        for instance in self.instances:
            instance.close()
