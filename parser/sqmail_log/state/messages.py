"""The open messages and running deliveries of a log, on their way between memory and the state."""

from __future__ import annotations

from sqmail_log import tai64n

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqmail_log.queue import Queue
    from sqmail_log.state.database import Database
    from sqmail_log.units import Nanoseconds

    Deliveries = dict[bytes, tuple[bytes, bytes]]

_BATCH = 500
_LONGEST = 18
_LONGEST_NAME = 64


class Messages:
    """What a state holds of the queue.  Every method raises StateError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def oldest(self, limit: int = 1) -> list[tuple[int, Nanoseconds, bool]]:
        """Return the oldest open messages: number, since when (Unix time), whether that is their birth."""
        rows = self._database.rows("SELECT number, since, known FROM messages ORDER BY since LIMIT ?", (limit,))
        return [(number, since, bool(known)) for number, since, known in rows]

    def deliveries(self) -> Deliveries:
        """Return the deliveries that were running."""
        rows = self._database.rows("SELECT number, message, channel FROM deliveries")
        return {number: (message, channel) for number, message, channel in rows}

    def running(self, channel: str) -> list[str]:
        """Return the destinations of a channel's running deliveries: hosts of `remote`, else mailboxes."""
        prefix = channel.encode("ascii") + b" "
        found = [place[len(prefix) :] for _, place in self.deliveries().values() if place.startswith(prefix)]
        names = [place.rpartition(b"@")[2] for place in found] if channel == "remote" else found
        return [name[:_LONGEST_NAME].decode("ascii", "replace") for name in names]

    def load(self, queue: Queue, numbers: Iterable[bytes] | None = None) -> None:
        """Bring open messages into `queue`: those of `numbers`, or all, oldest first."""
        database = self._database
        with database.explained():
            if numbers is None:
                queue.load(database.rows("SELECT number, since, known FROM messages ORDER BY since"))
                return
            wanted = [int(number) for number in numbers if len(number) <= _LONGEST and number not in queue.stored]
            for start in range(0, len(wanted), _BATCH):
                batch = wanted[start : start + _BATCH]
                marks = ",".join("?" * len(batch))
                query = f"SELECT number, since, known FROM messages WHERE number IN ({marks})"  # noqa: S608
                queue.load(database.rows(query, batch))
            queue.oldest_absent = self._oldest_absent(queue)

    def _oldest_absent(self, queue: Queue) -> bytes | None:
        for number, since in self._database.execute("SELECT number, since FROM messages ORDER BY since"):
            if b"%d" % number not in queue.stored:
                return tai64n.short(since)
        return None

    def save(self, queue: Queue, deliveries: Deliveries) -> None:
        """Keep what has changed in `queue`, and these deliveries as running.  To be called inside `transaction`."""
        many = self._database.many
        gone, changed = queue.changes()
        many("DELETE FROM messages WHERE number = ?", [(int(number),) for number in gone])
        many("INSERT OR REPLACE INTO messages VALUES (?, ?, ?)", changed)
        with self._database.explained():
            self._database.execute("DELETE FROM deliveries")
        rows = [(number, *delivery) for number, delivery in deliveries.items()]
        many("INSERT INTO deliveries VALUES (?, ?, ?)", rows)
