"""The messages in the queue, as far as the log knows them."""

from __future__ import annotations

from sqmail_log import tai64n
from sqmail_log.units import Nanoseconds, Seconds, whole_seconds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    Place = tuple[Nanoseconds, int]
    """When a message came (Unix time), and its number: its place among others by age."""

_NONE = Seconds(0)
_FIRST = Nanoseconds(-1), -1
# What the state keeps beside a message's time: whether it is that of its birth.
_UNKNOWN, _KNOWN = range(2)
_NO_SENDER = b""
# So many that have ended may be known beside those that are open.
_MOST_ENDED = 2000


class Queue:
    """Open messages by queue number (an inode, used again as soon as the message has ended).

    `since` maps a number to the stamp (tai64n.short) of its `info msg` line
    (`new msg` before that), `older` that of a message older than the log to
    the stamp of its first sight; both in order of time, but for those that were
    loaded.  `stored` is how the state has the messages that were loaded from
    it; `absent` counts those that were not loaded: they stay in the state
    until a line speaks of them.  `senders` maps a number to the envelope
    sender and what follows it in the line, `<a@b.example> qp …`, cut (bounces:
    `<> qp …`); of messages older than the log it is not known, and of some
    that have ended it still stands.
    `rows` gives the state's messages from a place on, as Messages.by_age does.
    """

    __slots__ = ("_ages", "_place", "absent", "older", "rows", "senders", "since", "stored")

    def __init__(self, in_state: int = 0, rows: Callable[[Place], list[Place]] | None = None) -> None:
        self.since: dict[bytes, bytes] = {}
        self.older: dict[bytes, bytes] = {}
        self.senders: dict[bytes, bytes] = {}
        self.stored: dict[bytes, tuple[bytes, int, bytes]] = {}
        self.absent = in_state
        self.rows = rows
        # The state's oldest messages that have not ended since, newest first, and where the next ones begin.
        self._ages: list[Place] = []
        self._place: Place | None = _FIRST if in_state else None

    def __len__(self) -> int:
        return self.absent + self.loaded()

    def loaded(self) -> int:
        """Return how many messages are in memory."""
        return len(self.since) + len(self.older)

    def knows(self, number: bytes) -> bool:
        """Tell whether the state needs not be asked for a message."""
        return number in self.stored or number in self.since or number in self.older

    def load(self, rows: Iterable[tuple[int, Nanoseconds, int, bytes]]) -> None:
        """Take in rows of (number, since (Unix time), known, sender) from the state."""
        for number, since, known, sender in rows:
            key = b"%d" % number
            stamp = tai64n.short(since)
            (self.since if known else self.older)[key] = stamp
            self.stored[key] = stamp, known, sender
            if sender:
                self.senders[key] = sender
            self.absent -= 1

    def forget_ended(self) -> None:
        """Forget the senders of messages that have ended, where these are most."""
        if len(self.senders) > 2 * len(self.since) + _MOST_ENDED:
            self._keep_senders()

    def _keep_senders(self) -> None:
        senders = self.senders
        kept = {number: senders[number] for number in self.since if number in senders}
        senders.clear()
        senders.update(kept)

    def changes(self) -> tuple[list[bytes], list[tuple[int, Nanoseconds, int, bytes]]]:
        """Return what the state has to forget and to keep, and consider it done."""
        before, senders = self.stored, self.senders
        self.stored = {number: (stamp, _UNKNOWN, _NO_SENDER) for number, stamp in self.older.items()}
        self.stored.update(
            (number, (stamp, _KNOWN, alone(senders.get(number, _NO_SENDER)))) for number, stamp in self.since.items()
        )
        gone = [number for number in before if number not in self.stored]
        changed = [
            (int(number), tai64n.long(kept[0]), *kept[1:])
            for number, kept in self.stored.items()
            if before.get(number) != kept
        ]
        self._ages, self._place = [], _FIRST
        return gone, changed

    def forget(self, but: Collection[bytes]) -> None:
        """Leave messages to the state, which has them as they are, `but` for some."""
        whole = len(self)
        self.since = {number: stamp for number, stamp in self.since.items() if number in but}
        self.older = {number: stamp for number, stamp in self.older.items() if number in but}
        self._keep_senders()
        self.stored = {number: kept for number, kept in self.stored.items() if number in but}
        self.absent = whole - self.loaded()

    def oldest(self) -> bytes | None:
        """Return the stamp since when the oldest message is known to be there; None if there is none.

        Those of the state are older than what has come since.
        """
        while self._place is not None:
            while self._ages:
                since, number = self._ages[-1]
                stamp, key = tai64n.short(since), b"%d" % number
                if key not in self.stored or self.since.get(key, self.older.get(key)) == stamp:
                    return stamp
                self._ages.pop()
            self._ages = self.rows(self._place)[::-1] if self.rows is not None else []
            self._place = self._ages[0] if self._ages else None
        return min((next(iter(messages.values())) for messages in (self.since, self.older) if messages), default=None)

    def oldest_age(self, now: Nanoseconds) -> Seconds:
        """Return the age of the oldest message at `now` (Unix time), 0 for none."""
        since = self.oldest()
        if since is None:
            return _NONE
        return max(_NONE, whole_seconds(now - tai64n.long(since)))


def alone(sender: bytes) -> bytes:
    """Return the sender with the blank behind it, `<a@b.example> `, of what `Queue.senders` holds."""
    address, end, _ = sender.partition(b"> ")
    return address + end
