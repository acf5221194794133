"""The open messages and running deliveries of a log, on their way between memory and the state."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from sqmail_log.queue import Place, Queue
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
        return [name for _, name in self.numbered(channel)]

    def numbered(self, channel: str) -> list[tuple[int, str]]:
        """Return the same with each delivery's number, oldest first; 0 for all where several daemons count."""
        prefix = channel.encode("ascii") + b" "
        found = []
        for number, (_, place) in self.deliveries().items():
            if place.startswith(prefix):
                name = place[len(prefix) :]
                name = name.rpartition(b"@")[2] if channel == "remote" else name
                plain = number.removesuffix(b":")
                found.append((int(plain) if plain.isdigit() else 0, name[:_LONGEST_NAME].decode("ascii", "replace")))
        return sorted(found)

    def by_age(self, place: Place, limit: int = _BATCH) -> list[Place]:
        """Return some of the messages behind a place, oldest first: since when, and number."""
        query = "SELECT since, number FROM messages WHERE (since, number) > (?, ?) ORDER BY since, number LIMIT ?"
        return self._database.rows(query, (*place, limit))

    def load(self, queue: Queue, numbers: Iterable[bytes] | None = None) -> None:
        """Bring open messages into `queue`: those of `numbers` that it does not know, or all, oldest first."""
        database = self._database
        with database.explained():
            if numbers is None:
                queue.load(database.rows("SELECT number, since, known, sender FROM messages ORDER BY since"))
                return
            wanted = [int(number) for number in numbers if len(number) <= _LONGEST and not queue.knows(number)]
            for start in range(0, len(wanted), _BATCH):
                batch = wanted[start : start + _BATCH]
                marks = ",".join("?" * len(batch))
                query = f"SELECT number, since, known, sender FROM messages WHERE number IN ({marks})"  # noqa: S608
                queue.load(database.rows(query, batch))

    def spill(self, queue: Queue, but: Collection[bytes]) -> None:
        """Keep what has changed in `queue` and empty it, `but` for some.  To be called inside `transaction`."""
        self._keep(queue)
        queue.forget(but)

    def save(self, queue: Queue, deliveries: Deliveries) -> None:
        """Keep what has changed in `queue`, and these deliveries as running.  To be called inside `transaction`."""
        self._keep(queue)
        with self._database.explained():
            self._database.execute("DELETE FROM deliveries")
        rows = [(number, *delivery) for number, delivery in deliveries.items()]
        self._database.many("INSERT INTO deliveries VALUES (?, ?, ?)", rows)

    def _keep(self, queue: Queue) -> None:
        gone, changed = queue.changes()
        self._database.many("DELETE FROM messages WHERE number = ?", [(int(number),) for number in gone])
        # In the order of their numbers SQLite changes each page of its tree once.
        self._database.many("INSERT OR REPLACE INTO messages VALUES (?, ?, ?, ?)", sorted(changed))
