"""From a date as it stands in a line to Unix time: zones, the hour that comes twice, years that are not told.

Times are Unix time in integer nanoseconds.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

from sqmail_log.errors import LogError
from sqmail_log.units import DAY, MINUTE, NOTHING, SECOND, Nanoseconds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import tzinfo

    Key = tuple[bytes, ...]

_MONTHS = {
    name: number
    for number, name in enumerate(
        (b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"), 1
    )
}


@lru_cache(maxsize=8)
def zone_of(name: str) -> tzinfo | None:
    """Return the time zone with an IANA name, None (the machine's own) for ''.  Raises LogError for an unknown one."""
    if not name:
        return None
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - few ask for a zone

    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError) as error:
        raise LogError(f"{name!r} is no time zone like Europe/Rome, or tzdata is not installed here") from error


class Dates:
    """Converts the dates of one file's lines, fast for neighbours.

    `zone` is that of dates without an offset (None: the machine's own);
    `written` is when the file was written last, 0 for unknown: no year is
    later than that.
    """

    def __init__(self, zone: tzinfo | None, written: Nanoseconds) -> None:
        self._zone = zone
        self._written = written
        self._minutes: dict[Key, tuple[int, int]] = {}

    def dated(self, date: Key, mark: bytes, offset: bytes | None, second: bytes, previous: Nanoseconds) -> Nanoseconds:
        """Return the time of a date with a year; `date` has year, month, day, hour and minute.

        Without an `offset` a blank between date and time, the `mark`, is
        tai64nlocal's and s6-log's, who write local time; `_` and `T` are
        svlogd's (`-tt`, `-ttt`), who writes UTC.  In the hour that a change from
        summer time repeats, the first reading that does not run backwards is
        taken.  Raises ValueError and OverflowError for what is no date.
        """
        key = (*date, mark, offset or b"")
        if key not in self._minutes:
            zone = _offset_of(offset) if offset else self._zone
            if zone is None and mark != b" ":
                zone = UTC
            begun = datetime(*map(int, date), tzinfo=zone)  # type: ignore[misc,arg-type]
            self._minutes[key] = int(begun.timestamp()), int(begun.replace(fold=1).timestamp())
        return _of_two(*self._minutes[key], second, previous)

    def yearless(self, date: Key, second: bytes, previous: Nanoseconds) -> Nanoseconds:
        """Return the time of a date without a year; `date` has the month's name, day, hour and minute.

        It is the year that makes it the day of the `previous` line (Unix
        nanoseconds, 0 for none), a day to and fro; else the first one in which
        it does not lie before that line and not behind the time at which the
        file was written; else the last one before that time.  Raises ValueError and OverflowError for
        what is no date.
        """
        found = self._minutes.get(date)
        if found is None or found[0] * SECOND < previous - DAY:
            found = self._minutes[date] = self._with_year(date, previous)
        return _of_two(*found, second, previous)

    def _with_year(self, date: Key, previous: Nanoseconds) -> tuple[int, int]:
        month, day, hour, minute = date
        latest = self._written + DAY if self._written else NOTHING
        about = datetime.fromtimestamp((previous or self._written) // SECOND, UTC).year if previous or latest else 0
        if not about:
            raise ValueError("nothing tells the year")
        last = max(about, datetime.fromtimestamp(latest // SECOND, UTC).year) + 1
        earlier: tuple[int, int] | None = None
        # The 29th of February comes every four years, or eight.
        for year in range(about - 8, last + 8):
            try:
                begun = datetime(year, _MONTHS[month], int(day), int(hour), int(minute), tzinfo=self._zone)
            except ValueError:
                continue
            found = int(begun.timestamp()), int(begun.replace(fold=1).timestamp())
            if previous and abs(found[0] * SECOND - previous) <= DAY:
                return found
            if latest and found[0] * SECOND > latest:
                break
            earlier = found
            if previous and found[0] * SECOND >= previous - DAY:
                break
        if earlier is None:
            raise ValueError("no such day")
        return earlier


def _of_two(first: int, other: int, second: bytes, previous: Nanoseconds) -> Nanoseconds:
    """Return the time in a minute that begins at one of two moments, the same but in the hour that comes twice."""
    whole, _, fraction = second.partition(b".")
    rest = int(whole) * SECOND + int(fraction.ljust(9, b"0"))
    unix = first * SECOND + rest
    if unix < previous - MINUTE and other != first:
        unix = other * SECOND + rest
    return Nanoseconds(unix)


def _offset_of(offset: bytes) -> tzinfo:
    """Return the zone of `Z`, `+01:00`, `+0100` or `+01`.  Raises ValueError."""
    if offset == b"Z":
        return UTC
    digits = offset[1:].replace(b":", b"")
    ahead = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or b"0"))
    return timezone(ahead if offset[:1] == b"+" else -ahead)


