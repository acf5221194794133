"""Whether anybody comes at all, and whether anything is written."""

from __future__ import annotations

from sqmail_judge.alarms import said
from sqmail_judge.course import DAY, HOUR, REACH, together
from sqmail_judge.finding import CRITICAL, WARNING, Finding, span
from sqmail_judge.standstill.clients import RECORDS, VISITS
from sqmail_judge.standstill.silence import beyond, is_usual, told, uneventful, usual

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqmail_judge.course import Course
    from sqmail_judge.standstill.silence import Limits, Silence

HELD = "who holds them? see ss -tn; tcpserver -c is the limit, a limit per client helps against one that takes all"
"""The step where all connections of a service are taken."""
_REACH = 2 * HOUR
# Of silence without anybody who asks more certainty is wanted, and more time.
_DOUBT_UNVISITED = -14.0
# Where no day is known: the share of minutes with an event.
_OFTEN = 0.3
# Minutes that must be known, and that it lasts.
_UNVISITED_KNOWN = 5
_UNVISITED_WARNING = 5
_UNVISITED_CRITICAL = 10
# On the first day nobody knows the evening, when a tenth comes: so many of the day are certainly one of them.
_OF_EVENING = 70
# Fewer visits of others tell nothing of an evening.
_MANY_VISITS = 8


def unvisited(session: Course, limits: Limits) -> Iterator[Finding]:
    """Nobody connects, where that is unusual at this time of day."""
    silence, fewest, state = silence_of([session], VISITS, limits)
    but, step = "", "does the service run and listen? see svstat, and connect to its port"
    if not state and not limits.are_fixed and _come_alone(session):
        silence, fewest, state = silence_of([session], RECORDS, limits)
        but = " but of who never gets a record"
    if not state:
        return
    limit = session.view.latest("connections_limit")
    if limit and session.view.latest("connections_now") == limit:
        but, step = f", all {limit} are taken", HELD
    words = f"no connection for {span(silence.minutes)}{but}"
    words += told(fewest) if fewest is not None or limits.are_fixed else ", which is unusual here"
    if alarm := said(session, silence.minutes + 1):
        words, step = f"{words}; {alarm}", "mend that; the service cannot start"
    yield Finding("unvisited", state, words, step=step, log=session.log, minutes=silence.minutes)


def _come_alone(session: Course) -> bool:
    """Tell whether since the last record only as many clients came as always go without one: monitors."""
    # The newest minutes mostly tell that somebody was heard: to read hours takes longer (benchmark: idle).
    if any(session.counts(RECORDS, _UNVISITED_WARNING)):
        return False
    visits, records = session.counts(VISITS, _REACH), session.counts(RECORDS, _REACH)
    return not any(beyond(visits, records)[-1 - uneventful(records).minutes : -1])


def unheard(sends: Sequence[Course], limits: Limits) -> Iterator[Finding]:
    """qmail-send is all that there is to hear of a host, and it says nothing where that is unusual."""
    silence, fewest, state = silence_of(sends, ("lines",), limits)
    if not state:
        return
    if fewest is None and not limits.are_fixed:
        counts = together(sends, ("messages",), _REACH)[: -1 - silence.minutes]
        if not counts or sorted(counts)[len(counts) // 2] * silence.minutes < _OF_EVENING:
            return
    words = f"qmail-send has logged nothing for {span(silence.minutes)}"
    words += told(fewest) if fewest is not None else ", which is unusual here"
    step = "is it running, and its multilog? else nothing comes in any more"
    yield Finding("unqueued", state, words, step=step, minutes=silence.minutes)


def is_evening(session: Course, others: Sequence[Course], minutes: int) -> bool:
    """Tell whether others of a host have fewer visits, too, and the few that this one would have may just lack."""
    own, _ = _before_and_since(session.counts(VISITS, _REACH), minutes)
    usual, since = _before_and_since(together(others, VISITS, _REACH), minutes)
    return usual >= _MANY_VISITS and 0 < since < usual / 2 and own < _OF_EVENING


def _before_and_since(counts: Sequence[int], minutes: int) -> tuple[float, int]:
    """Return how many the hour before the last minutes makes usual in as long, and how many there were."""
    before = counts[: -1 - minutes][-HOUR:]
    return minutes * sum(before) / max(1, len(before)), sum(counts[-1 - minutes : -1])


def silence_of(courses: Sequence[Course], names: Sequence[str], limits: Limits) -> tuple[Silence, int | None, int]:
    """Return a silence of metrics, the fewest events that are usual (None: not known), and the state, 0 for none."""
    counts = together(courses, names, _REACH)
    silence = uneventful(counts)
    if limits.are_fixed:
        return silence, None, limits.state(silence.minutes)
    if silence.minutes < _UNVISITED_WARNING:
        return silence, None, 0
    if silence.minutes >= len(counts) - HOUR:
        for reach in (6 * HOUR, DAY, REACH):
            counts = together(courses, names, reach)
            silence = uneventful(counts)
            # The two hours before it, from which it is judged, are among them.
            if silence.minutes < len(counts) - 3 * HOUR:
                break
    if silence.doubt > _DOUBT_UNVISITED or silence.known < _UNVISITED_KNOWN:
        return silence, None, 0
    fewest = usual(courses, names, silence.minutes) if limits.learn else None
    is_new = max(course.known for course in courses) <= DAY
    if is_usual(fewest, silence.minutes) or (is_new and silence.share < _OFTEN):
        return silence, fewest, 0
    return silence, fewest, CRITICAL if silence.minutes >= _UNVISITED_CRITICAL else WARNING
