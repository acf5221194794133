"""How far a log has been read, and whether anything has come since.

A check that finds nothing new needs no more than this module: one `stat`, two
short reads, whatever the log, its archives or the queue have grown to.  (No
dataclass here: an idle check has no time for that import; benchmark: idle.)
"""

from __future__ import annotations

import os
import stat
import zlib

from sqmail_log import tai64n
from sqmail_log.errors import GONE, LogError
from sqmail_log.units import NOTHING, SECOND

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Self

    from sqmail_log.files.logfile import OpenFile
    from sqmail_log.files.seen import Seen
    from sqmail_log.stamps.rules import Stamps
    from sqmail_log.units import Nanoseconds

    Kept = Callable[[], Seen] | list[Any] | tuple[Any, ...] | str
    Scalars = tuple[int, str, int, int, Nanoseconds, int, int, str, int, int, Nanoseconds]
    Fields = tuple[tuple[list[str], list[str], int], int, str, int, int, int, int, int, str, int, int, int]

FINGERPRINT_BYTES = 512
JOURNAL = "journal:"
"""What a log's name begins with that is a unit in systemd's journal and no path."""
LIVE = -1
"""The place of the live file among the archives that were to be read."""
_FINGERPRINT_TEXT = 200
# Zones are whole quarters of an hour apart.
_ZONES = 900 * SECOND
_KINDS = {
    stat.S_IFDIR: "a directory",
    stat.S_IFIFO: "a FIFO",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
    stat.S_IFLNK: "a symbolic link",
}


class Cursor:
    """A place between two lines of a log, advanced as lines are read.

    A file is known by `device`, `inode`, the `fingerprint` of its first line
    and the time of that, `begun` (Unix nanoseconds, 0 for none): names change
    with rotation, inodes are used again, and a copy has others.  `offset`
    counts bytes as read (decompressed) and `lines` the newlines before it;
    `last_line` is the fingerprint of the line before it, which took `last_size`
    bytes.  `stamp` is the time of that line, Unix nanoseconds.  A file without
    a line is known by its inode and, where the file system has one, by the
    `generation` of that.

    `seen` knows the archives of the log.  The file is the archive
    `seen.todo[place]`, or with LIVE the live one.  Outside of this module a
    cursor comes from `nowhere`, `begin` or what was kept, and moves on from
    there.
    """

    __slots__ = (
        "_kept", "begun", "device", "fingerprint", "generation", "inode", "last_line", "last_size", "lines",
        "looked_up", "offset", "place", "stamp",
    )  # fmt: skip

    def __init__(  # noqa: PLR0917 - as they are kept
        self,
        seen: Seen | Kept,
        inode: int = 0,
        fingerprint: str = "",
        offset: int = 0,
        lines: int = 0,
        stamp: Nanoseconds = NOTHING,
        device: int = 0,
        place: int = LIVE,
        last_line: str = "",
        last_size: int = 0,
        generation: int = 0,
        begun: Nanoseconds = NOTHING,
    ) -> None:
        self.looked_up: Seen | None = None
        """The archives of the log where anybody has asked for them, None else."""
        self._kept: Kept = ""
        if callable(seen) or isinstance(seen, (list, tuple, str)):
            self._kept = seen
        else:
            self.looked_up = seen
        self.inode = inode
        self.fingerprint = fingerprint
        self.offset = offset
        self.lines = lines
        self.stamp = stamp
        self.device = device
        self.place = place
        self.last_line = last_line
        self.last_size = last_size
        self.generation = generation
        self.begun = begun

    @classmethod
    def nowhere(cls, seen: Seen, stamp: Nanoseconds) -> Self:
        """Return a place in no file, where the newest line is this old and these archives are done with."""
        return cls(seen, stamp=stamp)

    @classmethod
    def begin(cls, file: OpenFile, seen: Seen, stamp: Nanoseconds, place: int = LIVE, *, stamps: Stamps) -> Self:
        """Return the beginning of a file."""
        return cls(
            seen, file.inode, file.fingerprint, stamp=stamp, device=file.device, place=place,
            generation=0 if file.fingerprint else file.generation(), begun=file.begun(stamps),
        )  # fmt: skip

    @property
    def seen(self) -> Seen:
        """The archives of the log, looked up when they are first asked for."""
        if self.looked_up is None:
            self.looked_up = _seen(self._kept, self.stamp)
        return self.looked_up

    def own(self) -> tuple[str, ...]:
        """Return the key of the archive that it lies in, none for the live file."""
        return () if self.place == LIVE else self.seen.todo[self.place : self.place + 1]

    def pending(self) -> tuple[str, ...]:
        """Return the keys of the archives that are still to be read."""
        return () if self.place == LIVE else self.seen.todo[self.place + 1 :]

    def at(
        self,
        file: OpenFile,
        offset: int | None = None,
        lines: int | None = None,
        *,
        last_line: str | None = None,
        last_size: int | None = None,
        begun: Nanoseconds = NOTHING,
    ) -> Cursor:
        """Return the same place in another file, or in this one under another name; what is not given stays."""
        return Cursor(
            self.looked_up or self._kept,
            file.inode,
            file.fingerprint,
            self.offset if offset is None else offset,
            self.lines if lines is None else lines,
            self.stamp,
            file.device,
            self.place,
            self.last_line if last_line is None else last_line,
            self.last_size if last_size is None else last_size,
            begun=begun or self.begun,
        )

    def advanced(
        self, lines: list[bytes], size: int, newlines: int, *, stamp: Nanoseconds, begun: Nanoseconds
    ) -> Cursor:
        """Return the place behind these lines, as they stand in the file, where they took `size` bytes."""
        return Cursor(
            self.looked_up or self._kept,
            self.inode,
            self.fingerprint or fingerprint_of(lines[0][:FINGERPRINT_BYTES]),
            self.offset + size,
            self.lines + newlines,
            stamp,
            self.device,
            self.place,
            line_fingerprint(lines[-1]),
            min(len(lines[-1]), size),
            begun=begun,
        )

    def moved(self, seen: Seen, place: int) -> Cursor:
        """Return the same place, now that the archives were listed anew."""
        inode, fingerprint, offset, lines, stamp, device, _, *others = self.scalars()
        return Cursor(seen, inode, fingerprint, offset, lines, stamp, device, place, *others)  # type: ignore[arg-type]

    def fields(self) -> Fields:
        """Return the constructor's arguments, for keeping."""
        inode, *others = self.scalars()
        return self.seen.fields(), inode, *others  # type: ignore[return-value]

    def scalars(self) -> Scalars:
        """Return the constructor's arguments but for the archives."""
        return (
            self.inode, self.fingerprint, self.offset, self.lines, self.stamp,
            self.device, self.place, self.last_line, self.last_size, self.generation,
            self.begun,
        )  # fmt: skip


def _seen(kept: Kept, stamp: Nanoseconds) -> Seen:
    """Return the archives that a cursor knows, however they are kept."""
    from sqmail_log.files.seen import Seen  # noqa: PLC0415 - only who reads on asks for them

    if callable(kept):
        return kept()
    if not isinstance(kept, str):
        return Seen(*kept)
    # A state of version 4 knew labels that were done with, all before the first of them too.
    length = tai64n.LABEL_LENGTH
    labels = [kept[i : i + length] for i in range(0, len(kept), length)]
    floor = stamp
    if labels:
        try:
            floor = tai64n.of_name(labels[0])
        except ValueError:
            pass  # it has no time
    return Seen(labels, (), floor)


def opened(path: str) -> tuple[int, os.stat_result]:
    """Open a regular file for reading and return its descriptor and status.

    Raises OSError where it cannot be opened, LogError for a FIFO, a device or
    what else would block or never end.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        status = os.fstat(descriptor)
    except BaseException:
        os.close(descriptor)
        raise
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise LogError(f"{path}: is {kind_of(status)}, no file of a log; see who put it there, and remove it")
    return descriptor, status


def kind_of(status: os.stat_result) -> str:
    """Return what a file is that is no regular one, in words."""
    return _KINDS.get(stat.S_IFMT(status.st_mode), "no regular file")


def is_directory(path: str) -> bool:
    """Tell whether a path leads to a directory; raises OSError where the system cannot tell."""
    try:
        return stat.S_ISDIR(os.stat(path).st_mode)
    except GONE:
        return False


def live_path(log: str) -> str:
    """Return the file that the logger is writing: `current` of a directory, else the file itself.

    Raises OSError where the system cannot tell which it is.
    """
    return os.path.join(log, "current") if is_directory(log) else log


def is_read_up(log: str, cursor: Cursor) -> bool:
    """Tell whether nothing was written, rotated or truncated since `cursor`.

    Raises OSError where the file cannot be read, LogError where it is no regular file.
    """
    descriptor, status = opened(live_path(log))
    try:
        return (
            status.st_size == cursor.offset
            and status.st_ino == cursor.inode
            and status.st_dev == cursor.device
            and fingerprint_of(os.pread(descriptor, FINGERPRINT_BYTES, 0)) == cursor.fingerprint
            and (not cursor.last_line or last_line_at(descriptor, cursor) == cursor.last_line)
        )
    finally:
        os.close(descriptor)


def last_line_at(descriptor: int, cursor: Cursor) -> str:
    """Return the fingerprint of the line before a cursor in a plain file.  Raises OSError."""
    size = min(cursor.last_size, FINGERPRINT_BYTES)
    return line_fingerprint(os.pread(descriptor, size, cursor.offset - cursor.last_size))


def line_fingerprint(line: bytes) -> str:
    """Return the fingerprint of a line as it stands in the file, with or without its newline."""
    return fingerprint_of(line[:FINGERPRINT_BYTES] + b"\n")


def fingerprint_of(beginning: bytes) -> str:
    """Return the fingerprint of the first line in a file's first `FINGERPRINT_BYTES` bytes, '' for none yet.

    It is made of the text and the fraction of the second, which are the same
    raw and after `!tai64nlocal`, in every zone and through its summer time.
    A stamp that names its moment by itself is part of the text.
    """
    line, end, _ = beginning.partition(b"\n")
    if not end and len(beginning) < FINGERPRINT_BYTES:
        return ""
    fraction = 0
    text = line
    if line[:9] == b"@40000000" and len(line) >= tai64n.LABEL_LENGTH:
        text = line[tai64n.LABEL_LENGTH + 1 :]
        try:
            fraction = int(line[17 : tai64n.LABEL_LENGTH], 16)
        except ValueError:
            pass  # a torn label
    if text[:2] == b"20" and text[19:20] in {b".", b","}:
        digits, _, rest = text[20:].partition(b" ")
        if digits.isdigit():
            text = rest
            fraction = int(digits[:9].ljust(9, b"0"))
    if not fraction and line[:1] != b"@":
        fraction = tai64n.moment_in(line)
    return f"{fraction:x}:{zlib.crc32(text.lstrip(b' ')[:_FINGERPRINT_TEXT]):08x}"


def is_certain(fingerprint: str) -> bool:
    """Tell whether a fingerprint has a moment in it: other lines with the same text have another."""
    return fingerprint[:2] != "0:"


def may_be_one(moment: Nanoseconds, other: Nanoseconds) -> bool:
    """Tell whether two times (Unix nanoseconds) may be one, read from dates of different zones; 0 for unknown."""
    return not moment or not other or (moment - other) % _ZONES == 0
