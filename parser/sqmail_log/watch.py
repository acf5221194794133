"""The one door for all who ask: bring a log's state up to date, and look at it."""

from __future__ import annotations

import time

from sqmail_log import tai64n
from sqmail_log.errors import GONE, LogError
from sqmail_log.figures.minutes import Buckets
from sqmail_log.figures.sums import Sums, total
from sqmail_log.files import cursor as cursors
from sqmail_log.state.store import State, state_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqmail_log.files.cursor import Cursor

DAY = 24 * 3600 * tai64n.SECOND
# A log may be this far ahead of our clock (s6-log's labels read as multilog's are 27 s) and no further.
AHEAD = 300 * tai64n.SECOND


class View:
    """What is known of a log at `now` (Unix nanoseconds).

    `kinds` says what the log holds (metrics.SEND, metrics.SESSIONS); `newest`
    is the time of its newest line; `behind` counts bytes that are still
    unread because the time for reading ran out.
    """

    def __init__(self, log: str, state: State, now: int, buckets: Buckets, behind: int = 0) -> None:
        self.log = log
        self.now = now
        self.behind = behind
        self._state = state
        self._buckets = buckets
        self._sums: dict[int, Sums] = {}
        meta = state.meta()
        cursor = state.cursor(meta)
        self.cursor: Cursor | None = cursor
        self.newest = cursor.stamp if cursor is not None else 0
        self.kinds = frozenset(meta.get("kinds", "").split())
        self.queue = state.number(meta, "queue")
        self._latest = state.latest(meta)

    def sums(self, window: int) -> Sums:
        """Return the sum over the last `window` nanoseconds, rounded up to whole minutes.

        Lines of a clock that runs ahead are not too new to count.
        """
        first = self._buckets.number(self.now - window + 1)
        if first not in self._sums:
            self._sums[first] = total(self._state.stretch(first, self._buckets.number(self.now + AHEAD)))
        return self._sums[first]

    def minutes(self, first: int, last: int) -> Iterator[tuple[int, Sums]]:
        """Yield the sums of each minute (Unix time // 60) from `first` to `last` that has any, in order."""
        return self._state.sums(first, last)

    def latest(self, name: str) -> int | None:
        """Return the value of a LAST metric as the log said it last; None where it never did."""
        return self._latest.get(name)

    def oldest(self, limit: int = 1) -> list[tuple[int, int, bool]]:
        """Return the oldest open messages: number, since when, whether that is their birth."""
        return self._state.oldest(limit)

    def age(self) -> float:
        """Return the age of the newest line in seconds."""
        return max(0.0, (self.now - self.newest) / tai64n.SECOND)


def watch(
    log: str,
    state_dir: str,
    *,
    history: int | None = DAY,
    tai_offset: int = tai64n.MULTILOG_OFFSET,
    seconds: float = 20.0,
    limit: float | None = None,
    now: int | None = None,
    state: State | None = None,
) -> View:
    """Read what is new in `log` and return what is known of it.

    On the first run archives older than `history` (nanoseconds; None for
    all) are left out.
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
    cursor = state.cursor()
    try:
        read_up = cursor is not None and cursors.is_read_up(log, cursor)
    except GONE:
        read_up = False
    except OSError as error:
        from sqmail_log.files.logfile import unreadable  # noqa: PLC0415 - as below

        raise unreadable(error.filename or log, error) from error
    if not read_up:
        from sqmail_log.ingest import catch_up  # noqa: PLC0415 - an idle run must not pay for what reads

        behind = catch_up(
            log,
            state,
            since=None if history is None else clock - history,
            tai_offset=tai_offset,
            deadline=deadline,
            now=clock,
        )
    return View(log, state, clock, Buckets(), behind)


def at(
    log: str,
    moment: int,
    window: int,
    *,
    tai_offset: int = tai64n.MULTILOG_OFFSET,
) -> View:
    """Return what was known of `log` at `moment`, from its files alone.

    The window ends with `moment`, both exact to the nanosecond.  No state is
    read or written.  Raises LogError.
    """
    from sqmail_log.ingest import read_past  # noqa: PLC0415 - as above

    buckets = Buckets(window, moment + 1 - window)
    state = State(":memory:")
    read_past(log, state, buckets, until=moment + 1, tai_offset=tai_offset)
    view = View(log, state, moment, buckets)
    if view.cursor is None:
        raise LogError(f"{log}: no line at or before that time")
    return view
