"""Reading a log once, in order, across rotations.

`follow` continues from a cursor: the rest of the file that was being read,
under whatever name it has now, every archive that was not seen before, then
the live file.  Only whole lines are handed out.  What cannot be read any more,
because it was deleted or truncated first, is reported as a gap.
"""

from __future__ import annotations

from sqmail_log import tai64n
from sqmail_log.errors import LogError
from sqmail_log.files import backlog, blocks, logfile
from sqmail_log.files.blocks import Chunk, chunks
from sqmail_log.files.cursor import JOURNAL, LIVE, Cursor, is_certain
from sqmail_log.files.keys import Changed, nameless_key_of
from sqmail_log.files.listing import archives, listed
from sqmail_log.files.resume import resume, resume_rewritten
from sqmail_log.stamps.rules import MULTILOG, Stamps
from sqmail_log.units import NOTHING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqmail_log.files.backlog import Backlog
    from sqmail_log.files.listing import Listing
    from sqmail_log.files.logfile import OpenFile
    from sqmail_log.files.resume import Resumed
    from sqmail_log.units import Nanoseconds, Seconds

BLOCK = blocks.BLOCK
_ROUNDS = 100


def follow(
    log: str,
    cursor: Cursor | None = None,
    *,
    since: Nanoseconds | None = None,
    tai_offset: Seconds = tai64n.MULTILOG_OFFSET,
    zone: str = "",
    earlier: Sequence[str] = (),
) -> Iterator[Chunk]:
    """Yield all whole lines of `log` after `cursor`, in order, until the live file's end.

    Without a cursor it begins with the oldest archive closed at or after
    `since` (Unix nanoseconds; None for all).  In the directories `earlier` lie
    archives of it, too; one that lies in several counts once.  The caller may stop at any chunk
    and come back with its cursor.  Raises LogError where the log is missing
    or unreadable; then nothing is passed over, and the last cursor stays good.
    """
    stamps = Stamps(tai_offset, zone)
    if log.startswith(JOURNAL):
        from sqmail_log.journal import reading  # noqa: PLC0415 - most logs are files

        return reading.follow(log, cursor, since, stamps)
    return _follow_files(log, cursor, since, stamps, earlier)


def _follow_files(
    log: str, cursor: Cursor | None, since: Nanoseconds | None, stamps: Stamps, earlier: Sequence[str]
) -> Iterator[Chunk]:
    rounds = 0
    known: OpenFile | None = None
    while rounds < _ROUNDS:
        rounds += 1
        live = logfile.open_live(log)
        try:
            resumed = resumed_live(live, cursor, stamps, known)
            if live is not None and resumed is not None:
                for chunk in chunks(live, resumed.cursor, stamps, BLOCK, final=False):
                    cursor = chunk.cursor
                    rounds = 0
                    yield chunk
                if logfile.is_live(log, live):
                    return
                continue
        finally:
            if live is not None:
                live.close()
        listing = listed(log, earlier)
        known = listing.live
        try:
            _refuse_nothing(log, listing)
            for chunk in _read_archives(log, listing, cursor, since, stamps):
                was, cursor = cursor, chunk.cursor
                if _is_step(chunk, was):
                    rounds = 0
                    yield chunk
            if not logfile.is_live(log, listing.live):
                continue
            if listing.live is None or not listing.live.fingerprint or cursor is None or cursor.place != LIVE:
                return
        except Changed:
            continue
        finally:
            listing.close()
    raise LogError(f"{log}: rotated {_ROUNDS} times while it was being read; give multilog a larger size (s)")


def refuse_absent(log: str) -> bool:
    """Return whether a log is a directory.  Raises LogError where there is no such log, or it may not be read."""
    listing = listed(log)
    try:
        _refuse_nothing(log, listing)
        return listing.is_directory
    finally:
        listing.close()


def _refuse_nothing(log: str, listing: Listing) -> None:
    if listing.live is None and not listing.archives and not listing.is_directory:
        raise LogError(f"{log}: no such log")


def _is_step(chunk: Chunk, before: Cursor | None) -> bool:
    """Tell whether a chunk leads on: who stops at each that does not would never get further."""
    return bool(before is None or chunk.lines or chunk.gaps or chunk.cursor.fields() != before.fields())


def resumed_live(
    live: OpenFile | None,
    cursor: Cursor | None,
    stamps: Stamps = MULTILOG,
    known: OpenFile | None = None,
) -> Resumed | None:
    """Return the place in the live file that a cursor means; None where it lies in another file, or in none.

    Where nothing that was read had a time, another file may begin alike: the
    archives are asked first, unless the file is the one `known` from their listing.
    """
    if live is None or cursor is None or cursor.place != LIVE:
        return None
    if not cursor.last_line and cursor.offset and not live.is_at(cursor.device, cursor.inode):
        return None  # of an older version's place only the inode tells
    has_time = is_certain(cursor.fingerprint) or (cursor.last_line and is_certain(cursor.last_line))
    if not has_time and (known is None or not live.is_at(known.device, known.inode)):
        return None
    found = resume(live, cursor, stamps)
    # A file that has lost lines may have been copied before it was truncated: what was archived comes first.
    return None if found is None or found.gaps else found


def _read_archives(
    log: str, listing: Listing, cursor: Cursor | None, since: Nanoseconds | None, stamps: Stamps
) -> Iterator[Chunk]:
    """Yield what is left in the archives, then the beginning of the live file, without its lines.

    The place behind an archive is the beginning of the next file: the archive
    may go then, and nothing is lost.  Raises LogError and Changed.
    """
    if cursor is None:
        remaining = backlog.first(listing, since)
    else:
        remaining = backlog.after(listing, cursor, stamps)
        if remaining.gaps and listing.is_outdated():
            raise Changed  # under a name, and with an inode, that are used again may lie another file by now
    stamp = cursor.stamp if cursor is not None else NOTHING
    gaps = remaining.gaps
    last: Chunk | None = None
    for number, archive in enumerate(remaining.todo):
        file = logfile.open_archive(archive)
        if file is None:
            if not archive.label or any(archive.label == other.label for other in archives(log, listing.earlier)):
                raise Changed
            gaps += 1
            continue
        try:
            if not archive.label and nameless_key_of(file, archive) != remaining.seen.todo[number]:
                raise Changed
            start = Cursor.begin(file, remaining.seen, stamp, number, stamps=stamps)
            if cursor is not None and remaining.resumes and number == 0:
                found = _resumed_archive(file, cursor, stamps)
                start = found.cursor.moved(remaining.seen, number)
                gaps += found.gaps
            yield from _joined(last, start, gaps)
            gaps = 0
            last = None
            for chunk in chunks(file, start, stamps, BLOCK, final=True):
                if last is not None:
                    yield last
                last = chunk
                stamp = chunk.cursor.stamp
        finally:
            file.close()
    yield from _joined(last, *_next_start(listing.live, remaining, stamp, gaps, stamps))


def _next_start(
    live: OpenFile | None, remaining: Backlog, stamp: Nanoseconds, gaps: int, stamps: Stamps
) -> tuple[Cursor | None, int, bool]:
    """Return the place behind the archives, the gaps before it, and whether it is to be told in any case."""
    if remaining.live is not None:
        return remaining.live.cursor.moved(remaining.seen, LIVE), gaps, True
    if live is not None and (live.fingerprint or not remaining.todo or remaining.todo[-1].label):
        return Cursor.begin(live, remaining.seen, stamp, stamps=stamps), gaps, True
    # Without a line in it the live file could not be told from a later one.
    return (Cursor.nowhere(remaining.seen, stamp) if gaps else None), gaps, False


def _resumed_archive(file: OpenFile, cursor: Cursor, stamps: Stamps) -> Resumed:
    found = resume(file, cursor, stamps) or resume_rewritten(file, cursor, stamps)
    if found is None:
        raise Changed
    return found


def _joined(
    last: Chunk | None, start: Cursor | None, gaps: int, always: bool = False
) -> Iterator[Chunk]:
    """Yield a file's last chunk, with the place where the next one starts, and what is missing between."""
    if start is not None and last is not None and not gaps:
        yield Chunk(last.lines, start, last.gaps)
        return
    if last is not None:
        yield last
    if start is not None and (gaps or always):
        yield Chunk([], start, gaps)
