"""Files of the page: each appears whole or not at all, and nothing else is touched."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqmail_rrd.binding import RrdError

__all__ = ["locked", "make", "read", "write"]


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder, made if it is missing; raises RrdError if another run holds it."""
    make(folder)
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise _failed(folder, error) from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise RrdError(f"{folder}: another sqmail-rrd page is writing there; it will be done soon") from None
    finally:
        os.close(handle)


def make(folder: Path) -> None:
    """Make a folder and those above it where they are missing; raises RrdError if that fails."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _failed(folder, error) from None


def write(path: Path, data: bytes, moment: int | None = None) -> None:
    """Replace a file; with `moment` that is its time of modification (Unix seconds).

    A reader sees the old content or the new. Killed in between, a file `.NAME.new` stays, which the next
    run overwrites. Raises RrdError if it cannot be written.
    """
    new = path.with_name(f".{path.name}.new")
    try:
        new.write_bytes(data)
        if moment is not None:
            os.utime(new, (moment, moment))
        new.replace(path)
    except OSError as error:
        raise _failed(path, error) from None


def read(path: Path) -> tuple[bytes, int] | None:
    """Return a file's content and time of modification, None if it cannot be read."""
    try:
        return path.read_bytes(), int(path.stat().st_mtime)
    except OSError:
        return None


def _failed(path: Path, error: OSError) -> RrdError:
    return RrdError(f"{path}: cannot be written: {error.strerror}; name a folder this user may write")
