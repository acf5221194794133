"""Whether passwords are guessed."""

from __future__ import annotations

from sqmail_judge.course import DAY, HOUR, Past
from sqmail_judge.finding import CRITICAL, WARNING, Finding, counted, span
from sqmail_log.figures.sums import LOGIN, OTHERS
from sqmail_log.units import MINUTE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqmail_judge.course import Course
    from sqmail_log.figures.sums import Sums
    from sqmail_log.units import Nanoseconds

FAILED_WARNING = 100
FAILED_CRITICAL = 500
"""Failed logins in a window of a quarter of an hour."""
DAYS = 3
"""So many days must be known before a number is usual."""
_TIMES = 2
# Of so many logins one is mistyped, or a telephone's old password; a guesser's are beside these.
_ONE_OF = 20


def judge(of: Sums, window: Nanoseconds, courses: Sequence[Course] = ()) -> Iterator[Finding]:
    """Yield that very many logins fail, and not about as many on most days at this time.

    `courses` are those of the logs; without any there is nothing to compare with.
    """
    failed = of.numbers.get("auth_reject", 0)
    if failed <= FAILED_WARNING:
        return
    minutes = int(window // MINUTE)
    often = usual(courses, minutes)
    if is_usual(failed, often) or are_mistyped(of):
        return
    state = CRITICAL if failed > FAILED_CRITICAL else WARNING
    words = f"{counted(failed, 'login')} failed in {span(minutes)}{told(often)}{whence(of, failed)}"
    step = "block the network if it is none of yours; see sqmail-report sessions --show-users for the names tried"
    yield Finding("guessing", state, words, step=step, minutes=minutes, count=failed)


def usual(courses: Sequence[Course], minutes: int) -> int | None:
    """Return how many logins fail in so many minutes at this time of day, on half of the days at least.

    None where fewer than three days are known, or none of the hour.
    """
    if not courses or max(course.known for course in courses) <= DAYS * DAY:
        return None
    failed = Past(courses, ("auth_reject",))
    hours = []
    for ago in range(1, len(failed) // DAY + 1):
        end = len(failed) - ago * DAY + HOUR // 2
        if end >= HOUR:
            hours.append(sum(failed[end - HOUR : end]))
    if len(hours) < DAYS:
        return None
    return sorted(hours)[(len(hours) - 1) // 2] * minutes // HOUR


def is_usual(failed: int, often: int | None) -> bool:
    """Tell whether so many are no more than twice of what is usual."""
    return often is not None and failed <= _TIMES * often


def are_mistyped(of: Sums) -> bool:
    """Tell whether so few logins fail beside those that succeed that a host with so many users always has them."""
    return of.numbers.get("auth_reject", 0) <= FAILED_WARNING + of.numbers.get("auth_accept", 0) // _ONE_OF


def told(often: int | None) -> str:
    """Return `(usual for this hour: 140)` with a blank before it, '' where nothing is known."""
    return "" if often is None else f" (usual for this hour: {often})"


def whence(of: Sums, failed: int) -> str:
    """Return the network that most failed logins came from, or how many networks there were; '' for none."""
    networks = of.top(LOGIN)
    if not networks:
        return ""
    network, times = networks[0]
    if 2 * times > failed and network != OTHERS:
        return f", {times} from {network}"
    known = sum(1 for name, _ in networks if name != OTHERS)
    return f", from {known}{' or more' if len(networks) > known else ''} networks"
