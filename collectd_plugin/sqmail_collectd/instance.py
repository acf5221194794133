"""One log and its way to collectd: what happens at each read."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from sqmail_collectd.backfill import Backfill
from sqmail_collectd.settings import Settings
from sqmail_collectd.stored import InstanceFolder, StoredFiles
from sqmail_collectd.writer import Minutes, SeriesName, Sink, Writer
from sqmail_command import text
from sqmail_log import spool
from sqmail_log.errors import SqmailError
from sqmail_log.files.cursor import JOURNAL, live_path
from sqmail_log.places import status
from sqmail_log.series import Feed
from sqmail_log.stamps.newest import in_words
from sqmail_log.state.store import State, state_path
from sqmail_log.units import SECOND, Minute, Nanoseconds, minute_of, nanoseconds
from sqmail_log.watch import View, open_state, watch

# multilog hands lines on as they come; this much later none of the minute is under way any more.
_GRACE = 5 * SECOND
# A logger that is being started has no live file for a moment; after this much one has gone.
_RESTARTS_WITHIN = 3600 * SECOND
_NO_MINUTE = Minute(0)
_SHARE_OF_READING = 0.6
_WAIT = 5.0
# What was dispatched lies in the daemon's queue until a thread takes it, which is soon; seconds.
_ON_THE_WAY = 2.0


@dataclass(frozen=True, slots=True)
class Options:
    """How a plugin works.

    `clock` gives Unix nanoseconds.  A read takes about `budget` seconds at
    most.  `acknowledge`, if given, is called with an instance before its values
    count as handed on; it returns what could not be written and why, and
    raises where nothing was.  Values go out series by series, `batch` minutes
    at a time: rrdtool then updates a file with several values at once, and a
    stop in between costs no more than that.  With `at_once` they go out while
    the log is still being read.  `sinks` take the past, by name, None for the
    plugins that the daemon has loaded; `files` knows what they have stored,
    None for the daemon's own.  `set_aside` moves a damaged file out of the
    way, None where nobody asked for that; `remedy` says what to do about one,
    with its path for {path}.  `archives` are directories, by instance, in which
    archives of its log lie besides its own.
    """

    clock: Callable[[], int] = time.time_ns
    acknowledge: Callable[[str], Mapping[SeriesName, str]] | None = None
    budget: float = 5.0
    batch: int = 480
    at_once: bool = False
    archives: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sinks: Mapping[str, Sink] | None = None
    files: Callable[[Settings], StoredFiles] | None = None
    set_aside: Callable[[Path], None] | None = None
    remedy: str = "stop collectd, mv {path} {path}.torn and start it: the file is made anew from the state"


class Instance:
    """Reads one log and passes on the minutes that are complete.  Nothing is raised out of `read`."""

    def __init__(self, collectd: Any, settings: Settings, options: Options) -> None:
        self.settings = settings
        self._archives = options.archives.get(settings.instance, ())
        self._collectd = collectd
        self._options = options
        self._writer: Writer | None = None
        self._state: State | None = None
        self._feed: Feed | None = None
        self._backfill: Backfill | None = None
        self._inode = 0
        self._due = _NO_MINUTE
        self._ended = False
        self._minute = _NO_MINUTE
        self._dispatched = 0.0
        self._troubles: dict[str, str] = {}
        self._files_told: set[str] = set()
        self.behind = 0
        """Bytes of the log that are still unread because the time for one read ran out."""

    @property
    def is_done(self) -> bool:
        """Whether the last read left nothing to be read or passed on."""
        return not self.behind and not self._due

    @property
    def is_well(self) -> bool:
        """Whether the last read met no trouble, and all files take values."""
        return not any(self._troubles.values())

    def read(self) -> None:
        """Read what is new, pass on what is complete; trouble is logged when it begins, changes or ends."""
        if self._tried("log", self._read) and self.settings.queue is not None:
            self._tried("queue", self._count_spool)

    def close(self) -> None:
        """Let go of the state, so that another process can take over."""
        if self._feed is not None:
            if self._feed.acknowledged < self._feed.exported and time.monotonic() > self._dispatched + _ON_THE_WAY:
                with suppress(SqmailError):
                    self._feed.acknowledge()
            self._feed.close()
        if self._state is not None:
            with suppress(SqmailError):
                self._state.close()
        self._feed = self._state = self._backfill = None
        self._due, self.behind = _NO_MINUTE, 0

    def _tried(self, what: str, action: Callable[[], None]) -> bool:
        try:
            action()
        except SqmailError as error:
            trouble = str(error)
        except Exception as error:  # noqa: BLE001 - collectd would suspend the plugin for up to a day
            trouble = f"unexpected {type(error).__name__}: {error!a}"
        else:
            trouble = ""
        self._say(what, trouble, f"the {what} is read again")
        if trouble and what == "log":
            self.close()
        return not trouble

    def _say(self, what: str, trouble: str, better: str) -> None:
        if trouble != self._troubles.get(what, ""):
            self._troubles[what] = trouble
            log = self._collectd.error if trouble else self._collectd.notice
            log(text.log(f"sqmail_collectd: {self.settings.instance}: {trouble or better}"))

    def _read(self) -> None:
        deadline = time.monotonic() + self._options.budget
        now = Nanoseconds(self._options.clock())
        writer = self._writer = self._writer or self._open_writer()
        state, feed, backfill = self._opened(now, writer)
        if not self._due:

            def between(view: View) -> bool:
                """Hand on what was read while it is still in memory (benchmark: import-sparse)."""
                self._due = _open_minute(view)
                return self._hand_on(feed, writer, backfill, deadline, live=False)

            view = watch(
                self.settings.log,
                self.settings.state_dir,
                history=max(nanoseconds(self.settings.history), backfill.history),
                tai_offset=self.settings.tai_offset,
                zone=self.settings.zone,
                seconds=self._options.budget * _SHARE_OF_READING,
                now=now,
                state=state,
                between=between if self._options.at_once else None,
                earlier=self._archives,
            )
            self.behind = view.behind
            shift = view.shift()
            hint = f"{view.log}: {in_words(shift)}" if shift else ""
            self._say("zone", hint, "the stamps are of the file's time again")
            self._ended = _has_ended(view)
            self._due = Minute(minute_of(view.newest) + 1) if self._ended else _open_minute(view)
        if self._options.sinks is None and feed.exported < self._due:
            backfill.see_to_changes(time.monotonic())
        self._complain(writer)
        self._hand_on(feed, writer, backfill, deadline, live=not self.behind and not self._ended)

    def _hand_on(self, feed: Feed, writer: Writer, backfill: Backfill, deadline: float, *, live: bool) -> bool:
        """Put the minutes that are due, with `live` the last one as the present; tell whether that was all."""
        for minutes in _batches(feed, self._due, self._options.batch):
            newest = minutes[-1][0]
            is_last = newest + 1 == self._due
            is_present = live and is_last
            writer.put(minutes, live=is_present)
            if self._options.acknowledge is not None:
                writer.failing.update(self._options.acknowledge(self.settings.instance))
            self._complain(writer)
            if self._options.sinks is None:
                backfill.note_new_files()
            self._dispatched = time.monotonic()
            feed.passed(newest, acknowledged=not is_present or self._options.acknowledge is not None)
            if not is_last and time.monotonic() > deadline:
                return False
        self._due = _NO_MINUTE
        return True

    def _open_writer(self) -> Writer:
        settings = self.settings
        return Writer(self._collectd, settings.instance, settings.host, self._options.sinks, settings.write_to)

    def _opened(self, now: Nanoseconds, writer: Writer) -> tuple[State, Feed, Backfill]:
        """Return the log's state and feed, opened anew where somebody removed or replaced the file."""
        path = state_path(self.settings.state_dir, self.settings.log)
        if (
            self._state is not None
            and self._feed is not None
            and self._backfill is not None
            and _inode(path) == self._inode
        ):
            return self._state, self._feed, self._backfill
        self.close()
        self._state = open_state(
            self.settings.state_dir, self.settings.log, _WAIT, threads=True, alone=self._options.sinks is not None
        )
        self._inode = _inode(path)
        oldest = minute_of(now - nanoseconds(self.settings.history))
        self._feed = Feed(self._state, self.settings.instance, oldest)
        files = self._files(writer) if self._options.files is None else self._options.files(self.settings)
        self._backfill = Backfill(self._feed, writer, files, self._options.set_aside, self._options.remedy)
        self._backfill.resume(now)
        return self._state, self._feed, self._backfill

    def _files(self, writer: Writer) -> StoredFiles:
        settings = self.settings
        return InstanceFolder(settings.data_dir, settings.host, settings.instance, flush=writer.flush)

    def _complain(self, writer: Writer) -> None:
        """Say of each file that takes nothing what is wrong with it, once, and what to do."""
        wrong = {f"{kind}-{name}": why for (kind, name), why in (writer.wrong | writer.failing).items()}
        for series in self._files_told - wrong.keys():
            self._say(series, "", f"{series} is written again")
        for series, why in wrong.items():
            self._say(series, why, "")
        self._files_told = set(wrong)

    def _count_spool(self) -> None:
        now = Nanoseconds(self._options.clock())
        if minute_of(now) != self._minute and self.settings.queue is not None and self._writer is not None:
            self._minute = minute_of(now)
            messages, todo = spool.count(self.settings.queue)
            self._writer.put_queue(messages, todo, now, self.settings.interval)


def _batches(feed: Feed, before: Minute, size: int) -> Iterator[Minutes]:
    """Yield all minutes that are due, in lists of this many."""
    minutes = feed.minutes(before)
    while batch := list(islice(minutes, size)):
        yield batch


def _open_minute(view: View) -> Minute:
    """Return the minute that may still get lines; those before are complete, and none lies in the future."""
    by_lines = minute_of(view.newest)
    by_clock = minute_of(view.now - _GRACE)
    return min(by_lines if view.behind else max(by_lines, by_clock), minute_of(view.now))


def _has_ended(view: View) -> bool:
    """Tell whether a log was read that has archives alone: a folder of copies ends at its last line, not now."""
    if view.behind or view.log.startswith(JOURNAL) or view.now - view.newest < _RESTARTS_WITHIN:
        return False
    try:
        live = live_path(view.log)
    except OSError:
        return False
    return live != view.log and status(live) is None


def _inode(path: str) -> int:
    try:
        return Path(path).stat().st_ino
    except OSError:
        return 0
