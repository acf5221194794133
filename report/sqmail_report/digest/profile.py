"""What happened hour by hour, or day by day, with bars, and beside it the same hours of a time before."""

from __future__ import annotations

from sqmail_log import tai64n
from sqmail_report.messages.hours import BIN, DEFERRED, DELIVERED_BYTES, FAILED, QUEUED, SUCCEEDED
from sqmail_report.people import figures
from sqmail_report.people.grid import BAR, FIXED, Grid, Head

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqmail_report.messages.hours import Hours
    from sqmail_report.people.figures import Zone
    from sqmail_report.reading.logs import Period

_NONE = [0] * 5
_HOUR = 3600
_DAY = 24 * _HOUR
# A day on which clocks are set back has 25 hours.
_BY_HOUR = 26 * _HOUR
_MOST_DAYS = 400


def profile(
    hours: Hours, zone: Zone, period: Period, before: Hours | None = None, shift: int = 0, against: str = ""
) -> Grid | None:
    """Return a row an hour where the period, or what the log has of it, is a day or less, else a row a day.

    `before` are those of the period `shift` seconds earlier, `against` says
    which that is.  None where nothing happened.
    """
    times = sorted(hours.bins)
    if not times:
        return None
    first, last = times[0], times[-1] + BIN
    if period.since is not None:
        first = max(period.since // tai64n.SECOND, last - _MOST_DAYS * _DAY)
    if period.until is not None and period.since is not None:
        last = min(period.until // tai64n.SECOND, max(last, tai64n.now() // tai64n.SECOND))
    by_hour = last - first <= _BY_HOUR
    label = zone.hour if by_hour else zone.day
    rows = _added(hours, label if not by_hour else _hourly(zone), first, last)
    earlier = (
        _added(before, _shifted(zone, by_hour=by_hour, shift=shift), first - shift, last - shift) if before else {}
    )
    most = max(map(_attempts, rows.values())) or 1
    columns: list[Sequence[str | float]] = [
        [key[-5:] if by_hour else key for key in rows],
        *([figures.number(row[index]) for row in rows.values()] for index in (QUEUED, SUCCEEDED, FAILED, DEFERRED)),
        [figures.size(row[DELIVERED_BYTES]) for row in rows.values()],
        [_attempts(row) / most for row in rows.values()],
    ]
    words = f"hour ({zone.name(first)})" if by_hour else f"day ({zone.name(first)})"
    heads = [
        Head(words, FIXED), Head("queued", minor=1), Head("delivered"), Head("failed"), Head("deferred"),
        Head("size", minor=2),
        Head("attempts", BAR),
    ]  # fmt: skip
    if before:
        columns.append([figures.number(_attempts(earlier.get(key, _NONE))) for key in rows])
        heads.append(Head(against))
    return Grid("By the hour" if by_hour else "By the day", heads, columns)


def _attempts(row: list[int]) -> int:
    return row[SUCCEEDED] + row[FAILED] + row[DEFERRED]


def _added(hours: Hours, label: Callable[[float], str], first: float, last: float) -> dict[str, list[int]]:
    """Return the sums of each hour or day from first to last, those without anything too."""
    rows: dict[str, list[int]] = {}
    step = int(first) // BIN * BIN
    while step < last:
        row = rows.setdefault(label(step), [0] * 5)
        found = hours.bins.get(step)
        if found is not None:
            row[:] = [one + other for one, other in zip(row, found, strict=True)]
        step += BIN
    return rows


def _hourly(zone: Zone) -> Callable[[float], str]:
    """Return what makes the key of an hour: its day too, for the same hour may come twice."""
    return lambda when: f"{zone.day(when)} {zone.hour(when)[:3]}00"


def _shifted(zone: Zone, *, by_hour: bool, shift: int) -> Callable[[float], str]:
    """Return what makes the key of the hour or day that a time before is laid beside."""
    key = _hourly(zone) if by_hour else zone.day
    return lambda when: key(when + shift)
