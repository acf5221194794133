"""What this plugin cannot do: told when collectd starts, by the exit status of `collectd -T`, and once a day.

A Python that is too old for the plugin reads this module: no syntax and no
library of later versions may stand in it.
"""

from typing import Any

_DAY = 86400.0


def refuse(collectd: Any, name: str, now: str, again: str) -> None:
    """Say something `now` in the daemon's log, and `again` as the error of a read callback of that name."""
    collectd.error(now)

    def read() -> None:
        raise collectd.CollectdError(again)

    collectd.register_read(read, _DAY, name=name)
