"""Taking lines into the state."""

from __future__ import annotations

import gc
import os
import time

from sqmail_log import tai64n
from sqmail_log.figures import sums
from sqmail_log.figures.metrics import SEND, SESSIONS
from sqmail_log.figures.minutes import Buckets
from sqmail_log.figures.sums import Sums
from sqmail_log.files import backlog, listing, logfile
from sqmail_log.files.follow import follow
from sqmail_log.files.history import history
from sqmail_log.files.position import Position, live_path
from sqmail_log.lines import shapes
from sqmail_log.lines.send import SendLog
from sqmail_log.lines.sessions import SessionLog
from sqmail_log.queue import Queue
from sqmail_log.watch import AHEAD

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqmail_log.files.blocks import Chunk
    from sqmail_log.state.store import State

# One transaction: long enough that its end costs little, short enough that others need not wait,
# and with no more minutes than take 10 MB.
_SLICE = 2.0
_SLICE_MINUTES = 2000
# Behind by more than this, all open messages come into memory at once.
_FAR_BEHIND = 4 << 20


class Reader:
    """Adds lines up by minute, with whatever grammar knows them, between two saves.

    Lines stamped behind the bucket `latest` count in that one: one stray
    stamp from the future must not push out what is kept of the present.
    """

    def __init__(self, state: State, buckets: Buckets, *, far_behind: bool, latest: int | None = None) -> None:
        meta = state.meta()
        self._state = state
        self._buckets = buckets
        self._latest = latest
        self.queue = Queue(state.number(meta, "queue"))
        deliveries = state.load_deliveries()
        if self.queue.absent:
            # A report names its delivery alone, and the delay counts from the message's birth.
            running = {message for message, _ in deliveries.values()}
            state.load_messages(self.queue, None if far_behind else running)
        self.send = SendLog(self.queue, deliveries)
        self.sessions = SessionLog()
        self._feeds: list[tuple[str, Callable[[list[bytes], Sums], list[bytes]]]] = [
            (SEND, self.send.feed),
            (SESSIONS, self.sessions.feed),
        ]
        self.kinds = set(meta.get("kinds", "").split())
        self.minutes: dict[int, Sums] = {}

    def take(self, lines: list[bytes]) -> None:
        """Add up the lines."""
        if self.queue.absent:
            self._state.load_messages(self.queue, shapes.messages_named(lines))
        send_first = any(map(shapes.is_of_send, lines[:20]))
        for stamped, run in self._buckets.runs(lines):
            number = stamped if self._latest is None else min(stamped, self._latest)
            minute = self.minute(number)
            left = self._feed(run, minute, send_first=send_first)
            minute.add("lines", len(run))
            if left:
                minute.add("unrecognised", len(left))
                for line in left:
                    minute.explain(sums.UNKNOWN, shapes.first_word(line))
            if SEND in self.kinds:
                self.send.close(minute, self._buckets.start(number + 1))

    def minute(self, number: int) -> Sums:
        """Return the sums of a bucket."""
        minute = self.minutes.get(number)
        if minute is None:
            minute = self.minutes[number] = Sums()
        return minute

    def _feed(self, lines: list[bytes], minute: Sums, *, send_first: bool) -> list[bytes]:
        left = lines
        for kind, feed in self._feeds if send_first else reversed(self._feeds):
            if not left:
                break
            before = len(left)
            left = feed(left, minute)
            if len(left) < before:
                self.kinds.add(kind)
        return left

    def save(self, position: Position) -> None:
        """Hand everything to the state and begin anew."""
        notes = {"kinds": " ".join(sorted(self.kinds))}
        self._state.save(position, self.minutes, self.queue, self.send.deliveries, notes)
        self.minutes = {}


def catch_up(
    log: str, state: State, *, since: int | None, tai_offset: int, deadline: float, now: int
) -> int:
    """Read on where the state says, until the live end or the deadline (monotonic seconds).

    Returns the number of bytes that are left.  Raises LogError and StateError.
    """
    buckets = Buckets()
    reader = None
    # Kept from slice to slice: to go on in a packed file all before that is unpacked again.
    unread: Iterator[Chunk] = iter(())
    last: tuple[object, ...] | None = None
    with _no_collection():
        while True:
            with state.transaction():
                position = state.position()
                if reader is None or position is None or position.scalars() != last:
                    far = position is None or bytes_left(log, position) > _FAR_BEHIND
                    reader = Reader(state, buckets, far_behind=far, latest=buckets.number(now + AHEAD))
                    unread = follow(log, position, since=since, tai_offset=tai_offset)
                pause = min(deadline, time.monotonic() + _SLICE)
                finished = True
                for chunk in unread:
                    position = chunk.position
                    if chunk.gaps:
                        reader.minute(buckets.number(now)).add("gaps", chunk.gaps)
                    if chunk.lines:
                        reader.take(chunk.lines)
                    if time.monotonic() > pause or len(reader.minutes) > _SLICE_MINUTES:
                        finished = False
                        break
                if position is not None:
                    reader.save(position)
                    last = position.scalars()
            if finished or time.monotonic() > deadline:
                break
    state.settle()
    return 0 if finished or position is None else bytes_left(log, position)


def read_past(log: str, state: State, buckets: Buckets, *, until: int, tai_offset: int) -> None:
    """Read everything stamped before `until` into an empty state."""
    reader = Reader(state, buckets, far_behind=True)
    stamp = 0
    damaged: list[str] = []
    with _no_collection():
        for lines in history([log], until=until, tai_offset=tai_offset, damaged=damaged.append):
            # What is missing lies before the lines that follow it.
            reader.minute(buckets.number(tai64n.nanoseconds(lines[0]))).add("gaps", len(damaged))
            damaged.clear()
            reader.take(lines)
            stamp = max(stamp, tai64n.nanoseconds(lines[-1]))
        reader.minute(buckets.number(stamp)).add("gaps", len(damaged))
    if stamp:
        with state.transaction():
            reader.save(Position("", 0, "", 0, 0, stamp))


def bytes_left(log: str, position: Position) -> int:
    """Return about how many bytes lie behind `position`, 0 if none: of packed archives those on disk.

    Raises LogError where the system cannot tell.
    """
    try:
        status = _status(live_path(log))
        if status is not None and status.st_ino == position.inode:
            return max(0, status.st_size - position.offset)
        left = 0 if status is None else status.st_size
        own, pending = position.own(), position.pending()
        for archive in listing.archives(log):
            is_own = archive.inode == position.inode or archive.label in own
            if is_own or archive.label in pending or backlog.is_new(archive, position.seen):
                status = _status(archive.path)
                size = 0 if status is None else status.st_size
                # Of a packed one what is left can't be told from here.
                left += size if not is_own else size - position.offset if size >= position.offset else 1
    except OSError as error:
        raise logfile.unreadable(log, error) from error
    return left


def _status(path: str) -> os.stat_result | None:
    """Return the status of a file, None where it has gone.  Raises OSError."""
    try:
        return os.stat(path)
    except FileNotFoundError:
        return None


class _no_collection:  # noqa: N801 - reads as a phrase
    """Switch the cyclic garbage collector off: lists of lines have no cycles, and looking costs a tenth."""

    def __enter__(self) -> None:
        self._enabled = gc.isenabled()
        gc.disable()

    def __exit__(self, *_: object) -> None:
        if self._enabled:
            gc.enable()
