"""Whether deliveries and connections wait for a free slot, and what holds the slots."""

from __future__ import annotations

from sqmail_judge.course import HOUR
from sqmail_judge.finding import CRITICAL, WARNING, Finding, counted, span
from sqmail_judge.standstill.deliveries import CHANNELS, HANGS, RESULTS, holder, unended
from sqmail_judge.standstill.silence import LEARNT
from sqmail_judge.standstill.visits import HELD
from sqmail_log.figures import sums
from sqmail_log.units import MINUTE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sqmail_judge.course import Course
    from sqmail_judge.standstill.silence import Limits

FULL_WARNING = 4
"""Of the last five minutes so many without a free slot are told, where mail waits meanwhile."""
FULL_CRITICAL = 15
"""So many minutes without a pause are CRITICAL for connections: clients are turned away."""
_SHORT = 5
_REACH = 2 * HOUR
# A queue that waits is longer than usual by so much.
_TIMES = 2
_MORE = 3
# Of so many that end one succeeds at least where slots are what mail waits for.
_FEW_OF = 10
# A delivery that has run for so many minutes is told.
_LONG = 2
# So many seconds a remote host may be silent (qmail-remote's timeoutremote): what takes longer hangs.
_HANGING = 1200


def judge(
    course: Course, kinds: Sequence[str], cleaned: Callable[[str, str], str], limits: Limits = LEARNT
) -> Iterator[Finding]:
    """Yield channels that were full for minutes while mail waited, and services that were full of clients.

    `limits` say for how many minutes, whether mail waits or not.
    """
    if "send" in kinds:
        for channel in CHANNELS:
            stuck = list(unended(course, channel, cleaned, limits))
            yield from stuck or _deliveries(course, channel, cleaned, limits)
    if "sessions" in kinds:
        yield from _connections(course, limits)


def _full(course: Course, name: str) -> list[bool]:
    """Tell of each of the last minutes, but the one that runs, whether the limit was reached.

    While nothing begins and nothing ends no line says how many there are: as many as before.
    """
    limit = course.view.latest(f"{name}_limit") or 0
    full, held = [], 0
    for numbers in course.numbers(_REACH)[:-1]:
        full.append(max(numbers.get(name, 0), held) >= limit > 0)
        held = numbers.get(f"{name}_now", held)
    return full


def _lasting(full: Sequence[bool]) -> int:
    """Return how many minutes it has been full, one minute of pause in five allowed."""
    minutes = pauses = 0
    for ago, was_full in enumerate(reversed(full), 1):
        pauses += not was_full
        if 5 * pauses > ago + 4:
            break
        if was_full:
            minutes = ago
    return minutes


def _deliveries(
    send: Course, channel: str, cleaned: Callable[[str, str], str], limits: Limits
) -> Iterator[Finding]:
    full = _full(send, channel)
    if not (minutes := _told(full, limits)):
        return
    queue = send.counts(("queue",), _REACH)[:-1]
    now, before = _mean(queue[-minutes:]), _mean(queue[:-minutes])
    if not limits.are_fixed and now < _TIMES * before + _MORE:
        return
    limit = send.view.latest(f"{channel}_limit") or 0
    words = f"{channel} {limit} of {limit} for {span(minutes)}, {counted(send.view.queue, 'message')} in the queue"
    pace, step = _pace(send.whole(minutes), channel, 60 * limit * minutes)
    words += f"; {pace}{_held(send, channel, cleaned)}"
    state = limits.state(minutes) or WARNING
    yield Finding(f"full-{channel}", state, words, step=step, log=send.log, minutes=minutes, count=send.view.queue)


def _pace(numbers: Mapping[str, int], channel: str, seconds: int) -> tuple[str, str]:
    """Return how deliveries went on that had so many seconds of slots together, and the step."""
    ended = sum(numbers.get(f"{result}_{channel}", 0) for result in RESULTS)
    arrived = numbers.get(f"success_{channel}", 0)
    if ended * _HANGING < seconds:
        many = f"only {ended}" if ended else "none"
        return f"{many} {'have' if ended > 1 else 'has'} ended meanwhile", HANGS[channel]
    words = f"a delivery takes about {seconds / ended:.0f}s"
    if _FEW_OF * arrived < ended:
        step = "retries fill the slots; see why they fail: sqmail-report deferrals"
        return f"{words}, {arrived or 'none'} of {ended} succeeded", step
    if channel == "remote":
        return words, "is that slow for all? else raise control/concurrencyremote, where the machine bears it"
    return words, "see what the .qmail files run, and the disk of the mailboxes"


def _held(send: Course, channel: str, cleaned: Callable[[str, str], str]) -> str:
    """Return who holds more than half of the slots, and for how long the oldest delivery has run, '' for a minute.

    qmail-send numbers deliveries as they begin, and the sums know how many
    begin in each minute: those after it tell when the oldest began, or how
    long ago at least.
    """
    running = send.view.numbered(channel)
    words = most = holder([place for _, place in running], channel, cleaned)
    later = running[-1][0] - running[0][0] if running else 0
    for ago, numbers in enumerate(reversed(send.numbers(_REACH))):
        later -= sum(numbers.get(f"starts_{each}", 0) for each in CHANNELS)
        if later < 0:
            if ago >= _LONG:
                place = f" to {cleaned(channel, running[0][1])}"
                words += f", the oldest for {span(ago)}{'' if most.endswith(place) else place}"
            break
    return words


def _told(full: Sequence[bool], limits: Limits) -> int:
    """Return how many minutes it has been full where these are enough to be told, else 0."""
    if limits.are_fixed:
        minutes = _lasting(full)
        return minutes if limits.state(minutes) else 0
    return _lasting(full) if sum(full[-_SHORT:]) >= FULL_WARNING else 0


def _connections(session: Course, limits: Limits) -> Iterator[Finding]:
    full = _full(session, "connections")
    if not (minutes := _told(full, limits)):
        return
    limit = session.view.latest("connections_limit") or 0
    words = f"connections {limit} of {limit} for {span(minutes)}"
    clients = session.view.sums(minutes * MINUTE).top(sums.CLIENT)
    visits = sum(times for _, times in clients)
    if clients and 2 * clients[0][1] > visits and clients[0][0] != sums.OTHERS:
        words += f", {clients[0][1]} of {visits} from {clients[0][0]}"
    state = limits.state(minutes) or (CRITICAL if minutes >= FULL_CRITICAL else WARNING)
    yield Finding("full-connections", state, words, step=HELD, log=session.log, minutes=minutes)


def _mean(counts: Sequence[int]) -> float:
    return sum(counts) / len(counts) if counts else 0.0
