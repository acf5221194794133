"""The sums of a log by minute, for as long as they are remembered; and by hour and day, once one was asked for."""

from __future__ import annotations

from sqmail_log.errors import StateError
from sqmail_log.figures.sums import Sums, numbers_of, total
from sqmail_log.units import Minute

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqmail_log.state.database import Database

KEEP_MINUTES = Minute(8 * 24 * 60)
"""Sums of minutes are kept for this long; those of hours and days for longer, where a check has a longer window."""
_HOUR = Minute(60)
_DAY = Minute(24 * 60)
_LONGER = (("hours", _HOUR), ("days", _DAY))
_SUMS = "SELECT number, sums FROM minutes WHERE number BETWEEN ? AND ? ORDER BY number"
_NUMBERS = "SELECT number FROM minutes WHERE number BETWEEN ? AND ?"


class Timeline:
    """The minutes in a state, and the hours made of them.  Every method raises StateError.

    An hour is added up from its minutes when a long window first asks for it,
    kept, and forgotten when a late line changes one of its minutes; so is a
    day.  Where more than minutes is kept, each hour is added up before its
    minutes go.
    """

    def __init__(self, database: Database) -> None:
        self.kept = KEEP_MINUTES
        """How long minutes are kept."""
        self.has_days = False
        """Whether long windows are asked for, and so days are worth being kept."""
        self._database = database
        # The minutes that this process saved last: what they were dumped to, and what was dumped.
        self._own: dict[Minute, tuple[bytes, Sums]] = {}

    def sums(self, first: Minute, last: Minute) -> Iterator[tuple[Minute, Sums]]:
        """Yield the minutes from `first` to `last` that have sums, in order, with those."""
        for number, dumped in self._database.rows(_SUMS, (first, last)):
            yield number, self._loaded(number, dumped)

    def numbers(self, first: Minute, last: Minute) -> Iterator[tuple[Minute, dict[str, int]]]:
        """Yield the minutes from `first` to `last` that have sums, in order, with their numbers alone."""
        for number, dumped in self._database.rows(_SUMS, (first, last)):
            own = self._own.get(number)
            if own is not None and own[0] == dumped:
                yield number, own[1].numbers
                continue
            with self._database.explained():
                yield number, numbers_of(dumped)

    def _loaded(self, number: Minute, dumped: bytes) -> Sums:
        own = self._own.get(number)
        if own is not None and own[0] == dumped:
            return own[1]
        with self._database.explained():
            return Sums.load(dumped)

    def stretch(self, first: Minute, last: Minute) -> list[Sums]:
        """Return sums that together are those of the minutes from `first` to `last`, in order.

        Whole hours are one; of what is longer than minutes are kept, so are whole days.
        """
        return self._stretch(first, last, 2 if self.has_days and last - first > KEEP_MINUTES else 1)

    def _stretch(self, first: Minute, last: Minute, level: int) -> list[Sums]:
        if first > last:
            return []
        if not level:
            return [sums for _, sums in self.sums(first, last)]
        _, size = _LONGER[level - 1]
        begin, behind = -(-first // size), Minute(last + 1) // size
        if begin >= behind:
            return self._stretch(first, last, level - 1)
        return [
            *self._stretch(first, Minute(begin * size - 1), level - 1),
            *self._whole(begin, behind, level),
            *self._stretch(Minute(behind * size), last, level - 1),
        ]

    def _whole(self, first: int, behind: int, level: int) -> list[Sums]:
        """Return the sums of hours or days, each added up from its parts but once: what is past is kept."""
        database = self._database
        table, size = _LONGER[level - 1]
        bounds = self._reach()
        if bounds is None:
            return []
        oldest, newest = (minute // size for minute in bounds)
        first, behind = max(first, oldest), min(behind, newest + 1)
        query = f"SELECT number, sums FROM {table} WHERE number >= ? AND number < ?"  # noqa: S608
        kept = dict(database.rows(query, (first, behind)))
        missing = [number for number in range(first, min(behind, newest)) if number not in kept]
        if missing:
            try:
                with database.transaction(patient=False):
                    rows = [(number, self._one(number, level).dump()) for number in missing]
                    database.many(f"INSERT OR REPLACE INTO {table} VALUES (?, ?)", rows)  # noqa: S608
                    kept.update(rows)
            except StateError:
                pass  # who asks next keeps them
            database.settle()
        with database.explained():
            return [
                Sums.load(kept[number]) if number in kept else self._one(number, level)
                for number in range(first, behind)
            ]

    def _one(self, number: int, level: int) -> Sums:
        """Add up an hour or a day."""
        _, size = _LONGER[level - 1]
        return total(self._stretch(Minute(number * size), Minute((number + 1) * size - 1), level - 1))

    def _reach(self) -> tuple[Minute, Minute] | None:
        """Return the first minute that has sums, by itself or in an hour, and the last one; None without any."""
        bounds = self.bounds()
        (hour,) = self._database.row("SELECT min(number) FROM hours")
        if bounds is None or hour is None:
            return bounds
        return min(bounds[0], Minute(hour * _HOUR)), bounds[1]

    def bounds(self) -> tuple[Minute, Minute] | None:
        """Return the first and the last minute that have sums; None without any."""
        # Both in one SELECT would go through all rows (benchmark: idle).
        first, last = self._database.row("SELECT (SELECT min(number) FROM minutes), (SELECT max(number) FROM minutes)")
        return None if first is None else (first, last)

    def following(self, minute: Minute, default: Minute) -> Minute:
        """Return the first minute from `minute` on that has sums, `default` if there is none."""
        (found,) = self._database.row("SELECT min(number) FROM minutes WHERE number >= ?", (minute,))
        return default if found is None else found

    def add(self, minutes: Mapping[Minute, Sums], needed: Minute | None, keep: Minute = KEEP_MINUTES) -> None:
        """Add sums to what is there, and forget what is too old.  To be called inside `transaction`.

        From `needed` on minutes must be kept for as long as others, whatever
        has come since.  Hours and days stay for `keep`.
        """
        newest = max(minutes)
        oldest = newest - self.kept
        if needed is not None:
            oldest = min(oldest, needed - self.kept)
        if keep > KEEP_MINUTES:
            oldest = Minute(oldest - oldest % _HOUR)
        kept = {number for (number,) in self._database.rows(_NUMBERS, (min(minutes), newest))}
        saved: dict[Minute, tuple[bytes, Sums]] = {}
        for number, sums in minutes.items():
            if number < min(oldest, newest - keep):
                continue
            if number in kept:
                (dumped,) = self._database.row("SELECT sums FROM minutes WHERE number = ?", (number,))
                sums = total((self._loaded(number, dumped), sums))  # noqa: PLW2901
            saved[number] = sums.dump(), sums
        if keep > KEEP_MINUTES:
            saved = self._without_late(saved)
        many = self._database.many
        rows = [(number, dumped) for number, (dumped, _) in saved.items()]
        many("INSERT OR REPLACE INTO minutes VALUES (?, ?)", rows)
        self._own = saved
        limit = min(oldest, Minute(newest - keep))
        many("DELETE FROM hours WHERE number = ?", {(number // _HOUR,) for number in saved})
        many("DELETE FROM hours WHERE number < ?", [(limit // _HOUR,)])
        if keep > KEEP_MINUTES:
            many("DELETE FROM days WHERE number = ?", {(number // _DAY,) for number in minutes})
            many("DELETE FROM days WHERE number < ?", [(limit // _DAY,)])
            query = "SELECT DISTINCT number / ? FROM minutes WHERE number < ?"
            for (hour,) in self._database.rows(query, (_HOUR, oldest)):
                if self._kept_hour(hour) is None:
                    self._keep_hour(hour, self._one(hour, 1))
        many("DELETE FROM minutes WHERE number < ?", [(oldest,)])

    def _without_late(self, saved: dict[Minute, tuple[bytes, Sums]]) -> dict[Minute, tuple[bytes, Sums]]:
        """Add late minutes to those hours of which no other minutes are kept any more; return the rest."""
        for hour in {number // _HOUR for number in saved}:
            first, last = Minute(hour * _HOUR), Minute(hour * _HOUR + _HOUR - 1)
            dumped = self._kept_hour(hour)
            if dumped is not None and not self._database.rows(f"{_NUMBERS} LIMIT 1", (first, last)):
                late = [sums for number, (_, sums) in saved.items() if number // _HOUR == hour]
                with self._database.explained():
                    self._keep_hour(hour, total((Sums.load(dumped), *late)))
                saved = {number: own for number, own in saved.items() if number // _HOUR != hour}
        return saved

    def _kept_hour(self, hour: int) -> bytes | None:
        row = self._database.row("SELECT sums FROM hours WHERE number = ?", (hour,))
        return None if row is None else row[0]

    def _keep_hour(self, hour: int, sums: Sums) -> None:
        self._database.many("INSERT OR REPLACE INTO hours VALUES (?, ?)", [(hour, sums.dump())])
