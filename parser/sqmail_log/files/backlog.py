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
from sqmail_log.stamps.rules import MULTILOG
from sqmail_log.units import NOTHING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqmail_log.files.cursor import Cursor
    from sqmail_log.files.listing import Listing
    from sqmail_log.files.logfile import Archive, OpenFile
    from sqmail_log.files.resume import Resumed
    from sqmail_log.stamps.rules import Stamps
    from sqmail_log.units import Nanoseconds


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


def after(listing: Listing, cursor: Cursor, stamps: Stamps = MULTILOG) -> Backlog:
    """Return what there is to read behind `cursor`.  Raises LogError and Changed."""
    search = _Search(listing, cursor, stamps)
    search.find_cursor()
    search.leave_out_twins()
    search.lay_in_order()
    search.tell_rewritten()
    search.count_gaps()
    return search.backlog()


class _Search:
    """What is found out step by step of the archives of a listing, by their keys.

    `fresh` are those that were not there at the last look, `found` is the one
    that the cursor lies in, `live` where in the live file it lies; `unread` are
    the others that are to be read, in order, and `read` those that are done
    with.  Every step raises LogError and Changed.
    """

    def __init__(self, listing: Listing, cursor: Cursor, stamps: Stamps) -> None:
        self.listing = listing
        self.cursor = cursor
        self.stamps = stamps
        self.keys = Keys(listing.archives, cursor.seen)
        self.fresh = [key for key in self.keys.archives if self._is_fresh(key)]
        self.found: str | None = None
        self.live: Resumed | None = None
        self.unread: list[str] = []
        self.read: list[str] = []
        self.gaps = 0

    def _is_fresh(self, key: str) -> bool:
        seen, before = self.cursor.seen, self.keys.seen_as(key)
        return self.keys.closed(key) > seen.floor and before not in seen.done and before not in seen.todo

    def find_cursor(self) -> None:
        """Look for the file that the cursor lies in, among the archives first."""
        if self.cursor.fingerprint:
            self.found = next(filter(self._holds_cursor, self._candidates()), None)
        if self.found is None and self.listing.live is not None:
            self.live = resume(self.listing.live, self.cursor, self.stamps)

    def _candidates(self) -> list[str]:
        archives = self.keys.archives
        candidates = self._own(archives)
        candidates += sorted(self.fresh, key=lambda key: archives[key].inode != self.cursor.inode)
        if self.cursor.seen.floor:
            # An older version did not note which one it is.
            candidates += [key for key in archives if key not in candidates]
        return candidates

    def _own(self, keys: Iterable[str]) -> list[str]:
        """Return which of these the cursor was in when it was kept."""
        own = self.cursor.own()
        return [key for key in keys if self.keys.seen_as(key) in own]

    def _holds_cursor(self, key: str) -> bool:
        file = opened(self.keys.archives[key])
        try:
            return resume(file, self.cursor, self.stamps) is not None
        finally:
            file.close()

    def leave_out_twins(self) -> None:
        """Take those that are another one once more for read."""
        twins = self.keys.twins(self.fresh, self.found)
        self.fresh = [key for key in self.fresh if key not in twins]

    def lay_in_order(self) -> None:
        """Tell what is unread from what was read, and lay it in the order of writing."""
        keys, pending = self.keys, self.cursor.pending()
        others = [key for key in keys.archives if key != self.found]
        unread = [key for key in others if key in self.fresh or keys.seen_as(key) in pending]
        self.read = [key for key in others if key not in unread]
        before = [*self.read, *([] if self.found is None else [self.found])]
        self.unread = clock.in_order(keys, unread, before, self.listing, self.stamps)
        self.gaps += len(set(pending).difference(map(keys.seen_as, keys.archives)))

    def tell_rewritten(self) -> None:
        """Tell which archives were read before a processor gave them other lines; the cursor may lie in one."""
        is_lost = bool(self.cursor.fingerprint) and self.found is None and self.live is None
        # What had its lasting name gets no other one: where that is not there, it was removed.
        is_gone = is_lost and any(not key.startswith(NAMELESS) for key in self.cursor.own())
        is_gone = is_gone and not self._own(self.keys.archives)
        rewritten, holds_place = self._rewritten(is_lost=is_lost and not is_gone)
        self.unread = [key for key in self.unread if key not in rewritten]
        self.read = [key for key in self.read if key not in rewritten]
        if holds_place and is_lost and not is_gone:
            self.found = rewritten.pop()  # what is not certain there is told when it is read
        elif is_lost:
            # It has its name, and other lines than before: all that came after the last one that was read.
            archives = self.keys.archives
            own = [
                key
                for key in self._own(self.read)
                if clock.begun(archives[key], self.stamps) > self.cursor.stamp
            ]
            self.unread = own + self.unread
            self.read = [key for key in self.read if key not in own]
        self.gaps += bool(rewritten)
        self.read += rewritten

    def _rewritten(self, *, is_lost: bool) -> tuple[list[str], bool]:
        """Return which of the fresh archives were read under other names, before a processor rewrote them.

        A processor may drop lines, the first one too.  Where some have gone
        without a new name, the one that has the last line that was read is the
        one.  Else each that begins at or before that line's time may be: one too
        many, after the clock was set back, is passed over with a gap, and not
        read twice.  The last of those returned is the one that the cursor lies
        in if that `is_lost`; whether there is one is told besides.
        """
        cursor, keys = self.cursor, self.keys
        may_guess = self.listing.has_processor
        fresh = [key for key in self.unread if key in self.fresh]
        names = keys.lost_names(cursor.seen)
        own = self._own(keys.archives) if is_lost else []
        expected = max(names, 1) if is_lost and cursor.own() else names + is_lost
        places: list[tuple[Nanoseconds, str, Resumed]] = []
        for key in [*own, *fresh] if expected else []:
            file = opened(keys.archives[key])
            try:
                place = resume_rewritten(file, cursor, self.stamps)
                begun = file.begun(self.stamps)
            finally:
                file.close()
            # Two files may begin with the same end of a line: only the next one is taken by that.
            is_next = begun <= cursor.stamp or key in {*own, *fresh[:1]}
            if place is not None and (not place.gaps or (is_next and (may_guess or key in own))):
                places.append((begun if place.gaps else tai64n.LATEST, key, place))
        if any(not place.gaps for *_, place in places):
            places = [place for place in places if not place[2].gaps]
        places.sort(key=lambda place: place[0])
        return [key for _, key, _ in places], bool(places)

    def count_gaps(self) -> None:
        """Count the places before all that is unread where lines may have been lost."""
        if self.live is not None:
            self.gaps += self.live.gaps
        elif self.found is None:
            self.gaps += bool(self.cursor.fingerprint) or not self._is_complete()
        elif self.cursor.place == LIVE and not self.listing.is_directory and self._is_live():
            self.gaps += 1  # the live file was copied and truncated
        if not self.gaps and self._is_doubtful():
            self.gaps = 1

    def _is_complete(self) -> bool:
        """Tell whether nothing can be missing where the cursor was in no file, or in one without a line.

        Loggers remove the oldest first: while something that was read is there,
        nothing newer has gone.
        """
        if not self.cursor.inode or self.read or any(map(self._holds_place, self.unread)):
            return True
        if not self.unread and self._is_live():
            return True
        # The first archive that there ever was, written anew by a processor.
        is_first = not self.cursor.stamp and not self.cursor.seen.all_keys()
        return self.listing.has_processor and is_first and len(self.unread) == len(self.keys.archives) == 1

    def _is_doubtful(self) -> bool:
        """Tell whether files may have gone that came after those that are there and were known."""
        held = [key for key in self.unread if self._holds_place(key)]
        new = [key for key in self.unread if key in self.fresh and key not in held]
        known = [key for key in self.keys.archives if key not in new]
        live = self.listing.live
        if live is not None and _is_surely_own(live, self.cursor):
            live = None
        return clock.was_set_back(self.keys, known, new, live, self.listing, self.cursor.stamp, self.stamps)

    def _holds_place(self, key: str) -> bool:
        """Tell whether an archive is the file without a line that the cursor was in."""
        archive = self.keys.archives[key]
        if self.cursor.fingerprint or archive.inode != self.cursor.inode:
            return False
        file = opened(archive)
        try:
            return _is_own(file, self.cursor)
        finally:
            file.close()

    def _is_live(self) -> bool:
        return self.listing.live is not None and _is_own(self.listing.live, self.cursor)

    def backlog(self) -> Backlog:
        """Return what was found out."""
        keys, seen = self.keys, self.cursor.seen
        todo = self.unread if self.found is None else [self.found, *self.unread]
        keeps_floor = seen.floor and any(key.startswith(NAMELESS) for key in self.read)
        return Backlog(
            [keys.archives[key] for key in todo],
            Seen([*self.read, *keys.notes()], todo, seen.floor if keeps_floor else NOTHING),
            self.gaps,
            resumes=self.found is not None,
            live=self.live,
        )


def left(archives: Iterable[Archive], cursor: Cursor) -> Iterator[Archive]:
    """Yield those of a log's archives that are still to be read, but the one that the cursor lies in.

    Only what has no lasting name is opened.  Raises LogError.
    """
    seen, pending = cursor.seen, frozenset(cursor.pending())
    done = seen.all_keys() - pending
    for archive in archives:
        with suppress(Changed):  # it has gone
            if archive.label in pending or (
                archive.closed > seen.floor and (archive.label or nameless_key(archive)) not in done
            ):
                yield archive


def _is_own(file: OpenFile, cursor: Cursor) -> bool:
    """Tell whether an open file is the one that the cursor was in, by what its file system says."""
    return file.is_at(cursor.device, cursor.inode) and cursor.generation in {0, file.generation()}


def _is_surely_own(live: OpenFile, cursor: Cursor) -> bool:
    """Tell whether the live file had no line yet when it was looked at last: then nothing was closed since."""
    return not cursor.fingerprint and cursor.generation != 0 and _is_own(live, cursor)
