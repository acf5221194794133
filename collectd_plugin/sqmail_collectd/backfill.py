"""Backfill: what the files of one instance lack, and from which minute on the log is handed on for their sake."""

import select
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from pathlib import Path

from sqmail_collectd.stored import Stored, StoredFiles
from sqmail_collectd.writer import SeriesName, Writer
from sqmail_log.figures.metrics import METRICS, SUM
from sqmail_log.series import Feed, metrics_of
from sqmail_log.state.timeline import KEEP_MINUTES
from sqmail_log.units import NOTHING, Minute, Nanoseconds, Seconds, begin_of, minute_of, minute_of_second, seconds_of

_SERIES: list[SeriesName] = [(metric.type, metric.name) for metric in METRICS.values()]
_COUNTED = frozenset(_SERIES)
_SPOOL: list[SeriesName] = [("queue_length", "spool"), ("queue_length", "todo")]
# What was dispatched is in the files soon after a flush: steps of a twentieth of a second.
_STEPS = 40
# How long a series that was refused rests; seconds.
_REST = 600.0
# How long before the last look at its file a value may have been on its way to it; seconds.
_DELAY = Seconds(600)
# How long a file that was made anew is left alone, whatever becomes of it.
_PAUSE = Minute(60)


class Backfill:
    """Sees to it that each file gets what it lacks and nothing twice.

    `set_aside`, if given, moves damaged files away; otherwise `remedy` says
    what to do about one, with its path for {path}.  `history` says how far the
    log has to be read for the files' sake, in nanoseconds.
    """

    def __init__(
        self, feed: Feed, writer: Writer, files: StoredFiles, set_aside: Callable[[Path], None] | None, remedy: str
    ) -> None:
        self.history = NOTHING
        self._feed = feed
        self._writer = writer
        self._files = files
        self._set_aside = set_aside
        self._remedy = remedy
        self._rested = 0.0
        self._suspects: set[SeriesName] = set()
        self._removed: dict[SeriesName, Minute] = {}

    def resume(self, now: Nanoseconds) -> None:
        """Go back to what did not arrive: a daemon that ends takes values with it that it had not written.

        `now` is Unix time.
        """
        feed, writer = self._feed, self._writer
        self._files.place = feed.place
        stored = self._look()
        if stored is not None:
            stored = self._without_cut_off(stored, stored.reach.keys())
        writer.handed_on, writer.acknowledged = seconds_of(feed.exported), seconds_of(feed.acknowledged)
        writer.failing = {}
        writer.stored = None
        if stored is None:
            writer.wrong = {}
            if feed.resumed:
                feed.repeat()
            return
        writer.stored = {series: Seconds(reach.second) for series, reach in stored.reach.items()}
        if feed.is_new:
            self._join(stored, now)
        self._go_back(writer.acknowledged)

    def see_to_changes(self, clock: float) -> None:
        """Begin anew with files that were removed, replaced or mended while the daemon runs; `clock` in seconds."""
        writer, feed = self._writer, self._feed
        changed = self._files.changed()
        if writer.failing and clock > self._rested + _REST:
            self._rested = clock
            changed |= writer.failing.keys()
        changed |= self._cut_off()
        if not changed:
            return
        writer.forget()
        stored = self._look()
        if stored is None:
            return
        stored = self._without_cut_off(stored, changed)
        # Others may be in the files not quite as far yet.
        handed_on = seconds_of(feed.exported)
        writer.failing = {series: why for series, why in writer.failing.items() if series not in changed}
        writer.stored = {
            series: Seconds(reach.second) if series in changed else max(handed_on, Seconds(reach.second))
            for series, reach in stored.reach.items()
        }
        self._go_back(handed_on)

    def note_new_files(self) -> None:
        """See to the files that are new since something was put: their modes, and where they lie."""
        self._suspects |= self._files.correct_modes()
        self._feed.place = self._files.place

    def _without_cut_off(self, stored: Stored, series: AbstractSet[SeriesName]) -> Stored:
        """Remove the files that lost their past, of some series that may have; return what the files say then."""
        self._suspects |= series & _COUNTED
        cut_off = self._cut_off()
        if cut_off:
            self._files.remove(cut_off)
            self._removed.update(dict.fromkeys(cut_off, self._feed.exported))
        return (self._look() if cut_off else None) or stored

    def _cut_off(self) -> set[SeriesName]:
        """Return the suspects whose files have the newest values alone, though the state knows older ones.

        The daemon has made such a file anew: what was there was removed behind
        the look at it, while a value was on its way.  Nothing older fits into it.
        """
        feed = self._feed
        if not self._suspects or not feed.exported or not self._writer.fills_files:
            return set()
        handed_on = seconds_of(feed.exported)
        since = Seconds(handed_on - _DELAY)
        whole = {one: begin for one, (end, begin) in self._files.spans(self._suspects).items() if end >= handed_on}
        self._suspects -= whole.keys()
        late = {one for one, begin in whole.items() if begin is None or begin > since}
        if late:
            known = feed.known(minute_of_second(since))
            rested = feed.exported - _PAUSE
            late = {one for one in late if one[1] in known and self._removed.get(one, rested) <= rested}
        return late

    def _look(self) -> Stored | None:
        """Return what the files say; values of this daemon that are on their way to them are waited for."""
        if self._writer.latest:
            self._writer.forget()
        for _ in range(_STEPS):
            stored = self._files.look(_SERIES + _SPOOL)
            if stored is None or all(reach.second >= self._writer.latest for reach in stored.reach.values()):
                break
            # time.sleep fails under libfaketime.
            select.select((), (), (), 0.05)
        if stored is not None and stored.damaged and self._set_aside is not None:
            for path in stored.damaged.values():
                self._set_aside(path)
            stored = self._files.look(_SERIES + _SPOOL)
        if stored is not None:
            self._writer.wrong = {
                series: f"{why}; {self._remedy.format(path=stored.damaged[series])}"
                if series in stored.damaged
                else why
                for series, why in stored.wrong.items()
            }
        return stored

    def _join(self, stored: Stored, now: Nanoseconds) -> None:
        """Hand on from where the files end, which another state has filled, and let their totals go on."""
        feed, writer = self._feed, self._writer
        reaches = {name: stored.reach[kind, name] for kind, name in _SERIES if (kind, name) in stored.reach}
        feed.join(
            {
                name: (minute_of_second(Seconds(reach.second)), reach.total)
                for name, reach in reaches.items()
                if METRICS[name].merge == SUM and reach.total is not None
            }
        )
        if reaches and not feed.exported:
            seconds = [Seconds(reach.second) for reach in reaches.values()]
            begin = max(minute_of_second(min(seconds)), minute_of(now) - KEEP_MINUTES)
            feed.since = min(feed.since, begin)
            self.history = now - begin_of(begin)
            # Who keeps no files here may lack what was on its way.
            writer.acknowledged = max(seconds) - seconds_of(Minute(1))

    def _go_back(self, second: Seconds) -> None:
        """Hand on from where the file that lacks most ends, and from `second` at the latest."""
        feed, writer = self._feed, self._writer
        if writer.stored is None or not feed.exported:
            return
        for metric in metrics_of(feed.kinds):
            series = metric.type, metric.name
            if series not in writer.wrong and series not in writer.failing:
                second = min(second, writer.stored.get(series, Seconds(0)))
        feed.rewind(minute_of_second(second))
