"""Reading a log once, in order, across rotations.

`follow` continues from a position: the rest of the file that was being read,
under whatever name it has now, every newer archive in order, then the live
file.  Only whole lines are handed out.  What cannot be read any more, because
it was deleted or truncated first, is reported as a gap.  `history` reads the
past, without a position.
"""

from __future__ import annotations

import os
from io import BytesIO

from sqmail_log import backlog, files, tai64n
from sqmail_log.errors import LogError
from sqmail_log.position import HEAD_BYTES, Position, head_of, live_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

BLOCK = 1 << 19
_LONGEST_LINE = 1 << 20
_ROUNDS = 100


class Chunk:
    """Some lines (each with a newline, and multilog's label), the place behind them, and gaps before them."""

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
    rounds = 0
    while rounds < _ROUNDS:
        rounds += 1
        live = files.open_live(log)
        try:
            if live is not None and position is not None and backlog.continues(log, live, position):
                for chunk in _read(live, position, tai_offset, final=False):
                    position = chunk.position
                    rounds = 0
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
        if live is None and not archives and not os.path.isdir(log):
            raise LogError(f"{log}: no such log")
        try:
            for chunk in _read_archives(log, archives, position, since, tai_offset, live):
                position = chunk.position
                rounds = 0
                yield chunk
        except backlog.Changed:
            continue
        if live is None or position is None or position.inode != live.inode:
            return
    raise LogError(f"{log}: rotated {_ROUNDS} times while it was being read; give multilog a larger size (s)")


def history(
    logs: Iterable[str],
    *,
    since: int | None = None,
    until: int | None = None,
    tai_offset: int = tai64n.MULTILOG_OFFSET,
    damaged: Callable[[str], None] | None = None,
) -> Iterator[list[bytes]]:
    """Yield the whole lines of `logs`, one log after the other, stamped from `since` to before `until`.

    Lines come as in `Chunk.lines`.  `damaged` is called with the path of a
    packed file that cannot be unpacked to its end: what is left of it is lost.
    Without it that is a LogError.  Archives wholly outside the times are
    skipped by name.  A directory's unfinished last line is left out.
    """
    pasts = [_past(log, since, until) for log in logs]
    try:
        for past in pasts:
            last = 0
            for path, file in past.items():
                for lines, _ in _lines(file or _opened(path), tai_offset, last, damaged):
                    last = _stamp(lines[-1], last)
                    wanted = between(lines, since, until)
                    if wanted:
                        yield wanted
    finally:
        for past in pasts:
            _close(past)


def _past(log: str, since: int | None, until: int | None) -> dict[str, files.OpenFile | None]:
    """Return a log's files; the last two, whose names a rotation would change, held open."""
    for _ in range(_ROUNDS):
        past: dict[str, files.OpenFile | None] = dict.fromkeys(history_files(log, since, until))
        try:
            for path in list(past)[-2:]:
                past[path] = files.OpenFile(path)
            if list(past) == history_files(log, since, until):
                return past
        except FileNotFoundError:
            pass
        except OSError as error:
            raise files.unreadable(path, error) from error
        _close(past)
    raise LogError(f"{log}: rotated {_ROUNDS} times in an instant")


def _close(past: dict[str, files.OpenFile | None]) -> None:
    for file in past.values():
        if file is not None:
            file.close()


def history_files(log: str, since: int | None = None, until: int | None = None) -> list[str]:
    """Return the paths of a log's files, oldest first, that may hold lines of the time asked for.

    Raises LogError where there is no such log.
    """
    try:
        os.lstat(log)
    except OSError as error:
        raise files.unreadable(log, error) from error
    chosen = []
    closed_before = None
    for archive in files.archives(log):
        late_enough = since is None or archive.closed >= since - backlog.NAME_SLACK
        early_enough = until is None or closed_before is None or closed_before - backlog.NAME_SLACK < until
        if late_enough and early_enough:
            chosen.append(archive.path)
        closed_before = archive.closed
    live = live_path(log)
    early_enough = until is None or closed_before is None or closed_before - backlog.NAME_SLACK < until
    if early_enough and os.path.exists(live):
        chosen.append(live)
    return chosen


def read_file(
    path: str,
    *,
    tai_offset: int = tai64n.MULTILOG_OFFSET,
    after: int = 0,
    damaged: Callable[[str], None] | None = None,
) -> Iterator[tuple[list[bytes], int]]:
    """Yield the lines of one file as `Chunk.lines`, each list with the bytes it took.

    Of an archive the last line counts even without its newline; of `current`
    it does not: it is still being written.  `after` is the time of the line
    before (Unix nanoseconds): it tells which of two hours is meant where a
    change from summer time repeats one.  `damaged` is called as by `history`.
    Raises LogError.
    """
    return _lines(_opened(path), tai_offset, after, damaged)


def _opened(path: str) -> files.OpenFile:
    try:
        return files.OpenFile(path)
    except OSError as error:
        raise files.unreadable(path, error) from error


def _lines(
    file: files.OpenFile, tai_offset: int, after: int, damaged: Callable[[str], None] | None
) -> Iterator[tuple[list[bytes], int]]:
    """Yield an open file's lines from its beginning, and close it."""
    try:
        position = Position("", file.inode, file.head, 0, 0, after)
        final = os.path.basename(file.path) != "current"
        for chunk in _read(file, position, tai_offset, final=final):
            if chunk.gaps:
                if damaged is None:
                    raise LogError(f"{file.path}: damaged; mend it, or move it away")
                damaged(file.path)
            if chunk.lines:
                yield chunk.lines, chunk.position.offset - position.offset
            position = chunk.position
    finally:
        file.close()


def between(lines: list[bytes], since: int | None, until: int | None) -> list[bytes]:
    """Return the lines stamped at or after `since` and before `until` (Unix nanoseconds)."""
    first = b"" if since is None else tai64n.encode(since)
    last = None if until is None else tai64n.encode(until)
    if not lines or ((not first or min(lines) >= first) and (last is None or max(lines) < last)):
        return lines
    return [line for line in tai64n.mended(lines) if line >= first and (last is None or line < last)]


def _is_live(log: str, live: files.OpenFile) -> bool:
    try:
        return os.stat(live_path(log)).st_ino == live.inode
    except FileNotFoundError:
        return False


def _read_archives(
    log: str,
    archives: list[files.Archive],
    position: Position | None,
    since: int | None,
    tai_offset: int,
    live: files.OpenFile | None,
) -> Iterator[Chunk]:
    """Yield what is left in the archives, then the beginning of the live file, without its lines.

    The place behind an archive is the beginning of the next file: the archive
    may go then, and nothing is lost.  Raises backlog.Changed.
    """
    live_inode = live.inode if live is not None else 0
    archives = [archive for archive in archives if archive.inode != live_inode]
    live_is_empty = live is None or not live.head
    if position is None:
        left = backlog.first(archives, since, live_is_empty=live_is_empty)
    else:
        left = backlog.after(archives, position, live_inode)
    stamp = position.stamp if position is not None else 0
    gaps = left.gaps
    last: Chunk | None = None
    for number, archive in enumerate(left.todo):
        file = files.open_archive(archive)
        if file is None:
            if not archive.label or any(archive.label == other.label for other in files.archives(log)):
                raise backlog.Changed
            gaps += 1
            continue
        try:
            passed = left.passed(number)
            if position is not None and left.resumes and number == 0:
                start = _resume(file, position, passed)
            else:
                start = Position(passed, file.inode, file.head, 0, 0, stamp)
            yield from _joined(last, start, gaps)
            gaps = 0
            last = None
            for chunk in _read(file, start, tai_offset, final=True):
                if last is not None:
                    yield last
                last = chunk
                stamp = chunk.position.stamp
        finally:
            file.close()
    passed = left.passed(len(left.todo) - 1)
    if live is not None and not (live_is_empty and left.todo and not left.todo[-1].label):
        yield from _joined(last, Position(passed, live.inode, live.head, 0, 0, stamp), gaps, always=True)
    else:
        # Without a line in it the live file could not be told from a later one.
        yield from _joined(last, Position(passed, 0, "", 0, 0, stamp) if gaps else None, gaps)


def _joined(
    last: Chunk | None, start: Position | None, gaps: int, *, always: bool = False
) -> Iterator[Chunk]:
    """Yield a file's last chunk, with the place where the next one starts, and what is missing between."""
    if start is not None and last is not None and not gaps:
        yield Chunk(last.lines, start, last.gaps)
        return
    if last is not None:
        yield last
    if start is not None and (gaps or always):
        yield Chunk([], start, gaps)


def _resume(file: files.OpenFile, position: Position, passed: str) -> Position:
    """Return the place in `file` that `position` meant: by bytes, or by lines if the file was rewritten."""
    offset = position.offset
    if file.inode != position.inode:
        offset = 0
        left = position.lines
        while left and (block := _block(file)):
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
    return Position(passed, file.inode, file.head, offset, position.lines, position.stamp)


def _read(file: files.OpenFile, position: Position, tai_offset: int, *, final: bool) -> Iterator[Chunk]:
    """Yield the lines of one file from `position` on; with `final` also a last one without newline."""
    offset = position.offset
    count = position.lines
    stamp = position.stamp
    head = position.head or file.head
    rest = b""
    gaps = 0
    try:
        file.stream.seek(offset)
    except files.DAMAGE:
        gaps = 1
    while True:
        block = b"" if gaps else _block(file)
        if block is None:
            gaps = 1
        lines: list[bytes] = []
        size = len(rest)
        if block:
            # The block is cut where it lies: putting the rest before it would copy the whole log.
            # bytes.split looks at each byte by itself, and takes twice as long: a twentieth of a pass.
            lines = list(BytesIO(block))
            lines[0] = rest + lines[0]
            rest = b"" if block.endswith(b"\n") else lines.pop()
            size += len(block) - len(rest)
            count += len(lines)
            if not lines:
                if len(rest) < _LONGEST_LINE:
                    continue
                lines, size, rest = [rest + b"\n"], len(rest), b""
        elif rest and final:
            lines, rest = [rest + b"\n"], b""
        if lines:
            head = head or head_of(lines[0][:HEAD_BYTES])
            lines = tai64n.relabel(lines, tai_offset, stamp)
            offset += size
            stamp = _stamp(lines[-1], stamp)
            yield Chunk(lines, Position(position.passed, file.inode, head, offset, count, stamp), gaps)
            gaps = 0
        elif gaps:
            yield Chunk([], Position(position.passed, file.inode, head, offset, count, stamp), gaps)
            gaps = 0
        if not block:
            return


def _block(file: files.OpenFile) -> bytes | None:
    """Return the next bytes, none at the end; None where a packed file is damaged."""
    try:
        return file.stream.read(BLOCK)
    except files.DAMAGE:
        return None


def _stamp(line: bytes, last: int) -> int:
    """Return the time of a line, or `last` where its label is torn."""
    try:
        return tai64n.nanoseconds(line)
    except ValueError:
        return last
