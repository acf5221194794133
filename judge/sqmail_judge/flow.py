"""Whether what comes in is queued, started and ended."""

from __future__ import annotations

from math import log

from sqmail_judge.alarms import said
from sqmail_judge.course import DAY, HOUR, Past, together
from sqmail_judge.finding import CRITICAL, WARNING, Finding, counted, span
from sqmail_judge.silence import LEARNT, enough, least, unanswered, uneventful
from sqmail_log.figures.metrics import METRICS, OF_POP

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqmail_judge.course import Course
    from sqmail_judge.silence import Limits, Silence

DOUBT_WARNING = -8.5
"""A silence is told when it is as improbable as once in 5,000 times."""
DOUBT_CRITICAL = -10.0
LEAST_WARNING = 3
"""Minutes that a silence lasts before it is told at all."""
LEAST_CRITICAL = 8
HELD = "who holds them? see ss -tn; tcpserver -c is the limit, a limit per client helps against one that takes all"
"""The step where all connections of a service are taken."""
_REACH = 2 * HOUR
# What is accepted is queued within a second; only who hangs up before DATA, or asks for a recipient, leaves nothing.
_QUEUED = 5
# A restart takes seconds, one by hand a minute or two.
_GONE_WARNING = 4
REFUSED_AT_DATA = frozenset(name for name in METRICS if name.startswith(("reject_DATA_", "deferred_DATA_")))
# Logins of POP3, and those that tell of no recipient, bring no mail in.
_LOGINS = (*OF_POP, "logins_alone")
HANGS = {
    "local": "see what hangs (ps): a program in a .qmail file, a lock, the file system of the mailboxes",
    "remote": "see what hangs (ps, ss): remote hosts that do not answer, the resolver, the network",
}
"""The step where none of a channel's deliveries ends."""
_CHANNELS = ("local", "remote")
_RESULTS = ("success", "failure", "deferral")
# That a client was served says little of mail: what was queued must be unusual by itself, and for longer.
_DOUBT_UNFED = -12.0
_UNFED_WARNING = 5
_UNFED_CRITICAL = 10
_DOUBT_GONE = -3.0
# So many deliveries at once are no longer one slow host's.
_MANY = 5
_FEW = 3
# Of a silence of one channel more certainty is wanted: nobody knows which mail would have gone there.
_DOUBT_HELD = -14.0
_HELD_WARNING = 5
_HELD_CRITICAL = 10
_FEW_MINUTES = 20
# Of what is usual so much is queued at most where something keeps SMTP's mail out: one in so many.
_PART = 2
_LEAST_SELDOM = 5
_NONE = 2
_DOUBT_SELDOM = -14.0
# Where no delivery has ended yet, one takes ten minutes only where several addresses of a host are tried in vain.
_UNKNOWN_MINUTES = 10


def judge(
    sends: Sequence[Course], sessions: Sequence[Course], cleaned: Callable[[str, str], str], limits: Limits = LEARNT
) -> Iterator[Finding]:
    """Yield what stands still, by qmail-send's logs and those of the sessions that bring mail in."""
    if sends and sessions:
        asked, queued = _asked(sessions, _REACH), together(sends, ("messages",), _REACH)
        found = list(_unqueued(sends, sessions, asked, queued, limits))
        found = found or list(_unfed(sends, sessions, queued, limits))
        yield from found if found or limits.are_fixed else _seldom_queued(sends, asked[:-1], queued[:-1])
    for send in sends:
        yield from _unstarted(send, limits)
        for channel in _CHANNELS:
            yield from unended(send, channel, cleaned, limits)


def severity(silence: Silence, limits: Limits = LEARNT) -> int:
    """Return the state that a silence makes, 0 for none."""
    if limits.are_fixed:
        # What was never answered is not asked here: a log that holds no records, a service that is not in use.
        return limits.state(silence.minutes) if silence.asked and silence.known else 0
    if silence.minutes < LEAST_WARNING or silence.doubt > DOUBT_WARNING:
        return 0
    return CRITICAL if silence.minutes >= LEAST_CRITICAL and silence.doubt <= DOUBT_CRITICAL else WARNING


def _unqueued(
    sends: Sequence[Course], sessions: Sequence[Course], asked: list[int], queued: list[int], limits: Limits
) -> Iterator[Finding]:
    """Recipients were accepted, and no message came to be; where two hours tell nothing, days do."""
    silence = _unanswered(asked, queued)
    for reach in (24 * HOUR, 8 * 24 * HOUR):
        if not silence.asked or silence.known:
            break
        silence = _unanswered(_asked(sessions, reach), together(sends, ("messages",), reach))
    if not silence.asked:
        return
    state = severity(silence, limits)
    gone = min(map(_gone, sends))
    if gone >= _GONE_WARNING and not limits.are_fixed:
        # It has said so itself, and one message that waits is enough.
        state = max(state, CRITICAL if gone >= LEAST_CRITICAL else WARNING)
    if not state:
        return
    minutes = silence.minutes
    lasted, accepted = span(minutes), f"while SMTP accepted {counted(silence.asked, 'recipient')}"
    words, step = _why_unqueued(sends, minutes, lasted)
    words = f"{words}, {accepted}"
    yield Finding("unqueued", state, words, step=step, minutes=minutes, count=silence.asked)


def _unfed(sends: Sequence[Course], sessions: Sequence[Course], queued: list[int], limits: Limits) -> Iterator[Finding]:
    """Clients were served by programs that do not say how, and no message came to be where that is unusual."""
    silent = [session for session in sessions if session.is_silent()]
    if not silent or (any(queued[-1 - LEAST_WARNING :]) and not limits.are_fixed):
        return
    lists = [session.served(_REACH) for session in silent]
    length = max(map(len, [*lists, queued]))
    asked = [sum(of_minute) for of_minute in zip(*([0] * (length - len(of)) + of for of in lists), strict=True)]
    silence = unanswered(asked, [0] * (length - len(queued)) + queued, losses=1)
    if not silence.asked or not silence.known:
        return
    minutes = silence.minutes
    state = severity(silence, limits)
    if not limits.are_fixed:
        gone = min(map(_gone, sends))
        if gone >= _GONE_WARNING and silence.doubt <= _DOUBT_GONE:
            state = CRITICAL if gone >= LEAST_CRITICAL else WARNING
        elif minutes < _UNFED_WARNING or uneventful(queued).doubt > _DOUBT_UNFED or _is_usual(sends, minutes, limits):
            return
        elif minutes < _UNFED_CRITICAL:
            state = min(state, WARNING)
    if not state:
        return
    words, step = _why_unqueued(sends, minutes, span(minutes))
    words = f"{words}, while {counted(silence.asked, 'client')} were served"
    yield Finding("unqueued", state, words, step=step, minutes=minutes, count=silence.asked)


def _is_usual(sends: Sequence[Course], minutes: int, limits: Limits) -> bool:
    """Tell whether an earlier day had as little at this time; of the first day nothing speaks for that."""
    if not limits.learn or max(send.known for send in sends) <= DAY:
        return False
    fewest = least(Past(sends, ("messages",)), minutes)
    return fewest is not None and fewest < enough(minutes)


def _unanswered(asked: list[int], queued: list[int]) -> Silence:
    length = max(len(asked), len(queued))
    asked = [0] * (length - len(asked)) + asked
    queued = [0] * (length - len(queued)) + queued
    return unanswered(asked, queued, answers=_QUEUED, losses=1)


def _seldom_queued(sends: Sequence[Course], asked: list[int], queued: list[int]) -> Iterator[Finding]:
    """Much less was queued than SMTP accepted, and than usual: what programs of the host send goes on.

    Where the newest minutes have none at all it is qmail-send, or the spool.

    That a message has many recipients, or that somebody asks for recipients
    alone, makes nothing less than usual; nor does the end of a mailing leave
    less than SMTP accepts.
    """
    if _PART * sum(queued[-_LEAST_SELDOM:]) > sum(asked[-_LEAST_SELDOM:]):
        return
    known = min(len(asked), len(queued))
    asked, queued = asked[-known:], queued[-known:]
    told, least = None, _DOUBT_SELDOM
    for minutes in range(_LEAST_SELDOM, known - _LEAST_SELDOM + 1):
        accepted, took, before = sum(asked[-minutes:]), sum(queued[-minutes:]), known - minutes
        of_smtp = accepted * sum(queued[:before]) / max(1, sum(asked[:before]))
        usual = min(accepted, of_smtp, minutes * sum(queued[:before]) / before)
        if _PART * took > usual:
            continue
        # How improbable so few of so many are, where they come one by one; most so since it began.
        doubt = took - usual + (took * log(usual / took) if took else 0)
        if doubt <= least:
            told, least = (minutes, took, accepted, usual), doubt
    if not told:
        return
    minutes, took, accepted, usual = told
    state = CRITICAL if minutes >= LEAST_CRITICAL else WARNING
    words = f"only {counted(took, 'message')} queued in {span(minutes)}, usual are {usual:.0f}"
    step = "can qmail-smtpd run qmail-queue, and the filter before it (QMAILQUEUE)? clients get 451 then"
    if not any(queued[-_NONE:]):
        minutes = next((ago for ago, count in enumerate(reversed(queued)) if count), len(queued))
        accepted, took = sum(asked[-minutes:]), 0
        words, step = _why_unqueued(sends, minutes, span(minutes))
    words += f", while SMTP accepted {counted(accepted, 'recipient')}"
    yield Finding("unqueued", state, words, step=step, minutes=minutes, count=accepted - took)


def _why_unqueued(sends: Sequence[Course], minutes: int, lasted: str) -> tuple[str, str]:
    """Return what is known of the reason in words, and the next step."""
    for send in sends:
        if alarm := said(send, minutes + 1):
            return f"{alarm}; nothing was queued for {lasted}", "mend that, then see svstat of qmail-send"
    if gone := min(map(_gone, sends)):
        return (
            f"qmail-send exited {span(gone)} ago and has queued nothing since",
            "start it; see svstat of its service and of its log",
        )
    if not any(send.total("lines", minutes) for send in sends):
        return (
            f"qmail-send has logged nothing for {lasted}",
            "is it running, and its multilog? else the spool takes nothing (read-only, full)",
        )
    return (
        f"nothing was queued for {lasted}",
        "does the spool take files (read-only, full)? qmail-smtpd then answers 451",
    )


def _gone(send: Course) -> int:
    """Return how many whole minutes ago qmail-send exited, 0 where it has written anything since."""
    for reach in (_REACH, 24 * HOUR):
        for ago, numbers in enumerate(reversed(send.numbers(reach))):
            if numbers.get("lines"):
                # Started again it says at once how many deliveries run.
                return ago - 1 if ago and numbers.get("restarts") and "local_now" not in numbers else 0
    return 0


def _asked(sessions: Sequence[Course], reach: int) -> list[int]:
    """Return the recipients that SMTP accepted, minute by minute; none where something was refused behind DATA."""
    accepts, pop = together(sessions, ("accept",), reach), together(sessions, _LOGINS, reach)
    asked = [count - of_pop for count, of_pop in zip(accepts, pop, strict=True)]
    for session in sessions:
        for ago, numbers in enumerate(reversed(session.numbers(reach)), 1):
            # What was refused behind DATA was accepted before it.
            if not REFUSED_AT_DATA.isdisjoint(numbers):
                asked[-ago] = 0
    return asked


def _unstarted(send: Course, limits: Limits) -> Iterator[Finding]:
    """Messages were queued, and no delivery began."""
    starts = send.counts(("starts_local", "starts_remote"), _REACH)
    silence = unanswered(send.counts(("messages",), _REACH), starts, answers=3, losses=1)
    if state := severity(silence, limits):
        words = f"qmail-send has started nothing for {span(silence.minutes)} while {silence.asked} messages came in"
        step = "are deliveries on hold, or its limits 0? see its alert lines"
        yield Finding("unstarted", state, words, step=step, log=send.log, minutes=silence.minutes, count=silence.asked)
        return
    for channel in _CHANNELS:
        yield from _held(send, channel, limits)


def _held(send: Course, channel: str, limits: Limits) -> Iterator[Finding]:
    """No delivery of one channel begins or runs where there always are some, and the queue grows."""
    if send.view.latest(f"{channel}_now"):
        return
    starts = send.counts((f"starts_{channel}",), _REACH)
    silence = uneventful(starts)
    minutes = silence.minutes
    if limits.are_fixed:
        state = limits.state(minutes) if any(starts) else 0
    elif minutes < _HELD_WARNING or silence.doubt > _DOUBT_HELD or silence.known < _MANY:
        return
    else:
        state = CRITICAL if minutes >= _HELD_CRITICAL else WARNING
    more = send.view.queue - send.numbers(_REACH)[-2 - minutes].get("queue", 0) if state else 0
    if more < _MANY:
        return
    words = f"no {channel} delivery has started for {span(minutes)}, {more} more messages wait"
    if send.view.latest(f"{channel}_limit") == 0:
        words += "; its limit is 0"
    step = f"see control/concurrency{channel}, and the last start of qmail-send"
    yield Finding("unstarted", state, words, step=step, log=send.log, minutes=minutes, count=more)


def unended(
    send: Course, channel: str, cleaned: Callable[[str, str], str], limits: Limits = LEARNT
) -> Iterator[Finding]:
    """Deliveries run, and none ends."""
    running = send.view.latest(f"{channel}_now") or 0
    if running < _FEW or _gone(send):
        return
    starts = send.counts((f"starts_{channel}",), _REACH)
    ends = send.counts([f"{result}_{channel}" for result in _RESULTS], _REACH)
    quiet = 0
    while quiet < len(ends) and not ends[-1 - quiet]:
        quiet += 1
    # Of deliveries that take long by themselves the first minutes say nothing.
    past = unanswered(starts[: len(starts) - quiet], ends[: len(ends) - quiet])
    # Before the first of those that run had begun nothing was to end.
    idle = next((ago for ago in range(quiet, 0, -1) if starts[-ago]), quiet)
    quiet = max(0, min(quiet, idle) - 1)
    limit = send.view.latest(f"{channel}_limit") or 0
    full = 0 < limit <= running
    if limits.are_fixed:
        if not (state := limits.state(quiet)):
            return
    elif running >= _MANY or full:
        is_known = past.known >= _MANY
        if quiet < (LEAST_WARNING + 1 if is_known else _UNKNOWN_MINUTES):
            return
        state = CRITICAL if quiet >= (LEAST_CRITICAL if is_known else _FEW_MINUTES) else WARNING
    elif quiet >= _FEW_MINUTES:
        state = WARNING
    else:
        return
    of_limit = f"{running} (the limit)" if full else f"{running}"
    words = f"none of {of_limit} {channel} deliveries has ended for {span(quiet)}"
    words += holder(send.view.running(channel), channel, cleaned)
    is_heard = send.total("lines", quiet)
    step = HANGS[channel] if is_heard else f"is qmail-send running, and its multilog? else {HANGS[channel]}"
    yield Finding("unended", state, words, step=step, log=send.log, minutes=quiet, count=running)


def holder(running: list[str], channel: str, cleaned: Callable[[str, str], str]) -> str:
    """Return who holds more than half of the slots, or which two hold three quarters, '' for nobody."""
    most = sorted(((running.count(place), place) for place in set(running)), reverse=True)
    for count, share in ((1, 0.5), (2, 0.75)):
        places = [(times, cleaned(channel, place)) for times, place in most[:count] if times > 1]
        if len(places) == count and sum(times for times, _ in places) > share * len(running):
            return "".join(f", {times} of {len(running)} to {place}" for times, place in places)
    return ""
