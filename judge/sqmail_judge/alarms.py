"""What a program itself complains of, and lines that were lost."""

from __future__ import annotations

from sqmail_judge.finding import CRITICAL, WARNING, Finding, counted, span
from sqmail_log.figures import sums
from sqmail_log.units import MINUTE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqmail_judge.course import Course
    from sqmail_log.units import Nanoseconds

_ALARMS = (
    # metric, table with the texts, words, state
    ("alerts", sums.ALERT, "alert", CRITICAL),
    ("fatal", sums.FATAL, "fatal error", CRITICAL),
    ("warnings", sums.WARNING, "warning", WARNING),
)


def said(course: Course, minutes: int, *, warnings: bool = False) -> str:
    """Return the most frequent alert or fatal error (or warning) of the last minutes with how often, '' for none."""
    for metric, table, noun, state in _ALARMS:
        if (warnings or state == CRITICAL) and course.total(metric, minutes):
            text, times = course.view.sums(minutes * MINUTE).top(table)[0]
            return f"{noun}: {text} ({counted(times, 'time')})"
    return ""


def judge(course: Course, window: Nanoseconds) -> Iterator[Finding]:
    """Yield each kind of complaint with its most frequent text, and that lines were lost."""
    of, minutes = course.view.sums(window), int(window // MINUTE)
    for metric, table, noun, state in _ALARMS:
        count = of.numbers.get(metric, 0)
        if count:
            text, times = of.top(table)[0]
            words = f"{noun}: {text} ({counted(times, 'time')} in {span(minutes)})"
            yield Finding(metric, state, words, log=course.log, minutes=minutes, count=count)
    gaps = of.numbers.get("gaps", 0)
    if gaps:
        words = f"lines lost before they were read, {counted(gaps, 'time')} in {span(minutes)}"
        step = "multilog's n is too small, or something removes archives"
        yield Finding("gap", WARNING, words, step=step, log=course.log, minutes=minutes, count=gaps)
