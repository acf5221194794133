"""Whether what is queued is started, and what is started ends."""

from __future__ import annotations

from sqmail_judge.course import HOUR
from sqmail_judge.finding import CRITICAL, WARNING, Finding, span
from sqmail_judge.standstill.queued import gone
from sqmail_judge.standstill.silence import LEARNT, LEAST_CRITICAL, LEAST_WARNING, severity, unanswered, uneventful

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqmail_judge.course import Course
    from sqmail_judge.standstill.silence import Limits

HANGS = {
    "local": "see what hangs (ps): a program in a .qmail file, a lock, the file system of the mailboxes",
    "remote": "see what hangs (ps, ss): remote hosts that do not answer, the resolver, the network",
}
"""The step where none of a channel's deliveries ends."""
_REACH = 2 * HOUR
CHANNELS = ("local", "remote")
RESULTS = ("success", "failure", "deferral")
# So many deliveries at once are no longer one slow host's.
_MANY = 5
_FEW = 3
# Of a silence of one channel more certainty is wanted: nobody knows which mail would have gone there.
_DOUBT_HELD = -14.0
_HELD_WARNING = 5
_HELD_CRITICAL = 10
_FEW_MINUTES = 20
# Where no delivery has ended yet, one takes ten minutes only where several addresses of a host are tried in vain.
_UNKNOWN_MINUTES = 10


def unstarted(send: Course, limits: Limits) -> Iterator[Finding]:
    """Messages were queued, and no delivery began."""
    starts = send.counts(("starts_local", "starts_remote"), _REACH)
    silence = unanswered(send.counts(("messages",), _REACH), starts, answers=3, losses=1)
    if state := severity(silence, limits):
        words = f"qmail-send has started nothing for {span(silence.minutes)} while {silence.asked} messages came in"
        step = "are deliveries on hold, or its limits 0? see its alert lines"
        yield Finding("unstarted", state, words, step=step, log=send.log, minutes=silence.minutes, count=silence.asked)
        return
    for channel in CHANNELS:
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
    if running < _FEW or gone(send):
        return
    starts = send.counts((f"starts_{channel}",), _REACH)
    ends = send.counts([f"{result}_{channel}" for result in RESULTS], _REACH)
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
