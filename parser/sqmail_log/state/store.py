"""What is remembered of a log between two runs: one SQLite file per log.

Cursor, sums per minute, open messages and running deliveries change
together in one transaction, so a kill at any instruction, two readers at the
same moment or a full disk leave either all of a step or nothing of it.
SQLite and not one file of JSON, because a queue of 100,000 messages must not
be written anew at each run.
"""

from __future__ import annotations

import os
import zlib

from sqmail_log.errors import LogError, StateError
from sqmail_log.figures.metrics import LAST, METRICS, SUM
from sqmail_log.files.cursor import JOURNAL, Cursor
from sqmail_log.notation import dumped, loaded
from sqmail_log.state.database import Database
from sqmail_log.state.timeline import KEEP_MINUTES, Timeline
from sqmail_log.units import NOTHING, Minute, Nanoseconds, begin_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from sqmail_log.figures.sums import Sums
    from sqmail_log.files.seen import Seen
    from sqmail_log.queue import Queue
    from sqmail_log.state.messages import Deliveries, Messages

VERSION = 6


def state_path(directory: str, log: str) -> str:
    """Return the file in a state directory that remembers `log`.  Raises LogError."""
    try:
        real = log if log.startswith(JOURNAL) else os.path.realpath(log)
    except OSError as error:  # of the current directory
        raise LogError(f"{log}: {error.strerror}; give the whole path") from error
    words = "".join(c if c.isalnum() or c in "._-" else "_" for c in real.strip("/"))[-60:]
    return os.path.join(directory, f"{words or 'root'}-{zlib.crc32(os.fsencode(real)):08x}.sqlite")


class Meta:
    """What a state says of its log as a whole, as it was read at one moment or saved since.

    `cursor` is how far the log was read, None before the first time; `kinds`
    is what it holds (SEND, SESSIONS) and tells of (RECORDS, LOGINS); `queue`
    counts its open messages; `latest` has the value of each LAST metric as the
    log said it last; `exported` is the minute that follows those handed on,
    None where nobody has asked for them.
    """

    __slots__ = ("_texts", "cursor", "exported", "kinds", "latest", "queue")

    def __init__(self, texts: dict[str, str], seen: Callable[[Nanoseconds], Seen]) -> None:
        self._texts = texts
        position = texts.get("position")
        self.cursor: Cursor | None = None
        if position:
            kept, *scalars = loaded(position)
            floor = Nanoseconds(texts.get("floor", "0"))
            self.cursor = Cursor((lambda: seen(floor)) if kept is None else kept, *scalars)
        self.kinds = frozenset(texts.get("kinds", "").split())
        self.queue = int(texts.get("queue", "0"))
        latest = loaded(texts.get("latest", "{}"))
        self.latest: dict[str, int] = {name: int(value) for name, value in latest.items()}
        self.exported = Minute(texts["exported"]) if "exported" in texts else None

    def totals(self) -> dict[str, int]:
        """Return what was counted of each SUM metric since the state began.  Raises ValueError where it is damaged."""
        return loaded(self._texts.get("totals", "{}"))  # type: ignore[no-any-return]

    def count(self, minutes: Mapping[Minute, Sums]) -> dict[str, str]:
        """Add minutes to `totals` and `latest`; return both as they are kept by name."""
        totals = self.totals()
        for number in sorted(minutes):
            for name, value in minutes[number].numbers.items():
                merge = METRICS[name].merge
                if merge == SUM:
                    totals[name] = totals.get(name, 0) + value
                elif merge == LAST:
                    self.latest[name] = value
        return {"totals": dumped(totals), "latest": dumped(self.latest)}

    def read_on(self, cursor: Cursor, kinds: Collection[str], queue: int, notes: Mapping[str, str]) -> None:
        """Take in what was kept since."""
        self.cursor = cursor
        self.kinds = frozenset(kinds)
        self.queue = queue
        self._texts.update(notes)

    def newest(self) -> Nanoseconds:
        """Return the time of the newest line of qmail's programs, Unix nanoseconds, 0 for none."""
        kept = self._texts.get("newest")
        if kept is not None:
            return Nanoseconds(kept)
        return NOTHING if self.cursor is None else self.cursor.stamp

    def keep(self) -> Minute:
        """Return for how long sums are kept by the hour."""
        return Minute(self._texts.get("keep", KEEP_MINUTES))

    def known_from(self) -> Nanoseconds | None:
        """Return from when on all lines count, as far as the log had them; None where nobody noted it."""
        notes = [self._texts[name] for name in ("begun", "kept_from") if name in self._texts]
        return max(map(Nanoseconds, notes), default=None)

    def text(self, name: str) -> str:
        """Return what is kept under another name, '' for nothing."""
        return self._texts.get(name, "")


class State(Database):
    """The memory of one log.  Every method raises StateError, in words, where the file fails it.

    A state that an older version wrote is converted: what was counted and what
    was handed on stays so.
    """

    def __init__(
        self, path: str, wait: float = 10.0, *, threads: bool = False, alone: bool = True, read: bool = False
    ) -> None:
        self.timeline = Timeline(self)
        self._messages: Messages | None = None
        self._seen: Seen | None = None
        super().__init__(path, wait, threads=threads, alone=alone, read=read)
        version = self.row("PRAGMA user_version")[0]
        if version == VERSION or (read and 0 < version < VERSION):
            return
        if version > VERSION or read:
            raise StateError(
                f"{path}: written by another version of sqmail-monitoring (state {version}, this is {VERSION}); "
                "use that version here, or another state directory"
            )
        if not version:
            with self.explained():
                self.execute("PRAGMA journal_mode=WAL")
        with self.transaction():
            # Another process may have been first.
            self._make(self.row("PRAGMA user_version")[0])

    def _make(self, version: int) -> None:
        """Make the tables, or today's of what an older version wrote."""
        from sqmail_log.state import schema, upgrade  # noqa: PLC0415 - once in a state's life

        if version == VERSION:
            return
        if version:
            upgrade.upgrade(self, version)
        else:
            schema.create(self)
        with self.explained():
            self.execute(f"PRAGMA user_version={VERSION}")

    @property
    def messages(self) -> Messages:
        """The open messages and running deliveries."""
        if self._messages is None:
            from sqmail_log.state.messages import Messages  # noqa: PLC0415 - most idle checks do not ask for them

            self._messages = Messages(self)
        return self._messages

    def meta(self) -> Meta:
        """Return what is kept of the log as a whole."""
        with self.explained():
            return Meta(dict(self.execute("SELECT key, value FROM meta")), self._load_seen)

    def _load_seen(self, floor: Nanoseconds) -> Seen:
        """Return the archives that were seen."""
        from sqmail_log.files.seen import Seen  # noqa: PLC0415 - only who reads on asks for them

        self._seen = Seen.placed(self.rows("SELECT key, place FROM archives ORDER BY place"), floor)
        return self._seen

    def save(
        self,
        meta: Meta,
        cursor: Cursor,
        minutes: Mapping[Minute, Sums],
        queue: Queue,
        deliveries: Deliveries,
        kinds: Collection[str],
        more: Mapping[str, str],
    ) -> None:
        """Keep what was read up to `cursor`, and say so in `meta`, which was read in the same transaction.

        `minutes` is added to what is there; `more` is kept by name for `Meta.text`.
        """
        with self.explained():
            notes = {"kinds": " ".join(sorted(kinds)), "queue": str(len(queue)), **more}
            if minutes:
                self.timeline.add(minutes, meta.exported, meta.keep())
                notes |= meta.count(minutes)
            self.messages.save(queue, deliveries)
            notes |= self._save_seen(cursor)
            notes["position"] = dumped((None, *cursor.scalars()))
            self.note(notes)
            meta.read_on(cursor, kinds, len(queue), notes)

    def keep(self, minutes: Minute) -> Meta:
        """Keep the sums of hours and days for so long from now on, and return what is kept of the log as a whole."""
        from sqmail_log.state import schema  # noqa: PLC0415 - once in a state's life

        with self.transaction():
            meta = self.meta()
            if meta.keep() < minutes:
                notes = {"keep": str(minutes)}
                with self.explained():
                    self.execute(schema.DAYS)
                bounds = self.timeline.bounds()
                if bounds is not None and meta.keep() == KEEP_MINUTES:
                    notes["kept_from"] = str(begin_of(bounds[0]))
                self.note(notes)
                meta = self.meta()
        return meta

    def shift_totals(self, meta: Meta, shifts: Mapping[str, int]) -> None:
        """Raise or lower totals.  To be called inside `transaction`, in which `meta` was read."""
        with self.explained():
            totals = meta.totals()
            for name, shift in shifts.items():
                totals[name] = totals.get(name, 0) + shift
            self.note({"totals": dumped(totals)})

    def _save_seen(self, cursor: Cursor) -> dict[str, str]:
        """Keep the archives that were seen, where that has changed; return what is to be kept by name."""
        seen = cursor.looked_up
        if seen is None or seen is self._seen:
            return {}
        kept = dict(self.rows("SELECT key, place FROM archives"))
        places = seen.places()
        self.many("DELETE FROM archives WHERE key = ?", [(key,) for key in kept if key not in places])
        changed = [(key, place) for key, place in places.items() if kept.get(key) != place]
        self.many("INSERT OR REPLACE INTO archives VALUES (?, ?)", changed)
        self._seen = seen
        return {"floor": str(seen.floor)}

    def note(self, notes: Mapping[str, str]) -> None:
        """Keep values by name.  To be called inside `transaction`."""
        with self.explained():
            self.many("INSERT OR REPLACE INTO meta VALUES (?, ?)", notes.items())
