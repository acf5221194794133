"""RRD files read without librrd: whether one is whole, how far it reaches, where its rows lie."""

import os
import stat
import struct
from array import array
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

# The layout of an RRD file, which is the machine's own: header, data sources, archives, last update, the value
# before it of each source, what each archive prepares, where each archive stands, rows.
_HEADER = struct.Struct("@4s5sdLLL10d")
_SOURCE = struct.Struct("@20s20s10d")
_ARCHIVE = struct.Struct("@20sLL10d")
_UPDATE = struct.Struct("@ll30s10d")
_PREPARED = struct.Struct("@10d")
_POINTER = struct.Struct("@L")
_NUMBER = struct.Struct("@d")
_COOKIE = b"RRD\0"
_FLOAT_COOKIE = 8.642135e130
_MOST_ARCHIVES = 1000
# What is read at once: the header of 17 archives.
_HEAD = 4096
# Where a file of one series has its heartbeat: the seconds for which a value stands at most.
_HEARTBEAT = _HEADER.size + 40
_STATUS = Path("/proc/self/status")


LONGER = 3607
"""Seconds by which a heartbeat is longer while values are left out; nobody gives such a one to a file."""


class DamagedError(ValueError):
    """A file that is no whole RRD file of one series; the text says what is wrong with it."""


class Reach(NamedTuple):
    """How far a file reaches: Unix seconds of the last update, and the total that this was, None if unknown."""

    second: int
    total: int | None


class Archive(NamedTuple):
    """One round robin archive: its rows are of `step` seconds each; `place` is the byte where they begin."""

    function: str
    step: int
    rows: int
    place: int


class Layout(NamedTuple):
    """Where things are in a file, in bytes: the last update, what tells each archive's newest row, its end."""

    archives: tuple[Archive, ...]
    update: int
    pointers: struct.Struct
    pointed: int
    whole: int


class Header(NamedTuple):
    """A file's header: its layout, how far it reaches, and the number of each archive's newest row."""

    layout: Layout
    reach: Reach
    newest: tuple[int, ...]


def read(descriptor: int) -> Header:
    """Return the header of an open RRD file of one series.  Raises OSError and DamagedError."""
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise DamagedError("no regular file")
    try:
        header = _read(descriptor)
    except struct.error:
        raise DamagedError(f"torn: only {status.st_size} bytes of it are there") from None
    if status.st_size < header.layout.whole:
        raise DamagedError(f"torn: only {status.st_size} of {header.layout.whole} bytes are there")
    return header


def _read(descriptor: int) -> Header:
    """Return the header of a file that may lack rows.  Raises OSError, DamagedError and struct.error."""
    head = os.pread(descriptor, _HEAD, 0)
    cookie, _, float_cookie, sources, archives, *_ = _HEADER.unpack_from(head)
    if cookie != _COOKIE or float_cookie != _FLOAT_COOKIE:
        raise DamagedError("no RRD file of this kind of machine")
    if sources != 1 or not 0 < archives <= _MOST_ARCHIVES:
        raise DamagedError("no RRD file of one series")
    defined = _HEADER.size + _SOURCE.size + archives * _ARCHIVE.size
    size = defined + _UPDATE.size + archives * (_PREPARED.size + _POINTER.size)
    if size > _HEAD:
        head = os.pread(descriptor, size, 0)
    layout = _layout(head[:defined])
    second, _, text, *_ = _UPDATE.unpack_from(head, layout.update)
    newest = layout.pointers.unpack_from(head, layout.pointed)
    return Header(layout, Reach(second, total(text.partition(b"\0")[0])), newest)


def open_(path: str | Path) -> int:
    """Return a descriptor of a file for reading, without waiting for whatever it is.  Raises OSError."""
    return os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)


def of(path: str | Path) -> Header:
    """Return the header of an RRD file of one series.  Raises OSError and DamagedError."""
    descriptor = open_(path)
    try:
        return read(descriptor)
    finally:
        os.close(descriptor)


def reach(path: str | Path) -> Reach:
    """Return how far an RRD file of one series reaches.  Raises OSError and DamagedError."""
    return of(path).reach


def made(path: str | Path) -> tuple[int, ...]:
    """Return what stays the same for as long as a file lives, and is another for one that is made anew in its place.

    An inode is soon used again.  librrd draws by lot at which row each archive
    begins; from there on a row is a step of time, but for a pause longer than the
    archive, after which a file may look new.  The first and the last archive tell
    enough, and this is asked each minute of each file.  Raises OSError, and
    DamagedError where there is no head of an RRD file.
    """
    descriptor = open_(path)
    try:
        inode = os.fstat(descriptor).st_ino
        layout, (second, _), newest = _read(descriptor)
    except struct.error:
        raise DamagedError("no whole head of an RRD file") from None
    finally:
        os.close(descriptor)
    found = [(newest[at] - second // layout.archives[at].step) % layout.archives[at].rows for at in (0, -1)]
    return inode, *found


def span(path: str | Path) -> tuple[int, int | None]:
    """Return the Unix seconds of a file's last update and of the end of its first known row, None where none is known.

    Raises OSError and DamagedError.
    """
    descriptor = open_(path)
    try:
        layout, (second, _), newest = read(descriptor)
        begun = [
            begin
            for archive, row in zip(layout.archives, newest, strict=True)
            if (begin := _first_known(descriptor, archive, row, second)) is not None
        ]
    finally:
        os.close(descriptor)
    return second, min(begun, default=None)


def _first_known(descriptor: int, archive: Archive, newest: int, second: int) -> int | None:
    """Return the end of the first row of an archive that is known, in a file that was last updated then."""
    rows, step = archive.rows, archive.step
    data = os.pread(descriptor, rows * _NUMBER.size, archive.place)
    if len(data) < rows * _NUMBER.size:
        raise DamagedError("torn: it was cut off meanwhile")
    numbers = array("d", data)
    end = second - second % step
    in_order = chain(islice(numbers, newest + 1, None), islice(numbers, newest + 1))
    ends = range(end - (rows - 1) * step, end + 1, step)
    return next((end for end, number in zip(ends, in_order, strict=True) if number == number), None)  # noqa: PLR0124 - NaN


@lru_cache(maxsize=64)
def _layout(defined: bytes) -> Layout:
    """Return the layout of a file that begins so: of the files of a tree only few differ there.

    Raises struct.error and DamagedError.
    """
    _, _, _, _, number, step, *_ = _HEADER.unpack_from(defined)
    update = _HEADER.size + _SOURCE.size + number * _ARCHIVE.size
    pointed = update + _UPDATE.size + number * _PREPARED.size
    pointers = struct.Struct(f"@{number}L")
    place = pointed + pointers.size
    archives = []
    for function, rows, steps, *_ in _ARCHIVE.iter_unpack(defined[_HEADER.size + _SOURCE.size :]):
        archives.append(Archive(function.partition(b"\0")[0].decode("ascii", "replace"), step * steps, rows, place))
        place += rows * _NUMBER.size
    if not all(archive.step and archive.rows for archive in archives):
        raise DamagedError("no RRD file: an archive without rows")
    return Layout(tuple(archives), update, pointers, pointed, place)


def total(text: bytes) -> int | None:
    """Return the total that a counting series was told last, None where that was unknown."""
    try:
        return int(text)
    except ValueError:
        return None


@contextmanager
def patient(path: str | Path) -> Iterator[None]:
    """Let a value of a file of one series stand for a longer time for a while: its heartbeat is LONGER.

    Killed meanwhile it stays so, until `impatient` is called.  A file that cannot be opened is left alone, as
    librrd will leave it.  Raises OSError.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        yield
        return
    try:
        (before,) = _POINTER.unpack(os.pread(descriptor, _POINTER.size, _HEARTBEAT))
        os.pwrite(descriptor, _POINTER.pack(before + LONGER), _HEARTBEAT)
        try:
            yield
        finally:
            os.pwrite(descriptor, _POINTER.pack(before), _HEARTBEAT)
    finally:
        os.close(descriptor)


def impatient(path: str | Path, heartbeat: int) -> None:
    """Give a file of one series its heartbeat, in seconds.  Raises OSError."""
    descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        os.pwrite(descriptor, _POINTER.pack(heartbeat), _HEARTBEAT)
    finally:
        os.close(descriptor)


def last_update(path: str | Path) -> int:
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
