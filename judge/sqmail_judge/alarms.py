"""What a program itself complained of while nothing moved."""

from __future__ import annotations

from sqmail_judge.finding import counted
from sqmail_log.figures import sums
from sqmail_log.units import MINUTE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sqmail_judge.course import Course

_ALARMS = (("alerts", sums.ALERT, "alert"), ("fatal", sums.FATAL, "fatal error"))


def said(course: Course, minutes: int) -> str:
    """Return the most frequent alert or fatal error of the last minutes and how often it came, '' for none."""
    for metric, table, noun in _ALARMS:
        if course.total(metric, minutes):
            rows = course.view.sums(minutes * MINUTE).top(table)
            text, times = rows[0]
            return f"{noun}: {text} ({counted(times, 'time')})"
    return ""
