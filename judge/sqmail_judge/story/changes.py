"""What has changed against the same hours of the week before."""

from __future__ import annotations

from sqmail_log.figures.sums import total
from sqmail_log.units import Minute

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqmail_log.watch import View

WEEK = 7 * 24 * 60
SPANS = {"hour": 60, "day": 24 * 60}
"""Minutes of the times of which causes and changes are told."""
LEAST = 20
"""What came less often than this in both weeks has not changed."""
TIMES = 2.0
"""What came so many times as often, or as seldom, is told."""
COUNTED = (
    ("messages", ("messages",)),
    ("failures", ("failure_local", "failure_remote", "failure_unknown")),
    ("deferrals", ("deferral_local", "deferral_remote", "deferral_unknown")),
    ("rejects", ("reject",)),
    ("logins", ("auth_accept",)),
    ("failed logins", ("auth_reject",)),
)
"""What is compared, and the metrics that are added up."""


class Change:
    """How often something came in the last `minutes`, `now`, and in the same minutes of the week `before`."""

    __slots__ = ("before", "minutes", "now", "what")

    def __init__(self, what: str, minutes: int, now: int, before: int) -> None:
        self.what = what
        self.minutes = minutes
        self.now = now
        self.before = before

    @property
    def is_great(self) -> bool:
        """Whether it is worth to be told."""
        less, more = sorted((self.now, self.before))
        return more >= LEAST and more >= TIMES * less

    @property
    def words(self) -> str:
        """`3.1 times the week before`, `none, 412 the week before`."""
        if not self.before:
            return "none the week before"
        if not self.now:
            return f"none, {self.before} the week before"
        times = self.now / self.before
        return f"{times:.{0 if times >= 9.95 else 1 if times >= 0.95 else 2}f} times the week before"


def changes(views: Sequence[View], minutes: int) -> list[Change]:
    """Return how often each thing came in the last minutes and a week before; nothing where that is not known.

    The minute that runs does not count: it is not over.
    """
    # The first minutes of what is kept may have been quiet ones.
    known = [view for view in views if view.minutes_known() > WEEK + minutes - minutes // 24]
    if not known:
        return []
    now = _numbers(known, minutes, 0)
    before = _numbers(known, minutes, WEEK)
    found = [
        Change(what, minutes, *(sum(numbers.get(name, 0) for name in names) for numbers in (now, before)))
        for what, names in COUNTED
    ]
    return [change for change in found if change.now or change.before]


def _numbers(views: Sequence[View], minutes: int, ago: int) -> dict[str, int]:
    parts = []
    for view in views:
        last = Minute(view.minute_now() - 1 - ago)
        parts += view.stretch(Minute(last - minutes + 1), last)
    return total(parts).numbers
