"""The spool itself: what lies in the queue, counted file by file, and the file system that it lies on.

The log knows the messages that were queued while it was written; the spool
knows all of them, and those that qmail-send has not taken up yet.
"""

from __future__ import annotations

import os

from sqmail_log import remedies
from sqmail_log.errors import LogError

_NOBODY = -1.0
_MOUNTS = "/proc/self/mountinfo"


class Spool:
    """What a queue directory holds.

    `messages` and `todo` count files in mess/ and todo/; `oldest_todo` is the
    modification time (Unix time in seconds) of the oldest of those that
    qmail-send has not taken up, None for none.  `readonly` tells whether the
    file system takes nothing; `free_space` and `free_inodes` are what is left
    of it for qmail, in percent.
    """

    __slots__ = ("directory", "free_inodes", "free_space", "messages", "oldest_todo", "readonly", "todo")

    def __init__(self, directory: str) -> None:
        """Look at a queue directory (/var/qmail/queue).

        Both folders may be flat or split.  Files that come and go meanwhile
        are counted or not.  Raises LogError where a folder is missing or may
        not be listed.
        """
        self.directory = directory
        mess, todo = (os.path.join(directory, name) for name in ("mess", "todo"))
        try:
            self.messages, _ = _files(mess, aged=False)
            self.todo, oldest = _files(todo, aged=True)
        except PermissionError as error:
            raise LogError(
                f"{error.filename}: {remedies.user()} may not list it; {remedies.to_list(mess, todo)}"
            ) from None
        self.oldest_todo = None if oldest == _NOBODY else oldest
        try:
            status = os.statvfs(directory)
            self.readonly = bool(status.f_flag & os.ST_RDONLY) or _is_emergency(os.stat(directory).st_dev)
        except OSError as error:
            raise LogError(f"{directory}: {error.strerror or error}") from error
        self.free_space = _percent(status.f_bavail, status.f_blocks)
        # Some file systems have no fixed number of inodes.
        self.free_inodes = _percent(status.f_favail, status.f_files)


def count(directory: str) -> tuple[int, int]:
    """Return the messages in a queue directory, and those of them not yet preprocessed.  Raises LogError as `Spool`."""
    spool = Spool(directory)
    return spool.messages, spool.todo


def _is_emergency(device: int) -> bool:
    """Tell whether a file system refuses to be written since it found an error.

    Of ext4 statvfs does not say so from Linux 6.15 on: only its mount options do.
    """
    place = f"{os.major(device)}:{os.minor(device)}".encode()
    try:
        with open(_MOUNTS, "rb") as file:
            lines = file.read().splitlines()
    except OSError:
        return False
    for line in lines:
        mount, _, of_system = line.partition(b" - ")
        if mount.split(b" ", 3)[2:3] == [place]:
            return b"emergency_ro" in of_system.rpartition(b" ")[2].split(b",")
    return False


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 1) if whole else 100.0


def _files(directory: str, *, aged: bool) -> tuple[int, float]:
    """Return how many files there are, and when the oldest was modified: `_NOBODY` for none, or if not `aged`.

    Raises LogError, and PermissionError where a folder may not be listed.
    """
    number, oldest = 0, _NOBODY
    try:
        with os.scandir(directory) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    more, since = _files(entry.path, aged=aged)
                    number += more
                else:
                    number += 1
                    since = _modified(entry) if aged else _NOBODY
                if since != _NOBODY and (oldest == _NOBODY or since < oldest):
                    oldest = since
    except FileNotFoundError:
        raise LogError(f"{directory}: no such folder; a qmail queue has mess and todo") from None
    except PermissionError:
        raise
    except OSError as error:
        raise LogError(f"{directory}: {error.strerror or error}") from error
    return number, oldest


def _modified(entry: os.DirEntry[str]) -> float:
    try:
        return entry.stat(follow_symlinks=False).st_mtime
    except FileNotFoundError:
        return _NOBODY
