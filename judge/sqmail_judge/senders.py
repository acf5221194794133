"""Who sends much more than usual, from too many places, after guessing a password, or what comes back."""

from __future__ import annotations

from sqmail_judge.course import DAY, HOUR
from sqmail_judge.finding import CRITICAL, WARNING, Finding, span
from sqmail_log.figures import sums
from sqmail_log.parties import envelopes
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
_GUESSES_A_MAIL = 5
RETURNED_WARNING = 20
RETURNED_CRITICAL = 500
"""Remote recipients of one envelope sender that fail in the window, where at least half of his do."""
RETURNED_SHARE = 50
_OTHERS_ATTEMPTS = 10
# What came back of late is no usual thing yet.
_NOT_YET_USUAL = 12 * HOUR
_LEAST_FROM_MANY = 20
_TIMES = 10
_USUAL_DAYS = 7
_STEP = "see sqmail-report sessions --show-users; change the password, stop the sender, look at the queue"


class Thresholds:
    """From how many recipients, networks, and recipients that fail, a sender is a WARNING, a CRITICAL.

    `share` is the least percentage of them that must fail; with `learn` a
    sender is compared with his own week.
    """

    __slots__ = ("learn", "networks", "recipients", "returned", "share")

    def __init__(
        self,
        recipients: tuple[Callable[[int], bool], Callable[[int], bool]],
        networks: tuple[Callable[[int], bool], Callable[[int], bool]],
        returned: tuple[Callable[[int], bool], Callable[[int], bool]],
        share: int = RETURNED_SHARE,
        *,
        learn: bool,
    ) -> None:
        self.recipients = recipients
        self.networks = networks
        self.returned = returned
        self.share = share
        self.learn = learn


def at_least(limit: int) -> Callable[[int], bool]:
    """Return what tells whether a number has reached a limit."""
    return lambda count: count >= limit


DEFAULTS = Thresholds(
    (at_least(BURST_WARNING), at_least(BURST_CRITICAL)),
    (at_least(NETWORKS_WARNING), at_least(NETWORKS_CRITICAL)),
    (at_least(RETURNED_WARNING), at_least(RETURNED_CRITICAL)),
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
        burst, usual = _burst(views, sender, count, window, thresholds)
        state = burst
        warns, alarms = thresholds.networks
        if count >= _LEAST_FROM_MANY:
            state = max(state, CRITICAL if alarms(len(found)) else WARNING if warns(len(found)) else 0)
        guessed = _guessed(views, sender, found, window) if _failed(now, found) >= GUESSES else 0
        if state or guessed:
            if not burst:
                usual = _burst(views, sender, count, window, thresholds, whole=True)[1]
            words = f"{named(sender)} has sent to {count} recipients in {lasted}{usual}"
            if len(found) > 1:
                # Beside very many others not all of them are kept.
                more = " or more" if sums.OTHERS in now.tables[sums.PLACE] else ""
                words += f" from {len(found)}{more} networks"
            elif found and sender not in found:
                words += f" from {next(iter(found))}"
            if guessed:
                words += f", where {guessed} logins failed before"
            yield Finding("sender", state or WARNING, words, step=_STEP, count=count)


def networks_by_sender(of: Sums) -> dict[str, dict[str, int]]:
    """Return the networks of each sender with how often."""
    places: dict[str, dict[str, int]] = {}
    for sender, network, count in _places(of):
        places.setdefault(sender, {})[network] = count
    return places


def _burst(
    views: Sequence[View],
    sender: str,
    count: int,
    window: Nanoseconds,
    thresholds: Thresholds,
    *,
    whole: bool = False,
) -> tuple[int, str]:
    """Return the state that a number of recipients makes, and what is usual in words, '' where that is not known.

    Where the state is 0 what is usual may be less than it is, but for where the `whole` week is to be looked at.
    """
    warns, alarms = thresholds.recipients
    by_figures = CRITICAL if alarms(count) else WARNING if warns(count) else 0
    if not thresholds.learn:
        return by_figures, ""
    if count < UNUSUAL_WARNING:
        return 0, ""
    # A newsletter comes each week, and is as large as it was.
    enough = -(-count // 2) if warns(count) else count // _TIMES + 1
    usual = _busiest_hour(views, sender, window, None if whole else enough)
    if usual is None:
        return by_figures, ""
    told = f" ({_usual_words(usual)})"
    if count < _TIMES * usual:
        return (WARNING if warns(count) and count > 2 * usual else 0), told
    return (CRITICAL if alarms(count) or count >= UNUSUAL_CRITICAL else WARNING), told


def _usual_words(of_hour: int) -> str:
    return f"usual for this sender: {f'{of_hour} an hour at most' if of_hour else 'none'}"


def _busiest_hour(views: Sequence[View], sender: str, window: Nanoseconds, enough: int | None) -> int | None:
    """Return the recipients of a sender in the busiest hour before the window.

    None where less than a day is known, or the window takes all that could be compared with.
    """
    if max(view.minutes_known() for view in views) < DAY or window > _USUAL_DAYS * DAY * MINUTE:
        return None
    return _most(views, int(window // MINUTE), lambda of: of.tables.get(sums.SENDER, {}).get(sender, 0), enough)


def _most(views: Sequence[View], ago: int, counted: Callable[[Sums], int], enough: int | None) -> int:
    """Return the most of what is `counted` that an hour had in a week which ended so many minutes `ago`.

    Of the newest hour that had `enough` it is that: to look at all takes many times an idle check (benchmark: idle).
    """
    most = 0
    for number in range(24 * _USUAL_DAYS):
        of_hour = 0
        for view in views:
            end = view.minute_now() - ago - number * HOUR
            of_hour += sum(map(counted, view.stretch(Minute(end - HOUR + 1), Minute(end))))
        most = max(most, of_hour)
        if enough is not None and most >= enough:
            break
    return most


def _failed(now: Sums, found: dict[str, int]) -> int:
    return sum(count for network, count in now.tables.get(sums.LOGIN, {}).items() if network in found)


def _guessed(views: Sequence[View], sender: str, found: dict[str, int], window: Nanoseconds) -> int:
    """Return how many logins had failed in a sender's networks before it sent from there, 0 for few.

    Where people send from, a mistyped or an old password is no guess; nor is
    it where the sender himself has sent from in the week before.
    """
    minutes: dict[int, list[Sums]] = {}
    for view in views:
        for number, part in view.minutes_from(int(window // MINUTE)):
            minutes.setdefault(number, []).append(part)
    failed, sent, before = (dict.fromkeys(found, 0) for _ in range(3))
    strange = set()
    for _, parts in sorted(minutes.items()):
        for of, network, count in (row for part in parts for row in _places(part)):
            if network in found:
                sent[network] += count
                if of == sender:
                    before[network] = failed[network]
        for part in parts:
            logins = part.tables.get(sums.LOGIN, {})
            for network in found.keys() & logins.keys():
                failed[network] += logins[network]
                if failed[network] >= max(GUESSES, _GUESSES_A_MAIL * sent[network]):
                    strange.add(network)
    if strange:
        strange -= _usual_places(views, sender, window)
    guessed = sum(before[network] for network in strange)
    return guessed if guessed >= GUESSES else 0


def _usual_places(views: Sequence[View], sender: str, window: Nanoseconds) -> set[str]:
    """Return the networks that a sender sent from in the week before the window."""
    minutes = int(window // MINUTE)
    return {
        network
        for view in views
        for part in view.stretch(
            Minute(view.minute_now() - _USUAL_DAYS * DAY), Minute(view.minute_now() - minutes)
        )
        for of, network, _ in _places(part)
        if of == sender
    }


def _places(of: Sums) -> Iterator[tuple[str, str, int]]:
    """Yield sender, network and how often; those of senders from very many places are not all kept."""
    for key, count in of.tables.get(sums.PLACE, {}).items():
        sender, blank, network = key.partition(" ")
        if blank:
            yield sender, network, count


class Returned:
    """What became of the remote recipients of one envelope sender: `failed` by cause, of `attempts` at most.

    `others_failed` of `others` are the recipients of all other mail since the
    first of them failed: what arrived before says nothing of now.
    """

    __slots__ = ("attempts", "failed", "others", "others_failed")

    def __init__(self) -> None:
        self.failed: dict[str, int] = {}
        self.attempts = self.others = self.others_failed = 0


def returned(
    views: Sequence[View], now: Sums, window: Nanoseconds, thresholds: Thresholds, named: Callable[[str], str]
) -> Iterator[Finding]:
    """Yield envelope senders most of whose remote recipients fail while those of others do not.

    `views` are those of qmail-send, `now` is what they counted in the window.
    """
    warns, alarms = thresholds.returned
    counts = failures_by_sender(now)
    suspects = {sender for sender, count in counts.items() if warns(count) or alarms(count)}
    if not suspects:
        return
    lasted = span(int(window // MINUTE))
    for sender, found in _fates(views, suspects, window).items():
        count = sum(found.failed.values())
        if not (warns(count) or alarms(count)) or 100 * count < thresholds.share * found.attempts:
            continue
        cause, times = max(found.failed.items(), key=lambda item: (item[1], item[0]))
        if not _alone(cause, count / found.attempts, found.others_failed, found.others):
            continue
        usual = _usually_returned(views, sender, -(-count // 2)) if thresholds.learn else None
        if usual is not None and count <= 2 * usual:
            continue
        words = f"{count} of {found.attempts} remote recipients of {named(sender)} failed in {lasted}"
        words += f", {times} of them {cause}"
        if usual is not None:
            words += f" ({_usual_words(usual)})"
        yield Finding(
            "returned",
            CRITICAL if alarms(count) else WARNING,
            words,
            step="a bought or old list, or a stolen account? stop the sender; see sqmail-report senders and failures",
            minutes=int(window // MINUTE),
            count=count,
            cause=cause,
        )


def failures_by_sender(of: Sums) -> dict[str, int]:
    """Return how many remote recipients of each envelope sender failed."""
    counts: dict[str, int] = {}
    for row, count in of.tables.get(sums.RETURNED, {}).items():
        result, _, sender = envelopes.decoded(row)
        if result == "failure" and sender:
            counts[sender] = counts.get(sender, 0) + count
    return counts


def _fates(views: Sequence[View], suspects: set[str], window: Nanoseconds) -> dict[str, Returned]:
    """Return what became of the mail of some senders in the window.

    In minutes in which a sender's successes were not counted all that
    succeeded may have been his, and may have been others'.
    """
    fates = {sender: Returned() for sender in suspects}
    for view in views:
        for _, part in view.minutes_from(int(window // MINUTE)):
            table = part.tables.get(sums.RETURNED, {})
            failed: dict[str, int] = {}
            for row, count in table.items():
                result, cause, sender = envelopes.decoded(row)
                if sender in fates and result == "failure":
                    failed[sender] = failed.get(sender, 0) + count
                    of = fates[sender]
                    of.failed[cause] = of.failed.get(cause, 0) + count
            succeeded = part.numbers.get("success_remote", 0)
            all_failed = part.numbers.get("failure_remote", 0) - part.numbers.get("failure_own_remote", 0)
            for sender, found in fates.items():
                arrived = table.get(envelopes.key("success", "", sender))
                of_sender, of_others = failed.get(sender, 0), all_failed - failed.get(sender, 0)
                found.attempts += of_sender + (arrived if arrived is not None else succeeded if of_sender else 0)
                if found.failed:
                    found.others += succeeded - (arrived or 0) + of_others
                    found.others_failed += of_others
    return fates


def _alone(cause: str, share: float, failed: int, attempts: int) -> bool:
    """Tell whether others' mail arrives; where there is hardly any the recipients must be those in fault."""
    from sqmail_log.answers.whose import RECIPIENT, whose  # noqa: PLC0415 - only where much failed

    if attempts < _OTHERS_ATTEMPTS:
        return whose(cause) == RECIPIENT
    return 2 * failed < share * attempts


def _usually_returned(views: Sequence[View], sender: str, enough: int) -> int | None:
    """Return how many of a sender's recipients failed in his worst hour of the last week; None of the first day."""
    if max(view.minutes_known() for view in views) < DAY:
        return None
    return _most(views, _NOT_YET_USUAL, lambda of: failures_by_sender(of).get(sender, 0), enough)
