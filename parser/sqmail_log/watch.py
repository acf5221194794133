"""The one door for all who ask: bring a log's state up to date, and look at it."""

from __future__ import annotations

import time

from sqmail_log import tai64n
from sqmail_log.errors import GONE, LogError
from sqmail_log.figures.minutes import AHEAD, Buckets
from sqmail_log.figures.sums import Sums, total
from sqmail_log.files import cursor as cursors
from sqmail_log.state.store import State, state_path
from sqmail_log.units import DAY, NOTHING, SECOND, Minute, Nanoseconds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqmail_log.files.cursor import Cursor
    from sqmail_log.state.store import Meta


class View:
    """What is known of a log at `now` (Unix time).

    `kinds` says what the log has ever held (metrics.SEND, metrics.SESSIONS) and
    told of (metrics.RECORDS, metrics.LOGINS); `newest`
    is the time of its newest line; `queue` counts its open messages; `behind`
    counts bytes that are still unread because the time for reading ran out.
    """

    def __init__(self, log: str, state: State, meta: Meta, now: Nanoseconds, buckets: Buckets, behind: int = 0) -> None:
        self.log = log
        self.now = now
        self.behind = behind
        self.cursor = meta.cursor
        self.newest = NOTHING if meta.cursor is None else meta.cursor.stamp
        self.kinds = meta.kinds
        self.queue = meta.queue
        self._meta = meta
        self._state = state
        self._buckets = buckets
        self._sums: dict[Minute, Sums] = {}

    def sums(self, window: Nanoseconds) -> Sums:
        """Return the sum over the last `window`, rounded up to whole minutes.

        Lines of a clock that runs ahead are not too new to count.
        """
        first = self._buckets.number(Nanoseconds(self.now - window + 1))
        if first not in self._sums:
            self._sums[first] = total(self._state.timeline.stretch(first, self._buckets.number(self.now + AHEAD)))
        return self._sums[first]

    def minutes(self, first: Minute, last: Minute) -> Iterator[tuple[Minute, Sums]]:
        """Yield the sums of each minute from `first` to `last` that has any, in order."""
        return self._state.timeline.sums(first, last)

    def latest(self, name: str) -> int | None:
        """Return the value of a LAST metric as the log said it last; None where it never did."""
        return self._meta.latest.get(name)

    def totals(self) -> dict[str, int]:
        """Return what was counted of each SUM metric since the state began.  Raises StateError."""
        with self._state.explained():
            return self._meta.totals()

    def oldest(self, limit: int = 1) -> list[tuple[int, Nanoseconds, bool]]:
        """Return the oldest open messages: number, since when, whether that is their birth."""
        return self._state.messages.oldest(limit)

    def age(self) -> float:
        """Return the age of the newest line in seconds."""
        return max(0.0, (self.now - self.newest) / SECOND)


def watch(
    log: str,
    state_dir: str,
    *,
    history: Nanoseconds | None = DAY,
    tai_offset: int = tai64n.MULTILOG_OFFSET,
    seconds: float = 20.0,
    limit: float | None = None,
    now: Nanoseconds | None = None,
    state: State | None = None,
) -> View:
    """Read what is new in `log` and return what is known of it.

    On the first run archives older than `history` (None for all) are left out.
    Reading stops after `seconds` and goes on with the next call; others who
    hold the state are waited for as long, and then that is a StateError: what
    is old is never returned as new.  A look into the state that takes longer
    than `limit` seconds is one, too.  Whoever looks often hands in the log's
    `state`, open.  Raises LogError and StateError.
    """
    clock = tai64n.now() if now is None else now
    deadline = time.monotonic() + seconds
    if state is None:
        state = State(state_path(state_dir, log), seconds)
    state.wait(seconds, limit)
    behind = 0
    buckets = Buckets()
    meta = state.meta()
    if not _is_read_up(log, meta.cursor):
        from sqmail_log.ingest import catch_up  # noqa: PLC0415 - an idle run must not pay for what reads

        since = None if history is None else clock - history
        meta, behind = catch_up(log, state, buckets, since=since, tai_offset=tai_offset, deadline=deadline, now=clock)
    return View(log, state, meta, clock, buckets, behind)


def _is_read_up(log: str, cursor: Cursor | None) -> bool:
    try:
        return cursor is not None and cursors.is_read_up(log, cursor)
    except GONE:
        return False
    except OSError as error:
        from sqmail_log.files.logfile import unreadable  # noqa: PLC0415 - as below

        raise unreadable(error.filename or log, error) from error


def at(
    log: str, moment: Nanoseconds, window: Nanoseconds, *, tai_offset: int = tai64n.MULTILOG_OFFSET
) -> View:
    """Return what was known of `log` at `moment`, from its files alone.

    The window ends with `moment`, both exact to the nanosecond.  No state is
    read or written.  Raises LogError.
    """
    from sqmail_log.ingest import read_past  # noqa: PLC0415 - as above

    until = Nanoseconds(moment + 1)
    buckets = Buckets(window, until - window)
    state = State(":memory:")
    meta = read_past(log, state, buckets, until=until, tai_offset=tai_offset)
    view = View(log, state, meta, moment, buckets)
    if view.cursor is None:
        raise LogError(f"{log}: no line at or before that time")
    return view
