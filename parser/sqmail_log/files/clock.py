"""What names and stamps tell of a clock that was set: the order of writing, and what may have been removed unread."""

from __future__ import annotations

from bisect import bisect_right

from sqmail_log import tai64n
from sqmail_log.files.keys import opened
from sqmail_log.units import NOTHING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from sqmail_log.files.keys import Keys
    from sqmail_log.files.listing import Listing
    from sqmail_log.files.logfile import Archive, OpenFile
    from sqmail_log.stamps.rules import Stamps
    from sqmail_log.units import Nanoseconds

NAME_SLACK = 60 * tai64n.SECOND
"""An archive's name is its closing time, but s6-log counts 27 leap seconds that multilog does not."""
# A line bears the time at which its logger took it, which may be before the file for it was there: the old one
# was brought to the disk first.
_SYNC_SLACK = 2 * tai64n.SECOND
PROCESSING = 3600 * tai64n.SECOND
"""No processor takes longer for a file."""


def was_set_back(
    keys: Keys,
    known: Collection[str],
    new: list[str],
    live: OpenFile | None,
    listing: Listing,
    stamp: Nanoseconds,
    stamps: Stamps,
) -> bool:
    """Tell whether files may have been closed and removed while the clock was set back.

    A logger removes what sorts first.  What was removed since the last look
    sorted before all that is left, so it was closed before the least name that
    is there; and the file after it, if it is there, begins before that.

    `known` are the archives that were there at the last look, `new` those that
    came since, in the order of writing; `live` is the live file if it came
    since; `stamp` is the time of the last line that was read.
    """
    named = [key for key in (*known, *new) if keys.archives[key].label]
    if not named:
        return False
    least = min(named)
    if least in new and (keys.label_count(known) or not listing.has_processor):
        # Where a processor wrote all anew, the least may be the file that was live and empty.
        return True
    bound = keys.closed(least) - stamps.shift - _SYNC_SLACK
    # Only s6-log writes dates itself, and those are 27 s behind its names.
    has_dates = listing.live is not None and bool(listing.live.fingerprint) and not listing.live.has_labels
    slack = NAME_SLACK if has_dates else NOTHING
    begins = [begun(keys.archives[key], stamps, slack) for key in new]
    if live is not None:
        begins.append(_begun(live, stamps, slack))
    is_next = len(known) <= 1
    if begins and is_next and listing.names_are_late and begins[0] > max(stamp, bound - PROCESSING):
        # The name of a file comes when the processor is done: before the next one is closed, but after that begins.
        begins[0] = max(begins[0], bound)
    return any(0 < begin < bound for begin in begins)


def begun(archive: Archive, stamps: Stamps, slack: Nanoseconds = NAME_SLACK) -> Nanoseconds:
    """Return the time of an archive's first line, Unix nanoseconds, 0 for none; of a date, so much more.

    Raises LogError and Changed.
    """
    file = opened(archive)
    try:
        return _begun(file, stamps, slack)
    finally:
        file.close()


def _begun(file: OpenFile, stamps: Stamps, slack: Nanoseconds) -> Nanoseconds:
    begin = file.begun(stamps)
    return begin + slack if begin and not file.has_labels else begin


def in_order(
    keys: Keys, unread: list[str], before: Collection[str], listing: Listing, stamps: Stamps
) -> list[str]:
    """Return the keys `unread` in the order of writing; those `before` are older.

    That is the order of names unless the clock was set back.  Then the files
    are laid in a row from the live one backwards: before a file lies the one
    that was closed last before it begins.
    """
    order = unread
    if not order or not all(keys.archives[key].label for key in unread):
        return order
    shift = stamps.shift
    live_begins = (listing.live.begun(stamps) if listing.live is not None else NOTHING) or tai64n.now()
    newest_before = max(map(keys.closed, before), default=NOTHING)
    if keys.closed(order[0]) >= newest_before and keys.closed(order[-1]) <= live_begins + NAME_SLACK:
        return order
    by_name, order = [*unread], []
    next_begins = live_begins
    while by_name:
        order.append(by_name.pop(bisect_right(by_name, next_begins + shift + _SYNC_SLACK, key=keys.closed) - 1))
        next_begins = begun(keys.archives[order[-1]], stamps) or next_begins
    return order[::-1]
