"""How improbable it is that nothing happened, by what happened before.

Mail comes in bursts: one client that asks a hundred times says no more than
one that asks once.  So minutes are counted, not events: a minute in which
somebody asked was answered if it, or the next, has an answer.
"""

from __future__ import annotations

from math import log

from sqmail_judge.course import DAY, Past
from sqmail_judge.finding import CRITICAL, WARNING
from sqmail_log.units import MINUTE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqmail_judge.course import Course
    from sqmail_log.units import Nanoseconds

DOUBT_WARNING = -8.5
"""A silence is told when it is as improbable as once in 5,000 times."""
DOUBT_CRITICAL = -10.0
LEAST_WARNING = 3
"""Minutes that a silence lasts before it is told at all."""
LEAST_CRITICAL = 8
_MOST = 0.95
_PAST = 120
# Events of the quietest of the days before: beside the hours before, and alone.
_BESIDE = 6
_ALONE = 20
# A day is not of this one's kind where it had less than a third of so many events.
_BUSY = 20
_QUIETER = 3


class Limits:
    """From how many minutes on a silence is told.

    `warning` and `critical` are whole minutes, None for never; where both are
    None a silence is told by how improbable it is.  With `learn` it is
    compared with what other days had at the same time.
    """

    __slots__ = ("critical", "learn", "warning")

    def __init__(self, *, learn: bool = True, warning: int | None = None, critical: int | None = None) -> None:
        self.learn = learn
        self.warning = warning
        self.critical = critical

    @property
    def are_fixed(self) -> bool:
        """Whether minutes alone decide."""
        return self.warning is not None or self.critical is not None

    def state(self, minutes: int) -> int:
        """Return the state that fixed limits make of so many minutes, 0 for none."""
        if self.critical is not None and minutes >= self.critical:
            return 2
        return int(self.warning is not None and minutes >= self.warning)


LEARNT = Limits()


def lasting(warning: Nanoseconds | None, critical: Nanoseconds | None, *, learn: bool = True) -> Limits:
    """Return the limits of durations, None for none: whole minutes, rounded up."""
    least, most = (None if length is None else -int(-length // MINUTE) for length in (warning, critical))
    return Limits(learn=learn, warning=least, critical=most)


class Silence:
    """The time since the last answer.

    `minutes` is how long it lasts (whole minutes, the one that runs not
    counted), `asked` how often somebody asked in it, `doubt` how likely that
    is by what was before, as a natural logarithm: -9 is once in 8,000 times.
    `known` counts the minutes before it from which that was learnt, `share` is
    how many of these had an answer.
    """

    __slots__ = ("asked", "doubt", "known", "minutes", "share")

    def __init__(self, minutes: int, asked: int, doubt: float, known: int, share: float) -> None:
        self.minutes = minutes
        self.asked = asked
        self.doubt = doubt
        self.known = known
        self.share = share


def unanswered(asked: Sequence[int], answered: Sequence[int], *, answers: int = 0, losses: int = 2) -> Silence:
    """Return the silence since the last answer, judged by the minutes in which somebody asked.

    Both are counts by minute, oldest first, the last one the minute that
    runs.  `answers` and `losses` are minutes that count as seen with and
    without an answer before anything is known.
    """
    last = _last(answered)
    # What was asked in the minute that runs, or in that of the last answer, may still be answered or was.
    waiting = [count for count in asked[last + 1 : -1] if count]
    past = [number for number in range(last, -1, -1) if asked[number]][:_PAST]
    hits = sum(1 for number in past if answered[number] or (number < last and answered[number + 1]))
    share = min(_MOST, (hits + answers) / (len(past) + answers + losses))
    # Where nothing was ever answered it lasts since somebody asked.
    begun = last if last >= 0 else next((number for number, count in enumerate(asked) if count), len(asked)) - 1
    return Silence(_minutes(asked, begun), sum(waiting), len(waiting) * log(1 - share), len(past), share)


def uneventful(events: Sequence[int], *, losses: int = 1) -> Silence:
    """Return the silence since the last event, judged by the minutes of the hour or two before."""
    last = _last(events)
    # A log that began later began in the midst of its first minute.
    begun = last - _PAST + 1 if len(events) >= _PAST else 1
    past = events[max(0, begun) : last + 1]
    hits = sum(1 for count in past if count)
    share = min(_MOST, hits / (len(past) + losses))
    quiet = _minutes(events, last)
    return Silence(quiet, 0, quiet * log(1 - share), len(past), share)


def enough(minutes: int) -> int:
    """Return how many events each day before must have had in so many minutes, so that none is unusual.

    At first the hours before tell as much.  An evening does not tell what the
    night is like: from two hours on the days must be as sure by themselves,
    though only one of them, last Sunday, may be of today's kind, and its
    figure is a throw of the dice, too: none after 20 is once in two million.
    """
    return min(_ALONE, max(_BESIDE, minutes * _ALONE // _PAST))


def least(events: Sequence[int] | Past, minutes: int, days: int = 7) -> int | None:
    """Return the fewest events that an earlier day had at this time of day, in as long a stretch; None of no day known.

    `events` are counts by minute, the last one the minute that runs.  Of what
    lasts longer than a day the last day is compared: a state remembers eight,
    and the seventh before must be known for all of it.  A day that was much
    quieter than this one in the two hours before, as a Sunday is beside a
    Tuesday, tells nothing of it; of one that was busier that share counts.
    """
    day = 24 * 60
    minutes = min(minutes, day)
    begins = [len(events) - ago * day - minutes for ago in range(days + 1)]
    today = sum(events[max(0, begins[0] - _PAST) : max(0, begins[0])])
    counts, alike = [], []
    for begin in begins[1:]:
        if begin >= 0:
            counts.append(sum(events[begin : begin + minutes]))
            # Of the first day that is known nothing stands before.
            before = sum(events[begin - _PAST : begin]) if begin >= _PAST else today
            if today >= _BUSY and before > today:
                counts[-1] = round(counts[-1] * today / before)
            if today < _BUSY or _QUIETER * before >= today:
                alike.append(counts[-1])
    return min(alike or counts, default=None)


def severity(silence: Silence, limits: Limits = LEARNT) -> int:
    """Return the state that a silence makes, 0 for none."""
    if limits.are_fixed:
        # What was never answered is not asked here: a log that holds no records, a service that is not in use.
        return limits.state(silence.minutes) if silence.asked and silence.known else 0
    if silence.minutes < LEAST_WARNING or silence.doubt > DOUBT_WARNING:
        return 0
    return CRITICAL if silence.minutes >= LEAST_CRITICAL and silence.doubt <= DOUBT_CRITICAL else WARNING


def usual(courses: Sequence[Course], names: Sequence[str], minutes: int) -> int | None:
    """Return the fewest events that an earlier day had at this time in as many minutes; None of the first day."""
    known = max(course.known for course in courses)
    return least(Past(courses, names), minutes) if known > DAY else None


def is_usual(fewest: int | None, minutes: int) -> bool:
    """Tell whether a silence is usual at this time of day; of the first day nothing speaks for that."""
    return fewest is not None and fewest < enough(minutes)


def told(fewest: int | None) -> str:
    """Return the fewest events that are usual in words, '' where they are not known."""
    return "" if fewest is None else f" (usual for this hour: {fewest} or more in as long)"


def beyond(asked: Sequence[int], answered: Sequence[int]) -> list[int]:
    """Return how many ask in each minute beyond those who never get an answer, and want none: monitors, scanners.

    How many these are the minutes up to the last answer tell.
    """
    last = max(0, _last(answered))
    spare = sorted(max(0, many - got) for many, got in zip(asked[:last], answered[:last], strict=True))
    always = spare[len(spare) * 3 // 4] if spare else 0
    return [max(0, many - always) for many in asked]


def _last(counts: Sequence[int]) -> int:
    for number in range(len(counts) - 1, -1, -1):
        if counts[number]:
            return number
    return -1


def _minutes(counts: Sequence[int], last: int) -> int:
    return max(0, len(counts) - 2 - last)
