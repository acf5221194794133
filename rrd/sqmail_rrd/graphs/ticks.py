"""The ticks of the time axis: lines at local times that people count in, and their labels."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

_MINUTE, _HOUR, _DAY, _MONTH = 60, 3600, 86400, 30


@dataclass(frozen=True, slots=True)
class _Plan:
    """A tick each so many minutes, hours, days or months, for ranges up to `limit` seconds.

    With `between` its label stands in the middle of the time up to the next one.
    """

    limit: int
    unit: int
    count: int
    form: str
    between: bool = False


_PLANS = (
    _Plan(2 * _HOUR, _MINUTE, 10, "%H:%M"),
    _Plan(8 * _HOUR, _HOUR, 1, "%H:%M"),
    _Plan(2 * _DAY, _HOUR, 4, "%H:%M"),
    _Plan(9 * _DAY, _DAY, 1, "%a %d", between=True),
    _Plan(75 * _DAY, _DAY, 7, "%d %b"),
    _Plan(500 * _DAY, _MONTH, 1, "%b", between=True),
    _Plan(10**12, _MONTH, 6, "%b %Y"),
)


def ticks(start: int, end: int) -> tuple[list[int], list[tuple[float, str]]]:
    """Return the Unix times of lines within a range of time, and labels with theirs."""
    plan = next(plan for plan in _PLANS if end - start <= plan.limit)
    moments = list(_moments(plan, start, end))
    lines = [moment for moment in moments if start < moment < end]
    labels = []
    for moment, after in pairwise(moments):
        text = time.strftime(plan.form, time.localtime(moment))
        at = (moment + after) / 2 if plan.between else moment
        room = (end - start) / 40
        if start + (room if plan.between else 0) <= at <= end - (room if plan.between else 0):
            labels.append((at, text))
    return lines, labels


def _moments(plan: _Plan, start: int, end: int) -> Iterator[int]:
    """Yield the plan's moments from the last one before the start to the first one after the end."""
    year, month, day, hour, minute, _, weekday, *_ = time.localtime(start)
    if plan.unit == _MONTH:
        month, day, hour, minute = (month - 1) // plan.count * plan.count + 1, 1, 0, 0
    elif plan.unit == _DAY:
        day, hour, minute = day - (weekday if plan.count > 1 else 0), 0, 0
    elif plan.unit == _HOUR:
        hour, minute = hour - hour % plan.count, 0
    else:
        minute -= minute % plan.count
    number = 0
    while True:
        step = number * plan.count
        parts = (
            year,
            month + step * (plan.unit == _MONTH),
            day + step * (plan.unit == _DAY),
            hour + step * (plan.unit == _HOUR),
            minute + step * (plan.unit == _MINUTE),
        )
        # mktime carries over what is too much, and knows when clocks are changed.
        moment = int(time.mktime((*parts, 0, 0, 0, -1)))
        yield moment
        if moment > end:
            return
        number += 1
