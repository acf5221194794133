"""What was tried at a destination since something arrived there."""

from __future__ import annotations

from sqmail_judge.course import HOUR
from sqmail_judge.story.reasons import GREYLIST_MINUTES, GREYLISTED, is_recipients
from sqmail_log.figures import sums
from sqmail_log.figures.sums import in_words
from sqmail_log.parties.destinations import key
from sqmail_log.units import MINUTE, Minute

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sqmail_judge.course import Course
    from sqmail_log.units import Nanoseconds

# A destination that takes nothing: so many attempts, in so many minutes.
_ATTEMPTS = 10
_MINUTES = 4
# Very many are told at once.
_MANY_ATTEMPTS = 100
_TIMES = 20
# So many minutes had attempts that are no retries: fewer attempts do.
_MESSAGES = 3
# qmail tries a remote recipient again after 400 s, which shows so many minutes later.
_RETRIES = (6, 7, 8)
# Of what was greylisted so much is tried again, and in vain, in the newest minutes, where nothing arrives.
_NEWEST = 5
_AGAIN = 4
# A destination is watched at the latest so many minutes after the failures for which it is.
_BEFORE_WATCHED = 5
_DAY_BEFORE = 26 * HOUR


class Streak:
    """Attempts at a destination that failed, for how many `minutes`, and why; `most` are those of one minute.

    They count from when successes there are counted: in the minutes `watched`,
    each with whether something failed for good.  `deferred` are all minutes
    with attempts that qmail makes again, `newest` are the attempts of the last five.
    """

    __slots__ = ("causes", "deferred", "greylisted", "is_remote", "minutes", "most", "newest", "watched")

    def __init__(self, channel: str) -> None:
        self.is_remote = channel == "remote"
        self.causes: dict[str, int] = {}
        self.greylisted = self.most = self.minutes = self.newest = 0
        self.deferred: set[int] = set()
        self.watched: dict[int, bool] = {}

    @property
    def count(self) -> int:
        """How many there were."""
        return sum(self.causes.values())

    def is_long(self) -> bool:
        """Tell whether these are attempts enough, of however few messages."""
        is_greylisted = 2 * self.greylisted > self.count
        # A post that was greylisted arrives later, perhaps while others are watched.
        if is_greylisted and _AGAIN * self.newest < self.count and self.minutes >= GREYLIST_MINUTES:
            return False
        if self.count >= _ATTEMPTS and self.minutes >= (GREYLIST_MINUTES if is_greylisted else _MINUTES):
            return True
        # Of greylisting a mass at once is told, and not what a large host sends in minutes.
        return (self.most if is_greylisted else self.count) >= _MANY_ATTEMPTS and self.minutes >= 1

    def has_several_messages(self) -> bool:
        """Tell whether several messages failed: one to five addresses is tried five times at once, and again later."""
        if not self.is_remote or self.greylisted or self.minutes < _MINUTES:
            return False
        first = [
            number
            for number, has_failed in self.watched.items()
            if has_failed or self.deferred.isdisjoint(number - ago for ago in _RETRIES)
        ]
        return len(first) >= _MESSAGES


def since_success(send: Course, window: Nanoseconds, channel: str, host: str) -> Streak:
    """Return what was tried at a destination since something arrived there.

    Attempts count in the minutes in which the host was watched: in others something may have arrived.
    """
    begun: int | None = None
    before: int | None = None
    streak = Streak(channel)
    name = key(channel, host)
    for number, of in send.view.minutes_from(int(window // MINUTE)):
        rows = [
            (count, trouble)
            for count, trouble in of.troubles()
            if trouble.channel == channel and trouble.host == host and not is_recipients(trouble.cause)
        ]
        through = of.tables.get(sums.THROUGH, {})
        arrived = through.get(name, 0) + through.get(key(channel, ""), 0)
        if arrived:
            streak, begun, before = Streak(channel), None, None
            # What arrived in a minute with very many more attempts came before these.
            if sum(count for count, _ in rows) < _TIMES * arrived:
                continue
        if not rows:
            continue
        results = {trouble.result for _, trouble in rows}
        if results != {"failure"}:
            streak.deferred.add(number)
        if name not in through:
            before = number
            continue
        if begun is None:
            # What failed for which it is watched now began it.
            begun = before if before is not None and number - before <= _BEFORE_WATCHED else number
        streak.watched[number] = "failure" in results
        attempts = sum(count for count, _ in rows)
        streak.most = max(streak.most, attempts)
        streak.newest += attempts if send.view.minute_now() - number <= _NEWEST else 0
        for count, trouble in rows:
            why = in_words(trouble.cause, trouble.named)
            streak.causes[why] = streak.causes.get(why, 0) + count
            streak.greylisted += count if trouble.cause == GREYLISTED else 0
    if begun is not None:
        streak.minutes = max(0, send.view.minute_now() - begun)
    return streak


def is_new(send: Course, channel: str, host: str) -> bool:
    """Tell whether nothing failed at a destination in the day before: some names are mistyped again and again."""
    now = send.view.minute_now()
    before = send.view.stretch(Minute(now - _DAY_BEFORE), Minute(now - 2 * HOUR))
    return all(
        trouble.channel != channel or trouble.host != host or is_recipients(trouble.cause)
        for part in before
        for _, trouble in part.troubles()
    )
