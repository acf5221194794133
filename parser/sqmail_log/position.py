"""How far a log has been read, and whether anything has come since.

A check that finds nothing new needs no more than this module: one `stat`, one
short read, whatever the log, its archives or the queue have grown to.  (No
dataclass here: that import alone costs more than an idle run may.)
"""

from __future__ import annotations

import os
import zlib
from contextlib import suppress

from sqmail_log import tai64n

HEAD_BYTES = 512
_HEAD_TEXT = 200


class Position:
    """A place between two lines of a log.

    A file is known by `inode` and `head`, what tells its first line from
    others: names change with rotation and inodes are used again.  `offset`
    counts bytes as read (decompressed) and `lines` the newlines before it;
    `stamp` is the time of the last line read, Unix nanoseconds.

    `passed` holds the labels of archives that are done with, in order and
    without anything between: what is named earlier than the first is done with
    too.  There is one as a rule, and more where the clock was set back.
    """

    __slots__ = ("head", "inode", "lines", "offset", "passed", "stamp")

    def __init__(self, passed: str, inode: int, head: str, offset: int, lines: int, stamp: int) -> None:
        self.passed = passed
        self.inode = inode
        self.head = head
        self.offset = offset
        self.lines = lines
        self.stamp = stamp

    def fields(self) -> tuple[str, int, str, int, int, int]:
        """Return the constructor's arguments, for keeping."""
        return self.passed, self.inode, self.head, self.offset, self.lines, self.stamp


def live_path(log: str) -> str:
    """Return the file that the logger is writing: `current` of a directory, else the file itself."""
    return os.path.join(log, "current") if os.path.isdir(log) else log


def is_read_up(log: str, position: Position) -> bool:
    """Tell whether nothing was written, rotated or truncated since `position`.

    Raises OSError where the file cannot be read.
    """
    descriptor = os.open(live_path(log), os.O_RDONLY)
    try:
        status = os.fstat(descriptor)
        return (
            status.st_ino == position.inode
            and status.st_size == position.offset
            and head_of(os.pread(descriptor, HEAD_BYTES, 0)) == position.head
        )
    finally:
        os.close(descriptor)


def head_of(beginning: bytes) -> str:
    """Return what identifies a file by the first line in its first `HEAD_BYTES` bytes, '' for none yet.

    It is made of the text and the fraction of the second, which are the same
    raw and after `!tai64nlocal`, in every zone and through its summer time.
    """
    line, end, _ = beginning.partition(b"\n")
    if not end and len(beginning) < HEAD_BYTES:
        return ""
    fraction = 0
    text = line
    if line[:9] == b"@40000000":
        text = line[tai64n.LABEL_LENGTH + 1 :]
        with suppress(ValueError):
            fraction = int(line[17 : tai64n.LABEL_LENGTH], 16)
    if text[:2] == b"20" and text[19:20] in {b".", b","}:
        digits, _, rest = text[20:].partition(b" ")
        if digits.isdigit():
            text = rest
            fraction = int(digits[:9].ljust(9, b"0"))
    return f"{fraction:x}:{zlib.crc32(text.lstrip(b' ')[:_HEAD_TEXT]):08x}"
