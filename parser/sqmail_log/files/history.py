"""Reading the past of logs, without a cursor: what the files hold now."""

from __future__ import annotations

import os

from sqmail_log import tai64n
from sqmail_log.errors import LogError
from sqmail_log.files import logfile
from sqmail_log.files.blocks import BLOCK, chunks, stamp_of
from sqmail_log.files.clock import NAME_SLACK
from sqmail_log.files.cursor import JOURNAL, Cursor, live_path
from sqmail_log.files.listing import archives, listed
from sqmail_log.files.seen import Seen
from sqmail_log.stamps.rules import Stamps
from sqmail_log.units import NOTHING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sqmail_log.files.logfile import OpenFile
    from sqmail_log.units import Nanoseconds, Seconds


def history(
    logs: Iterable[str],
    *,
    since: Nanoseconds | None = None,
    until: Nanoseconds | None = None,
    tai_offset: Seconds = tai64n.MULTILOG_OFFSET,
    zone: str = "",
    damaged: Callable[[str], None] | None = None,
) -> Iterator[list[bytes]]:
    """Yield the whole lines of `logs`, one log after the other, stamped from `since` to before `until`.

    Lines come as in `Chunk.lines`.  `damaged` is called with the path of a
    packed file that cannot be unpacked to its end: what is left of it is lost.
    Without it that is a LogError.  Archives wholly outside the times are
    skipped by name.  A directory's unfinished last line is left out.
    """
    stamps = Stamps(tai_offset, zone)
    pasts: list[_Past] = []
    logs = list(logs)
    for log in logs:
        if log.startswith(JOURNAL):
            from sqmail_log.journal import reading  # noqa: PLC0415 - most logs are files

            for lines in reading.history(log, since, until, stamps):
                yield from filter(None, [between(lines, since, until)])
    logs = [log for log in logs if not log.startswith(JOURNAL)]
    try:
        pasts.extend(_Past(log, since, until) for log in logs)
        for past in pasts:
            last = NOTHING
            for file in past.opened():
                for lines, _ in _lines(file, stamps, last, damaged):
                    last = stamp_of(lines[-1], last)
                    wanted = between(lines, since, until)
                    if wanted:
                        yield wanted
    finally:
        for past in pasts:
            past.close()


class _Past:
    """The files of a log, as they are now, that may hold lines of the time asked for.

    Those whose names a rotation changes are held open.  Raises LogError.
    """

    def __init__(self, log: str, since: Nanoseconds | None, until: Nanoseconds | None) -> None:
        try:
            os.lstat(log)
        except OSError as error:
            raise logfile.unreadable(log, error) from error
        self._log = log
        listing = listed(log)
        chosen, has_live = _chosen(listing.archives, since, until)
        self._todo: list[tuple[logfile.Archive | None, OpenFile | None]] = []
        try:
            for archive in chosen:
                held = None if archive.label else logfile.open_archive(archive)
                if archive.label or held is not None:
                    self._todo.append((archive, held))
        except BaseException:
            self.close()
            listing.close()
            raise
        if listing.live is not None and has_live:
            self._todo.append((None, listing.live))
        else:
            listing.close()

    def opened(self) -> Iterator[OpenFile]:
        """Yield the files, open, oldest first; whoever takes one closes it.  Raises LogError."""
        while self._todo:
            archive, held = self._todo.pop(0)
            if held is None and archive is not None:
                held = self._open(archive)
            if held is not None:
                yield held

    def _open(self, archive: logfile.Archive) -> OpenFile:
        """Open an archive, which may have been packed meanwhile."""
        file = logfile.open_archive(archive)
        if file is None:
            for other in archives(self._log):
                if other.label == archive.label:
                    file = logfile.open_archive(other)
        if file is None:
            raise LogError(f"{archive.path}: was removed before it was read; look at a shorter time")
        return file

    def close(self) -> None:
        """Let go of what was not taken."""
        for _, held in self._todo:
            if held is not None:
                held.close()


def history_files(log: str, since: Nanoseconds | None = None, until: Nanoseconds | None = None) -> list[str]:
    """Return the paths of a log's files, oldest first, that may hold lines of the time asked for; a journal is its own.

    Raises LogError where there is no such log, or the system cannot tell.
    """
    if log.startswith(JOURNAL):
        return [log]
    path = log
    try:
        os.lstat(log)
        found, has_live = _chosen(archives(log), since, until)
        chosen = [archive.path for archive in found]
        if has_live:
            path = live_path(log)
            try:
                os.stat(path)
            except FileNotFoundError:
                logfile.refuse_link(path)
            else:
                chosen.append(path)
    except OSError as error:
        raise logfile.unreadable(path, error) from error
    return chosen


def _chosen(
    archives: list[logfile.Archive], since: Nanoseconds | None, until: Nanoseconds | None
) -> tuple[list[logfile.Archive], bool]:
    """Return the archives that may hold lines of the time asked for, and whether the live file may."""
    chosen = []
    closed_before = None
    for archive in archives:
        late_enough = since is None or archive.closed >= since - NAME_SLACK
        if late_enough and _begins_before(until, closed_before):
            chosen.append(archive)
        closed_before = archive.closed
    return chosen, _begins_before(until, closed_before)


def _begins_before(until: Nanoseconds | None, closed_before: Nanoseconds | None) -> bool:
    return until is None or closed_before is None or closed_before - NAME_SLACK < until


def read_file(
    path: str,
    *,
    tai_offset: Seconds = tai64n.MULTILOG_OFFSET,
    zone: str = "",
    damaged: Callable[[str], None] | None = None,
) -> Iterator[tuple[list[bytes], int]]:
    """Yield the lines of one file as `Chunk.lines`, each list with the bytes it took.

    Of an archive the last line counts even without its newline; of `current`
    it does not: it is still being written.  `damaged` is called as by
    `history`.  Raises LogError.
    """
    if path.startswith(JOURNAL):
        return ((lines, 0) for lines in history([path], tai_offset=tai_offset, zone=zone))
    try:
        file = logfile.OpenFile(path)
    except OSError as error:
        raise logfile.unreadable(path, error) from error
    return _lines(file, Stamps(tai_offset, zone), NOTHING, damaged)


def _lines(
    file: OpenFile, stamps: Stamps, after: Nanoseconds, damaged: Callable[[str], None] | None
) -> Iterator[tuple[list[bytes], int]]:
    """Yield an open file's lines from its beginning, and close it.  Raises LogError."""
    try:
        cursor = Cursor.begin(file, Seen(), after, stamps=stamps)
        final = os.path.basename(file.path) != "current"
        for chunk in chunks(file, cursor, stamps, BLOCK, final=final):
            if chunk.gaps:
                if damaged is None:
                    raise LogError(f"{file.path}: damaged; mend it, or move it away")
                damaged(file.path)
            if chunk.lines:
                yield chunk.lines, chunk.cursor.offset - cursor.offset
            cursor = chunk.cursor
    finally:
        file.close()


def between(lines: list[bytes], since: Nanoseconds | None, until: Nanoseconds | None) -> list[bytes]:
    """Return the lines stamped at or after `since` and before `until` (Unix nanoseconds)."""
    first = b"" if since is None else tai64n.encode(since)
    last = None if until is None else tai64n.encode(until)
    if not lines or ((not first or min(lines) >= first) and (last is None or max(lines) < last)):
        return lines
    return [line for line in tai64n.mended(lines) if line >= first and (last is None or line < last)]
