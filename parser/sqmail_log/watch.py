"""The one door for all who ask: bring a log's state up to date, and look at it."""

from __future__ import annotations

import os
import time

from sqmail_log import tai64n
from sqmail_log.errors import GONE, LogError
from sqmail_log.figures.minutes import AHEAD, Buckets
from sqmail_log.figures.sums import Sums, total
from sqmail_log.files import cursor as cursors
from sqmail_log.state.store import State, state_path
from sqmail_log.state.timeline import KEEP_MINUTES
from sqmail_log.units import DAY, MINUTE, NOTHING, SECOND, Minute, Nanoseconds, Seconds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqmail_log.files.cursor import Cursor
    from sqmail_log.state.store import Meta

WEEK = 7 * DAY
"""Of longer windows than this sums are kept by the hour, and only where somebody asks for one."""
_HOUR = 60
# Nothing less tells of a time zone.
_ZONES_APART = 24 * MINUTE


class View:
    """What is known of a log at `now` (Unix time).

    `kinds` says what the log has ever held (metrics.SEND, metrics.SESSIONS) and
    told of (metrics.RECORDS, metrics.LOGINS); `newest` is the time of its
    newest line, of other programs' lines in it none; `queue` counts its open messages; `behind`
    counts bytes that are still unread because the time for reading ran out.
    """

    def __init__(
        self,
        log: str,
        state: State,
        meta: Meta,
        now: Nanoseconds,
        buckets: Buckets,
        behind: int = 0,
        stamps: tuple[Seconds, str] | None = None,
    ) -> None:
        self.log = log
        self.now = now
        self.behind = behind
        self.cursor = meta.cursor
        self.newest = meta.newest()
        self.kinds = meta.kinds
        self.queue = meta.queue
        self._meta = meta
        self._stamps = stamps
        self._state = state
        self._buckets = buckets
        self._sums: dict[Minute, Sums] = {}
        self._numbers: list[dict[str, int]] = []
        self._known = 0

    @property
    def can_be_judged(self) -> bool:
        """Whether the log is read to its end, and by minutes: of what is not yet read nothing can be missed."""
        return not self.behind and self._buckets.length == MINUTE

    def sums(self, window: Nanoseconds) -> Sums:
        """Return the sum over the last `window`, rounded up to whole minutes; of more than a week to whole hours.

        Lines of a clock that runs ahead are not too new to count.
        """
        first = self._buckets.number(Nanoseconds(self.now - window + 1))
        if window > WEEK and not self._buckets.origin:
            first = Minute(first - first % _HOUR)
        if first not in self._sums:
            self._sums[first] = total(self._state.timeline.stretch(first, self._buckets.number(self.now + AHEAD)))
        return self._sums[first]

    def minutes(self, first: Minute, last: Minute) -> Iterator[tuple[Minute, Sums]]:
        """Yield the sums of each minute from `first` to `last` that has any, in order."""
        return self._state.timeline.sums(first, last)

    def numbers(self, minutes: int) -> list[dict[str, int]]:
        """Return what each of the last `minutes` minutes counted, oldest first, the last one the minute that runs.

        Raises StateError; ValueError of a look into the past whose window was no whole number of minutes.
        """
        if self._buckets.length != MINUTE:
            raise ValueError("no minutes were counted")
        known = len(self._numbers)
        if known < minutes:
            self._numbers = self._read(minutes - 1, known) + self._numbers
        return self._numbers[-minutes:]

    def numbers_between(self, begin: int, end: int) -> list[dict[str, int]]:
        """Return the same of each minute from that `begin` minutes ago to that `end` minutes ago."""
        known = len(self._numbers)
        return self._numbers[known - begin - 1 : known - end] if begin < known else self._read(begin, end)

    def _read(self, begin: int, end: int) -> list[dict[str, int]]:
        now = self.minute_now()
        counted: list[dict[str, int]] = [{} for _ in range(begin - end + 1)]
        last = Minute(now - end) if end else self._buckets.number(self.now + AHEAD)
        for number, numbers in self._state.timeline.numbers(Minute(now - begin), last):
            # Lines of a clock that runs ahead belong to the minute that runs.
            ago = max(0, now - number)
            counted[begin - ago] = _together(counted[-1], numbers) if number > now else numbers
        return counted

    def minute_now(self) -> Minute:
        """Return the number of the minute that runs."""
        return self._buckets.number(self.now)

    def minutes_from(self, minutes: int) -> Iterator[tuple[Minute, Sums]]:
        """Yield the sums of each of the last `minutes` minutes that has any, in order."""
        now = self.minute_now()
        return self._state.timeline.sums(Minute(now - minutes + 1), self._buckets.number(self.now + AHEAD))

    def stretch(self, first: Minute, last: Minute) -> list[Sums]:
        """Return sums that together are those of the minutes from `first` to `last`, in order."""
        return self._state.timeline.stretch(first, last)

    def minutes_known(self) -> int:
        """Return how many minutes lie between the first line that was counted and now, at least 1."""
        if not self._known:
            bounds = self._state.timeline.bounds()
            self._known = 1 if bounds is None else max(1, int(self._buckets.number(self.now) - bounds[0]) + 1)
        return self._known

    def known_since(self) -> Nanoseconds:
        """Return from when on all lines count, as far as the log still had them (Unix time)."""
        known = self._meta.known_from()
        if known is None:
            bounds = self._state.timeline.bounds()
            known = self.now if bounds is None else self._buckets.start(bounds[0])
        return known

    def latest(self, name: str) -> int | None:
        """Return the value of a LAST metric as the log said it last; None where it never did."""
        return self._meta.latest.get(name)

    def totals(self) -> dict[str, int]:
        """Return what was counted of each SUM metric since the state began.  Raises StateError."""
        with self._state.explained():
            return self._meta.totals()

    def running(self, channel: str) -> list[str]:
        """Return the destinations of the deliveries that run: remote hosts, or mailboxes; one for each delivery."""
        return self._state.messages.running(channel)

    def numbered(self, channel: str) -> list[tuple[int, str]]:
        """Return the same with each delivery's number, oldest first; 0 for all where several daemons count."""
        return self._state.messages.numbered(channel)

    def oldest(self, limit: int = 1) -> list[tuple[int, Nanoseconds, bool]]:
        """Return the oldest open messages: number, since when, whether that is their birth."""
        return self._state.messages.oldest(limit)

    def shift(self) -> Nanoseconds:
        """Return how much the log's dates are behind its file because of a time zone, 0 where they are not.

        Nothing is said of the past where the file was written later, nor while
        something is unread.  Raises LogError.
        """
        if self._stamps is None or self.behind or self.cursor is None or not _may_be_shifted(self.log, self.cursor):
            return NOTHING
        from sqmail_log.stamps import newest  # noqa: PLC0415 - few logs are that far behind
        from sqmail_log.stamps.rules import Stamps  # noqa: PLC0415 - as above

        return newest.shift_of(self.log, Stamps(*self._stamps))

    def age(self) -> float:
        """Return the age of the newest line in seconds."""
        return max(0.0, (self.now - self.newest) / SECOND)


def watch(
    log: str,
    state_dir: str,
    *,
    history: Nanoseconds | None = DAY,
    tai_offset: Seconds = tai64n.MULTILOG_OFFSET,
    zone: str = "",
    seconds: float = 20.0,
    limit: float | None = None,
    now: Nanoseconds | None = None,
    state: State | None = None,
    between: Callable[[View], bool] | None = None,
    window: Nanoseconds = NOTHING,
    earlier: Sequence[str] = (),
) -> View:
    """Read what is new in `log` and return what is known of it.

    `zone` is the IANA name of the time zone of dates that name none, '' for
    the machine's own.  On the first run archives older than `history` (None for all) are left out.
    Reading stops after `seconds` and goes on with the next call; others who
    hold the state are waited for as long, and then that is a StateError: what
    is old is never returned as new.  A look into the state that takes longer
    than `limit` seconds is one, too.  Whoever looks often hands in the log's
    `state`, open.  Where much is read, `between` is called with what is known
    so far, again and again; it tells whether to go on.  Who asks for a
    `window` of more than a week has hours and days kept for as long from then
    on.  In the directories `earlier` lie archives of the log, too.  Raises
    LogError, StateError and what `between` raises.
    """
    clock = tai64n.now() if now is None else now
    deadline = time.monotonic() + seconds
    if state is None:
        state = open_state(state_dir, log, seconds)
    state.wait(seconds, limit)
    behind = 0
    buckets = Buckets()
    stamps = tai_offset, zone
    meta = state.meta()
    if window > WEEK:
        state.timeline.has_days = True
        keep = Minute(-(-window // MINUTE) + 2 * _HOUR)
        if meta.keep() < keep:
            meta = state.keep(keep)
    if not _is_read_up(log, meta.cursor):
        from sqmail_log.ingest import catch_up  # noqa: PLC0415 - an idle run must not pay for what reads

        since = None if history is None else clock - history
        seen = None if between is None else lambda meta: between(View(log, state, meta, clock, buckets, 1, stamps))
        meta, behind = catch_up(
            log, state, buckets,
            since=since, stamps=stamps, deadline=deadline, now=clock, between=seen, earlier=earlier,
        )  # fmt: skip
    view = View(log, state, meta, clock, buckets, behind, stamps)
    if not view.newest:
        _refuse_unreadable(log)
    return view


def open_state(state_dir: str, log: str, wait: float, *, threads: bool = False, alone: bool = True) -> State:
    """Open what is remembered of a log, as `State` does; nothing is begun for a log that is not there.

    Raises LogError and StateError.
    """
    path = state_path(state_dir, log)
    if not os.path.exists(path) and not log.startswith(cursors.JOURNAL):
        from sqmail_log.files.follow import refuse_absent  # noqa: PLC0415 - once in a state's life
        from sqmail_log.stamps.newest import without_files  # noqa: PLC0415 - as above

        if refuse_absent(log) and (error := without_files(log)) is not None:
            raise error
    return State(path, wait, threads=threads, alone=alone)


def _refuse_unreadable(log: str) -> None:
    """Raise LogError where a log is a directory without files of multilog, or its newest lines have no known stamps."""
    from sqmail_log.stamps import newest  # noqa: PLC0415 - only where something is wrong

    if (error := newest.without_files(log) or newest.without_stamps(log)) is not None:
        raise error


def _refuse_strangers(log: str, tai_offset: Seconds, zone: str) -> None:
    """Raise LogError where syslog carried a log's newest lines for programs that are none of qmail's."""
    from sqmail_log.stamps import newest  # noqa: PLC0415 - only where something is wrong
    from sqmail_log.stamps.rules import Stamps  # noqa: PLC0415 - as above

    if (error := newest.of_strangers(log, Stamps(tai_offset, zone))) is not None:
        raise error


def _together(some: dict[str, int], more: dict[str, int]) -> dict[str, int]:
    return {name: some.get(name, 0) + more.get(name, 0) for name in some | more}


def _is_written_after(log: str, moment: Nanoseconds) -> bool:
    try:
        return os.stat(cursors.live_path(log)).st_mtime_ns > moment
    except OSError:
        return True


def _may_be_shifted(log: str, cursor: Cursor) -> bool:
    """Tell whether half an hour or more is between a live file's time and its newest stamp, which is no label."""
    try:
        path = cursors.live_path(log)
        if not cursor.stamp or abs(os.stat(path).st_mtime_ns - cursor.stamp) <= _ZONES_APART:
            return False
        descriptor, _ = cursors.opened(path)
        try:
            return os.pread(descriptor, 1, cursor.offset - cursor.last_size) != b"@"
        finally:
            os.close(descriptor)
    except (OSError, LogError):
        return False  # who reads on says so


def _is_read_up(log: str, cursor: Cursor | None) -> bool:
    try:
        return cursor is not None and cursors.is_read_up(log, cursor)
    except GONE:
        return False
    except OSError as error:
        from sqmail_log.files.logfile import unreadable  # noqa: PLC0415 - as below

        raise unreadable(error.filename or log, error) from error


def at(
    log: str,
    moment: Nanoseconds,
    window: Nanoseconds,
    *,
    tai_offset: Seconds = tai64n.MULTILOG_OFFSET,
    zone: str = "",
) -> View:
    """Return what was known of `log` at `moment`, from its files alone.

    The window ends with `moment`, both exact to the nanosecond.  No state is
    read or written.  Raises LogError.
    """
    from sqmail_log.ingest import read_past  # noqa: PLC0415 - as above

    until = Nanoseconds(moment + 1)
    # By minutes, so that they can be told apart; else in one piece, exact to the nanosecond.
    length = window if window % MINUTE else MINUTE
    buckets = Buckets(length, until - length)
    state = State(":memory:")
    state.timeline.kept = max(KEEP_MINUTES, Minute(window // MINUTE + _HOUR))
    meta = read_past(log, state, buckets, until=until, stamps=(tai_offset, zone))
    # What a file's time tells is known of the past where nothing was written since; a copy is younger.
    stamps = None if _is_written_after(log, moment) else (tai_offset, zone)
    view = View(log, state, meta, moment, buckets, stamps=stamps)
    if view.cursor is None:
        _refuse_unreadable(log)
        _refuse_strangers(log, tai_offset, zone)
        raise LogError(f"{log}: no line at or before that time")
    return view
