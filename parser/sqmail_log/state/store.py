"""What is remembered of a log between two runs: one SQLite file per log.

Cursor, sums per minute, open messages and running deliveries change
together in one transaction, so a kill at any instruction, two readers at the
same moment or a full disk leave either all of a step or nothing of it.
SQLite and not one file of JSON, because a queue of 100,000 messages must not
be written anew at each run.
"""

from __future__ import annotations

import json
import os
import zlib
from contextlib import suppress

from sqmail_log import tai64n
from sqmail_log.errors import LogError, StateError
from sqmail_log.figures.metrics import LAST, METRICS, SUM
from sqmail_log.figures.sums import Sums, total
from sqmail_log.files.cursor import Cursor
from sqmail_log.files.seen import Seen
from sqmail_log.state.database import BusyError, Database

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqmail_log.queue import Queue

    Deliveries = dict[bytes, tuple[bytes, bytes]]

__all__ = ["KEEP_MINUTES", "VERSION", "BusyError", "State", "StateError", "state_path"]

VERSION = 5
KEEP_MINUTES = 8 * 24 * 60
"""Sums are kept for this long; no window can be longer."""

ARCHIVES = "CREATE TABLE archives (key TEXT PRIMARY KEY, place INTEGER NOT NULL) WITHOUT ROWID"
_SCHEMA = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE minutes (number INTEGER PRIMARY KEY, sums BLOB NOT NULL);
CREATE TABLE hours (number INTEGER PRIMARY KEY, sums BLOB NOT NULL);
CREATE TABLE messages (number INTEGER PRIMARY KEY, since INTEGER NOT NULL, known INTEGER NOT NULL);
CREATE INDEX messages_by_age ON messages (since);
CREATE TABLE deliveries (number BLOB PRIMARY KEY, message BLOB NOT NULL, channel BLOB NOT NULL);
{ARCHIVES};
"""
_DONE = -1
_KEPT = "SELECT number FROM minutes WHERE number BETWEEN ? AND ?"
_BATCH = 500
_HOUR = 60


def state_path(directory: str, log: str) -> str:
    """Return the file in a state directory that remembers `log`.  Raises LogError."""
    try:
        real = os.path.realpath(log)
    except OSError as error:  # of the current directory
        raise LogError(f"{log}: {error.strerror}; give the whole path") from error
    words = "".join(c if c.isalnum() or c in "._-" else "_" for c in real.strip("/"))[-60:]
    return os.path.join(directory, f"{words or 'root'}-{zlib.crc32(os.fsencode(real)):08x}.sqlite")


class State(Database):
    """The memory of one log.  Every method raises StateError, in words, where the file fails it.

    A state that an older version wrote is converted: what was counted and what
    was handed on stays so.
    """

    def __init__(
        self, path: str, wait: float = 10.0, *, threads: bool = False, alone: bool = True, read: bool = False
    ) -> None:
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
            version = self.row("PRAGMA user_version")[0]
            if not version:
                self.create()
            elif version < VERSION:
                from sqmail_log.state import upgrade  # noqa: PLC0415 - once in a state's life

                upgrade.upgrade(self, version)

    def create(self) -> None:
        """Make the tables.  To be called inside `transaction`."""
        with self.explained():
            for statement in _SCHEMA.split(";"):
                self.execute(statement)
            self.execute(f"PRAGMA user_version={VERSION}")

    # What the state holds

    def meta(self) -> dict[str, str]:
        """Return all that is kept by name."""
        with self.explained():
            return dict(self.execute("SELECT key, value FROM meta"))

    def number(self, meta: dict[str, str], name: str) -> int:
        """Return a number that is kept by name, 0 for none."""
        with self.explained():
            return int(meta.get(name, "0"))

    def latest(self, meta: dict[str, str]) -> dict[str, int]:
        """Return the value of each LAST metric as the log said it last."""
        with self.explained():
            return {name: int(value) for name, value in json.loads(meta.get("latest", "{}")).items()}

    def cursor(self, meta: dict[str, str] | None = None) -> Cursor | None:
        """Return how far the log was read; None before the first time."""
        text = (self.meta() if meta is None else meta).get("position")
        with self.explained():
            if not text:
                return None
            seen, *scalars = json.loads(text)
            return Cursor(self._load_seen if seen is None else seen, *scalars)

    def _load_seen(self) -> Seen:
        """Return the archives that were seen."""
        rows = self.rows("SELECT key, place FROM archives ORDER BY place")
        with self.explained():
            floor = int(self.meta().get("floor", "0"))
        done = [key for key, place in rows if place == _DONE]
        self._seen = Seen(done, [key for key, place in rows if place != _DONE], floor)
        return self._seen

    def sums(self, first: int, last: int) -> Iterator[tuple[int, Sums]]:
        """Yield the numbers and sums of the minutes from `first` to `last`, in order."""
        query = "SELECT number, sums FROM minutes WHERE number BETWEEN ? AND ? ORDER BY number"
        for number, text in self.rows(query, (first, last)):
            with self.explained():
                sums = Sums.load(text)
            yield number, sums

    def stretch(self, first: int, last: int) -> list[Sums]:
        """Return sums that together are those of the minutes from `first` to `last`, in order: whole hours as one."""
        first_hour, behind_hour = -(-first // _HOUR), (last + 1) // _HOUR
        if first_hour >= behind_hour:
            return [sums for _, sums in self.sums(first, last)]
        return [
            *(sums for _, sums in self.sums(first, first_hour * _HOUR - 1)),
            *self._hours(first_hour, behind_hour),
            *(sums for _, sums in self.sums(behind_hour * _HOUR, last)),
        ]

    def _hours(self, first: int, behind: int) -> list[Sums]:
        """Return the sums of hours, each added up from its minutes but once: what is past is kept."""
        kept = dict(self.rows("SELECT number, sums FROM hours WHERE number >= ? AND number < ?", (first, behind)))
        bounds = self.bounds()
        if bounds is None:
            return []
        oldest, newest = (minute // _HOUR for minute in bounds)
        first, behind = max(first, oldest), min(behind, newest + 1)
        missing = [hour for hour in range(first, min(behind, newest)) if hour not in kept]
        if missing:
            with suppress(StateError), self.transaction(patient=False):
                rows = [(hour, self._hour(hour).dump()) for hour in missing]
                self.many("INSERT OR REPLACE INTO hours VALUES (?, ?)", rows)
                kept.update(rows)
            self.settle()
        with self.explained():
            return [Sums.load(kept[hour]) if hour in kept else self._hour(hour) for hour in range(first, behind)]

    def _hour(self, number: int) -> Sums:
        return total(sums for _, sums in self.sums(number * _HOUR, number * _HOUR + _HOUR - 1))

    def bounds(self) -> tuple[int, int] | None:
        """Return the first and the last minute that have sums; None without any."""
        first, last = self.row("SELECT min(number), max(number) FROM minutes")
        return None if first is None else (first, last)

    def following(self, minute: int, default: int) -> int:
        """Return the first minute from `minute` on that has sums, `default` if there is none."""
        (found,) = self.row("SELECT min(number) FROM minutes WHERE number >= ?", (minute,))
        return default if found is None else found

    def oldest(self, limit: int = 1) -> list[tuple[int, int, bool]]:
        """Return the oldest open messages: number, since when (Unix nanoseconds), whether that is their birth."""
        rows = self.rows("SELECT number, since, known FROM messages ORDER BY since LIMIT ?", (limit,))
        return [(number, since, bool(known)) for number, since, known in rows]

    # Messages and deliveries on their way between memory and file

    def load_deliveries(self) -> Deliveries:
        """Return the deliveries that were running."""
        rows = self.rows("SELECT number, message, channel FROM deliveries")
        return {number: (message, channel) for number, message, channel in rows}

    def load_messages(self, queue: Queue, numbers: Iterable[bytes] | None = None) -> None:
        """Bring open messages into `queue`: those of `numbers`, or all, oldest first."""
        with self.explained():
            if numbers is None:
                rows = self.execute("SELECT number, since, known FROM messages ORDER BY since").fetchall()
                queue.load(rows)
                return
            wanted = [int(number) for number in numbers if len(number) < 19 and number not in queue.stored]
            for start in range(0, len(wanted), _BATCH):
                batch = wanted[start : start + _BATCH]
                marks = ",".join("?" * len(batch))
                query = f"SELECT number, since, known FROM messages WHERE number IN ({marks})"  # noqa: S608
                queue.load(self.execute(query, batch).fetchall())
            queue.oldest_absent = self._oldest_absent(queue)

    def _oldest_absent(self, queue: Queue) -> bytes | None:
        for number, since in self.execute("SELECT number, since FROM messages ORDER BY since"):
            if b"%d" % number not in queue.stored:
                return tai64n.short(since)
        return None

    def save(
        self,
        cursor: Cursor,
        minutes: dict[int, Sums],
        queue: Queue,
        deliveries: Deliveries,
        notes: dict[str, str],
    ) -> None:
        """Keep what was read up to `cursor`.  To be called inside `transaction`.

        `minutes` is added to what is there; `notes` are kept by name.
        """
        with self.explained():
            self._save_minutes(minutes)
            self._save_messages(queue)
            self.execute("DELETE FROM deliveries")
            self.many(
                "INSERT INTO deliveries VALUES (?, ?, ?)",
                [(number, *delivery) for number, delivery in deliveries.items()],
            )
            self.note({**notes, "queue": str(len(queue))})
            self.save_cursor(cursor)

    def save_cursor(self, cursor: Cursor) -> None:
        """Keep how far the log was read.  To be called inside `transaction`."""
        seen = cursor.looked_up
        notes = {"position": json.dumps((None, *cursor.scalars()))}
        if seen is not None and seen is not self._seen:
            kept = dict(self.rows("SELECT key, place FROM archives"))
            places = {**dict.fromkeys(seen.done, _DONE), **{key: place for place, key in enumerate(seen.todo)}}
            self.many("DELETE FROM archives WHERE key = ?", [(key,) for key in kept if key not in places])
            changed = [(key, place) for key, place in places.items() if kept.get(key) != place]
            self.many("INSERT OR REPLACE INTO archives VALUES (?, ?)", changed)
            notes["floor"] = str(seen.floor)
            self._seen = seen
        self.note(notes)

    def note(self, notes: dict[str, str]) -> None:
        """Keep values by name.  To be called inside `transaction`."""
        with self.explained():
            self.many("INSERT OR REPLACE INTO meta VALUES (?, ?)", notes.items())

    def _save_minutes(self, minutes: dict[int, Sums]) -> None:
        if not minutes:
            return
        meta = self.meta()
        totals = json.loads(meta.get("totals", "{}"))
        latest = json.loads(meta.get("latest", "{}"))
        merges = {name: metric.merge for name, metric in METRICS.items()}
        for number in sorted(minutes):
            for name, value in minutes[number].numbers.items():
                merge = merges[name]
                if merge == SUM:
                    totals[name] = totals.get(name, 0) + value
                elif merge == LAST:
                    latest[name] = value
        oldest = max(minutes) - KEEP_MINUTES
        if "exported" in meta:
            # Who passes minutes on must see each before it goes, and again those that did not arrive.
            oldest = min(oldest, int(meta["exported"]) - KEEP_MINUTES)
        stretch = min(minutes), max(minutes)
        kept = {number for (number,) in self.execute(_KEPT, stretch)}
        rows = []
        for number, sums in minutes.items():
            if number < oldest:
                continue
            if number in kept:
                (text,) = self.execute("SELECT sums FROM minutes WHERE number = ?", (number,)).fetchone()
                sums = total((Sums.load(text), sums))  # noqa: PLW2901
            rows.append((number, sums.dump()))
        self.many("INSERT OR REPLACE INTO minutes VALUES (?, ?)", rows)
        self.many("DELETE FROM hours WHERE number = ?", {(number // _HOUR,) for number in minutes})
        self.execute("DELETE FROM hours WHERE number < ?", (oldest // _HOUR,))
        self.execute("DELETE FROM minutes WHERE number < ?", (oldest,))
        self.note({"totals": json.dumps(totals), "latest": json.dumps(latest)})

    def _save_messages(self, queue: Queue) -> None:
        gone, changed = queue.changes()
        self.many("DELETE FROM messages WHERE number = ?", [(int(number),) for number in gone])
        self.many("INSERT OR REPLACE INTO messages VALUES (?, ?, ?)", changed)
