"""The messages in the queue, as far as the log knows them."""

from __future__ import annotations

from operator import itemgetter

from sqmail_log import tai64n
from sqmail_log.units import Seconds, whole_seconds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqmail_log.units import Nanoseconds

_NONE = Seconds(0)
# What the state keeps beside a message's time: whether it is that of its birth, and whether it is a bounce.
_UNKNOWN, _KNOWN, _OWN = range(3)


class Queue:
    """Open messages by queue number (an inode, used again as soon as the message has ended).

    `since` maps a number to the stamp (tai64n.short) of its `info msg` line
    (`new msg` before that), `older` that of a message older than the log to
    the stamp of its first sight; both in order of time.  `stored` is how the
    state has the messages that were loaded from it; `absent` counts those that
    were not loaded: they stay in the state until a line speaks of them.
    `own` are those that this host made itself, bounces (sender `<>`); of
    messages older than the log that is not known.
    """

    __slots__ = ("absent", "older", "oldest_absent", "own", "since", "stored")

    def __init__(self, in_state: int = 0) -> None:
        self.since: dict[bytes, bytes] = {}
        self.older: dict[bytes, bytes] = {}
        self.own: set[bytes] = set()
        self.stored: dict[bytes, tuple[bytes, int]] = {}
        self.absent = in_state
        self.oldest_absent: bytes | None = None

    def __len__(self) -> int:
        return self.absent + len(self.since) + len(self.older)

    def load(self, rows: Iterable[tuple[int, Nanoseconds, int]]) -> None:
        """Take in rows of (number, since (Unix time), known) from the state."""
        for number, since, known in rows:
            key = b"%d" % number
            stamp = tai64n.short(since)
            (self.since if known else self.older)[key] = stamp
            self.stored[key] = stamp, known
            if known == _OWN:
                self.own.add(key)
            self.absent -= 1
        # Messages loaded one after the other as lines name them come in no order.
        self.since = _by_time(self.since)
        self.older = _by_time(self.older)

    def changes(self) -> tuple[list[bytes], Iterator[tuple[int, Nanoseconds, int]]]:
        """Return what the state has to forget and to keep, and consider it done."""
        before = self.stored
        own = self.own = {number for number in self.own if number in self.since}
        self.stored = {number: (stamp, _UNKNOWN) for number, stamp in self.older.items()}
        self.stored.update((number, (stamp, _OWN if number in own else _KNOWN)) for number, stamp in self.since.items())
        gone = [number for number in before if number not in self.stored]
        changed = (
            (int(number), tai64n.long(kept[0]), kept[1])
            for number, kept in self.stored.items()
            if before.get(number) != kept
        )
        return gone, changed

    def oldest(self) -> bytes | None:
        """Return the stamp since when the oldest message is known to be there; None if there is none."""
        if self.absent:
            known = [*self.since.values(), *self.older.values()]
        else:
            known = [next(iter(messages.values())) for messages in (self.since, self.older) if messages]
        if self.oldest_absent is not None:
            known.append(self.oldest_absent)
        return min(known, default=None)

    def oldest_age(self, now: Nanoseconds) -> Seconds:
        """Return the age of the oldest message at `now` (Unix time), 0 for none."""
        since = self.oldest()
        if since is None:
            return _NONE
        return max(_NONE, whole_seconds(now - tai64n.long(since)))


def _by_time(stamps: dict[bytes, bytes]) -> dict[bytes, bytes]:
    return dict(sorted(stamps.items(), key=itemgetter(1)))
