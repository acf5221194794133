"""What a log's state knows, and up to when that is all there is: for those who only look.

Nothing of the log is read on, nobody is waited for, and what was read is
judged as of the moment up to which it was.
"""

from __future__ import annotations

import os
from contextlib import suppress

from sqmail_log import tai64n
from sqmail_log.errors import GONE, LogError, StateError
from sqmail_log.figures.minutes import Buckets
from sqmail_log.files import cursor as cursors
from sqmail_log.places import status
from sqmail_log.stamps.rules import Stamps
from sqmail_log.state.store import State, state_path
from sqmail_log.units import NOTHING, Nanoseconds, Seconds
from sqmail_log.watch import View

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sqmail_log.files.cursor import Cursor

_LINE = 4096
# Nobody else shall notice that somebody looks.
_PATIENCE = 1.0


def glance(
    log: str,
    state_dir: str,
    now: Nanoseconds,
    *,
    tai_offset: Seconds = tai64n.MULTILOG_OFFSET,
    zone: str = "",
) -> View:
    """Return what the state of `log` knows; its `now` is the moment up to which nothing is unread.

    Raises StateError where there is no state, where nothing was read yet, or
    where it cannot be read.
    """
    path = state_path(state_dir, log)
    if status(path) is None:
        raise StateError(f"{log}: nobody has read it with the state directory {state_dir}")
    try:
        # Who may write keeps the sums of whole hours, so that they are added up once.
        state = State(path, _PATIENCE)
    except StateError:
        state = State(path, _PATIENCE, read=True)
    meta = state.meta()
    if meta.cursor is None or not meta.newest():
        raise StateError(f"{log}: no line of it was read yet")
    stamps = Stamps(tai_offset, zone)
    known = min(now, max(meta.newest(), _known_up_to(log, path, meta.cursor, stamps, now)))
    return View(log, state, meta, known, Buckets(), stamps=(tai_offset, zone))


def _known_up_to(log: str, path: str, cursor: Cursor, stamps: Stamps, now: Nanoseconds) -> Nanoseconds:
    """Return the time of the first line that was not read, `now` where there is none.

    Where that cannot be seen it is the time of the last one that was.
    """
    if log.startswith(cursors.JOURNAL):
        # Whoever hands on the minutes of a journal writes into the state each minute.
        with suppress(OSError):
            return Nanoseconds(os.stat(path).st_mtime_ns)
        return cursor.stamp
    try:
        if cursors.is_read_up(log, cursor):
            return now
        return _next_stamp(log, cursor, stamps)
    except (*GONE, OSError, LogError, ValueError):
        return cursor.stamp


def _next_stamp(log: str, cursor: Cursor, stamps: Stamps) -> Nanoseconds:
    """Return the time of the line behind a cursor in the live file, that of the line before it where it is no more.

    Raises OSError, LogError, ValueError.
    """
    descriptor, found = cursors.opened(cursors.live_path(log))
    try:
        behind = os.pread(descriptor, _LINE, cursor.offset)
        is_same = (found.st_dev, found.st_ino) == (cursor.device, cursor.inode)
    finally:
        os.close(descriptor)
    line, newline, _ = behind.partition(b"\n")
    if not is_same or not newline or not tai64n.is_stamped(line):
        return cursor.stamp
    return max(cursor.stamp, stamps.time_of(line + newline, cursor.stamp, Nanoseconds(found.st_mtime_ns)) or NOTHING)
