"""What collectd's plugins rrdtool and rrdcached have stored: the last update of each file, read from its header.

A value that the daemon had not written when it ended is lost, and rrdtool,
offered a value it has, refuses those that come with it too.  So after a start
the files are asked how far they reach.
"""

import os
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from sqmail_collectd.outlet import PLUGIN
from sqmail_log.metrics import METRICS

__all__ = ["last_updates"]

# The layout of an RRD file, which is the machine's own: header, data sources, archives, last update.
_HEADER: Final = struct.Struct("@4s5sdLLL10d")
_SOURCE: Final = struct.Struct("@20s20s10d")
_ARCHIVE: Final = struct.Struct("@20sLL10d")
_UPDATE: Final = struct.Struct("@l")
_COOKIE: Final = b"RRD\0"
_FLOAT_COOKIE: Final = 8.642135e130


def last_updates(
    data_dir: str | None, host: str | None, instance: str, flush: Callable[[str], None] | None = None
) -> dict[tuple[str, str], int]:
    """Return Unix seconds of the last update by type and name of each series found; nothing if none is.

    Looked for below `data_dir`, or if that is None in the daemon's directory
    and its folder rrd, as Debian has it; in the folder of `host`, or if that
    is None in the only one, or the one of this machine.  `flush` is called
    with the identifier of each file before that is read.
    """
    places = [Path.cwd(), Path.cwd() / "rrd"] if data_dir is None else [Path(data_dir)]
    pattern = f"{host or '*'}/{PLUGIN}-{instance}"
    folder = _folder([found for place in places for found in place.glob(pattern)])
    updates = {}
    if folder is not None:
        for metric in METRICS.values():
            name = f"{metric.type}-{metric.name}"
            path = folder / f"{name}.rrd"
            if flush is not None and path.exists():
                flush(f"{folder.parent.name}/{folder.name}/{name}")
            with suppress(OSError, struct.error, ValueError):
                updates[metric.type, metric.name] = last_update(path)
    return updates


def last_update(path: Path) -> int:
    """Return the Unix time of an RRD file's last update; raises OSError, struct.error or ValueError."""
    with path.open("rb") as file:
        cookie, _, float_cookie, sources, archives, *_ = _HEADER.unpack(file.read(_HEADER.size))
        if cookie != _COOKIE or float_cookie != _FLOAT_COOKIE:
            raise ValueError(f"{path}: no RRD file of this machine")
        file.seek(sources * _SOURCE.size + archives * _ARCHIVE.size, os.SEEK_CUR)
        (seconds,) = _UPDATE.unpack(file.read(_UPDATE.size))
    return int(seconds)


def _folder(found: list[Path]) -> Path | None:
    """Return the only folder, or of several hosts' the one of this host."""
    if len(found) == 1:
        return found[0]
    here = socket.gethostname()
    own = [path for path in found if path.parent.name == here or path.parent.name.startswith(f"{here}.")]
    return own[0] if len(own) == 1 else None
