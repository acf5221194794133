"""What is remembered of a log between two runs: one SQLite file per log.

Position, sums per minute, open messages and running deliveries change
together in one transaction, so a kill at any instruction, two readers at the
same moment or a full disk leave either all of a step or nothing of it.
SQLite and not one file of JSON, because a queue of 100,000 messages must not
be written anew at each run.
"""

from __future__ import annotations

import json
import os
import zlib
from contextlib import contextmanager, suppress

# The C half of the sqlite3 module is all that is needed; the other half imports
# datetime, and both together cost 3 ms of an idle check's 60.
try:
    import _sqlite3 as sqlite3
except ImportError:
    import sqlite3  # type: ignore[no-redef]

from sqmail_log import tai64n
from sqmail_log.errors import LogError, StateError
from sqmail_log.metrics import LAST, METRICS, SUM
from sqmail_log.position import Position
from sqmail_log.sums import Sums, total

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqmail_log.queue import Queue

    Deliveries = dict[bytes, tuple[bytes, bytes]]

VERSION = 4
KEEP_MINUTES = 8 * 24 * 60
"""Sums are kept for this long; no window can be longer."""

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE minutes (number INTEGER PRIMARY KEY, sums BLOB NOT NULL);
CREATE TABLE hours (number INTEGER PRIMARY KEY, sums BLOB NOT NULL);
CREATE TABLE messages (number INTEGER PRIMARY KEY, since INTEGER NOT NULL, known INTEGER NOT NULL);
CREATE INDEX messages_by_age ON messages (since);
CREATE TABLE deliveries (number BLOB PRIMARY KEY, message BLOB NOT NULL, channel BLOB NOT NULL);
"""
_KEPT = "SELECT number FROM minutes WHERE number BETWEEN ? AND ?"
_BATCH = 500
# Going through more than this costs an idle check a hundredth.
_LONG_LOG = 256 << 10
_WHY = 100
_HOUR = 60


def state_path(directory: str, log: str) -> str:
    """Return the file in a state directory that remembers `log`.  Raises LogError."""
    try:
        real = os.path.realpath(log)
    except OSError as error:  # of the current directory
        raise LogError(f"{log}: {error.strerror}; give the whole path") from error
    words = "".join(c if c.isalnum() or c in "._-" else "_" for c in real.strip("/"))[-60:]
    return os.path.join(directory, f"{words or 'root'}-{zlib.crc32(os.fsencode(real)):08x}.sqlite")


class State:
    """The memory of one log.  Every method raises StateError, in words, where the file fails it.

    Others are waited for up to `wait` seconds.  With `threads` it may be used
    by one thread after the other, though never by two at a time.
    """

    def __init__(self, path: str, wait: float = 10.0, *, threads: bool = False) -> None:
        self.path = path
        with self._explained():
            if path != ":memory:" and not os.path.exists(path):
                _make_directory(os.path.dirname(path))
            self._db = sqlite3.connect(path, timeout=wait, isolation_level=None, check_same_thread=not threads)
            self._db.execute("PRAGMA synchronous=NORMAL")
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                self._create()
            elif version != VERSION:
                raise StateError(
                    f"{path}: written by another version of sqmail-monitoring; remove it and the log is read again"
                )

    def settle(self) -> None:
        """Move a long log of changes into the file itself: whoever opens the state goes through that log.

        It waits for nobody, and where it fails nothing is lost.
        """
        try:
            if os.stat(f"{self.path}-wal").st_size < _LONG_LOG:
                return
        except OSError:
            return
        with suppress(StateError), self._explained():
            wait = self._db.execute("PRAGMA busy_timeout").fetchone()[0]
            self._db.execute("PRAGMA busy_timeout=0")
            try:
                self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            finally:
                self._db.execute(f"PRAGMA busy_timeout={wait}")

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def _create(self) -> None:
        if self.path != ":memory:" and os.geteuid() == 0:
            # Before SQLite makes the files beside it, to which it gives the same owner.
            owner = os.stat(os.path.dirname(self.path))
            os.chown(self.path, owner.st_uid, owner.st_gid)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("BEGIN IMMEDIATE")
        if self._db.execute("PRAGMA user_version").fetchone()[0] == 0:
            for statement in _SCHEMA.split(";"):
                self._db.execute(statement)
            self._db.execute(f"PRAGMA user_version={VERSION}")
        self._db.execute("COMMIT")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Hold the state alone; what is saved inside counts as a whole or not at all.

        Raises BusyError where another process holds it for longer than the
        wait asked for.
        """
        with self._explained():
            self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            with self._explained():
                self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            text = str(error)
            if "locked" in text:
                raise BusyError(f"{self.path}: another process is reading this log") from error
            if "full" in text or "I/O" in text:
                mend = "free some space there" if "full" in text else "free some space there, or see to its disk"
                raise StateError(f"{self.path}: cannot write the state: {text}; {mend}") from error
            if "malformed" in text or "no such" in text or "decode" in text:
                raise _damaged(self.path, text) from error
            raise _unwritable(self.path, text) from error
        except (sqlite3.DatabaseError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise _damaged(self.path, str(error)) from error
        except OSError as error:
            raise _unwritable(self.path, error.strerror or str(error)) from error

    # What the state holds

    def meta(self) -> dict[str, str]:
        """Return all that is kept by name."""
        with self._explained():
            return dict(self._db.execute("SELECT key, value FROM meta"))

    def number(self, meta: dict[str, str], name: str) -> int:
        """Return a number that is kept by name, 0 for none."""
        with self._explained():
            return int(meta.get(name, "0"))

    def latest(self, meta: dict[str, str]) -> dict[str, int]:
        """Return the value of each LAST metric as the log said it last."""
        with self._explained():
            return {name: int(value) for name, value in json.loads(meta.get("latest", "{}")).items()}

    def position(self, meta: dict[str, str] | None = None) -> Position | None:
        """Return how far the log was read; None before the first time."""
        text = (self.meta() if meta is None else meta).get("position")
        with self._explained():
            return Position(*json.loads(text)) if text else None

    def sums(self, first: int, last: int) -> Iterator[tuple[int, Sums]]:
        """Yield the numbers and sums of the minutes from `first` to `last`, in order."""
        with self._explained():
            rows = self._db.execute(
                "SELECT number, sums FROM minutes WHERE number BETWEEN ? AND ? ORDER BY number", (first, last)
            ).fetchall()
            for number, text in rows:
                yield number, Sums.load(text)

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
        with self._explained():
            kept = dict(
                self._db.execute("SELECT number, sums FROM hours WHERE number >= ? AND number < ?", (first, behind))
            )
        bounds = self.bounds()
        if bounds is None:
            return []
        oldest, newest = (minute // _HOUR for minute in bounds)
        first, behind = max(first, oldest), min(behind, newest + 1)
        missing = [hour for hour in range(first, min(behind, newest)) if hour not in kept]
        if missing:
            with suppress(StateError), self.transaction():
                rows = [(hour, self._hour(hour).dump()) for hour in missing]
                self._db.executemany("INSERT OR REPLACE INTO hours VALUES (?, ?)", rows)
                kept.update(rows)
            self.settle()
        with self._explained():
            return [Sums.load(kept[hour]) if hour in kept else self._hour(hour) for hour in range(first, behind)]

    def _hour(self, number: int) -> Sums:
        return total(sums for _, sums in self.sums(number * _HOUR, number * _HOUR + _HOUR - 1))

    def bounds(self) -> tuple[int, int] | None:
        """Return the first and the last minute that have sums; None without any."""
        with self._explained():
            first, last = self._db.execute("SELECT min(number), max(number) FROM minutes").fetchone()
        return None if first is None else (first, last)

    def following(self, minute: int, default: int) -> int:
        """Return the first minute from `minute` on that has sums, `default` if there is none."""
        with self._explained():
            (found,) = self._db.execute("SELECT min(number) FROM minutes WHERE number >= ?", (minute,)).fetchone()
        return default if found is None else found

    def oldest(self, limit: int = 1) -> list[tuple[int, int, bool]]:
        """Return the oldest open messages: number, since when (Unix nanoseconds), whether that is their birth."""
        with self._explained():
            rows = self._db.execute(
                "SELECT number, since, known FROM messages ORDER BY since LIMIT ?", (limit,)
            ).fetchall()
        return [(number, since, bool(known)) for number, since, known in rows]

    # Messages and deliveries on their way between memory and file

    def load_deliveries(self) -> Deliveries:
        """Return the deliveries that were running."""
        with self._explained():
            rows = self._db.execute("SELECT number, message, channel FROM deliveries").fetchall()
        return {number: (message, channel) for number, message, channel in rows}

    def load_messages(self, queue: Queue, numbers: Iterable[bytes] | None = None) -> None:
        """Bring open messages into `queue`: those of `numbers`, or all, oldest first."""
        with self._explained():
            if numbers is None:
                rows = self._db.execute("SELECT number, since, known FROM messages ORDER BY since").fetchall()
                queue.load(rows)
                return
            wanted = [int(number) for number in numbers if len(number) < 19 and number not in queue.stored]
            for start in range(0, len(wanted), _BATCH):
                batch = wanted[start : start + _BATCH]
                marks = ",".join("?" * len(batch))
                query = f"SELECT number, since, known FROM messages WHERE number IN ({marks})"  # noqa: S608
                queue.load(self._db.execute(query, batch).fetchall())
            queue.oldest_absent = self._oldest_absent(queue)

    def _oldest_absent(self, queue: Queue) -> bytes | None:
        for number, since in self._db.execute("SELECT number, since FROM messages ORDER BY since"):
            if b"%d" % number not in queue.stored:
                return tai64n.short(since)
        return None

    def save(
        self,
        position: Position,
        minutes: dict[int, Sums],
        queue: Queue,
        deliveries: Deliveries,
        notes: dict[str, str],
    ) -> None:
        """Keep what was read up to `position`.  To be called inside `transaction`.

        `minutes` is added to what is there; `notes` are kept by name.
        """
        with self._explained():
            self._save_minutes(minutes)
            self._save_messages(queue)
            self._db.execute("DELETE FROM deliveries")
            self._db.executemany(
                "INSERT INTO deliveries VALUES (?, ?, ?)",
                [(number, *delivery) for number, delivery in deliveries.items()],
            )
            notes = {**notes, "position": json.dumps(position.fields()), "queue": str(len(queue))}
            self.note(notes)

    def note(self, notes: dict[str, str]) -> None:
        """Keep values by name.  To be called inside `transaction`."""
        with self._explained():
            self._db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", notes.items())

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
        kept = {number for (number,) in self._db.execute(_KEPT, stretch)}
        rows = []
        for number, sums in minutes.items():
            if number < oldest:
                continue
            if number in kept:
                (text,) = self._db.execute("SELECT sums FROM minutes WHERE number = ?", (number,)).fetchone()
                sums = total((Sums.load(text), sums))  # noqa: PLW2901
            rows.append((number, sums.dump()))
        self._db.executemany("INSERT OR REPLACE INTO minutes VALUES (?, ?)", rows)
        self._db.executemany("DELETE FROM hours WHERE number = ?", {(number // _HOUR,) for number in minutes})
        self._db.execute("DELETE FROM hours WHERE number < ?", (oldest // _HOUR,))
        self._db.execute("DELETE FROM minutes WHERE number < ?", (oldest,))
        self.note({"totals": json.dumps(totals), "latest": json.dumps(latest)})

    def _save_messages(self, queue: Queue) -> None:
        gone, changed = queue.changes()
        self._db.executemany("DELETE FROM messages WHERE number = ?", [(int(number),) for number in gone])
        self._db.executemany("INSERT OR REPLACE INTO messages VALUES (?, ?, ?)", changed)


class BusyError(StateError):
    """Another process holds the state; what it has committed can be read all the same."""


def _make_directory(directory: str) -> None:
    if os.path.isdir(directory):
        return
    parent = os.path.dirname(directory) or "."
    os.makedirs(directory, mode=0o750, exist_ok=True)
    if os.geteuid() == 0:
        # What root tries by hand must stay usable for the monitor's own user.
        owner = os.stat(parent)
        os.chown(directory, owner.st_uid, owner.st_gid)


def _unwritable(path: str, text: str) -> StateError:
    from sqmail_log import access  # noqa: PLC0415 - only where something is wrong

    return StateError(f"{path}: cannot keep the state ({text}); {access.remedy_to_write(path)}")


def _damaged(path: str, text: str) -> StateError:
    return StateError(
        f"{path}: the state is damaged ({text[:_WHY]}); "
        f"mv {path} {path}.damaged and the log is read again from its archives"
    )
