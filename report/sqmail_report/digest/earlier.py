"""The same time a week or a day before, where the logs reach so far back."""

from __future__ import annotations

from sqmail_log.tai64n import SECOND
from sqmail_log.units import Nanoseconds
from sqmail_report.reading.logs import Period

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqmail_report.reading.logs import Log

_DAY = 24 * 3600 * SECOND
_WEEK = 7 * _DAY
# Of a day on which clocks are set back.
_SLACK = _DAY // 24


class Earlier:
    """The logs over a period `shift` seconds before another; `words` say which that is."""

    __slots__ = ("logs", "shift", "words")

    def __init__(self, logs: list[Log], shift: int, words: str) -> None:
        self.logs = logs
        self.shift = shift
        self.words = words


def earlier(logs: Sequence[Log], period: Period, now: int) -> Earlier | None:
    """Return the logs a week before, for more than a week as many weeks as are needed, else the day before.

    None where the period has no beginning, or a log does not reach back.
    """
    if period.since is None or not logs:
        return None
    end = now if period.until is None else min(period.until, now)
    length = end - period.since
    weeks = max(-(-(length - _SLACK) // _WEEK), 1)
    shifts = [(weeks * _WEEK, "week before" if weeks == 1 else f"{weeks} weeks before")]
    if length <= _DAY + _SLACK:
        shifts.append((_DAY, "day before"))
    begins = [log.begins() for log in logs]
    for shift, words in shifts:
        since = Nanoseconds(period.since - shift)
        if all(begin is not None and begin <= since for begin in begins):
            then = Period(since, Nanoseconds(end - shift))
            return Earlier([log.over(then) for log in logs], shift // SECOND, words)
    return None
