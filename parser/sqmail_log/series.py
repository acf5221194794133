"""A log as series: one value a minute for every metric, handed on once and in order.

Counts go out as running totals, so that a receiver who misses a minute still
has the sum; the rest as the state of the minute, and the delays of its
successes by class.  The bookmark lies in the log's state.
"""

from __future__ import annotations

import fcntl
import math
import os
from bisect import bisect_left, bisect_right
from contextlib import nullcontext, suppress

from sqmail_log.errors import StateError
from sqmail_log.figures.metrics import BOTH, DELAY_CLASSES, LAST, METRICS, PEAK, SUM
from sqmail_log.state.bookmark import Bookmark
from sqmail_log.state.database import examined
from sqmail_log.state.timeline import KEEP_MINUTES
from sqmail_log.units import Minute, seconds_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from array import array
    from collections.abc import Collection, Iterator

    from sqmail_log.figures.delays import Delays
    from sqmail_log.figures.metrics import Metric
    from sqmail_log.figures.sums import Sums
    from sqmail_log.state.store import Meta, State

    Values = dict[str, float]

# Taken from the state at once, which bounds memory when years are handed on.
_AT_ONCE = 24 * 60
_FIRST = Minute(0)
_NEVER = Minute(1 << 62)
_LOOK_BACK = (Minute(60), KEEP_MINUTES)
_PERCENTILES = {"delay_p50": 50, "delay_p95": 95}
_CLASS_ENDS = [1000 * longest for longest, _ in DELAY_CLASSES]
_CLASS_NAMES = [(f"delay_count_{name}", f"delay_sum_{name}") for _, name in DELAY_CLASSES]
_CLASSES = [name for names in _CLASS_NAMES for name in names]
# A percentile is one of something; of nothing, there are 0 in each class.
_NO_DELAYS: dict[str, float] = {**dict.fromkeys(_PERCENTILES, math.nan), **dict.fromkeys(_CLASSES, 0)}
_SUMS = frozenset(metric.name for metric in METRICS.values() if metric.merge == SUM)
_PEAKS = tuple(metric.name for metric in METRICS.values() if metric.merge == PEAK)


def metrics_of(kinds: Collection[str]) -> list[Metric]:
    """Return the metrics of a log that holds these kinds: its series, whether or not they ever count."""
    return [metric for metric in METRICS.values() if metric.log in kinds or metric.log == BOTH]


class Feed:
    """The minutes of one log on their way to one receiver.

    A receiver has a name; the first one to ask keeps the log's bookmark, and
    only one process at a time may hold it.  Minutes before `since` (Unix time
    // 60) count in the totals and are not handed on.  Raises StateError for
    another receiver and where the state fails.
    """

    def __init__(self, state: State, receiver: str, since: Minute) -> None:
        self._state = state
        self.since = since
        self._values: Values = {}
        # What was counted in all, as the state had it when the last minutes were handed on.
        self._counted = ""
        self._anchors: dict[str, tuple[Minute, int]] = {}
        self._shifts: dict[str, int] = {}
        self._lock = _locked(state)
        try:
            with state.transaction():
                kept = Bookmark.kept(state, state.meta(), receiver)
                self._bookmark = kept or Bookmark(receiver, _FIRST)
                self._claim(receiver)
                self.resumed = kept is not None
                """Whether minutes may have been handed on before."""
                self._next = self.exported
                self.is_new = not self._bookmark.joined
                """Whether its totals may have to be joined to those that a receiver has from another state."""
                self.place = self._bookmark.place
                """What the receiver wants to be kept."""
                self._begun = {metric.name for metric in metrics_of(self._bookmark.kinds)} if self._next else set()
                if kept is None:
                    self._bookmark.keep(state)
        except BaseException:
            self.close()
            raise

    @property
    def exported(self) -> Minute:
        """The minute that follows those handed on, 0 before the first."""
        return self._bookmark.exported

    @property
    def acknowledged(self) -> Minute:
        """The minute that follows those which have reached the receiver for certain."""
        return Minute(self.exported - (not self._bookmark.acknowledged))

    def close(self) -> None:
        """Let another process have the log's bookmark."""
        with suppress(OSError):  # the lock goes all the same
            os.close(self._lock)

    @property
    def kinds(self) -> frozenset[str]:
        """What the log holds, as far as it was read."""
        return self._state.meta().kinds

    def join(self, ends: dict[str, tuple[Minute, int]]) -> None:
        """Let the totals go on from those that a receiver has from another state, before the first minute is taken.

        `ends` gives for each metric the minute that follows its last one there,
        and the total at that minute's begin.
        """
        self._anchors = {name: end for name, end in ends.items() if end[0] > self.exported}

    def rewind(self, minute: Minute) -> None:
        """Hand on again from `minute`, as far as the state still has it, each series with a baseline.

        For a receiver that can tell what it lacks, before the first minute of a call of `minutes` is taken.
        """
        bounds = self._state.timeline.bounds()
        if self._next and bounds is not None:
            self._next = min(self._next, max(minute, bounds[0], self.exported - KEEP_MINUTES))
        self._begun = set()
        self._values = {}

    def repeat(self) -> None:
        """Hand on again what may not have reached the receiver, before the first minute is taken."""
        self._next = self.acknowledged
        self._counted = ""

    def acknowledge(self) -> None:
        """Remember that all that was handed on has reached the receiver."""
        self.passed(Minute(self.exported - 1))

    def minutes(self, before: Minute) -> Iterator[tuple[Minute, Values]]:
        """Yield the next minutes before `before` with their values by metric name.

        Each metric has a value in each minute: a total of all that was counted
        up to the minute's end, a state as the log said last, NaN for what is
        not known.  What was stamped before a minute that has gone out already
        counts in the next call's first.  Ahead of a series' first minute comes
        the one before it, with its total or NaN, from which on a receiver can
        count.  After a silence longer than the state's memory the minutes
        between are left out.
        """
        first = self._next or self._start()
        if first is None or first >= before:
            return
        with self._state.transaction():
            meta = self._state.meta()
            counted = meta.text("totals")
            # Where the last call ended half-way, the totals are known, if nobody has counted since.
            is_known = bool(self._values) and counted == self._counted and first == self._next
            totals = self._values if is_known else self._totals_before(first, meta)
        self._counted = counted
        metrics = metrics_of(meta.kinds)
        values = self._values = self._values or self._states_before(first, metrics)
        for metric in metrics:
            if metric.merge == SUM:
                values[metric.name] = totals.get(metric.name, 0)
            else:
                values.setdefault(metric.name, math.nan)
        self._join(values, first)
        fresh = [metric for metric in metrics if metric.name not in self._begun]
        while first < before:
            skipped = Minute(min(self._state.timeline.following(first, before), before) - first - 1)
            if skipped > KEEP_MINUTES:
                first = first + skipped
                _grow_old(values, skipped)
                self._join(values, first)
            if fresh:
                self._begun.update(metric.name for metric in fresh)
                yield Minute(first - 1), {m.name: values[m.name] if m.merge == SUM else math.nan for m in fresh}
                fresh = []
            behind = min(before, Minute(first + _AT_ONCE))
            rows = dict(self._state.timeline.sums(first, Minute(behind - 1)))
            peaks = [(name, f"{name}_now") for name in _PEAKS if name in values]
            while first < behind:
                for name, now in peaks:
                    values[name] = values[now]
                _advance(values, rows.get(first))
                self._next = Minute(first + 1)
                if self._anchors:
                    self._join(values, self._next)
                yield first, values.copy()
                first = Minute(first + 1)

    def _totals_before(self, minute: Minute, meta: Meta) -> dict[str, int]:
        """Return what was counted before a minute: of all there ever was, what the state still has is taken away."""
        totals = meta.totals()
        for _, numbers in self._state.timeline.numbers(minute, _NEVER):
            for name, number in numbers.items():
                if name in _SUMS:
                    totals[name] -= number
        return totals

    def _join(self, values: Values, minute: Minute) -> None:
        """Raise or lower the totals at a minute's begin that a receiver has from another state up to there."""
        for name in [name for name, (end, _) in self._anchors.items() if end <= minute and name in values]:
            _, total = self._anchors.pop(name)
            self._shifts[name] = self._shifts.get(name, 0) + total - int(values[name])
            values[name] = total

    def known(self, before: Minute) -> set[str]:
        """Return the metrics that have a value between `since` and `before` that can be handed on once more."""
        bounds = self._state.timeline.bounds()
        names: set[str] = set()
        first = Minute(max(self.since, self.exported - KEEP_MINUTES))
        if bounds is not None and max(bounds[0], first) < before:
            names |= _SUMS
            for _, sums in self._state.timeline.sums(first, Minute(before - 1)):
                names |= sums.numbers.keys()
                if sums.delays.counts or sums.delays.exact:
                    names.update(_PERCENTILES, _CLASSES)
        return names

    def passed(self, minute: Minute, *, acknowledged: bool = True) -> None:
        """Remember that all minutes up to `minute` were handed on, and whether the last one has reached the receiver.

        Minutes that went out again change nothing: what a receiver lacks of
        them it can tell.
        """
        following = Minute(minute + 1)
        if following < self.exported:
            following, acknowledged = self.exported, self._bookmark.acknowledged
        joined = following > _FIRST and not self._anchors
        with self._state.transaction():
            meta = self._state.meta()
            if self._shifts:
                self._state.shift_totals(meta, self._shifts)
            self._bookmark = Bookmark(
                self._bookmark.receiver,
                following,
                meta.kinds,
                acknowledged=acknowledged,
                joined=joined,
                place=self.place,
            )
            self._bookmark.keep(self._state)
        self._shifts = {}

    def _claim(self, receiver: str) -> None:
        if self._bookmark.receiver != receiver:
            raise StateError(
                f"{self._state.path}: its minutes go to {self._bookmark.receiver!r} already; "
                f"give {receiver!r} a state directory of its own"
            )

    def _start(self) -> Minute | None:
        bounds = self._state.timeline.bounds()
        return None if bounds is None else max(bounds[0], self.since)

    def _states_before(self, first: Minute, metrics: list[Metric]) -> Values:
        """Return what the log said last before a minute."""
        wanted = {metric.name for metric in metrics if metric.merge == LAST}.difference(_PERCENTILES, _CLASSES)
        values: Values = {}
        for span in _LOOK_BACK:
            newest = first
            for number, sums in self._state.timeline.sums(first - span, Minute(first - 1)):
                newest = number
                values.update((name, value) for name, value in sums.numbers.items() if name in wanted)
            _grow_old(values, Minute(first - newest - 1))
            if len(values) == len(wanted):
                break
        return values


def _locked(state: State) -> int:
    """Return a descriptor that keeps other processes from handing on the same log."""
    path = f"{state.path}.feed"
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY
    with state.owner or nullcontext():
        try:
            examined(path)
            descriptor = os.open(path, flags, 0o640)
        except OSError as error:
            raise StateError(f"{path}: {error.strerror}; see who put it there, then remove it") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise StateError(f"{state.path}: another process is handing on the minutes of this log") from None
    return descriptor


def _advance(values: Values, sums: Sums | None) -> None:
    """Bring the values from the end of one minute to the end of the next, but for peaks of what runs on from there."""
    if "delay_p50" in values:
        values |= _NO_DELAYS
    if sums is None:
        _grow_old(values, Minute(1))
        return
    for name, value in sums.numbers.items():
        if name in values:
            values[name] = values[name] + value if name in _SUMS else value
    if sums.delays.counts:
        values.update(_delays(sums.delays))
    elif sums.delays.exact:
        _add_delays(values, sums.delays.exact)


def _add_delays(values: Values, exact: array[int]) -> None:
    """Do what `_delays` does of the few delays of most minutes, in a third of the time (benchmark: import-sparse)."""
    ordered = sorted([max(0, delay) // 1_000_000 for delay in exact])
    size = len(ordered)
    for name, percent in _PERCENTILES.items():
        values[name] = ordered[-(-size * percent // 100) - 1] / 1000
    begin = 0
    while begin < size:
        place = bisect_left(_CLASS_ENDS, ordered[begin])
        count, seconds = _CLASS_NAMES[place]
        end = size if ordered[-1] <= _CLASS_ENDS[place] else bisect_right(ordered, _CLASS_ENDS[place], begin)
        values[count] = end - begin
        values[seconds] = sum(ordered[begin:end]) / 1000
        begin = end


def _delays(delays: Delays) -> Values:
    values: Values = {}
    for name, percent in _PERCENTILES.items():
        delay = delays.percentile(percent)
        values[name] = math.nan if delay is None else delay
    for name, number, seconds in delays.classes():
        values[f"delay_count_{name}"] = number
        values[f"delay_sum_{name}"] = seconds
    return values


def _grow_old(values: Values, minutes: Minute) -> None:
    """Let the oldest message age while no line is written."""
    if values.get("queue"):
        values["oldest"] += seconds_of(minutes)
    elif "oldest" in values:
        values["oldest"] = 0
