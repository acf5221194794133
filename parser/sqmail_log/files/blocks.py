"""Cutting a file into lines, a block at a time."""

from __future__ import annotations

import re
from io import BytesIO

from sqmail_log import tai64n
from sqmail_log.files import logfile
from sqmail_log.files.cursor import last_line_at
from sqmail_log.files.packed import Damaged
from sqmail_log.stamps.syslog import FOREIGN
from sqmail_log.units import NOTHING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqmail_log.files.cursor import Cursor
    from sqmail_log.files.logfile import OpenFile
    from sqmail_log.stamps.rules import Stamps
    from sqmail_log.units import Nanoseconds

BLOCK = 1 << 19
"""Bytes that are read at once."""
_LONGEST_LINE = 1 << 20
_TEXT = slice(tai64n.LABEL_LENGTH + 1, tai64n.LABEL_LENGTH + 1 + len(FOREIGN))
# After a power failure a block of a file may be there that was never written.
_NEVER_WRITTEN = rb"(?<!\0)(\0++)(?=@40000000|\d{4}-|\d{10}[. ]|[A-Z][a-z]{2} [ \d]\d )"


class Chunk:
    """Some lines (each with a newline, and multilog's label), the place behind them, and gaps before them."""

    __slots__ = ("cursor", "gaps", "lines")

    def __init__(self, lines: list[bytes], cursor: Cursor, gaps: int = 0) -> None:
        self.lines = lines
        self.cursor = cursor
        self.gaps = gaps


def chunks(
    file: OpenFile, cursor: Cursor, stamps: Stamps, block_size: int, *, final: bool
) -> Iterator[Chunk]:
    """Yield the lines of one file from `cursor` on, some at a time; with `final` also a last one without newline.

    A file that is not final is a plain one.  What is left of a packed file
    behind a place where it is damaged is a gap.  Raises LogError where
    the system cannot read it.
    """
    cursor = cursor.at(file)
    rest = b""
    gaps = 0
    try:
        file.stream.seek(cursor.offset)
    except Damaged:
        gaps = 1
    except OSError as error:
        raise logfile.unreadable(file.path, error) from error
    while True:
        if not final and cursor.last_line and _last_line_now(file, cursor) != cursor.last_line:
            return  # truncated and written anew meanwhile: the next reading tells
        block = b"" if gaps else _block(file, block_size)
        if block is None:
            gaps = 1
        lines, rest, size, newlines = _cut(block or b"", rest, final=final)
        if lines:
            has_holes = b"\0" in lines[0] or b"\0" in (block or b"")
            labelled = _labelled(lines, cursor.stamp, stamps, file.written, has_holes=has_holes)
            is_begin = not cursor.offset and tai64n.is_stamped(lines[0])
            begun = stamp_of(labelled[0], NOTHING) if is_begin else cursor.begun
            stamp = stamp_of(labelled[-1], cursor.stamp)
            cursor = cursor.advanced(lines, size, newlines, stamp=stamp, begun=begun)
            yield Chunk(labelled if labelled is lines else _own(labelled), cursor, gaps)
            gaps = 0
        elif gaps:
            yield Chunk([], cursor, gaps)
            gaps = 0
        if not block:
            return


def _labelled(
    lines: list[bytes], last: Nanoseconds, stamps: Stamps, written: Nanoseconds, *, has_holes: bool
) -> list[bytes]:
    """Return lines with multilog's labels; one without a stamp is as old as the line before, the first `last`."""
    if has_holes:
        return stamps.relabel(_without_holes(lines), last, written, each=True)
    return stamps.relabel(lines, last, written)


def _own(lines: list[bytes]) -> list[bytes]:
    """Return the lines without those that syslog carried for programs that are none of qmail's."""
    return [line for line in lines if line[_TEXT] != FOREIGN]


def _last_line_now(file: OpenFile, cursor: Cursor) -> str:
    """Return the fingerprint of the line that stands before a place now.  Raises LogError."""
    try:
        return last_line_at(file.descriptor(), cursor)
    except OSError as error:
        raise logfile.unreadable(file.path, error) from error


def _cut(block: bytes, rest: bytes, *, final: bool) -> tuple[list[bytes], bytes, int, int]:
    """Return the lines of a block and the rest before it, the new rest, the lines' bytes, and their newlines."""
    if block:
        # The block is cut where it lies: putting the rest before it would copy the whole log.
        # bytes.split looks at each byte by itself, and takes longer (benchmark: cold-send).
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


def stamp_of(line: bytes, last: Nanoseconds) -> Nanoseconds:
    """Return the time of a line, Unix nanoseconds, or `last` where its label is torn."""
    try:
        return tai64n.nanoseconds(line)
    except ValueError:
        return last
