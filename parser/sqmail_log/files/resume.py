"""Finding the place in a file again that was read up to: in the file itself, renamed, copied, packed or rewritten."""

from __future__ import annotations

import os
from io import BytesIO

from sqmail_log import tai64n
from sqmail_log.files.cursor import is_certain, line_fingerprint, may_be_one
from sqmail_log.files.logfile import unreadable
from sqmail_log.files.packed import Damaged
from sqmail_log.stamps.rules import MULTILOG
from sqmail_log.units import NOTHING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqmail_log.files.cursor import Cursor
    from sqmail_log.files.logfile import OpenFile
    from sqmail_log.stamps.rules import Stamps
    from sqmail_log.units import Nanoseconds

BLOCK = 1 << 19


class Resumed:
    """The place in a file, and the number of places before it where lines may have been lost."""

    __slots__ = ("cursor", "gaps")

    def __init__(self, cursor: Cursor, gaps: int = 0) -> None:
        self.cursor = cursor
        self.gaps = gaps


def resume(file: OpenFile, cursor: Cursor, stamps: Stamps = MULTILOG) -> Resumed | None:
    """Return the place in `file` that `cursor` means; None where it means another file.

    Where the file has the first line but not the last one that was read, as
    an older copy has, its lines count as read as far as they are as old as
    that, and that is a gap.  Raises LogError.
    """
    try:
        return _resume(file, cursor, stamps)
    except OSError as error:
        raise unreadable(file.path, error) from error


def resume_rewritten(file: OpenFile, cursor: Cursor, stamps: Stamps) -> Resumed | None:
    """Return the place in a file that has lost lines, the first one and the last one that was read perhaps.

    It is behind the last line that was read, or else, with a gap, behind the
    last one stamped at or before it; a line without a time is as old as the one
    before it.  None where the file begins after that, or the time of the line
    that was read is not known.  Raises LogError.
    """
    try:
        return _resume_rewritten(file, cursor, stamps)
    except OSError as error:
        raise unreadable(file.path, error) from error


def _resume(file: OpenFile, cursor: Cursor, stamps: Stamps) -> Resumed | None:
    if not file.fingerprint or file.fingerprint != cursor.fingerprint:
        return None
    begun = file.begun(stamps)
    if cursor.begun and not (may_be_one(begun, cursor.begun) and (begun or is_certain(cursor.fingerprint))):
        return None  # the same text may stand first in any file: the first line with a time tells it
    if not cursor.offset:
        return Resumed(cursor.at(file, 0, 0))
    is_same = file.is_at(cursor.device, cursor.inode)
    if not cursor.last_line:
        return _resume_without_last_line(file, cursor, stamps, is_same=is_same)
    if _has_last_line(file, cursor, stamps):
        return Resumed(cursor.at(file))
    return _resume_changed(file, cursor, stamps)


def _resume_changed(file: OpenFile, cursor: Cursor, stamps: Stamps) -> Resumed | None:
    by_count, by_line, end = _search(file, cursor, stamps)
    if by_count is not None and by_count is by_line:
        return Resumed(by_count.of(file, cursor))
    if not is_certain(cursor.fingerprint) and not cursor.begun:
        return None
    if by_line is not None and is_certain(cursor.last_line):
        return Resumed(by_line.of(file, cursor))
    return _resume_rewritten(file, cursor, stamps) or Resumed((by_count or end).of(file, cursor), gaps=1)


def _resume_rewritten(file: OpenFile, cursor: Cursor, stamps: Stamps) -> Resumed | None:
    if not cursor.stamp:
        return None
    by_line = by_stamp = None
    end = _Place(0, 0, "", 0)
    for lines in _blocks(file):
        labelled = tai64n.mended(stamps.relabel(lines, cursor.stamp, file.written))
        for line, stamp in zip(lines, map(tai64n.nanoseconds, labelled), strict=True):
            end = end.behind(line)
            if stamp <= cursor.stamp:
                by_stamp = end
            if end.last_line == cursor.last_line and may_be_one(stamp, cursor.stamp):
                by_line = end
    file.stream.seek(0)
    begun = file.begun(stamps)
    if by_line is not None and is_certain(cursor.last_line):
        return Resumed(by_line.of(file, cursor, begun))
    if by_stamp is None or (file.fingerprint != cursor.fingerprint and begun > cursor.stamp):
        return None
    return Resumed(by_stamp.of(file, cursor, begun), gaps=1)


class _Place:
    """The place behind a line, and the fingerprint of that."""

    __slots__ = ("last_line", "last_size", "lines", "offset")

    def __init__(self, offset: int, lines: int, last_line: str, last_size: int) -> None:
        self.offset = offset
        self.lines = lines
        self.last_line = last_line
        self.last_size = last_size

    def behind(self, line: bytes) -> _Place:
        return _Place(self.offset + len(line), self.lines + 1, line_fingerprint(line), len(line))

    def of(self, file: OpenFile, cursor: Cursor, begun: Nanoseconds = NOTHING) -> Cursor:
        return cursor.at(
            file, self.offset, self.lines, last_line=self.last_line, last_size=self.last_size, begun=begun
        )


def _resume_without_last_line(file: OpenFile, cursor: Cursor, stamps: Stamps, *, is_same: bool) -> Resumed | None:
    """Do as versions did that did not know the last line."""
    if is_same:
        known = file.compressed or file.size() >= cursor.offset
        return Resumed(cursor.at(file)) if known else None
    if not cursor.lines:
        return Resumed(cursor.at(file, 0, 0))
    by_count, _, end = _search(file, cursor, stamps)
    return Resumed((by_count or end).of(file, cursor))


def _is_last_line(line: bytes, cursor: Cursor, stamps: Stamps) -> bool:
    """Tell whether a line, as it stands in the file, is the one that was read last."""
    if line_fingerprint(line) != cursor.last_line:
        return False
    written = line.rstrip(b"\n").rstrip(b"\0").rpartition(b"\0")[2]  # what stands behind a hole has a time of its own
    try:
        return may_be_one(stamps.time_of(written + b"\n", cursor.stamp), cursor.stamp)
    except ValueError:
        return True


def _has_last_line(file: OpenFile, cursor: Cursor, stamps: Stamps) -> bool:
    """Tell whether the line before the place is the one that was read last.  Raises OSError."""
    begin = cursor.offset - cursor.last_size
    if not file.compressed:
        line = os.pread(file.descriptor(), cursor.last_size, begin)
        return len(line) == cursor.last_size and _is_last_line(line, cursor, stamps)
    line = b""
    try:
        file.stream.seek(begin)
        while len(line) < cursor.last_size and (
            block := file.stream.read(min(cursor.last_size - len(line), BLOCK))
        ):
            line += block
    except Damaged:
        return False
    return len(line) == cursor.last_size and _is_last_line(line, cursor, stamps)


def _search(file: OpenFile, cursor: Cursor, stamps: Stamps) -> tuple[_Place | None, _Place | None, _Place]:
    """Look through a file for the place behind the last line that was read.

    Returns the place behind the line with its number, None if there are fewer;
    behind the last line like it, None if there is none; and the end.
    """
    by_count = by_line = None
    end = _Place(0, 0, "", 0)
    for lines in _blocks(file, cursor.last_line):
        for line in lines:
            end = end.behind(line)
            if end.last_line == cursor.last_line and _is_last_line(line, cursor, stamps):
                by_line = end
            if end.lines == cursor.lines:
                by_count = end
        if by_count is not None and by_count is by_line:
            break
    file.stream.seek(0)
    return by_count, by_line, end


def _blocks(file: OpenFile, last: str | None = None) -> Iterator[list[bytes]]:
    """Yield all lines of a file as they stand there, some at a time.

    What it ends with without a newline is a line where it is the `last`, or
    for None.  Raises OSError.
    """
    rest = b""
    block = b"-"
    file.stream.seek(0)
    while block:
        try:
            block = file.stream.read(BLOCK)
        except Damaged:
            block = b""
        lines = list(BytesIO(rest + block))
        rest = lines.pop() if lines and not lines[-1].endswith(b"\n") else b""
        if rest and not block and (last is None or line_fingerprint(rest) == last):
            lines.append(rest)
        if lines:
            yield lines
