"""Files of the page: each appears whole or not at all, and nothing else is touched."""

import errno
import os
import signal
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rrd_files.errors import RrdError
from sqmail_command import files
from sqmail_log.state import owner

_NO_FILE = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENXIO, errno.EISDIR}
"""What tells that no regular file is there: nothing at all, a link, a socket, a folder."""


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder, made if it is missing; raises SqmailError if another run holds it."""
    make(folder)
    try:
        with owner.acting(folder):
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise _failed(folder, error) from None
    with files.locked(handle, f"{folder}: another sqmail-rrd page is writing there; it will be done soon"):
        yield


def make(folder: Path) -> None:
    """Make a folder and those above it where they are missing; raises RrdError if that fails."""
    try:
        with owner.acting(folder):
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _failed(folder, error) from None


def write(path: Path, data: bytes, moment: int | None = None) -> None:
    """Replace a file; with `moment` that is its time of modification (Unix seconds).  As `write_parts` does."""
    write_parts(path, (data,), moment)


def write_parts(path: Path, parts: Iterable[bytes], moment: int | None = None) -> None:
    """Replace a file by what its parts make together.

    A reader sees the old content or the new. A SIGTERM, by which the processes of a run are ended, waits for
    that; killed in between, a file `.NAME.new` stays, which the next run removes. Raises RrdError if it cannot be
    written.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    try:
        with owner.acting(path.parent), files.whole(path, f".{path.name}.new", 0o666) as (file, _):
            file.writelines(parts)
            file.flush()
            if moment is not None:
                os.utime(file.fileno(), (moment, moment))
    except OSError as error:
        raise _failed(path, error) from None
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def put(path: Path, data: bytes) -> bool:
    """Write a file as `write` does where its content is another; return whether it was."""
    old = read(path)
    if old is not None and old[0] == data:
        return False
    write(path, data)
    return True


def names(folder: Path) -> frozenset[str]:
    """Return the names of what is in a folder; raises RrdError if it cannot be read."""
    try:
        return frozenset(entry.name for entry in folder.iterdir())
    except OSError as error:
        raise RrdError(f"{folder}: cannot be read: {error.strerror}") from None


def read(path: Path) -> tuple[bytes, int] | None:
    """Return a regular file's content and time of modification, None where there is none.

    Raises RrdError if it cannot be read.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            return (file.read(), int(status.st_mtime)) if stat.S_ISREG(status.st_mode) else None
    except OSError as error:
        if error.errno in _NO_FILE:
            return None
        raise RrdError(f"{path}: cannot be read: {error.strerror}") from None


def _failed(path: Path, error: OSError) -> RrdError:
    return RrdError(f"{path}: cannot be written: {error.strerror}; name a folder this user may write")
