"""Whether deliveries succeed: each channel by itself, and each destination that much is sent to."""

from __future__ import annotations

from sqmail_judge.course import HOUR
from sqmail_judge.finding import CRITICAL, WARNING, Finding, counted, span
from sqmail_judge.standstill.deliveries import CHANNELS, RESULTS, unended
from sqmail_judge.standstill.silence import LEARNT, LEAST_WARNING, severity, unanswered
from sqmail_judge.story.reasons import GREYLIST_MINUTES, GREYLISTED, Reason, is_recipients, reasons
from sqmail_log.figures import sums
from sqmail_log.parties import envelopes
from sqmail_log.units import MINUTE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sqmail_judge.course import Course
    from sqmail_judge.standstill.silence import Limits
    from sqmail_log.figures.sums import Sums
    from sqmail_log.units import Nanoseconds

SHORT = 5
"""Minutes in which an outage shows at once, and after which a passed one is forgotten."""
_REACH = 2 * HOUR
VERBS = {"failure": "failed", "deferral": "were deferred"}
_STEPS = {"failure": "sqmail-report failures", "deferral": "sqmail-report deferrals"}
_MANY_ATTEMPTS = 100
# With fewer attempts no destination is looked at, in so long: those of a mailbox come again after two minutes.
_LOOKED_FROM = {"local": 10, "remote": 5}
_CRITICAL_ATTEMPTS = 1000
_LOOKED_AT = 15 * MINUTE
_WATCHED = 8
# One place that is gone is not all of them.
_DESTINATIONS = 3
_LEAST_OF_LIST = 20


class Thresholds:
    """What of a channel's attempts may fail or be deferred.

    `failure` and `deferral` are pairs of functions that tell whether a share
    in percent is a WARNING, a CRITICAL; `least` is how many attempts a share
    wants.  `silence` says how long nothing may succeed or end, `destination`
    is a pair that tells it of attempts at one destination that takes none,
    None for those that judge it by their time, too.
    """

    __slots__ = ("destination", "judges", "least", "silence")

    def __init__(
        self,
        failure: tuple[Callable[[float], bool], Callable[[float], bool]],
        deferral: tuple[Callable[[float], bool], Callable[[float], bool]],
        least: int,
        silence: Limits = LEARNT,
        destination: tuple[Callable[[int], bool] | None, Callable[[int], bool] | None] = (None, None),
    ) -> None:
        self.judges = {"failure": failure, "deferral": deferral}
        self.least = least
        self.silence = silence
        self.destination = destination


def at_least(limit: float) -> Callable[[float], bool]:
    """Return what tells whether a share has reached a limit."""
    return lambda share: share >= limit


FAILURE_WARNING, FAILURE_CRITICAL = 25, 50
DEFERRAL_WARNING, DEFERRAL_CRITICAL = 50, 80
MIN_EVENTS = 20
DEFAULTS = Thresholds(
    (at_least(FAILURE_WARNING), at_least(FAILURE_CRITICAL)),
    (at_least(DEFERRAL_WARNING), at_least(DEFERRAL_CRITICAL)),
    MIN_EVENTS,
)


def judge(
    send: Course, window: Nanoseconds, thresholds: Thresholds, cleaned: Callable[[str, str], str], only: str | None
) -> Iterator[Finding]:
    """Yield what is wrong with the deliveries of a log.

    `cleaned` makes a channel's destination fit to be shown; `only` names the
    one channel that is asked about.
    """
    for channel in (only,) if only else CHANNELS:
        limits = thresholds.silence
        silent = list(_dead(send, channel, cleaned, limits)) or list(unended(send, channel, cleaned, limits))
        shares = [] if silent else list(_shares(send, window, channel, thresholds, cleaned))
        yield from silent
        yield from shares
        if not silent:
            yield from _destinations(send, window, channel, thresholds, cleaned, told=bool(shares))


def _dead(send: Course, channel: str, cleaned: Callable[[str, str], str], limits: Limits) -> Iterator[Finding]:
    """Yield that attempts end and none succeeds."""
    # The newest minutes mostly tell that some do: to read hours takes longer (benchmark: idle).
    if not limits.are_fixed and any(send.counts((f"success_{channel}",), LEAST_WARNING + 1)):
        return
    successes = send.counts((f"success_{channel}",), _REACH)
    ended = send.counts([f"{result}_{channel}" for result in RESULTS], _REACH)
    queued = send.counts(("messages",), _REACH)
    # At night a few messages to hosts that are gone are tried again and again, and nothing else is.
    fresh = [max(pair) for pair in zip(queued, [0, *queued[:-1]], strict=True)]
    silence = unanswered(
        [count if new else 0 for count, new in zip(ended, fresh, strict=True)], successes, answers=4, losses=1
    )
    if not (state := severity(silence, limits)):
        return
    since = send.view.sums((silence.minutes + 1) * MINUTE)
    attempts = _attempts(since.numbers, channel) - since.numbers.get(f"success_{channel}", 0)
    destinations = {trouble.host for _, trouble in since.troubles() if trouble.channel == channel}
    if not limits.are_fixed and len(destinations) < _DESTINATIONS and attempts < _MANY_ATTEMPTS:
        return
    worst = _worst_reasons(since, channel, cleaned)
    # That a few recipients elsewhere do not exist says nothing of this host: a backup MX passes on what is made up.
    unknown = sum(row.times for row in worst if is_recipients(row.cause))
    if not limits.are_fixed and channel == "remote" and attempts < _MANY_ATTEMPTS and 2 * unknown > attempts:
        return
    if 2 * sum(row.times for row in worst if row.cause == GREYLISTED) > attempts:
        if silence.minutes < GREYLIST_MINUTES:
            return
        state = WARNING
    words = f"no {channel} delivery has succeeded for {span(silence.minutes)}, {_ends(since.numbers, channel)}"
    if worst:
        words += f": {worst[0].told(sum(since.numbers.get(f'{result}_{channel}', 0) for result in VERBS))}"
    yield Finding(
        f"no-{channel}", state, words, log=send.log, minutes=silence.minutes, count=attempts, **_cause_of(worst)
    )


def _ends(numbers: Mapping[str, int], channel: str) -> str:
    """Return how attempts ended: `all 87 attempts were deferred`, `of 87 attempts 7 failed and 80 were deferred`."""
    failed, deferred = (numbers.get(f"{result}_{channel}", 0) for result in ("failure", "deferral"))
    if failed and deferred:
        were = "was" if deferred == 1 else "were"
        return f"of {failed + deferred} attempts {failed} failed and {deferred} {were} deferred"
    count, result = (failed, "failure") if failed else (deferred, "deferral")
    return f"all {count} attempts {VERBS[result]}"


def _cause_of(rows: list[Reason]) -> dict[str, str]:
    """Return the most frequent cause as a finding has it."""
    return {"cause": rows[0].cause, "named": rows[0].named} if rows else {}


def _worst_reasons(of: Sums, channel: str, cleaned: Callable[[str, str], str]) -> list[Reason]:
    rows = [row for result in ("failure", "deferral") for row in reasons(of, result, channel, cleaned)]
    return sorted(rows, key=lambda row: -row.times)


def _shares(
    send: Course,
    window: Nanoseconds,
    channel: str,
    thresholds: Thresholds,
    cleaned: Callable[[str, str], str],
) -> Iterator[Finding]:
    """Yield shares that are too great."""
    whole = send.view.sums(window)
    short = send.view.sums(min(window, SHORT * MINUTE))
    short_attempts = _attempts(short.numbers, channel)
    attempts = _attempts(whole.numbers, channel)
    if attempts < thresholds.least:
        return
    # A short stretch with enough in it shows an outage that begins, and that it is over.
    newest, of, lasted = (
        (short, short_attempts, min(window // MINUTE, SHORT))
        if short_attempts >= thresholds.least
        else (whole, attempts, window // MINUTE)
    )
    for result in ("failure", "deferral"):
        count = _judged(newest, result, channel)
        share, longer = 100 * count / of, 100 * _judged(whole, result, channel) / attempts
        warns, alarms = thresholds.judges[result]
        state = CRITICAL if alarms(share) and alarms(longer) else WARNING if warns(share) or alarms(share) else 0
        if not state:
            continue
        words = f"{share:.4g} % of {of} {channel} attempts in {span(int(lasted))} {VERBS[result]}"
        rows = [row for row in reasons(newest, result, channel, cleaned) if row.cause != GREYLISTED]
        if rows:
            own = newest.numbers.get(f"{result}_own_{channel}", 0)
            words += f": {rows[0].told(newest.numbers[f'{result}_{channel}'], own)}"
        yield Finding(
            f"{result}-{channel}", state, words, log=send.log, minutes=int(lasted), count=count, **_cause_of(rows)
        )


def _attempts(numbers: Mapping[str, int], channel: str) -> int:
    """Return the attempts to deliver what users sent: that a bounce of ours is not taken is no trouble of theirs."""
    return sum(_of_users(numbers, result, channel) for result in RESULTS)


def _of_users(numbers: Mapping[str, int], result: str, channel: str) -> int:
    return numbers.get(f"{result}_{channel}", 0) - numbers.get(f"{result}_own_{channel}", 0)


def _judged(of: Sums, result: str, channel: str) -> int:
    """Return how often a result came that says something of how delivery works.

    Greylisting says nothing but that mail has to wait a little, and the dead
    addresses of one sender's list nothing but that nobody tends it.
    """
    count = _of_users(of.numbers, result, channel)
    greylisted = sum(
        times
        for times, trouble in of.troubles()
        if trouble.result == result and trouble.channel == channel and trouble.cause == GREYLISTED
    )
    listed = _dead_of_one(of, count) if result == "failure" and channel == "remote" else 0
    return max(0, count - greylisted - listed)


def _dead_of_one(of: Sums, failed: int) -> int:
    """Return how many of the failures are dead addresses of a list, the one sender's who has most of them, else 0."""
    counts: dict[str, int] = {}
    for row, count in of.tables.get(sums.RETURNED, {}).items():
        result, cause, sender = envelopes.decoded(row)
        if result == "failure" and sender and is_recipients(cause):
            counts[sender] = counts.get(sender, 0) + count
    most = max(counts.values(), default=0)
    # Where not more than these arrive, nothing tells of a list rather than of this host.
    is_list = _LEAST_OF_LIST <= most < of.numbers.get("success_remote", 0)
    return most if is_list and 2 * most > failed else 0


def _destinations(
    send: Course,
    window: Nanoseconds,
    channel: str,
    thresholds: Thresholds,
    cleaned: Callable[[str, str], str],
    *,
    told: bool,
) -> Iterator[Finding]:
    """Yield the destination that takes nothing while others do, the one with the most attempts.

    Where the channel's share is `told` already, the only destination that it has is not told again.

    What never was a mail host is tried for days by what somebody mistyped: only the last minutes count.
    """
    view = send.view
    window = min(window, _LOOKED_AT)
    whole = view.sums(window)
    tried: dict[str, int] = {}
    failed: dict[tuple[str, str], int] = {}
    for count, trouble in whole.troubles():
        place = trouble.channel, trouble.host
        failed[place] = failed.get(place, 0) + count
        if trouble.channel == channel and trouble.host and not is_recipients(trouble.cause):
            tried[trouble.host] = tried.get(trouble.host, 0) + count
    # What arrives is counted at the few alone at which most fails.
    watched = sorted(failed, key=failed.__getitem__, reverse=True)[:_WATCHED]
    least = 1 if any(thresholds.destination) else _LOOKED_FROM[channel]
    suspects = {host: count for host, count in tried.items() if count >= least and (channel, host) in watched}
    if told:
        every = sum(whole.numbers.get(f"{result}_{channel}", 0) for result in RESULTS)
        suspects = {host: count for host, count in suspects.items() if failed[channel, host] < every}
    if not suspects:
        return
    from sqmail_judge.story import streaks  # noqa: PLC0415 - few destinations fail so often

    found = []
    for host in suspects:
        streak = streaks.since_success(send, window, channel, host)
        minutes, causes, count = streak.minutes, streak.causes, streak.count
        is_long = streak.is_long() or (streak.has_several_messages() and streaks.is_new(send, channel, host))
        if not (state := _takes_none(count, minutes, thresholds, is_long=is_long)):
            continue
        cause, times = max(causes.items(), key=lambda item: item[1])
        words = (
            f"{cleaned(channel, host)} has taken none of {counted(count, channel + ' attempt')} "
            f"for {span(minutes)}: {cause} ({times})"
        )
        exact, _, named = cause.partition(" (")
        found.append(
            Finding(
                "destination",
                state,
                words,
                log=send.log,
                minutes=minutes,
                count=count,
                cause=exact,
                named=named.removesuffix(")"),
                place=cleaned(channel, host),
            )
        )
    found.sort(key=lambda finding: (-finding.state, -finding.count))
    if found:
        if len(found) > 1:
            found[0].words += f"; so have {counted(len(found) - 1, 'other')}"
        yield found[0]


def _takes_none(count: int, minutes: int, thresholds: Thresholds, *, is_long: bool) -> int:
    """Return the state that attempts in vain at a destination make, 0 for none; `is_long` is what the default tells."""
    warns, alarms = thresholds.destination
    if not count:
        return 0
    if alarms(count) if alarms else is_long and count >= _CRITICAL_ATTEMPTS and minutes >= 3:
        return CRITICAL
    return WARNING if (warns(count) if warns else is_long) else 0
