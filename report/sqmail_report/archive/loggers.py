"""Asking a running logger to close the file it is writing.

multilog, s6-log and svlogd hold `lock` in their directory open, and close
`current` on ALRM.
"""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

from sqmail_log.errors import GONE, LogError
from sqmail_log.files.logfile import unreadable

LOGGERS = ("multilog", "s6-log", "svlogd")
PATIENCE = 10.0
"""Seconds that a logger has to begin a new file."""

_PAUSE = 0.02


def logger_of(log: Path) -> int:
    """Return the process that writes to a log directory.

    Raises LogError where there is none, or none that this user may see.
    """
    try:
        lock = (log / "lock").stat()
    except GONE:
        raise LogError(f"{log}: no logger has ever locked it; cannot rotate it") from None
    except OSError as error:
        raise unreadable(f"{log}/lock", error) from error
    for process in Path("/proc").iterdir():
        if not process.name.isdigit():
            continue
        # Processes end, and those of other users are closed to us.
        with suppress(OSError):
            if (process / "comm").read_text().strip() in LOGGERS and _holds(process, lock):
                return int(process.name)
    raise LogError(f"{log}: uid {os.geteuid()} sees no logger at work on it; svc -a its service to rotate it")


def rotate(log: Path, logger: int) -> None:
    """Have the logger close `current` and begin a new one; nothing happens to an empty one.

    Raises LogError where that fails.
    """
    current = log / "current"
    try:
        before = current.stat()
        if not before.st_size:
            return
        os.kill(logger, signal.SIGALRM)
    except OSError as error:
        raise LogError(f"{log}: cannot rotate it by process {logger}: {error.strerror}") from error
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with suppress(FileNotFoundError):
            if current.stat().st_ino != before.st_ino:
                return
        time.sleep(_PAUSE)
    raise LogError(f"{log}: process {logger} did not rotate it within {PATIENCE:.0f} s")


def _holds(process: Path, lock: os.stat_result) -> bool:
    for descriptor in (process / "fd").iterdir():
        with suppress(OSError):
            held = descriptor.stat()
            if (held.st_dev, held.st_ino) == (lock.st_dev, lock.st_ino):
                return True
    return False
