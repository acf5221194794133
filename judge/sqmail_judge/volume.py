"""Whether very much more is queued than usual, and whether very much waits."""

from __future__ import annotations

from sqmail_judge.course import DAY, HOUR, together
from sqmail_judge.finding import CRITICAL, WARNING, Finding, counted, span
from sqmail_log.units import MINUTE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqmail_judge.course import Course
    from sqmail_log.units import Nanoseconds

LEAST = 300
"""Messages in the window below which nothing is unusual."""
LEAST_FIRST_DAY = 1000
CRITICAL_MESSAGES = 2000
QUEUE_WARNING = 1000
QUEUE_CRITICAL = 10_000
"""Messages in the queue; those are the defaults of check_qmail_queue, too."""
OLDEST_WARNING = 8 * DAY
"""Minutes that the oldest message has waited: qmail gives one up after a week."""
_STEPS = {
    "bounces": "is mail taken for users that do not exist, or a sender forged? see sqmail-report failures, recipients",
    "local": "a loop, a list's post, or a program of this host? see sqmail-report senders, uids",
    "remote": "a stolen account, a mailing, or a program of this host? see sqmail-report senders, uids",
}
_SHORT = 5
_TIMES = 3
_TIMES_FIRST_DAY = 10
# A list's post is over in a minute or two, a loop is not.
_TIMES_OF_MINUTE = 4
_PAUSES = 1
_MINUTES_FIRST_DAY = 5
_USUAL_DAYS = 7


class Thresholds:
    """How many messages in the window are too many.

    `warning` and `critical` tell it of a number; `warning` of None leaves it
    to what is usual.  With `learn` that is the last week, else the hours before.
    """

    __slots__ = ("critical", "learn", "warning")

    def __init__(
        self,
        warning: Callable[[int], bool] | None = None,
        critical: Callable[[int], bool] = lambda count: count >= CRITICAL_MESSAGES,
        *,
        learn: bool = True,
    ) -> None:
        self.warning = warning
        self.critical = critical
        self.learn = learn


DEFAULTS = Thresholds()


def waiting(messages: int, oldest: int) -> Iterator[Finding]:
    """Yield that too many messages wait, or one for too long (minutes)."""
    if messages > QUEUE_WARNING:
        state = CRITICAL if messages > QUEUE_CRITICAL else WARNING
        step = "see sqmail-report doctor for what waits, and for whom"
        yield Finding("queue", state, f"{counted(messages, 'message')} in the queue", step=step, count=messages)
    if oldest > OLDEST_WARNING:
        words = f"the oldest message has waited for {span(oldest)}"
        step = "does qmail-send work on it? see sqmail-report pending"
        yield Finding("oldest", WARNING, words, step=step, minutes=oldest, count=1)


def judge(sends: Sequence[Course], window: Nanoseconds, thresholds: Thresholds = DEFAULTS) -> Iterator[Finding]:
    """Yield that a host queues many times of what its busiest hour of the last week had.

    Five minutes with more than that hour are told at once.  Before a window
    of more than a week there is no other hour to compare with.
    """
    if not sends or window > _USUAL_DAYS * DAY * MINUTE:
        return
    sums = [send.view.sums(window) for send in sends]
    count = sum(of.numbers.get("messages", 0) for of in sums)
    minutes = int(window // MINUTE)
    known = max(send.known for send in sends)
    if thresholds.warning is not None:
        if not thresholds.warning(count) and not thresholds.critical(count):
            return
        told = ""
    elif count < LEAST:
        return
    elif known > DAY and thresholds.learn:
        newest = sum(send.total("messages", _SHORT + 1) for send in sends)
        enough = max(count // _TIMES, newest if newest >= LEAST else 0) + 1
        usual = _busiest_hour(sends, minutes, enough)
        if count < _TIMES * usual and newest < max(LEAST, usual):
            return
        told = f", usual are at most {usual} an hour"
    else:
        # A log that began this hour has no other hour to compare with, but minutes: those before, or
        # what lasts is usual soon.
        counts = together(sends, ("messages",), 2 * HOUR)[:-1]
        before = sorted(counts[: max(_MINUTES_FIRST_DAY, len(counts) - minutes)])
        each = before[len(before) // 2] if before else 0
        usual = minutes * each
        if len(counts) < _MINUTES_FIRST_DAY or count < LEAST_FIRST_DAY:
            return
        if count < _TIMES_FIRST_DAY * usual and not _lasts(counts[-_SHORT:], _TIMES_OF_MINUTE * each):
            return
        told = f", usual are about {usual} in as long"
    bounces = sum(of.numbers.get("bounces", 0) for of in sums)
    local = sum(of.numbers.get("starts_local", 0) for of in sums)
    kind = "bounces" if 2 * bounces > count else "local" if 2 * local > count else "remote"
    words = f"{count} messages in {span(minutes)}{told}; most are {kind}"
    state = CRITICAL if thresholds.critical(count) else WARNING
    yield Finding("volume", state, words, step=_STEPS[kind], minutes=minutes, count=count)


def _lasts(counts: Sequence[int], limit: int) -> bool:
    """Tell whether minutes, but for one, reach a limit, and together make what is told at all."""
    reached = [count for count in counts if count >= limit]
    return len(reached) >= len(counts) - _PAUSES and sum(reached) >= LEAST_FIRST_DAY


def _busiest_hour(sends: Sequence[Course], minutes: int, enough: int) -> int:
    """Return the messages of the busiest hour of the week before the window; of the newest that had `enough` of them.

    To look at all hours of a week takes many times an idle check (benchmark: idle).
    """
    busiest = 0
    for number in range(24 * _USUAL_DAYS):
        end = minutes + number * HOUR
        busiest = max(busiest, sum(send.between("messages", end + HOUR - 1, end) for send in sends))
        if busiest >= enough:
            break
    return busiest
