"""What a reader has still to read, so that nobody removes it before."""

from __future__ import annotations

from sqmail_log.errors import LogError
from sqmail_log.files import backlog
from sqmail_log.files.follow import resumed_live
from sqmail_log.files.keys import Changed
from sqmail_log.files.listing import archives, listed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sqmail_log.files.cursor import Cursor
    from sqmail_log.files.listing import Listing
    from sqmail_log.files.logfile import Archive

_TRIES = 20


def unread(log: str, cursor: Cursor | None) -> list[Archive]:
    """Return the archives of `log` that `follow` may still need from `cursor` (None: all), oldest first.

    The archive that the cursor lies in is among them, even when nothing in
    it is left, and where it lies in none the newest that was read: without
    them the reader could not tell that nothing was lost.  Raises LogError
    where the directory or a file cannot be read.
    """
    if cursor is None:
        return archives(log)
    for _ in range(_TRIES):
        listing = listed(log)
        try:
            return _needed(listing, cursor)
        except Changed:
            continue
        finally:
            listing.close()
    raise LogError(f"{log}: rotates while it is looked at")


def _needed(listing: Listing, cursor: Cursor) -> list[Archive]:
    if resumed_live(listing.live, cursor) is not None:
        return []
    needed = backlog.after(listing, cursor).todo
    if cursor.fingerprint:
        return needed
    read = [archive for archive in listing.archives if archive not in needed and archive.label]
    return [*read[-1:], *needed]
