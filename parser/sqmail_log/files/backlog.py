"""Which archives are still to be read, in which order, and whether lines were lost before that.

What is new is told by what was seen, never by how names sort: a clock that is
set back gives new files old names.
"""

from __future__ import annotations

from contextlib import suppress

from sqmail_log import tai64n
from sqmail_log.errors import LogError
from sqmail_log.files import clock
from sqmail_log.files.clock import NAME_SLACK
from sqmail_log.files.cursor import LIVE
from sqmail_log.files.keys import Changed, Keys, nameless_key, opened
from sqmail_log.files.resume import resume, resume_rewritten
from sqmail_log.files.seen import NAMELESS, Seen
from sqmail_log.units import NOTHING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from sqmail_log.files.cursor import Cursor
    from sqmail_log.files.listing import Listing
    from sqmail_log.files.logfile import Archive, OpenFile
    from sqmail_log.files.resume import Resumed
    from sqmail_log.units import Nanoseconds

__all__ = ["NAME_SLACK", "Backlog", "Changed", "after", "first", "is_new"]


class Backlog:
    """The archives that are still to be read, in order.

    `resumes` tells that the first is the one the cursor lies in; `live`
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


def first(listing: Listing, since: Nanoseconds | None) -> Backlog:
    """Return what a first reading takes: archives closed at or after `since` (Unix nanoseconds), all for None.

    Where there are none and the live file is empty, it is the newest archive.
    Raises LogError and Changed.
    """
    archives = listing.archives
    todo = [archive for archive in archives if since is None or archive.closed >= since - NAME_SLACK]
    if not todo and (listing.live is None or not listing.live.fingerprint):
        todo = archives[-1:]
    done = []
    left_out = [archive for archive in archives if archive not in todo]
    for archive in left_out:
        with suppress(LogError):  # it need not be readable: its age tells what it is
            done.append(archive.label or nameless_key(archive))
    floor = max((archive.closed for archive in left_out if not archive.label), default=NOTHING)
    done += Keys(todo, Seen()).notes()
    return Backlog(todo, Seen(done, [archive.label or nameless_key(archive) for archive in todo], floor))


def after(listing: Listing, cursor: Cursor, tai_offset: int = tai64n.MULTILOG_OFFSET) -> Backlog:
    """Return what there is to read behind `cursor`.  Raises LogError and Changed."""
    seen = cursor.seen
    keys = Keys(listing.archives, seen)
    pending = cursor.pending()
    fresh = [key for key in keys.archives if _is_fresh(key, keys, seen)]
    found = _find(keys, fresh, cursor, tai_offset) if cursor.fingerprint else None
    live = resume(listing.live, cursor, tai_offset) if found is None and listing.live is not None else None
    twins = keys.twins(fresh, found)
    fresh = [key for key in fresh if key not in twins]
    left = [key for key in keys.archives if key != found and (key in fresh or keys.seen_as(key) in pending)]
    read = [key for key in keys.archives if key != found and key not in left]
    order = clock.in_order(keys, left, [*read, *([] if found is None else [found])], listing, tai_offset)
    gaps = len(set(pending).difference(map(keys.seen_as, keys.archives)))
    is_lost = bool(cursor.fingerprint) and found is None and live is None
    same, place = _rewritten(
        keys, [key for key in order if key in fresh], cursor, tai_offset,
        is_lost=is_lost, may_guess=listing.has_processor,
    )  # fmt: skip
    order = [key for key in order if key not in same]
    read = [key for key in read if key not in same]
    if place is not None and is_lost:
        found = same.pop()  # what is not certain there is told when it is read
    elif is_lost:
        # It has its name, and other lines than before: all that came after the last one that was read.
        own = [key for key in read if keys.seen_as(key) in cursor.own()]
        own = [key for key in own if clock.begun(keys.archives[key], tai_offset) > cursor.stamp]
        order = own + order
        read = [key for key in read if key not in own]
    gaps += bool(same)
    read += same
    if live is not None:
        gaps += live.gaps
    elif found is None:
        gaps += bool(cursor.fingerprint) or not _is_complete(keys, order, read, listing, cursor)
    elif cursor.place == LIVE and not listing.is_directory and _is_live(listing, cursor):
        gaps += 1  # the live file was copied and truncated
    if not gaps and _is_doubtful(keys, order, fresh, listing, cursor, tai_offset):
        gaps = 1
    todo = order if found is None else [found, *order]
    keeps_floor = seen.floor and any(key.startswith(NAMELESS) for key in read)
    return Backlog(
        [keys.archives[key] for key in todo],
        Seen([*read, *keys.notes()], todo, seen.floor if keeps_floor else NOTHING),
        gaps,
        resumes=found is not None,
        live=live,
    )


def _rewritten(
    keys: Keys, fresh: list[str], cursor: Cursor, tai_offset: int, *, is_lost: bool, may_guess: bool
) -> tuple[list[str], Resumed | None]:
    """Return which of the `fresh` archives were read under other names, before a processor rewrote them.

    A processor may drop lines, the first one too.  Where some have gone without
    a new name, the one that has the last line that was read is the one.  Else
    each that begins at or before that line's time may be: one too many, after
    the clock was set back, is passed over with a gap, and not read twice.  The
    last of those returned is the one that the cursor lies in if that
    `is_lost`, with the place in it.  Raises LogError and Changed.
    """
    names = keys.lost_names(cursor.seen)
    own = [key for key in keys.archives if is_lost and keys.seen_as(key) in cursor.own()]
    expected = max(names, 1) if is_lost and cursor.own() else names + is_lost
    places: list[tuple[int, str, Resumed]] = []
    for key in [*own, *fresh] if expected else []:
        file = opened(keys.archives[key])
        try:
            place = resume_rewritten(file, cursor, tai_offset)
            begun = file.begun(tai_offset)
        finally:
            file.close()
        # Two files may begin with the same end of a line: only the next one is taken by that.
        is_next = begun <= cursor.stamp or key in {*own, *fresh[:1]}
        if place is not None and (not place.gaps or (is_next and (may_guess or key in own))):
            places.append((begun if place.gaps else tai64n.LATEST, key, place))
    if any(not place.gaps for *_, place in places):
        places = [place for place in places if not place[2].gaps]
    places.sort(key=lambda place: place[0])
    return [key for _, key, _ in places], places[-1][2] if places else None


def is_new(archive: Archive, seen: Seen) -> bool:
    """Tell whether nothing of an archive was read, as far as its name or age tells; nothing is opened."""
    return archive.closed > seen.floor and archive.label not in seen.all_keys()


def _is_fresh(key: str, keys: Keys, seen: Seen) -> bool:
    before = keys.seen_as(key)
    return keys.closed(key) > seen.floor and before not in seen.done and before not in seen.todo


def _find(keys: Keys, fresh: list[str], cursor: Cursor, tai_offset: int) -> str | None:
    """Return the key of the archive that `cursor` lies in; None where it is gone.  Raises LogError and Changed."""
    own = [key for key in keys.archives if keys.seen_as(key) in cursor.own()]
    candidates = [*own, *sorted(fresh, key=lambda key: keys.archives[key].inode != cursor.inode)]
    if cursor.seen.floor:
        # An older version did not note which one it is.
        candidates += [key for key in keys.archives if key not in candidates]
    for key in candidates:
        file = opened(keys.archives[key])
        try:
            if resume(file, cursor, tai_offset) is not None:
                return key
        finally:
            file.close()
    return None


def _is_complete(
    keys: Keys, left: list[str], read: Collection[str], listing: Listing, cursor: Cursor
) -> bool:
    """Tell whether nothing can be missing where the cursor was in no file, or in one without a line.

    Loggers remove the oldest first: while something that was read is there,
    nothing newer has gone.
    """
    if not cursor.inode or read:
        return True
    if any(_holds_place(keys.archives[key], cursor) for key in left):
        return True
    if not left and _is_live(listing, cursor):
        return True
    # The first archive that there ever was, written anew by a processor.
    is_first = not cursor.stamp and not cursor.seen.all_keys()
    return listing.has_processor and is_first and len(left) == len(keys.archives) == 1


def _is_doubtful(
    keys: Keys,
    left: list[str],
    fresh: list[str],
    listing: Listing,
    cursor: Cursor,
    tai_offset: int,
) -> bool:
    """Tell whether files may have gone that came after those that are there and were known.

    Raises LogError and Changed.
    """
    held = [key for key in left if _holds_place(keys.archives[key], cursor)]
    new = [key for key in left if key in fresh and key not in held]
    known = [key for key in keys.archives if key not in new]
    live = listing.live
    if live is not None and _is_surely_own(live, cursor):
        live = None
    return clock.was_set_back(keys, known, new, live, listing, cursor.stamp, tai_offset)


def _holds_place(archive: Archive, cursor: Cursor) -> bool:
    """Tell whether an archive is the file without a line that the cursor was in.  Raises LogError and Changed."""
    if cursor.fingerprint or archive.inode != cursor.inode:
        return False
    file = opened(archive)
    try:
        return _is_own(file, cursor)
    finally:
        file.close()


def _is_own(file: OpenFile, cursor: Cursor) -> bool:
    """Tell whether an open file is the one that the cursor was in, by what its file system says."""
    return file.is_at(cursor.device, cursor.inode) and cursor.generation in {0, file.generation()}


def _is_live(listing: Listing, cursor: Cursor) -> bool:
    return listing.live is not None and _is_own(listing.live, cursor)


def _is_surely_own(live: OpenFile, cursor: Cursor) -> bool:
    """Tell whether the live file had no line yet when it was looked at last: then nothing was closed since."""
    return not cursor.fingerprint and cursor.generation != 0 and _is_own(live, cursor)
