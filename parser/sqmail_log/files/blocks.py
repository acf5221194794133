"""Cutting a file into lines, a block at a time."""

from __future__ import annotations

import re
from io import BytesIO

from sqmail_log import tai64n
from sqmail_log.files import logfile
from sqmail_log.files.packed import Damaged
from sqmail_log.files.position import HEAD_BYTES, head_of, tail_at, tail_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqmail_log.files.logfile import OpenFile
    from sqmail_log.files.position import Position

BLOCK = 1 << 19
"""Bytes that are read at once."""
_LONGEST_LINE = 1 << 20
# After a power failure a block of a file may be there that was never written.
_NEVER_WRITTEN = rb"(?<!\0)(\0++)(?=@40000000|\d{4}-)"


class Chunk:
    """Some lines (each with a newline, and multilog's label), the place behind them, and gaps before them."""

    __slots__ = ("gaps", "lines", "position")

    def __init__(self, lines: list[bytes], position: Position, gaps: int = 0) -> None:
        self.lines = lines
        self.position = position
        self.gaps = gaps


def chunks(
    file: OpenFile, position: Position, tai_offset: int, block_size: int, *, final: bool
) -> Iterator[Chunk]:
    """Yield the lines of one file from `position` on, some at a time; with `final` also a last one without newline.

    A file that is not final is a plain one.  What is left of a packed file
    behind a place where it is damaged is a gap.  Raises LogError where
    the system cannot read it.
    """
    offset = position.offset
    count = position.lines
    stamp = position.stamp
    tail, tail_size = position.tail, position.tail_size
    head = position.head or file.head
    begun = position.begun
    rest = b""
    gaps = 0
    try:
        file.stream.seek(offset)
    except Damaged:
        gaps = 1
    except OSError as error:
        raise logfile.unreadable(file.path, error) from error

    def place() -> Position:
        return position.advanced(
            file, head, offset, count, stamp=stamp, tail=tail, tail_size=tail_size, begun=begun
        )

    while True:
        if not final and tail and _tail_now(file, place()) != tail:
            return  # truncated and written anew meanwhile: the next reading tells
        block = b"" if gaps else _block(file, block_size)
        if block is None:
            gaps = 1
        lines, rest, size, newlines = _cut(block or b"", rest, final=final)
        count += newlines
        if block and not lines:
            continue
        if lines:
            head = head or head_of(lines[0][:HEAD_BYTES])
            tail, tail_size = tail_of(lines[-1]), min(len(lines[-1]), size)
            is_begin = not offset and tai64n.is_stamped(lines[0])
            if b"\0" in lines[0] or b"\0" in (block or b""):
                lines = tai64n.relabel_each(_without_holes(lines), tai_offset, stamp)
            else:
                lines = tai64n.relabel(lines, tai_offset, stamp)
            begun = stamp_of(lines[0], 0) if is_begin else begun
            offset += size
            stamp = stamp_of(lines[-1], stamp)
            yield Chunk(lines, place(), gaps)
            gaps = 0
        elif gaps:
            yield Chunk([], place(), gaps)
            gaps = 0
        if not block:
            return


def _tail_now(file: OpenFile, position: Position) -> str:
    """Return what tells the line that stands before a place now.  Raises LogError."""
    try:
        return tail_at(file.descriptor(), position)
    except OSError as error:
        raise logfile.unreadable(file.path, error) from error


def _cut(block: bytes, rest: bytes, *, final: bool) -> tuple[list[bytes], bytes, int, int]:
    """Return the lines of a block and the rest before it, the new rest, the lines' bytes, and their newlines."""
    if block:
        # The block is cut where it lies: putting the rest before it would copy the whole log.
        # bytes.split looks at each byte by itself, and takes twice as long: a twentieth of a pass.
        lines = list(BytesIO(block))
        lines[0] = rest + lines[0]
        size = len(rest) + len(block)
        rest = b"" if block.endswith(b"\n") else lines.pop()
        if not lines and len(rest) >= _LONGEST_LINE:
            return [rest + b"\n"], b"", len(rest), 0
        return lines, rest, size - len(rest), len(lines)
    if rest and final:
        return [rest + b"\n"], b"", len(rest), 1
    return [], rest, 0, 0


def _without_holes(lines: list[bytes]) -> list[bytes]:
    """Return the lines with what was never written as lines of their own, which no grammar knows."""
    cut = []
    for line in lines:
        if b"\0" in line:
            cut += [part + b"\n" for part in re.split(_NEVER_WRITTEN, line[:-1]) if part]
        else:
            cut.append(line)
    return cut


def _block(file: OpenFile, size: int) -> bytes | None:
    """Return the next bytes, none at the end; None where a packed file is damaged.  Raises LogError."""
    try:
        return file.stream.read(size)
    except Damaged:
        return None
    except OSError as error:
        raise logfile.unreadable(file.path, error) from error


def stamp_of(line: bytes, last: int) -> int:
    """Return the time of a line, Unix nanoseconds, or `last` where its label is torn."""
    try:
        return tai64n.nanoseconds(line)
    except ValueError:
        return last
