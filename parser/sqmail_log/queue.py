"""The messages in the queue, as far as the log knows them."""

from __future__ import annotations

from sqmail_log import tai64n

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


class Queue:
    """Open messages by queue number (an inode, used again as soon as the message has ended).

    `since` maps a number to the stamp (tai64n.short) of its `info msg` line (`new msg`
    before that; first sight for messages older than the log, which are in
    `older` too), in order of time.  `stored` is how the state has the messages
    that were loaded from it; `absent` counts those that were not loaded: they
    stay in the state until a line speaks of them.
    """

    __slots__ = ("absent", "older", "oldest_absent", "since", "stored")

    def __init__(self, in_state: int = 0) -> None:
        self.since: dict[bytes, bytes] = {}
        self.older: set[bytes] = set()
        self.stored: dict[bytes, bytes] = {}
        self.absent = in_state
        self.oldest_absent: bytes | None = None

    def __len__(self) -> int:
        return self.absent + len(self.since)

    def load(self, rows: Iterable[tuple[int, int, int]]) -> None:
        """Take in rows of (number, since in Unix nanoseconds, known) from the state."""
        for number, since, known in rows:
            key = b"%d" % number
            self.since[key] = self.stored[key] = tai64n.short(since)
            if not known:
                self.older.add(key)
            self.absent -= 1

    def changes(self) -> tuple[list[bytes], list[tuple[int, int, bool]]]:
        """Return what the state has to forget and to keep, and consider it done."""
        gone = [number for number in self.stored if number not in self.since]
        changed = [
            (int(number), tai64n.long(since), number not in self.older)
            for number, since in self.since.items()
            if self.stored.get(number) != since
        ]
        self.stored = dict(self.since)
        return gone, changed

    def oldest(self) -> bytes | None:
        """Return the stamp since when the oldest message is known to be there; None if there is none."""
        if self.absent:
            here = min(self.since.values(), default=None)
        else:
            here = next(iter(self.since.values()), None)
        known = [since for since in (here, self.oldest_absent) if since is not None]
        return min(known, default=None)

    def oldest_age(self, now: int) -> int:
        """Return the age of the oldest message in whole seconds at `now` (Unix nanoseconds), 0 for none."""
        since = self.oldest()
        if since is None:
            return 0
        return max(0, (now - tai64n.long(since)) // tai64n.SECOND)
