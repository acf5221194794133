"""What a log counted minute by minute, up to now."""

from __future__ import annotations

from sqmail_log.figures.metrics import LOGINS, RECORDS
from sqmail_log.units import Minute

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqmail_log.watch import View

HOUR = 60
DAY = 24 * HOUR
REACH = 8 * DAY
"""No state remembers more minutes."""
_BLOCKED = ("rbl_451", "rbl_553")
# Of so many clients that rblsmtpd sends away in a minute one more came in the minute before: lookups take a while.
_ASKS = 200


class Course:
    """The numbers of a log by minute, the last one the minute that runs.

    Reads only as far back as is asked for: a look at the last hour is cheap,
    one at eight days is not (0.1 s on a busy log).
    """

    def __init__(self, view: View) -> None:
        self.view = view
        self.log = view.log
        # A log that began ten minutes ago says nothing of the hour before.
        self.known = view.minutes_known()

    def numbers(self, minutes: int) -> list[dict[str, int]]:
        """Return the numbers of the last `minutes` minutes, oldest first; fewer where the log began later."""
        return self.view.numbers(max(1, min(minutes, self.known)))

    def counts(self, names: Sequence[str], minutes: int) -> list[int]:
        """Return what the metrics `names` make together, minute by minute."""
        if len(names) == 1:
            (name,) = names
            return [numbers.get(name, 0) for numbers in self.numbers(minutes)]
        return [sum([numbers.get(name, 0) for name in names]) for numbers in self.numbers(minutes)]

    def is_silent(self) -> bool:
        """Tell whether the log never told what was accepted or refused, or who logged in, as netqmail's does not."""
        return RECORDS not in self.view.kinds and LOGINS not in self.view.kinds

    def served(self, minutes: int) -> list[int]:
        """Return the sessions that ended well, minute by minute: all that a silent service tells.

        rblsmtpd ends well, too, when it has sent a client away: a minute
        counts only where it let others in.
        """
        ended, came, blocked = (self.counts(names, minutes) for names in (("exit_0",), ("ok",), _BLOCKED))
        return [
            well if not away or ok > away + 1 + away // _ASKS else 0
            for well, ok, away in zip(ended, came, blocked, strict=True)
        ]

    def total(self, name: str, minutes: int) -> int:
        """Return what a metric counted in the last `minutes` minutes."""
        return sum(self.counts((name,), minutes)) if minutes > 0 else 0

    def between(self, name: str, begin: int, end: int) -> int:
        """Return what a metric counted from `begin` minutes ago to `end` minutes ago, both among them."""
        if begin < self.known:
            return sum([numbers.get(name, 0) for numbers in self.view.numbers_between(begin, end)])
        now = self.view.minute_now()
        return sum(part.numbers.get(name, 0) for part in self.view.stretch(Minute(now - begin), Minute(now - end)))

    def whole(self, minutes: int) -> dict[str, int]:
        """Return what the last `minutes` minutes counted, that which runs left out, each metric added up."""
        summed: dict[str, int] = {}
        for numbers in self.numbers(minutes + 1)[:-1]:
            for name, count in numbers.items():
                summed[name] = summed.get(name, 0) + count
        return summed


class Past:
    """The counts of several logs, as `together` gives them, of all that is known; only what is asked for is read."""

    def __init__(self, courses: Sequence[Course], names: Sequence[str]) -> None:
        self._courses = courses
        self._names = names
        self._known = max((min(course.known, REACH) for course in courses), default=0)

    def __len__(self) -> int:
        return self._known

    def __getitem__(self, stretch: slice) -> list[int]:
        first, behind, _ = stretch.indices(self._known)
        counts = [0] * max(0, behind - first)
        for course in self._courses:
            begin, end = min(self._known - 1 - first, course.known - 1), self._known - behind
            if begin >= end:
                of_course = course.view.numbers_between(begin, end)
                for place, numbers in enumerate(of_course, self._known - 1 - begin - first):
                    counts[place] += sum([numbers.get(name, 0) for name in self._names])
        return counts


def together(courses: Sequence[Course], names: Sequence[str], minutes: int) -> list[int]:
    """Return the counts of several logs, minute by minute, oldest first."""
    return added([course.counts(names, minutes) for course in courses])


def added(lists: Sequence[Sequence[int]]) -> list[int]:
    """Return the sums of lists that end with the same minute, as long as the longest."""
    length = max(map(len, lists), default=0)
    padded = [[0] * (length - len(counts)) + [*counts] for counts in lists]
    return [sum(of_minute) for of_minute in zip(*padded, strict=True)]
