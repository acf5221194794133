"""Finding the place in a file again that was read up to: in the file itself, renamed, copied, packed or rewritten."""

from __future__ import annotations

import os
from io import BytesIO

from sqmail_log import tai64n
from sqmail_log.packed import Damaged
from sqmail_log.position import is_certain, may_be_one, tail_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sqmail_log.files import OpenFile
    from sqmail_log.position import Position

BLOCK = 1 << 19


class Resumed:
    """The place in a file, and the number of places before it where lines may have been lost."""

    __slots__ = ("gaps", "position")

    def __init__(self, position: Position, gaps: int = 0) -> None:
        self.position = position
        self.gaps = gaps


def resume(file: OpenFile, position: Position, tai_offset: int = tai64n.MULTILOG_OFFSET) -> Resumed | None:
    """Return the place in `file` that `position` means; None where it means another file.

    Where the file has the first line but not the last one that was read, as
    an older copy has, its lines count as read as far as there were any, and
    that is a gap.  Raises OSError.
    """
    if not file.head or file.head != position.head:
        return None
    if position.begun and not may_be_one(file.begun(tai_offset), position.begun):
        return None
    if not position.offset:
        return Resumed(position.at(file, 0, 0))
    is_same = file.is_at(position.device, position.inode)
    if not position.tail:
        return _resume_without_tail(file, position, tai_offset, is_same=is_same)
    if _has_tail(file, position, tai_offset):
        return Resumed(position.at(file, position.offset, position.lines))
    by_count, by_tail, end = _search(file, position, tai_offset)
    if by_count is not None and by_count is by_tail:
        return Resumed(by_count.of(file, position))
    if not is_certain(position.head) and not position.begun:
        return None
    if by_tail is not None and is_certain(position.tail):
        return Resumed(by_tail.of(file, position))
    return Resumed((by_count or end).of(file, position), gaps=1)


class _Place:
    """The place behind a line, and what tells that."""

    __slots__ = ("lines", "offset", "tail", "tail_size")

    def __init__(self, offset: int, lines: int, tail: str, tail_size: int) -> None:
        self.offset = offset
        self.lines = lines
        self.tail = tail
        self.tail_size = tail_size

    def of(self, file: OpenFile, position: Position) -> Position:
        return position.advanced(
            file, file.head, self.offset, self.lines,
            stamp=position.stamp, tail=self.tail, tail_size=self.tail_size, begun=position.begun,
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
    (labelled,) = tai64n.relabel([line.rstrip(b"\n") + b"\n"], tai_offset, position.stamp)
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
        file.stream.seek(0)
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
    rest = b""
    block = b"-"
    file.stream.seek(0)
    while block and (by_count is None or by_count is not by_tail):
        try:
            block = file.stream.read(BLOCK)
        except Damaged:
            block = b""
        lines = list(BytesIO(rest + block))
        rest = lines.pop() if lines and not lines[-1].endswith(b"\n") else b""
        if rest and not block and _is_tail(rest, position, tai_offset):
            lines.append(rest)  # as it was read, without an end
        for line in lines:
            end = _Place(end.offset + len(line), end.lines + 1, tail_of(line), len(line))
            if end.tail == position.tail and _is_tail(line, position, tai_offset):
                by_tail = end
            if end.lines == position.lines:
                by_count = end
    file.stream.seek(0)
    return by_count, by_tail, end
