"""Whether a file is there, and which logs are one and the same.

Only "no such file" means that there is none: os.path.exists and its like say
so of a disk that cannot be read, too, and what lies there is left out without
a word.
"""

from __future__ import annotations

import os
import stat

from sqmail_log.errors import GONE
from sqmail_log.files.cursor import live_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

def status(path: str) -> os.stat_result | None:
    """Return what a file's status is, None where there is none.  Raises LogError where that cannot be told."""
    try:
        return os.stat(path)
    except GONE:
        from sqmail_log.files.logfile import refuse_link  # noqa: PLC0415 - checks ask for nothing that is not there

        refuse_link(path)
        return None
    except OSError as error:
        from sqmail_log.files.logfile import unreadable  # noqa: PLC0415 - only where something is wrong

        raise unreadable(path, error) from error


def distinct(logs: Iterable[str]) -> list[str]:
    """Return the logs, each once, whatever its names: links, hard links and bind mounts.

    Two are one where the same directory or file, or the same live file, is
    behind both.  Of a directory and a link to its live file it is the
    directory.  What cannot be looked at stays: who reads it says so.
    """
    found: list[str] = []
    known: dict[tuple[object, ...], int] = {}
    for log in logs:
        marks, is_directory = _marks(log)
        same = next((known[mark] for mark in marks if mark in known), None)
        if same is None:
            same = len(found)
            found.append(log)
        elif is_directory and not _marks(found[same])[1]:
            found[same] = log
        for mark in marks:
            known.setdefault(mark, same)
    return found


def _marks(log: str) -> tuple[list[tuple[object, ...]], bool]:
    """Return what tells a log from others, and whether it is a directory."""
    marks: list[tuple[object, ...]] = []
    is_directory = False
    for place in (str, live_path):
        try:
            found = os.stat(place(log))
        except OSError:
            continue
        is_directory |= stat.S_ISDIR(found.st_mode)
        marks.append((found.st_dev, found.st_ino))
    if not marks:
        try:
            marks.append((os.path.realpath(log),))
        except OSError:
            # A relative path has no other name where the current directory has gone.
            marks.append((log,))
    return marks, is_directory
