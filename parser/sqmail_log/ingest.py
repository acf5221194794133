"""Taking lines into the state."""

from __future__ import annotations

import gc
import os
import time

from sqmail_log import tai64n
from sqmail_log.figures import sums
from sqmail_log.figures.metrics import SEND, SESSIONS
from sqmail_log.figures.minutes import AHEAD
from sqmail_log.figures.sums import Sums
from sqmail_log.files import backlog, listing, logfile
from sqmail_log.files.cursor import Cursor, live_path
from sqmail_log.files.follow import follow
from sqmail_log.files.history import history
from sqmail_log.files.seen import Seen
from sqmail_log.lines import shapes
from sqmail_log.lines.send import SendLog
from sqmail_log.lines.sessions import SessionLog
from sqmail_log.queue import Queue
from sqmail_log.units import NOTHING, Minute, Nanoseconds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqmail_log.figures.minutes import Buckets
    from sqmail_log.files.blocks import Chunk
    from sqmail_log.state.store import Meta, State

# One transaction: long enough that its end costs little, short enough that others need not wait,
# and with no more minutes than take 10 MB.
_SLICE = 2.0
_SLICE_MINUTES = 2000
# What a state calls that which SendLog.kept returns.
_QUEUES = "queues"
# Behind by more than this, all open messages come into memory at once.
_FAR_BEHIND = 4 << 20


class Reader:
    """Adds lines up by minute, with whatever grammar knows them, between two saves.

    Lines stamped behind the bucket `latest` count in that one: one stray
    stamp from the future must not push out what is kept of the present.
    """

    def __init__(
        self, state: State, meta: Meta, buckets: Buckets, *, far_behind: bool, latest: Minute | None = None
    ) -> None:
        self._state = state
        self._buckets = buckets
        self._latest = latest
        self.queue = Queue(meta.queue)
        deliveries = state.messages.deliveries()
        if self.queue.absent:
            # A report names its delivery alone, and the delay counts from the message's birth.
            running = {message for message, _ in deliveries.values()}
            state.messages.load(self.queue, None if far_behind else running)
        self.send = SendLog(self.queue, deliveries, meta.text(_QUEUES))
        self.sessions = SessionLog()
        self._feeds: list[tuple[str, Callable[[list[bytes], Sums], list[bytes]]]] = [
            (SEND, self.send.feed),
            (SESSIONS, self.sessions.feed),
        ]
        self.kinds = set(meta.kinds)
        self.minutes: dict[Minute, Sums] = {}

    def take(self, lines: list[bytes]) -> None:
        """Add up the lines."""
        if self.queue.absent:
            self._state.messages.load(self.queue, shapes.messages_named(lines))
        send_first = any(map(shapes.is_of_send, lines[:20]))
        for stamped, run in self._buckets.runs(lines):
            number = stamped if self._latest is None else min(stamped, self._latest)
            minute = self.minute(number)
            unknown = self._feed(run, minute, send_first=send_first)
            minute.add("lines", len(run))
            if unknown:
                minute.add("unrecognised", len(unknown))
                for line in unknown:
                    minute.explain(sums.UNKNOWN, shapes.gist(line))
            if SEND in self.kinds:
                self.send.close(minute, self._buckets.start(Minute(number + 1)))

    def minute(self, number: Minute) -> Sums:
        """Return the sums of a bucket."""
        minute = self.minutes.get(number)
        if minute is None:
            minute = self.minutes[number] = Sums()
        return minute

    def _feed(self, lines: list[bytes], minute: Sums, *, send_first: bool) -> list[bytes]:
        unknown = lines
        for kind, feed in self._feeds if send_first else reversed(self._feeds):
            if not unknown:
                break
            before = len(unknown)
            unknown = feed(unknown, minute)
            if len(unknown) < before:
                self.kinds.add(kind)
        return unknown

    def save(self, meta: Meta, cursor: Cursor) -> None:
        """Hand everything to the state, whose `meta` was read in this transaction, and begin anew."""
        self.kinds |= self.sessions.tells
        notes = {_QUEUES: kept} if (kept := self.send.kept()) else {}
        self._state.save(meta, cursor, self.minutes, self.queue, self.send.deliveries, self.kinds, notes)
        self.minutes = {}


def catch_up(
    log: str,
    state: State,
    buckets: Buckets,
    *,
    since: Nanoseconds | None,
    tai_offset: int,
    deadline: float,
    now: Nanoseconds,
) -> tuple[Meta, int]:
    """Read on where the state says, until the live end or the deadline (monotonic seconds).

    Returns what the state says now, and the number of bytes that are left.
    Raises LogError and StateError.
    """
    reader = None
    # Kept from slice to slice: to go on in a packed file all before that is unpacked again.
    unread: Iterator[Chunk] = iter(())
    last: tuple[object, ...] | None = None
    with _no_collection():
        while True:
            with state.transaction():
                meta = state.meta()
                cursor = meta.cursor
                if reader is None or cursor is None or cursor.scalars() != last:
                    far = cursor is None or bytes_left(log, cursor) > _FAR_BEHIND
                    reader = Reader(state, meta, buckets, far_behind=far, latest=buckets.number(now + AHEAD))
                    unread = follow(log, cursor, since=since, tai_offset=tai_offset)
                pause = min(deadline, time.monotonic() + _SLICE)
                finished = True
                for chunk in unread:
                    cursor = chunk.cursor
                    if chunk.gaps:
                        reader.minute(buckets.number(now)).add("gaps", chunk.gaps)
                    if chunk.lines:
                        reader.take(chunk.lines)
                    if time.monotonic() > pause or len(reader.minutes) > _SLICE_MINUTES:
                        finished = False
                        break
                if cursor is not None:
                    reader.save(meta, cursor)
                    last = cursor.scalars()
            if finished or time.monotonic() > deadline:
                break
    state.settle()
    return meta, 0 if finished or cursor is None else bytes_left(log, cursor)


def read_past(log: str, state: State, buckets: Buckets, *, until: Nanoseconds, tai_offset: int) -> Meta:
    """Read everything stamped before `until` into an empty state; return what that says then."""
    meta = state.meta()
    reader = Reader(state, meta, buckets, far_behind=True)
    newest = NOTHING
    damaged: list[str] = []
    with _no_collection():
        for lines in history([log], until=until, tai_offset=tai_offset, damaged=damaged.append):
            # What is missing lies before the lines that follow it.
            reader.minute(buckets.number(tai64n.nanoseconds(lines[0]))).add("gaps", len(damaged))
            damaged.clear()
            reader.take(lines)
            newest = max(newest, tai64n.nanoseconds(lines[-1]))
        reader.minute(buckets.number(newest)).add("gaps", len(damaged))
    if newest:
        with state.transaction():
            reader.save(meta, Cursor.nowhere(Seen(), newest))
    return meta


def bytes_left(log: str, cursor: Cursor) -> int:
    """Return about how many bytes lie behind `cursor`, 0 if none: of packed archives those on disk.

    Raises LogError where the system cannot tell.
    """
    try:
        status = _status(live_path(log))
        if status is not None and status.st_ino == cursor.inode:
            return max(0, status.st_size - cursor.offset)
        unread = 0 if status is None else status.st_size
        own, pending = cursor.own(), cursor.pending()
        for archive in listing.archives(log):
            is_own = archive.inode == cursor.inode or archive.label in own
            if is_own or archive.label in pending or backlog.is_new(archive, cursor.seen):
                status = _status(archive.path)
                size = 0 if status is None else status.st_size
                # Of a packed one what is left can't be told from here.
                unread += size if not is_own else size - cursor.offset if size >= cursor.offset else 1
    except OSError as error:
        raise logfile.unreadable(log, error) from error
    return unread


def _status(path: str) -> os.stat_result | None:
    """Return the status of a file, None where it has gone.  Raises OSError."""
    try:
        return os.stat(path)
    except FileNotFoundError:
        return None


class _no_collection:  # noqa: N801 - reads as a phrase
    """Switch the cyclic garbage collector off: lists of lines have no cycles to look for (benchmark: cold-send)."""

    def __enter__(self) -> None:
        self._enabled = gc.isenabled()
        gc.disable()

    def __exit__(self, *_: object) -> None:
        if self._enabled:
            gc.enable()
