"""Which archives are still to be read, in which order, and whether lines were lost before that.

What is new is told by what was seen, never by how names sort: a clock that is
set back gives new files old names.
"""

from __future__ import annotations

import zlib
from bisect import bisect_right
from contextlib import suppress

from sqmail_log import files, tai64n
from sqmail_log.errors import LogError
from sqmail_log.position import is_certain
from sqmail_log.resume import resume
from sqmail_log.seen import NAMELESS, Seen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from sqmail_log.files import Archive, Listing, OpenFile
    from sqmail_log.position import Position
    from sqmail_log.resume import Resumed

# An archive's name is its closing time, but s6-log counts 27 leap seconds that multilog does not.
NAME_SLACK = 60 * tai64n.SECOND
# A line bears the time at which its logger took it, which may be before the file for it was there: the old one
# was brought to the disk first.
_SYNC_SLACK = 2 * tai64n.SECOND
# No processor takes longer for a file.
_PROCESSING = 3600 * tai64n.SECOND


class Changed(Exception):  # noqa: N818 - nothing is wrong
    """Files were renamed while they were looked at: look again."""


class Backlog:
    """The archives that are still to be read, in order.

    `resumes` tells that the first is the one the position lies in; `live`
    where in the live file it lies, if it does.  `gaps` counts the places
    before all that where lines may have been lost.  `seen` is what is known of
    the log from now on.
    """

    __slots__ = ("gaps", "live", "resumes", "seen", "todo")

    def __init__(
        self,
        todo: list[Archive],
        seen: Seen,
        gaps: int = 0,
        *,
        resumes: bool = False,
        live: Resumed | None = None,
    ) -> None:
        self.todo = todo
        self.seen = seen
        self.gaps = gaps
        self.resumes = resumes
        self.live = live


class _Keys:
    """The archives of a listing by their keys.

    What had no lasting name when it was seen and has one now keeps its old key
    in `aliases`, by the label that is its key from now on.
    """

    def __init__(self, archives: Iterable[Archive], seen: Seen) -> None:
        known = seen.all_keys()
        has_nameless = seen.has_nameless()
        self.archives: dict[str, Archive] = {}
        self.aliases: dict[str, str] = {}
        for archive in archives:
            if not archive.label:
                # Of what was left out from the beginning nobody asks whether it can be read.
                with suppress(*([LogError] if archive.closed <= seen.floor else [])):
                    self.archives[_nameless_key(archive)] = archive
                continue
            self.archives[archive.label] = archive
            if has_nameless and archive.label not in known and (key := _nameless_key(archive)) in known:
                self.aliases[archive.label] = key

    def seen_as(self, key: str) -> str:
        """Return the key under which an archive was seen before."""
        return self.aliases.get(key, key)

    def closed(self, key: str) -> int:
        """Return when an archive was closed."""
        return self.archives[key].closed


def first(listing: Listing, since: int | None) -> Backlog:
    """Return what a first reading takes: archives closed at or after `since` (Unix nanoseconds), all for None.

    Where there are none and the live file is empty, it is the newest archive.
    Raises LogError and Changed.
    """
    archives = listing.archives
    todo = [archive for archive in archives if since is None or archive.closed >= since - NAME_SLACK]
    if not todo and (listing.live is None or not listing.live.head):
        todo = archives[-1:]
    done = []
    left_out = [archive for archive in archives if archive not in todo]
    for archive in left_out:
        with suppress(LogError):  # it need not be readable: its age tells what it is
            done.append(archive.label or _nameless_key(archive))
    floor = max((archive.closed for archive in left_out if not archive.label), default=0)
    return Backlog(todo, Seen(done, [archive.label or _nameless_key(archive) for archive in todo], floor))


def after(listing: Listing, position: Position, tai_offset: int = tai64n.MULTILOG_OFFSET) -> Backlog:
    """Return what there is to read behind `position`.  Raises LogError and Changed."""
    seen = position.seen
    keys = _Keys(listing.archives, seen)
    pending = position.pending()
    fresh = [key for key in keys.archives if _is_fresh(key, keys, seen)]
    found = _find(keys, fresh, position, tai_offset) if position.head else None
    live = _resumed(listing.live, position, tai_offset) if found is None and listing.live is not None else None
    left = [key for key in keys.archives if key != found and (key in fresh or keys.seen_as(key) in pending)]
    read = [key for key in keys.archives if key != found and key not in left]
    gaps = len(set(pending).difference(map(keys.seen_as, keys.archives)))
    if live is not None:
        gaps += live.gaps
    elif found is None:
        gaps += bool(position.head) or not _is_complete(keys, left, read, listing, position)
    elif not keys.archives[found].label and listing.live is not None and _is_own(listing.live, position):
        gaps += 1  # the live file was copied and truncated
    if not gaps and _was_set_back(keys, [key for key in fresh if key != found], listing, position, tai_offset):
        gaps = 1
    order = _in_order(keys, left, [*read, *([] if found is None else [found])], listing, tai_offset)
    todo = order if found is None else [found, *order]
    keeps_floor = seen.floor and any(key.startswith(NAMELESS) for key in read)
    return Backlog(
        [keys.archives[key] for key in todo],
        Seen(read, todo, seen.floor if keeps_floor else 0),
        gaps,
        resumes=found is not None,
        live=live,
    )


def is_new(archive: Archive, seen: Seen) -> bool:
    """Tell whether nothing of an archive was read, as far as its name or age tells; nothing is opened."""
    return archive.closed > seen.floor and archive.label not in seen.all_keys()


def _is_fresh(key: str, keys: _Keys, seen: Seen) -> bool:
    before = keys.seen_as(key)
    return keys.closed(key) > seen.floor and before not in seen.done and before not in seen.todo


def _nameless_key(archive: Archive) -> str:
    """Return what tells an archive without a lasting name from others.  Raises LogError and Changed."""
    file = _opened(archive)
    try:
        key = f"{NAMELESS}{file.head}"
        if file.head and is_certain(file.head):
            return key
        # The same text may stand first in any file: what tells it is its whole stamp, or else the file's age.
        line = file.first_line()
        key = f"{key}/{zlib.crc32(line):08x}"
        return key if archive.is_under_way or archive.label or tai64n.is_stamped(line) else f"{key}/{archive.closed}"
    finally:
        file.close()


def _opened(archive: Archive) -> OpenFile:
    file = files.open_archive(archive)
    if file is None:
        raise Changed
    return file


def _resumed(file: OpenFile, position: Position, tai_offset: int) -> Resumed | None:
    try:
        return resume(file, position, tai_offset)
    except OSError as error:
        raise files.unreadable(file.path, error) from error


def _find(keys: _Keys, fresh: list[str], position: Position, tai_offset: int) -> str | None:
    """Return the key of the archive that `position` lies in; None where it is gone.  Raises LogError and Changed."""
    own = [key for key in keys.archives if keys.seen_as(key) in position.own()]
    candidates = [*own, *sorted(fresh, key=lambda key: keys.archives[key].inode != position.inode)]
    if position.seen.floor:
        # An older version did not note which one it is.
        candidates += [key for key in keys.archives if key not in candidates]
    for key in candidates:
        file = _opened(keys.archives[key])
        try:
            if _resumed(file, position, tai_offset) is not None:
                return key
        finally:
            file.close()
    return None


def _is_complete(
    keys: _Keys, left: list[str], read: Collection[str], listing: Listing, position: Position
) -> bool:
    """Tell whether nothing can be missing where the position was in no file, or in one without a line.

    Loggers remove the oldest first: while something that was read is there,
    nothing newer has gone.
    """
    if not position.inode or read:
        return True
    if any(_holds_place(keys.archives[key], position) for key in left):
        return True
    if not left and listing.live is not None and _is_own(listing.live, position):
        return True
    # The first archive that there ever was, written anew by a processor.
    return listing.has_processor and not position.seen.all_keys() and len(left) == len(keys.archives) == 1


def _holds_place(archive: Archive, position: Position) -> bool:
    """Tell whether an archive is the file without a line that the position was in.  Raises LogError and Changed."""
    if position.head or archive.inode != position.inode:
        return False
    file = _opened(archive)
    try:
        return _is_own(file, position)
    finally:
        file.close()


def _is_own(file: OpenFile, position: Position) -> bool:
    """Tell whether an open file is the one that the position was in, by what its file system says."""
    return file.is_at(position.device, position.inode) and position.generation in {0, file.generation()}


def _is_surely_own(live: OpenFile, position: Position) -> bool:
    """Tell whether the live file had no line yet when it was looked at last: then nothing was closed since."""
    return not position.head and position.generation != 0 and _is_own(live, position)


def _was_set_back(
    keys: _Keys, fresh: Iterable[str], listing: Listing, position: Position, tai_offset: int
) -> bool:
    """Tell whether files may have been closed and removed while the clock was set back.

    A logger removes what sorts first.  What was removed since the last look
    sorted before all that is left, so it was closed before the least name that
    is there; and the file after it, if it is there, begins before that.
    """
    labelled = [key for key, archive in keys.archives.items() if archive.label]
    if not labelled:
        return False
    least = min(labelled)
    bound = keys.closed(least) - (tai_offset - tai64n.MULTILOG_OFFSET) * tai64n.SECOND - _SYNC_SLACK
    others = [key for key in fresh if not _holds_place(keys.archives[key], position)]
    if listing.has_processor:
        # A name comes when the processor is done, and later files begin before that: their lines must tell.
        bound = min(bound, max(position.stamp, bound - _PROCESSING))
    elif least in others:
        return True
    begins = [_begun(keys.archives[key], tai_offset) for key in others]
    if listing.live is not None and not _is_surely_own(listing.live, position):
        begins.append(_named_begin(listing.live, tai_offset))
    return any(0 < begun < bound for begun in begins)


def _begun(archive: Archive, tai_offset: int) -> int:
    """Return the time of an archive's first line, Unix nanoseconds, 0 for none.  Raises LogError and Changed."""
    file = _opened(archive)
    try:
        return _named_begin(file, tai_offset)
    finally:
        file.close()


def _named_begin(file: OpenFile, tai_offset: int) -> int:
    """Return the time of a file's first line, not before the name of the file before it would have it."""
    begun = file.begun(tai_offset)
    # s6-log's dates are 27 s behind its names.
    return begun + NAME_SLACK if begun and not file.has_labels else begun


def _in_order(
    keys: _Keys, left: list[str], before: Collection[str], listing: Listing, tai_offset: int
) -> list[str]:
    """Return the keys `left` in the order of writing; those `before` are older.

    That is the order of names unless the clock was set back.  Then the files
    are laid in a row from the live one backwards: before a file lies the one
    that was closed last before it begins.
    """
    order = left
    if not order or not all(keys.archives[key].label for key in left):
        return order
    shift = (tai_offset - tai64n.MULTILOG_OFFSET) * tai64n.SECOND
    live_begins = (listing.live.begun(tai_offset) if listing.live is not None else 0) or tai64n.now()
    newest_before = max(map(keys.closed, before), default=0)
    if keys.closed(order[0]) >= newest_before and keys.closed(order[-1]) <= live_begins + NAME_SLACK:
        return order
    by_name, order = [*left], []
    next_begins = live_begins
    while by_name:
        order.append(by_name.pop(bisect_right(by_name, next_begins + shift + _SYNC_SLACK, key=keys.closed) - 1))
        next_begins = _begun(keys.archives[order[-1]], tai_offset) or next_begins
    return order[::-1]
