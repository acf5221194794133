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
from sqmail_log.files.blocks import stamp_of
from sqmail_log.files.cursor import JOURNAL, Cursor, live_path
from sqmail_log.files.follow import follow
from sqmail_log.files.history import history
from sqmail_log.files.seen import Seen
from sqmail_log.lines import shapes
from sqmail_log.lines.send import SendLog
from sqmail_log.lines.sessions import SessionLog
from sqmail_log.parties.destinations import Destinations
from sqmail_log.parties.envelopes import Envelopes
from sqmail_log.queue import Queue
from sqmail_log.units import NOTHING, Minute, Nanoseconds, Seconds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqmail_log.figures.minutes import Buckets
    from sqmail_log.files.blocks import Chunk
    from sqmail_log.state.messages import Deliveries
    from sqmail_log.state.store import Meta, State

# One transaction: long enough that its end costs little, short enough that others need not wait,
# and with no more minutes than take 10 MB.  It is counted in seconds of this thread's own work, for on a core
# that is shared with others there would else be more and shorter ones; and in seconds at the most.
_SLICE = 1.0
_LONGEST_SLICE = 5.0
_SLICE_MINUTES = 2000
# What a state calls that which SendLog.kept returns.
_QUEUES = "queues"
# So many open messages are in memory; when there are more, the state takes them.
_MOST_OPEN = 50_000
# All of fewer come into memory where so many bytes for each are unread: to ask the state for those that lines
# name takes longer then (benchmark: million-open).
_BYTES_EACH = 400


class Reader:
    """Adds lines up by minute, with whatever grammar knows them, between two saves.

    Lines stamped behind the bucket `latest` count in that one: one stray
    stamp from the future must not push out what is kept of the present.
    """

    def __init__(
        self, state: State, meta: Meta, buckets: Buckets, *, unread: int = 0, latest: Minute | None = None
    ) -> None:
        self._state = state
        self._messages = state.messages
        self._buckets = buckets
        self._latest = latest
        self.queue = Queue(meta.queue, self._messages.by_age)
        deliveries = self._messages.deliveries()
        if self.queue.absent:
            are_few = meta.queue <= min(_MOST_OPEN, unread // _BYTES_EACH)
            self._messages.load(self.queue, None if are_few else _messages_of(deliveries))
        self.send = SendLog(self.queue, deliveries, meta.text(_QUEUES))
        self.send.destinations = self.destinations = Destinations(state.timeline)
        self.send.envelopes = self.envelopes = Envelopes(state.timeline)
        self.sessions = SessionLog()
        self._feeds: list[tuple[str, shapes.Feed]] = [(SEND, self.send.feed), (SESSIONS, self.sessions.feed)]
        self.kinds = set(meta.kinds)
        self.newest = meta.newest()
        self.minutes: dict[Minute, Sums] = {}
        self.begun = NOTHING
        """The time of the first line of all."""

    def take(self, lines: list[bytes]) -> None:
        """Add up the lines, inside a transaction."""
        if self.queue.absent:
            self._messages.load(self.queue, shapes.messages_named(lines))
        self.newest = stamp_of(lines[-1], self.newest)
        destinations, envelopes = self.destinations, self.envelopes
        feeds = self._feeds if any(map(shapes.is_of_send, lines[:20])) else self._feeds[::-1]
        for stamped, run in self._buckets.runs(lines):
            number = stamped if self._latest is None else min(stamped, self._latest)
            minute = self.minute(number)
            destinations.begin(number)
            envelopes.begin(number)
            unknown = shapes.unknown(run, minute, feeds, self.kinds)
            minute.add("lines", len(run))
            if unknown:
                minute.add("unrecognised", len(unknown))
                for line in unknown:
                    minute.explain(sums.UNKNOWN, shapes.gist(line))
            if SEND in self.kinds:
                self.send.close(minute, self._buckets.start(Minute(number + 1)))
        if self.queue.loaded() > _MOST_OPEN:
            self._messages.spill(self.queue, _messages_of(self.send.deliveries))

    def minute(self, number: Minute) -> Sums:
        """Return the sums of a bucket."""
        minute = self.minutes.get(number)
        if minute is None:
            minute = self.minutes[number] = Sums()
        return minute

    def save(self, meta: Meta, cursor: Cursor) -> None:
        """Hand everything to the state, whose `meta` was read in this transaction, and begin anew."""
        self.kinds |= self.sessions.tells
        notes = {_QUEUES: kept} if (kept := self.send.kept()) else {}
        if self.begun and not meta.text("begun"):
            notes["begun"] = str(self.begun)
        # That of qmail's programs, where others write into the same log.
        if self.newest and (meta.text("newest") or self.newest != cursor.stamp):
            notes["newest"] = str(self.newest)
        self._state.save(meta, cursor, self.minutes, self.queue, self.send.deliveries, self.kinds, notes)
        self.minutes = {}


def catch_up(
    log: str,
    state: State,
    buckets: Buckets,
    *,
    since: Nanoseconds | None,
    stamps: tuple[Seconds, str],
    deadline: float,
    now: Nanoseconds,
    between: Callable[[Meta], bool] | None = None,
    earlier: Sequence[str] = (),
) -> tuple[Meta, int]:
    """Read on where the state says, until the live end or the deadline (monotonic seconds).

    Archives lie in the directories `earlier`, too.  Between two slices `between` is called; it tells whether to go on.
    `stamps` are the offset of labels and the zone of dates.
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
                    left = bytes_left(log, cursor, earlier) if cursor is not None and meta.queue else 0
                    reader = Reader(state, meta, buckets, unread=left, latest=buckets.number(now + AHEAD))
                    unread = follow(log, cursor, since=since, tai_offset=stamps[0], zone=stamps[1], earlier=earlier)
                pause = time.thread_time() + _SLICE
                turn = min(deadline, time.monotonic() + _LONGEST_SLICE)
                finished = True
                for chunk in unread:
                    cursor = chunk.cursor
                    if meta.cursor is None and chunk.lines and not reader.begun:
                        reader.begun = stamp_of(chunk.lines[0], NOTHING)
                    if chunk.gaps:
                        reader.minute(buckets.number(now)).add("gaps", chunk.gaps)
                    if chunk.lines:
                        reader.take(chunk.lines)
                    if (
                        time.thread_time() > pause
                        or len(reader.minutes) > _SLICE_MINUTES
                        or time.monotonic() > turn
                    ):
                        finished = False
                        break
                if cursor is not None:
                    reader.save(meta, cursor)
                    last = cursor.scalars()
            if finished or time.monotonic() > deadline or (between is not None and not between(meta)):
                break
    state.settle()
    return meta, 0 if finished or cursor is None else bytes_left(log, cursor, earlier)


def read_past(log: str, state: State, buckets: Buckets, *, until: Nanoseconds, stamps: tuple[Seconds, str]) -> Meta:
    """Read everything stamped before `until` into an empty state; return what that says then."""
    meta = state.meta()
    reader = Reader(state, meta, buckets)
    newest = NOTHING
    damaged: list[str] = []
    with _no_collection(), state.transaction():
        for lines in history([log], until=until, tai_offset=stamps[0], zone=stamps[1], damaged=damaged.append):
            first = tai64n.nanoseconds(lines[0])
            reader.begun = reader.begun or first
            # What is missing lies before the lines that follow it.
            reader.minute(buckets.number(first)).add("gaps", len(damaged))
            damaged.clear()
            reader.take(lines)
            newest = max(newest, tai64n.nanoseconds(lines[-1]))
            if len(reader.minutes) > _SLICE_MINUTES:
                reader.save(meta, Cursor.nowhere(Seen(), newest))
        reader.minute(buckets.number(newest)).add("gaps", len(damaged))
        if newest:
            reader.newest = newest
            reader.save(meta, Cursor.nowhere(Seen(), newest))
    return meta


def _messages_of(deliveries: Deliveries) -> set[bytes]:
    """Return the messages of running deliveries: a report names its delivery alone, and delays count from birth."""
    return {message for message, _ in deliveries.values()}


def bytes_left(log: str, cursor: Cursor, earlier: Sequence[str] = ()) -> int:
    """Return about how many bytes lie behind `cursor`, 0 if none: of packed archives those on disk.

    Of a journal it is 1.  Raises LogError where the system cannot tell.
    """
    if log.startswith(JOURNAL):
        return 1  # nobody tells how much
    try:
        status = _status(live_path(log))
        if status is not None and status.st_ino == cursor.inode:
            return max(0, status.st_size - cursor.offset)
        unread = 0 if status is None else status.st_size
        others = []
        for archive in listing.archives(log, earlier):
            if archive.inode == cursor.inode or archive.label in cursor.own():
                # Of a packed one what is left can't be told from here.
                size = _size(archive.path)
                unread += size - cursor.offset if size >= cursor.offset else 1
            else:
                others.append(archive)
        unread += sum(_size(archive.path) for archive in backlog.left(others, cursor))
    except OSError as error:
        raise logfile.unreadable(log, error) from error
    return unread


def _size(path: str) -> int:
    """Return the bytes of a file, 0 where it has gone.  Raises OSError."""
    status = _status(path)
    return 0 if status is None else status.st_size


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
