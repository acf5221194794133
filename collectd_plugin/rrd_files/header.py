"""RRD files read without librrd and its locks: whether one is whole, and how far it reaches."""

import os
import stat
import struct
from array import array
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

# The layout of an RRD file, which is the machine's own: header, data sources, archives, last update, the value
# before it of each source, what each archive prepares, where each archive stands, rows.
_HEADER = struct.Struct("@4s5sdLLL10d")
_SOURCE = struct.calcsize("@20s20s10d")
_ARCHIVE = struct.Struct("@20sLL10d")
_UPDATE = struct.Struct("@ll")
_LAST = struct.Struct("@30s10d")
_PREPARED = struct.calcsize("@10d")
_POINTER = struct.Struct("@L")
_ROWS = struct.Struct("@20sLL")
_LONG = struct.Struct("@l")
_NUMBER = struct.Struct("@d")
# All but the rows of any file of ours.
_FIRST = 4096
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


class _Head(NamedTuple):
    """A file's archives as rows and the seconds of one, which row of each is the newest, and where the rows begin."""

    reach: Reach
    archives: list[tuple[int, int]]
    newest: tuple[int, ...]
    size: int


def reach(path: Path) -> Reach:
    """Return how far an RRD file of one series reaches.  Raises OSError and DamagedError."""
    with _opened(path) as descriptor:
        return _head(descriptor).reach


def made(path: Path) -> tuple[int, ...]:
    """Return what stays the same for as long as a file lives, and is another for one that is made anew in its place.

    An inode is soon used again.  librrd draws by lot at which row each archive
    begins; from there on a row is a step of time, but for a pause longer than the
    archive, after which a file may look new.  The first and the last archive tell
    enough, and this is asked each minute of each file.  Raises OSError, and
    DamagedError where there is no head of an RRD file.
    """
    with _opened(path) as descriptor:
        inode = os.fstat(descriptor).st_ino
        data = os.pread(descriptor, _FIRST, 0)
    try:
        archives, seconds = _archives(data)
        update, pointers = _places(archives)
        (second,) = _LONG.unpack_from(data, update)
        found = []
        for number in (0, archives - 1):
            _, rows, steps = _ROWS.unpack_from(data, update - (archives - number) * _ARCHIVE.size)
            (row,) = _POINTER.unpack_from(data, pointers + number * _POINTER.size)
            found.append((row - second // (steps * seconds)) % rows)
    except (struct.error, ZeroDivisionError):
        raise DamagedError("no whole head of an RRD file") from None
    return inode, *found


def span(path: Path) -> tuple[int, int | None]:
    """Return the Unix seconds of a file's last update and of the end of its first known row, None where none is known.

    Raises OSError and DamagedError.
    """
    first = None
    with _opened(path) as descriptor:
        head = _head(descriptor)
        place = head.size
        for (rows, step), newest in zip(head.archives, head.newest, strict=True):
            numbers = array("d", os.pread(descriptor, rows * _NUMBER.size, place))
            place += rows * _NUMBER.size
            end = head.reach.second - head.reach.second % step
            ends = range(end - (rows - 1) * step, end + 1, step)
            in_order = chain(islice(numbers, newest + 1, None), islice(numbers, newest + 1))
            known = next((end for end, number in zip(ends, in_order, strict=True) if number == number), None)  # noqa: PLR0124 - NaN
            if known is not None and (first is None or known < first):
                first = known
    return head.reach.second, first


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _head(descriptor: int) -> _Head:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise DamagedError("no regular file")
    data = os.pread(descriptor, _FIRST, 0)
    try:
        archives, seconds = _archives(data)
        update, pointers = _places(archives)
        size = pointers + archives * _POINTER.size
        if size > _FIRST:
            data = os.pread(descriptor, size, 0)
        found = _ARCHIVE.iter_unpack(data[update - archives * _ARCHIVE.size : update])
        every = [(rows, steps * seconds) for _, rows, steps, *_ in found]
        second, _ = _UPDATE.unpack_from(data, update)
        text, *_ = _LAST.unpack_from(data, update + _UPDATE.size)
    except struct.error:
        raise DamagedError(f"torn: only {status.st_size} bytes of it are there") from None
    whole = size + sum([rows for rows, _ in every]) * _NUMBER.size
    if status.st_size < whole:
        raise DamagedError(f"torn: only {status.st_size} of {whole} bytes are there")
    if not all(map(all, every)):
        raise DamagedError("no RRD file of one series")
    newest = struct.unpack_from(f"@{archives}L", data, pointers)
    return _Head(Reach(second, total(text.partition(b"\0")[0])), every, newest, size)


def _archives(data: bytes) -> tuple[int, int]:
    """Return how many archives a file has, and its step in seconds.  Raises DamagedError and struct.error."""
    cookie, _, float_cookie, sources, archives, seconds, *_ = _HEADER.unpack_from(data)
    if cookie != _COOKIE or float_cookie != _FLOAT_COOKIE:
        raise DamagedError("no RRD file of this kind of machine")
    if sources != 1 or not 0 < archives <= _MOST_ARCHIVES:
        raise DamagedError("no RRD file of one series")
    return archives, seconds


def _places(archives: int) -> tuple[int, int]:
    """Return where the last update stands, and where each archive does."""
    update = _HEADER.size + _SOURCE + archives * _ARCHIVE.size
    return update, update + _UPDATE.size + _LAST.size + archives * _PREPARED


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
