"""Who sends much more than usual, from too many places, or after guessing a password."""

from __future__ import annotations

from sqmail_judge.course import DAY, HOUR
from sqmail_judge.finding import CRITICAL, WARNING, Finding, span
from sqmail_log.figures import sums
from sqmail_log.units import MINUTE, Minute

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqmail_log.figures.sums import Sums
    from sqmail_log.units import Nanoseconds
    from sqmail_log.watch import View

BURST_WARNING = 500
BURST_CRITICAL = 2000
"""Recipients of one sender in the window, however usual."""
UNUSUAL_WARNING = 100
UNUSUAL_CRITICAL = 500
"""Recipients of a sender whose busiest hour of the last week had not a tenth of that, or who is new."""
NETWORKS_WARNING = 10
NETWORKS_CRITICAL = 40
GUESSES = 20
_LEAST_FROM_MANY = 20
_TIMES = 10
_USUAL_DAYS = 7
_STEP = "see sqmail-report sessions --show-users; change the password, stop the sender, look at the queue"


class Thresholds:
    """From how many recipients, and how many networks, a sender is a WARNING, a CRITICAL; None for never."""

    __slots__ = ("learn", "networks", "recipients")

    def __init__(
        self,
        recipients: tuple[Callable[[int], bool], Callable[[int], bool]],
        networks: tuple[Callable[[int], bool], Callable[[int], bool]],
        *,
        learn: bool,
    ) -> None:
        self.recipients = recipients
        self.networks = networks
        self.learn = learn


def at_least(limit: int) -> Callable[[int], bool]:
    """Return what tells whether a number has reached a limit."""
    return lambda count: count >= limit


DEFAULTS = Thresholds(
    (at_least(BURST_WARNING), at_least(BURST_CRITICAL)),
    (at_least(NETWORKS_WARNING), at_least(NETWORKS_CRITICAL)),
    learn=True,
)


def judge(
    views: Sequence[View], now: Sums, window: Nanoseconds, thresholds: Thresholds, named: Callable[[str], str]
) -> Iterator[Finding]:
    """Yield what is suspicious of each sender.

    `now` is what all logs counted in the window, `named` words a sender.
    """
    places = networks_by_sender(now)
    lasted = span(int(window // MINUTE))
    for sender, count in now.top(sums.SENDER):
        if sender == sums.OTHERS:
            continue
        found = places.get(sender, {})
        state = _burst(views, sender, count, window, thresholds)
        warns, alarms = thresholds.networks
        if count >= _LEAST_FROM_MANY:
            state = max(state, CRITICAL if alarms(len(found)) else WARNING if warns(len(found)) else 0)
        guessed = _guessed(views, sender, found, window) if _failed(now, found) >= GUESSES else 0
        if state or guessed:
            words = f"{named(sender)} has sent to {count} recipients in {lasted}"
            if len(found) > 1:
                words += f" from {len(found)} networks"
            elif found and sender not in found:
                words += f" from {next(iter(found))}"
            if guessed:
                words += f", where {guessed} logins failed before"
            yield Finding("sender", state or WARNING, words, step=_STEP, count=count)


def networks_by_sender(of: Sums) -> dict[str, dict[str, int]]:
    """Return the networks of each sender with how often; those of senders from very many places are not all kept."""
    places: dict[str, dict[str, int]] = {}
    for key, count in of.tables.get(sums.PLACE, {}).items():
        sender, blank, network = key.partition(" ")
        if blank:
            places.setdefault(sender, {})[network] = count
    return places


def _burst(views: Sequence[View], sender: str, count: int, window: Nanoseconds, thresholds: Thresholds) -> int:
    warns, alarms = thresholds.recipients
    if not thresholds.learn:
        return CRITICAL if alarms(count) else WARNING if warns(count) else 0
    if count < UNUSUAL_WARNING:
        return 0
    usual = _busiest_hour(views, sender, window)
    if usual is not None and count < _TIMES * usual:
        # A newsletter comes each week, and is as large as it was.
        return WARNING if warns(count) and count > 2 * usual else 0
    if alarms(count) or (usual is not None and count >= UNUSUAL_CRITICAL):
        return CRITICAL
    return WARNING if warns(count) or usual is not None else 0


def _busiest_hour(views: Sequence[View], sender: str, window: Nanoseconds) -> int | None:
    """Return the recipients of a sender in the busiest hour before the window.

    None where less than a day is known, or the window takes all that could be compared with.
    """
    if max(view.minutes_known() for view in views) < DAY or window > _USUAL_DAYS * DAY * MINUTE:
        return None
    skip = int(window // MINUTE)
    hours: dict[int, int] = {}
    for view in views:
        last = view.minute_now() - skip
        for number in range(24 * _USUAL_DAYS):
            end = last - number * HOUR
            for part in view.stretch(Minute(end - HOUR + 1), Minute(end)):
                hours[number] = hours.get(number, 0) + part.tables.get(sums.SENDER, {}).get(sender, 0)
    return max(hours.values(), default=0)


def _failed(now: Sums, found: dict[str, int]) -> int:
    return sum(count for network, count in now.tables.get(sums.LOGIN, {}).items() if network in found)


def _guessed(views: Sequence[View], sender: str, found: dict[str, int], window: Nanoseconds) -> int:
    """Return how many logins had failed in a sender's networks before it sent from there, 0 for few."""
    minutes: dict[int, list[Sums]] = {}
    for view in views:
        for number, part in view.minutes_from(int(window // MINUTE)):
            minutes.setdefault(number, []).append(part)
    failed = before = 0
    for _, parts in sorted(minutes.items()):
        if any(part.tables.get(sums.SENDER, {}).get(sender) for part in parts):
            before = failed
        for part in parts:
            failed += sum(count for network, count in part.tables.get(sums.LOGIN, {}).items() if network in found)
    return before if before >= GUESSES else 0
