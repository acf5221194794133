"""Reading a log once, in order, across rotations.

`follow` continues from a position: the rest of the file that was being read,
under whatever name it has now, every newer archive in order, then the live
file.  Only whole lines are handed out.  What cannot be read any more, because
it was deleted or truncated first, is reported as a gap.  `history` reads the
past, without a position.
"""

from __future__ import annotations

import os
import zlib

from sqmail_log import files, tai64n
from sqmail_log.errors import LogError
from sqmail_log.position import HEAD_BYTES, Position, head_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

BLOCK = 1 << 18
_LONGEST_LINE = 1 << 20
_ROUNDS = 100
# An archive's name is its closing time, but s6-log counts 27 leap seconds that multilog does not.
_NAME_SLACK = 60 * tai64n.SECOND


class Chunk:
    """Some lines (without newline, with multilog's labels), the place behind them, and gaps before them."""

    __slots__ = ("gaps", "lines", "position")

    def __init__(self, lines: list[bytes], position: Position, gaps: int = 0) -> None:
        self.lines = lines
        self.position = position
        self.gaps = gaps


def follow(
    log: str,
    position: Position | None = None,
    *,
    since: int | None = None,
    tai_offset: int = tai64n.MULTILOG_OFFSET,
) -> Iterator[Chunk]:
    """Yield all whole lines of `log` after `position`, in order, until the live file's end.

    Without a position it begins with the oldest archive closed at or after
    `since` (Unix nanoseconds; None for all).  The caller may stop at any chunk
    and come back with its position.  Raises LogError where the log is missing
    or unreadable.
    """
    if not os.path.lexists(log):
        raise LogError(f"{log}: no such log")
    for _ in range(_ROUNDS):
        live = files.open_live(log)
        try:
            if live is not None and position is not None and _continues(live, position):
                for chunk in _read(live, position, tai_offset, final=False):
                    position = chunk.position
                    yield chunk
                if _is_live(log, live):
                    return
                continue
            archives = files.archives(log)
            if live is not None and not _is_live(log, live):
                continue
        finally:
            if live is not None:
                live.close()
        if live is None and position is None and not archives:
            return
        vanished = False
        for chunk in _read_archives(archives, position, since, tai_offset, live):
            position = chunk.position
            vanished = chunk.gaps < 0
            if not vanished:
                yield chunk
        if vanished:
            continue
        if live is None:
            return
        position = Position(
            os.path.basename(live.path), live.inode, live.head, 0, 0, position.stamp if position else 0
        )
        yield Chunk([], position)
    raise LogError(f"{log}: rotated {_ROUNDS} times while it was being read; give multilog a larger size (s)")


def history(
    logs: Iterable[str],
    *,
    since: int | None = None,
    until: int | None = None,
    tai_offset: int = tai64n.MULTILOG_OFFSET,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[list[bytes]]:
    """Yield the whole lines of `logs`, one log after the other, stamped from `since` to before `until`.

    Lines come as in `Chunk.lines`.  `progress` is called with the bytes read
    and the bytes there are.  Archives wholly outside the times are skipped by
    name.  A directory's unfinished last line is left out.
    """
    paths = [path for log in logs for path in history_files(log, since, until)]
    total = sum(os.stat(path).st_size for path in paths if os.path.exists(path))
    done = 0
    for path in paths:
        for lines, size in read_file(path, tai_offset=tai_offset):
            done += size
            wanted = between(lines, since, until)
            if wanted:
                yield wanted
            if progress is not None:
                progress(done, max(total, done))


def history_files(log: str, since: int | None = None, until: int | None = None) -> list[str]:
    """Return the paths of a log's files, oldest first, that may hold lines of the time asked for.

    Raises LogError where there is no such log.
    """
    if not os.path.lexists(log):
        raise LogError(f"{log}: no such log")
    chosen = []
    closed_before = None
    for archive in files.archives(log):
        late_enough = since is None or archive.closed >= since - _NAME_SLACK
        early_enough = until is None or closed_before is None or closed_before - _NAME_SLACK < until
        if late_enough and early_enough:
            chosen.append(archive.path)
        closed_before = archive.closed
    live = files.live_path(log)
    early_enough = until is None or closed_before is None or closed_before - _NAME_SLACK < until
    if early_enough and os.path.exists(live):
        chosen.append(live)
    return chosen


def read_file(path: str, *, tai_offset: int = tai64n.MULTILOG_OFFSET) -> Iterator[tuple[list[bytes], int]]:
    """Yield the lines of one file as `Chunk.lines`, each list with the bytes it took.

    Of an archive the last line counts even without its newline; of `current`
    it does not: it is still being written.  Raises LogError.
    """
    try:
        file = files.OpenFile(path)
    except OSError as error:
        raise files.unreadable(path, error) from error
    try:
        position = Position(os.path.basename(path), file.inode, file.head, 0, 0, 0)
        final = os.path.basename(path) != "current"
        for chunk in _read(file, position, tai_offset, final=final):
            yield chunk.lines, chunk.position.offset - position.offset
            position = chunk.position
    finally:
        file.close()


def between(lines: list[bytes], since: int | None, until: int | None) -> list[bytes]:
    """Return the lines stamped at or after `since` and before `until` (Unix nanoseconds)."""
    if since is not None:
        first = tai64n.encode(since)
        if min(lines) < first:
            lines = [line for line in lines if line >= first]
    if until is not None and lines:
        last = tai64n.encode(until)
        if max(lines) >= last:
            lines = [line for line in lines if line < last]
    return lines


def _continues(live: files.OpenFile, position: Position) -> bool:
    if live.inode != position.inode:
        return False
    if position.offset == 0 and not position.head:
        return True
    return live.head == position.head and (live.compressed or live.size() >= position.offset)


def _is_live(log: str, live: files.OpenFile) -> bool:
    try:
        return os.stat(files.live_path(log)).st_ino == live.inode
    except FileNotFoundError:
        return False


def _read_archives(
    archives: list[files.Archive],
    position: Position | None,
    since: int | None,
    tai_offset: int,
    live: files.OpenFile | None,
) -> Iterator[Chunk]:
    """Yield what is left in the archives; a chunk with gaps < 0 asks for another look at the directory."""
    archives = [archive for archive in archives if live is None or archive.inode != live.inode]
    if position is None:
        todo = [archive for archive in archives if since is None or archive.closed >= since - _NAME_SLACK]
        stamp = 0
        gaps = 0
    else:
        stamp = position.stamp
        index = _find(archives, position)
        if index is None:
            todo = [archive for archive in archives if archive.closed > stamp]
        else:
            todo = archives[index:]
        truncated = live is not None and live.inode == position.inode and not _is_numbered(archives)
        gaps = 1 if index is None or truncated else 0
    resuming = position is not None and bool(todo) and index is not None
    for archive in todo:
        file = files.open_archive(archive)
        if file is None:
            if os.path.basename(archive.path) == files.PREVIOUS and position is not None:
                yield Chunk([], position, -1)
                return
            gaps += 1
            resuming = False
            continue
        try:
            if resuming and position is not None:
                start = _resume(file, position)
            else:
                start = Position(os.path.basename(archive.path), file.inode, file.head, 0, 0, stamp)
            resuming = False
            if gaps:
                yield Chunk([], start, gaps)
                gaps = 0
            position = start
            for chunk in _read(file, start, tai_offset, final=True):
                position = chunk.position
                yield chunk
            stamp = position.stamp
            if position is start:
                yield Chunk([], start)
        finally:
            file.close()
    if gaps:
        lost = position or Position("", 0, "", 0, 0, stamp)
        if live is not None:
            lost = Position(os.path.basename(live.path), live.inode, live.head, 0, 0, stamp)
        yield Chunk([], lost, gaps)


def _is_numbered(archives: list[files.Archive]) -> bool:
    """Tell whether these are archives of a logger, which never truncates a file."""
    return any(os.path.basename(archive.path)[:1] == "@" for archive in archives)


def _find(archives: list[files.Archive], position: Position) -> int | None:
    """Return the index of the archive that `position` lies in; None where it is gone.

    The likely ones are opened first: same inode, then by closing time.
    """
    order = sorted(
        range(len(archives)),
        key=lambda i: (archives[i].inode != position.inode, archives[i].closed < position.stamp, i),
    )
    for i in order:
        if not position.head:
            if archives[i].inode == position.inode:
                return i
            continue
        file = files.open_archive(archives[i])
        if file is None:
            continue
        try:
            if file.head == position.head:
                return i
        finally:
            file.close()
    return None


def _resume(file: files.OpenFile, position: Position) -> Position:
    """Return the place in `file` that `position` meant, by bytes, or by lines where the file was rewritten."""
    name = os.path.basename(file.path)
    if file.inode == position.inode:
        return Position(name, file.inode, file.head, position.offset, position.lines, position.stamp)
    offset = 0
    left = position.lines
    while left and (block := file.stream.read(BLOCK)):
        newlines = block.count(b"\n")
        if newlines < left:
            left -= newlines
            offset += len(block)
            continue
        end = 0
        for _ in range(left):
            end = block.index(b"\n", end) + 1
        offset += end
        left = 0
    return Position(name, file.inode, file.head, offset, position.lines, position.stamp)


def _read(file: files.OpenFile, position: Position, tai_offset: int, *, final: bool) -> Iterator[Chunk]:
    """Yield the lines of one file from `position` on; with `final` also a last one without newline."""
    stream = file.stream
    offset = position.offset
    count = position.lines
    stamp = position.stamp
    name = os.path.basename(file.path)
    head = position.head or file.head
    rest = b""
    gaps = 0
    try:
        stream.seek(offset)
    except (OSError, EOFError, zlib.error):
        gaps = 1
    while True:
        try:
            block = stream.read(BLOCK)
        except (OSError, EOFError, zlib.error):
            block = b""
            gaps = 1
        if block:
            end = block.rfind(b"\n") + 1
            if not end and len(rest) + len(block) < _LONGEST_LINE:
                rest += block
                continue
            whole = rest + block[:end] if end else rest + block
            rest = block[end:] if end else b""
        elif rest and final:
            whole, rest = rest, b""
        else:
            whole = b""
        if whole:
            lines = whole.split(b"\n")
            if not lines[-1]:
                lines.pop()
            lines = tai64n.relabel(lines, tai_offset, stamp)
            offset += len(whole)
            count += len(lines)
            stamp = max(stamp, _stamp(lines))
            head = head or head_of(whole[:HEAD_BYTES])
            yield Chunk(lines, Position(name, file.inode, head, offset, count, stamp), gaps)
            gaps = 0
        elif gaps:
            yield Chunk([], Position(name, file.inode, head, offset, count, stamp), gaps)
            gaps = 0
        if not block:
            return


def _stamp(lines: list[bytes]) -> int:
    """Return the time of the last line, or 0 where its label is torn."""
    try:
        return tai64n.nanoseconds(lines[-1])
    except ValueError:
        return 0
