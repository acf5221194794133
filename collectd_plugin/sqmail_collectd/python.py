"""The Python inside collectd: whether it is new enough.

This module, `refusal` and the package's `__init__` are all that an older one
reads: no syntax and no library of later versions may stand in them.
"""

import sys
from typing import Any

from sqmail_collectd import refusal

OLDEST = (3, 11)


def trouble() -> str:
    """Return what is wrong with this Python in one line, '' for nothing."""
    if sys.version_info[:2] >= OLDEST:
        return ""
    return (
        f"sqmail_collectd: Python {sys.version_info[0]}.{sys.version_info[1]} is too old, it needs "
        f"{OLDEST[0]}.{OLDEST[1]} or newer: no log is read.  collectd brings the Python that its plugin python is "
        "linked to; sqmail-rrd update does the same without collectd"
    )


def refuse(collectd: Any, why: str) -> None:
    """Say so in collectd's log, at once and once a day, and by the exit status of `collectd -T`; the daemon goes on."""

    def configure(block: Any) -> None:
        del block

    collectd.register_config(configure, name="sqmail_collectd")
    refusal.refuse(collectd, "sqmail_collectd.python", why, why)
