"""RRD files read without librrd and its locks: whether one is whole, and how far it reaches."""

import os
import stat
import struct
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

# The layout of an RRD file, which is the machine's own: header, data sources, archives, last update, the value
# before it of each source, what each archive prepares, where each archive stands, rows.
_HEADER = struct.Struct("@4s5sdLLL10d")
_SOURCE = struct.Struct("@20s20s10d")
_ARCHIVE = struct.Struct("@20sLL10d")
_UPDATE = struct.Struct("@ll")
_LAST = struct.Struct("@30s10d")
_PREPARED = struct.Struct("@10d")
_POINTER = struct.Struct("@L")
_NUMBER = struct.Struct("@d")
_COOKIE = b"RRD\0"
_FLOAT_COOKIE = 8.642135e130
_MOST_ARCHIVES = 1000
_STATUS = Path("/proc/self/status")


class DamagedError(ValueError):
    """A file that is no whole RRD file of one series; the text says what is wrong with it."""


class Reach(NamedTuple):
    """How far a file reaches: Unix seconds of the last update, and the total that this was, None if unknown."""

    second: int
    total: int | None


def reach(path: Path) -> Reach:
    """Return how far an RRD file of one series reaches.  Raises OSError and DamagedError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise DamagedError("no regular file")
    with os.fdopen(descriptor, "rb", buffering=4096) as file:
        try:
            cookie, _, float_cookie, sources, archives, *_ = _HEADER.unpack(file.read(_HEADER.size))
            if cookie != _COOKIE or float_cookie != _FLOAT_COOKIE:
                raise DamagedError("no RRD file of this kind of machine")
            if sources != 1 or archives > _MOST_ARCHIVES:
                raise DamagedError("no RRD file of one series")
            file.seek(_SOURCE.size, os.SEEK_CUR)
            every = _ARCHIVE.iter_unpack(file.read(archives * _ARCHIVE.size))
            rows = sum(rows for _, rows, *_ in every)
            second, _ = _UPDATE.unpack(file.read(_UPDATE.size))
            text, *_ = _LAST.unpack(file.read(_LAST.size))
        except struct.error:
            raise DamagedError(f"torn: only {status.st_size} bytes of it are there") from None
        whole = file.tell() + archives * (_PREPARED.size + _POINTER.size) + rows * _NUMBER.size
    if status.st_size < whole:
        raise DamagedError(f"torn: only {status.st_size} of {whole} bytes are there")
    return Reach(second, total(text.partition(b"\0")[0]))


def total(text: bytes) -> int | None:
    """Return the total that a counting series was told last, None where that was unknown."""
    try:
        return int(text)
    except ValueError:
        return None


def last_update(path: Path) -> int:
    """Return the Unix time of an RRD file's last update; raises OSError, DamagedError."""
    return reach(path).second


def follow_umask(path: Path) -> None:
    """Give a new file the mode that the umask asks for: librrd makes every file readable by all.

    Raises OSError.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        status = os.fstat(descriptor)
        mode = 0o666 & ~_umask()
        is_ours = stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid()
        if is_ours and stat.S_IMODE(status.st_mode) != mode:
            os.fchmod(descriptor, mode)
    finally:
        os.close(descriptor)


def _umask() -> int:
    """Return the process's umask; only without /proc by setting it, which other threads would notice."""
    with suppress(OSError), _STATUS.open("rb") as status:
        for line in status:
            if line.startswith(b"Umask:"):
                return int(line.split()[1], 8)
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
