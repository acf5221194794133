"""The sums of a log by minute, for as long as they are remembered; and by hour, once one was asked for."""

from __future__ import annotations

from contextlib import suppress

from sqmail_log.errors import StateError
from sqmail_log.figures.sums import Sums, numbers_of, total
from sqmail_log.units import Minute

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqmail_log.state.database import Database

KEEP_MINUTES = Minute(8 * 24 * 60)
"""Sums are kept for this long; no window can be longer."""
_HOUR = Minute(60)
_SUMS = "SELECT number, sums FROM minutes WHERE number BETWEEN ? AND ? ORDER BY number"
_NUMBERS = "SELECT number FROM minutes WHERE number BETWEEN ? AND ?"


class Timeline:
    """The minutes in a state, and the hours made of them.  Every method raises StateError.

    An hour is added up from its minutes when a long window first asks for it,
    kept, and forgotten when a late line changes one of its minutes.
    """

    def __init__(self, database: Database) -> None:
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
        """Return sums that together are those of the minutes from `first` to `last`, in order: whole hours as one."""
        first_hour, behind_hour = -(-first // _HOUR), Minute(last + 1) // _HOUR
        if first_hour >= behind_hour:
            return [sums for _, sums in self.sums(first, last)]
        return [
            *(sums for _, sums in self.sums(first, Minute(first_hour * _HOUR - 1))),
            *self._hours(first_hour, behind_hour),
            *(sums for _, sums in self.sums(behind_hour * _HOUR, last)),
        ]

    def _hours(self, first: int, behind: int) -> list[Sums]:
        """Return the sums of hours, each added up from its minutes but once: what is past is kept."""
        database = self._database
        kept = dict(database.rows("SELECT number, sums FROM hours WHERE number >= ? AND number < ?", (first, behind)))
        bounds = self.bounds()
        if bounds is None:
            return []
        oldest, newest = (minute // _HOUR for minute in bounds)
        first, behind = max(first, oldest), min(behind, newest + 1)
        missing = [hour for hour in range(first, min(behind, newest)) if hour not in kept]
        if missing:
            with suppress(StateError), database.transaction(patient=False):
                rows = [(hour, self._hour(hour).dump()) for hour in missing]
                database.many("INSERT OR REPLACE INTO hours VALUES (?, ?)", rows)
                kept.update(rows)
            database.settle()
        with database.explained():
            return [Sums.load(kept[hour]) if hour in kept else self._hour(hour) for hour in range(first, behind)]

    def _hour(self, number: int) -> Sums:
        return total(sums for _, sums in self.sums(number * _HOUR, Minute((number + 1) * _HOUR - 1)))

    def bounds(self) -> tuple[Minute, Minute] | None:
        """Return the first and the last minute that have sums; None without any."""
        first, last = self._database.row("SELECT min(number), max(number) FROM minutes")
        return None if first is None else (first, last)

    def following(self, minute: Minute, default: Minute) -> Minute:
        """Return the first minute from `minute` on that has sums, `default` if there is none."""
        (found,) = self._database.row("SELECT min(number) FROM minutes WHERE number >= ?", (minute,))
        return default if found is None else found

    def add(self, minutes: Mapping[Minute, Sums], needed: Minute | None) -> None:
        """Add sums to what is there, and forget minutes that are too old.  To be called inside `transaction`.

        From `needed` on minutes must be kept for as long as others, whatever
        has come since.
        """
        oldest = max(minutes) - KEEP_MINUTES
        if needed is not None:
            oldest = min(oldest, needed - KEEP_MINUTES)
        kept = {number for (number,) in self._database.rows(_NUMBERS, (min(minutes), max(minutes)))}
        saved: dict[Minute, tuple[bytes, Sums]] = {}
        for number, sums in minutes.items():
            if number < oldest:
                continue
            if number in kept:
                (dumped,) = self._database.row("SELECT sums FROM minutes WHERE number = ?", (number,))
                sums = total((self._loaded(number, dumped), sums))  # noqa: PLW2901
            saved[number] = sums.dump(), sums
        many = self._database.many
        rows = [(number, dumped) for number, (dumped, _) in saved.items()]
        many("INSERT OR REPLACE INTO minutes VALUES (?, ?)", rows)
        many("DELETE FROM hours WHERE number = ?", {(number // _HOUR,) for number in minutes})
        many("DELETE FROM hours WHERE number < ?", [(oldest // _HOUR,)])
        many("DELETE FROM minutes WHERE number < ?", [(oldest,)])
        self._own = saved
