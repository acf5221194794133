"""Finding the place in a file again that was read up to: in the file itself, renamed, copied, packed or rewritten."""

from __future__ import annotations

import os
from io import BytesIO

from sqmail_log import tai64n
from sqmail_log.files.logfile import unreadable
from sqmail_log.files.packed import Damaged
from sqmail_log.files.position import is_certain, may_be_one, tail_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqmail_log.files.logfile import OpenFile
    from sqmail_log.files.position import Position

BLOCK = 1 << 19


class Resumed:
    """The place in a file, and the number of places before it where lines may have been lost.

    `is_end` tells that nothing is behind it, as far as that was looked for.
    """

    __slots__ = ("gaps", "is_end", "position")

    def __init__(self, position: Position, gaps: int = 0, *, is_end: bool = False) -> None:
        self.position = position
        self.gaps = gaps
        self.is_end = is_end


def resume(file: OpenFile, position: Position, tai_offset: int = tai64n.MULTILOG_OFFSET) -> Resumed | None:
    """Return the place in `file` that `position` means; None where it means another file.

    Where the file has the first line but not the last one that was read, as
    an older copy has, its lines count as read as far as they are as old as
    that, and that is a gap.  Raises LogError.
    """
    try:
        return _resume(file, position, tai_offset)
    except OSError as error:
        raise unreadable(file.path, error) from error


def resume_rewritten(file: OpenFile, position: Position, tai_offset: int) -> Resumed | None:
    """Return the place in a file that has lost lines, the first one and the last one that was read perhaps.

    It is behind the last line that was read, or else, with a gap, behind the
    last one stamped at or before it; a line without a time is as old as the one
    before it.  None where the file begins after that, or the time of the line
    that was read is not known.  Raises LogError.
    """
    try:
        return _resume_rewritten(file, position, tai_offset)
    except OSError as error:
        raise unreadable(file.path, error) from error


def _resume(file: OpenFile, position: Position, tai_offset: int) -> Resumed | None:
    if not file.head or file.head != position.head:
        return None
    begun = file.begun(tai_offset)
    if position.begun and not (may_be_one(begun, position.begun) and (begun or is_certain(position.head))):
        return None  # the same text may stand first in any file: the first line with a time tells it
    if not position.offset:
        return Resumed(position.at(file, 0, 0))
    is_same = file.is_at(position.device, position.inode)
    if not position.tail:
        return _resume_without_tail(file, position, tai_offset, is_same=is_same)
    if _has_tail(file, position, tai_offset):
        return Resumed(position.at(file, position.offset, position.lines))
    return _resume_changed(file, position, tai_offset)


def _resume_changed(file: OpenFile, position: Position, tai_offset: int) -> Resumed | None:
    by_count, by_tail, end = _search(file, position, tai_offset)
    if by_count is not None and by_count is by_tail:
        return Resumed(by_count.of(file, position))
    if not is_certain(position.head) and not position.begun:
        return None
    if by_tail is not None and is_certain(position.tail):
        return Resumed(by_tail.of(file, position))
    return _resume_rewritten(file, position, tai_offset) or Resumed((by_count or end).of(file, position), gaps=1)


def _resume_rewritten(file: OpenFile, position: Position, tai_offset: int) -> Resumed | None:
    if not position.stamp:
        return None
    by_tail = by_stamp = None
    end = _Place(0, 0, "", 0)
    for lines in _blocks(file):
        stamps = map(tai64n.nanoseconds, tai64n.mended(tai64n.relabel(lines, tai_offset, position.stamp)))
        for line, stamp in zip(lines, stamps, strict=True):
            end = end.behind(line)
            if stamp <= position.stamp:
                by_stamp = end
            if end.tail == position.tail and may_be_one(stamp, position.stamp):
                by_tail = end
    file.stream.seek(0)
    begun = file.begun(tai_offset)
    if by_tail is not None and is_certain(position.tail):
        return Resumed(by_tail.of(file, position, begun), is_end=by_tail is end)
    if by_stamp is None or (file.head != position.head and begun > position.stamp):
        return None
    return Resumed(by_stamp.of(file, position, begun), gaps=1, is_end=by_stamp is end)


class _Place:
    """The place behind a line, and what tells that."""

    __slots__ = ("lines", "offset", "tail", "tail_size")

    def __init__(self, offset: int, lines: int, tail: str, tail_size: int) -> None:
        self.offset = offset
        self.lines = lines
        self.tail = tail
        self.tail_size = tail_size

    def behind(self, line: bytes) -> _Place:
        return _Place(self.offset + len(line), self.lines + 1, tail_of(line), len(line))

    def of(self, file: OpenFile, position: Position, begun: int = 0) -> Position:
        return position.advanced(
            file, file.head, self.offset, self.lines,
            stamp=position.stamp, tail=self.tail, tail_size=self.tail_size, begun=begun or position.begun,
        )  # fmt: skip


def _resume_without_tail(file: OpenFile, position: Position, tai_offset: int, *, is_same: bool) -> Resumed | None:
    """Do as versions did that did not know the last line."""
    if is_same:
        known = file.compressed or file.size() >= position.offset
        return Resumed(position.at(file, position.offset, position.lines)) if known else None
    if not position.lines:
        return Resumed(position.at(file, 0, 0))
    by_count, _, end = _search(file, position, tai_offset)
    return Resumed((by_count or end).of(file, position))


def _is_tail(line: bytes, position: Position, tai_offset: int) -> bool:
    """Tell whether a line, as it stands in the file, is the one that was read last."""
    if tail_of(line) != position.tail:
        return False
    written = line.rstrip(b"\n").rstrip(b"\0").rpartition(b"\0")[2]  # what stands behind a hole has a time of its own
    (labelled,) = tai64n.relabel([written + b"\n"], tai_offset, position.stamp)
    try:
        return may_be_one(tai64n.nanoseconds(labelled), position.stamp)
    except ValueError:
        return True


def _has_tail(file: OpenFile, position: Position, tai_offset: int) -> bool:
    """Tell whether the line before the place is the one that was read last.  Raises OSError."""
    begin = position.offset - position.tail_size
    if not file.compressed:
        line = os.pread(file.descriptor(), position.tail_size, begin)
        return len(line) == position.tail_size and _is_tail(line, position, tai_offset)
    line = b""
    try:
        file.stream.seek(begin)
        while len(line) < position.tail_size and (
            block := file.stream.read(min(position.tail_size - len(line), BLOCK))
        ):
            line += block
    except Damaged:
        return False
    return len(line) == position.tail_size and _is_tail(line, position, tai_offset)


def _search(file: OpenFile, position: Position, tai_offset: int) -> tuple[_Place | None, _Place | None, _Place]:
    """Look through a file for the place behind the last line that was read.

    Returns the place behind the line with its number, None if there are fewer;
    behind the last line like it, None if there is none; and the end.
    """
    by_count = by_tail = None
    end = _Place(0, 0, "", 0)
    for lines in _blocks(file, position.tail):
        for line in lines:
            end = end.behind(line)
            if end.tail == position.tail and _is_tail(line, position, tai_offset):
                by_tail = end
            if end.lines == position.lines:
                by_count = end
        if by_count is not None and by_count is by_tail:
            break
    file.stream.seek(0)
    return by_count, by_tail, end


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
        if rest and not block and (last is None or tail_of(rest) == last):
            lines.append(rest)
        if lines:
            yield lines
