"""The ticks of the time axis: lines at local times that people count in, and their labels."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

_MINUTE, _HOUR, _DAY, _MONTH = 60, 3600, 86400, 30
# The part of a day or a month that has room for its label.
_ROOM = 0.6


@dataclass(frozen=True, slots=True)
class _Plan:
    """A line each so many minutes, hours, days or months, for ranges up to `limit` seconds; marks between them.

    With `between` a line's label stands in the middle of the time up to the next one.
    """

    limit: int
    lines: tuple[int, int]
    marks: tuple[int, int]
    form: str
    between: bool = False


_PLANS = (
    _Plan(2 * _HOUR, (10, _MINUTE), (5, _MINUTE), "%H:%M"),
    _Plan(8 * _HOUR, (1, _HOUR), (30, _MINUTE), "%H:%M"),
    _Plan(2 * _DAY, (4, _HOUR), (1, _HOUR), "%H:%M"),
    _Plan(9 * _DAY, (1, _DAY), (6, _HOUR), "%a %d", between=True),
    _Plan(75 * _DAY, (7, _DAY), (1, _DAY), "%d %b"),
    _Plan(500 * _DAY, (1, _MONTH), (1, _MONTH), "%b", between=True),
    _Plan(10**12, (6, _MONTH), (1, _MONTH), "%b %Y"),
)


@lru_cache(maxsize=16)
def ticks(start: int, end: int) -> tuple[list[int], list[int], list[tuple[float, str]]]:
    """Return the Unix times of lines within a range of time, those of marks, and labels with theirs."""
    plan = next(plan for plan in _PLANS if end - start <= plan.limit)
    moments = list(_moments(plan.lines, start, end))
    lines = [moment for moment in moments if start < moment < end]
    marks = [moment for moment in _moments(plan.marks, start, end) if start < moment < end]
    labels = []
    for moment, after in pairwise(moments):
        first, last = (max(moment, start), min(after, end)) if plan.between else (moment, moment)
        if start <= first <= last <= end and last - first >= _ROOM * plan.between * (after - moment):
            labels.append(((first + last) / 2, time.strftime(plan.form, time.localtime(moment))))
    return lines, marks, labels


def _moments(each: tuple[int, int], start: int, end: int) -> Iterator[int]:
    """Yield the moments from the last one before the start to the first one after the end."""
    count, unit = each
    year, month, day, hour, minute, _, weekday, *_ = time.localtime(start)
    if unit == _MONTH:
        month, day, hour, minute = (month - 1) // count * count + 1, 1, 0, 0
    elif unit == _DAY:
        day, hour, minute = day - (weekday if count > 1 else 0), 0, 0
    elif unit == _HOUR:
        hour, minute = hour - hour % count, 0
    else:
        minute -= minute % count
    number = 0
    while True:
        step = number * count
        parts = (
            year,
            month + step * (unit == _MONTH),
            day + step * (unit == _DAY),
            hour + step * (unit == _HOUR),
            minute + step * (unit == _MINUTE),
        )
        # mktime carries over what is too much, and knows when clocks are changed.
        moment = int(time.mktime((*parts, 0, 0, 0, -1)))
        yield moment
        if moment > end:
            return
        number += 1
