"""Whether those who connect get what they come for."""

from __future__ import annotations

from sqmail_judge import flow
from sqmail_judge.alarms import said
from sqmail_judge.course import DAY, HOUR, REACH, Past, together
from sqmail_judge.finding import CRITICAL, WARNING, Finding, span
from sqmail_judge.silence import LEARNT, beyond, enough, least, unanswered, uneventful
from sqmail_log.figures.metrics import SEND, SESSIONS, title
from sqmail_log.figures.sums import CLIENT, OTHERS
from sqmail_log.units import MINUTE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Sequence

    from sqmail_judge.course import Course
    from sqmail_judge.silence import Limits, Silence

_REACH = 2 * HOUR
_VISITS = ("ok", "deny")
_RECORDS = ("accept", "reject", "deferred")
# Of silence without anybody who asks more certainty is wanted, and more time.
_DOUBT_UNVISITED = -14.0
# Of what is refused the records tell that somebody asks; with days to compare with more certainty costs nothing.
_DOUBT_UNACCEPTED = -7.0
# Where no day is known: the share of minutes with an event.
_OFTEN = 0.3
# Minutes that must be known, and that it lasts.
_UNVISITED_KNOWN = 5
_UNVISITED_WARNING = 5
_UNVISITED_CRITICAL = 10
# One minute in so many had clients and no record, at least, or one hour in so many of a day: so it is usual here.
_LEAVE = 60
_LEAVE_HOURS = 3
# So many connections of one network alone are a program's.
_STRANGERS = 5
_OTHER_CLIENTS = 3
# On the first day nobody knows the evening, when a tenth comes: so many of the day are certainly one of them.
_OF_EVENING = 70
# Fewer visits of others tell nothing of an evening.
_MANY_VISITS = 8
# A log of five minutes that all had answers is sure of it after six more.
_LOSSES = 1
# So many newest minutes tell whether anything was refused behind DATA.
_NEWEST = 3
# By which means clients are sent away, in the order in which they are looked for: metric, words.
_SENT_AWAY = (
    ("rbl_451", "refused before SMTP by a block list (RBL, 451)"),
    ("rbl_553", "refused before SMTP by a block list (RBL, 553)"),
    ("deny", "denied by tcpserver's rules or limits"),
    ("tls_failed", "broken off in the TLS handshake"),
    ("exit_1", "ended with status 256"),
    ("exit_111", "ended with status 28416"),
    ("exit_100", "ended with status 25600"),
    ("exit_other", "ended with an error status"),
    ("crashed", "killed by a signal"),
)
_STEPS = {
    "rbl_451": "is the block list's zone gone or listing everybody? take it out of rblsmtpd's options",
    "rbl_553": "is the block list's zone gone or listing everybody? take it out of rblsmtpd's options",
    "deny": "see tcp rules and limits",
    "tls_failed": "see the certificate and its key",
    "exit_1": "can qmail-smtpd read its control files, run its filter? run it by hand as its user",
    "crashed": "see memory limits (softlimit) and the programs called",
}


def judge_all(
    courses: Sequence[tuple[Container[str], Course]], cleaned: Callable[[str, str], str], limits: Limits = LEARNT
) -> Iterator[Finding]:
    """Yield what stands still on a host, by all of its logs, each with the kinds that it is of.

    `cleaned` makes a channel's destination fit to be shown, `limits` say how long a silence may be.
    """
    sends = [course for kinds, course in courses if SEND in kinds]
    sessions = [course for kinds, course in courses if SESSIONS in kinds]
    found = list(flow.judge(sends, sessions, cleaned, limits))
    is_first_day = not limits.are_fixed and (not limits.learn or max((one.known for one in sessions), default=0) <= DAY)
    for session in sessions:
        of_session = list(judge(session, limits))
        if is_first_day and [finding.kind for finding in of_session] == ["unvisited"]:
            others = [other for other in sessions if other is not session]
            of_session = [] if _is_evening(session, others, of_session[0].minutes) else of_session
        found += of_session
    if sends and not sessions:
        found += _unheard(sends, limits)
    every = [*sends, *sessions]
    if len(every) > 1 and any(finding.kind == "unvisited" for finding in found):
        silence, _, state = _without(every, ("lines",), limits)
        if state:
            # One cause for all: not each service by itself.
            found = [finding for finding in found if finding.kind != "unvisited"]
            words = f"no log has had a line for {span(silence.minutes)}"
            step = "is the disk of the logs full? do the multilogs run, and the machine's network?"
            found.append(Finding("silent", state, words, step=step, minutes=silence.minutes))
    yield from found


def judge(session: Course, limits: Limits = LEARNT) -> Iterator[Finding]:
    """Yield what clients of a service do not get."""
    found = [*unrecorded(session, limits)] or [*unaccepted(session, limits)]
    yield from found or _unvisited(session, limits)


def unrecorded(session: Course, limits: Limits = LEARNT) -> Iterator[Finding]:
    """Clients connect, and no record comes of it."""
    is_silent = session.is_silent()
    visits, records = session.counts(_VISITS, _REACH), _heard(session, _REACH)
    silence = unanswered(beyond(visits, records), records, losses=_LOSSES)
    if silence.asked and not silence.known:
        visits, records = session.counts(_VISITS, REACH), _heard(session, REACH)
        silence = unanswered(beyond(visits, records), records, losses=_LOSSES)
    if not (state := flow.severity(silence, limits)):
        return
    minutes = silence.minutes
    # Who hangs up ends with an error: that nobody else came must be as improbable.
    if is_silent and not limits.are_fixed and uneventful(records).doubt > flow.DOUBT_WARNING:
        return
    # Where some always leave, nobody but they may come for a while in the evening.
    some_leave = limits.learn and not limits.are_fixed and _some_leave(session, visits, records, minutes)
    if some_leave and _is_usual(_usual([session], _answers(session), minutes), minutes):
        return
    if not limits.are_fixed and _is_one_stranger(session, minutes):
        return
    counted = session.whole(minutes)
    visitors = sum(counted.get(name, 0) for name in _VISITS)
    got = "clients was served for" if is_silent else "clients has got as far as a record for"
    words = f"none of {visitors} {got} {span(minutes)}"
    step = "does the program behind tcpserver run? try it by hand"
    for metric, how in _SENT_AWAY:
        times = counted.get(metric, 0)
        if 2 * times > visitors:
            words += f", {times} {how}"
            step = _STEPS.get(metric, _STEPS["exit_1"])
            break
    if alarm := said(session, minutes, warnings=True):
        words = f"{words}; {alarm}"
    yield Finding("unrecorded", state, words, step=step, log=session.log, minutes=minutes, count=visitors)


def _heard(session: Course, reach: int) -> list[int]:
    """Return records minute by minute; where the service writes none, sessions that ended well."""
    return session.served(reach) if session.is_silent() else session.counts(_RECORDS, reach)


def _answers(session: Course) -> tuple[str, ...]:
    return ("exit_0",) if session.is_silent() else _RECORDS


def _is_one_stranger(session: Course, minutes: int) -> bool:
    """Tell whether nearly all who came in the last minutes are one network that never got a record: a new monitor."""
    clients = session.view.sums(minutes * MINUTE).top(CLIENT)
    others = sum(times for _, times in clients[1:])
    if not clients or clients[0][0] == OTHERS or clients[0][1] < _STRANGERS or others >= _OTHER_CLIENTS:
        return False
    network, last = clients[0][0], session.view.minute_now() - minutes - 1
    answers = _answers(session)
    came = without = 0
    for number, of in session.view.minutes_from(_REACH):
        times = of.tables.get(CLIENT, {}).get(network, 0) if number <= last else 0
        if times:
            came += times
            without += sum(of.numbers.get(name, 0) for name in _VISITS)
            without -= sum(of.numbers.get(name, 0) for name in answers)
    return 2 * without >= came


def _some_leave(session: Course, visits: Sequence[int], records: Sequence[int], minutes: int) -> bool:
    """Tell whether some clients left without a record before the last minutes, too: monitors, scanners."""
    before = len(visits) - minutes - 1
    if _LEAVE * len(_alone(visits[:before], records[:before])) >= before:
        return True
    # In a busy hour others come in each minute of theirs; an outage yesterday lasts some hours of a day.
    visits, records = session.counts(_VISITS, DAY)[: -minutes - 1], _heard(session, DAY)[: -minutes - 1]
    return _LEAVE_HOURS * len({number // HOUR for number in _alone(visits, records)}) >= len(visits) // HOUR > 0


def _alone(visits: Sequence[int], records: Sequence[int]) -> list[int]:
    """Return the minutes in which clients came and no record was written."""
    return [number for number, (came, heard) in enumerate(zip(visits, records, strict=True)) if came and not heard]


def unaccepted(session: Course, limits: Limits = LEARNT) -> Iterator[Finding]:
    """Clients are heard, and nothing of theirs is accepted."""
    accepts = _taken(session, _REACH)
    silence = unanswered(session.counts(_RECORDS, _REACH), accepts, losses=_LOSSES)
    if silence.asked and not silence.known:
        accepts = _taken(session, REACH)
        silence = unanswered(session.counts(_RECORDS, REACH), accepts, losses=_LOSSES)
    if not (state := flow.severity(silence, limits)):
        return
    # At night somebody may guess for hours while nobody writes.
    usual = _usual([session], ("accept",), silence.minutes) if limits.learn else None
    doubt = _DOUBT_UNACCEPTED if usual is None else flow.DOUBT_CRITICAL
    if not limits.are_fixed and (uneventful(accepts).doubt > doubt or _is_usual(usual, silence.minutes)):
        return
    minutes = silence.minutes
    counted = session.whole(minutes)
    reasons = sorted(
        ((count, name) for name, count in counted.items() if name.startswith(("reject_", "deferred_"))), reverse=True
    )
    logins = counted.get("auth_reject", 0)
    # Where nobody has ever logged in nobody wants to.
    nobody = 2 * logins > silence.asked and any(session.counts(("auth_accept",), REACH))
    kind = "no-login" if nobody else "unaccepted"
    if kind == "no-login":
        words = f"no login has succeeded for {span(minutes)}, all {logins} failed"
        step = "does the program that knows the passwords work? try it by hand"
    elif counted.get("accept"):
        behind = sum(counted.get(name, 0) for name in flow.REFUSED_AT_DATA)
        reasons = [row for row in reasons if row[1] in flow.REFUSED_AT_DATA]
        words = f"nothing was accepted for {span(minutes)}, {behind} messages were refused behind DATA"
        step = "do qmail-queue and the filter before it (QMAILQUEUE) run? does the spool take files?"
    else:
        words = f"nothing was accepted for {span(minutes)}, all {silence.asked} recipients and senders were refused"
        step = "see what refuses: control files, recipients' list, relay rules"
    if reasons:
        words += f", mostly {title(reasons[0][1])} ({reasons[0][0]})"
    words += _told(usual)
    yield Finding(kind, state, words, step=step, log=session.log, minutes=minutes, count=silence.asked)


def _taken(session: Course, reach: int) -> list[int]:
    """Return what was accepted minute by minute: nothing where most of it was refused behind DATA."""
    accepts = session.counts(("accept",), reach)
    refused = flow.REFUSED_AT_DATA
    if all(refused.isdisjoint(numbers) for numbers in session.numbers(_NEWEST)):
        return accepts
    behind = session.counts(tuple(refused), reach)
    # A message may have several recipients, and is refused once: two of three are as good as all.
    return [0 if 3 * no >= 2 * count else count for count, no in zip(accepts, behind, strict=True)]


def _usual(courses: Sequence[Course], names: Sequence[str], minutes: int) -> int | None:
    """Return the fewest events that an earlier day had at this time in as many minutes; None of the first day."""
    known = max(course.known for course in courses)
    return least(Past(courses, names), minutes) if known > DAY else None


def _is_usual(fewest: int | None, minutes: int) -> bool:
    """Tell whether a silence is usual at this time of day; of the first day nothing speaks for that."""
    return fewest is not None and fewest < enough(minutes)


def _told(fewest: int | None) -> str:
    return "" if fewest is None else f" (usual for this hour: {fewest} or more in as long)"


def _unvisited(session: Course, limits: Limits) -> Iterator[Finding]:
    """Nobody connects, where that is unusual at this time of day."""
    silence, usual, state = _without([session], _VISITS, limits)
    but, step = "", "does the service run and listen? see svstat, and connect to its port"
    if not state and not limits.are_fixed and _come_alone(session):
        silence, usual, state = _without([session], _RECORDS, limits)
        but = " but of who never gets a record"
    if not state:
        return
    limit = session.view.latest("connections_limit")
    if limit and session.view.latest("connections_now") == limit:
        but, step = f", all {limit} are taken", flow.HELD
    words = f"no connection for {span(silence.minutes)}{but}"
    words += _told(usual) if usual is not None or limits.are_fixed else ", which is unusual here"
    if alarm := said(session, silence.minutes + 1):
        words, step = f"{words}; {alarm}", "mend that; the service cannot start"
    yield Finding("unvisited", state, words, step=step, log=session.log, minutes=silence.minutes)


def _come_alone(session: Course) -> bool:
    """Tell whether since the last record only as many clients came as always go without one: monitors."""
    # The newest minutes mostly tell that somebody was heard: to read hours takes longer (benchmark: idle).
    if any(session.counts(_RECORDS, _UNVISITED_WARNING)):
        return False
    visits, records = session.counts(_VISITS, _REACH), session.counts(_RECORDS, _REACH)
    return not any(beyond(visits, records)[-1 - uneventful(records).minutes : -1])


def _unheard(sends: Sequence[Course], limits: Limits) -> Iterator[Finding]:
    """qmail-send is all that there is to hear of a host, and it says nothing where that is unusual."""
    silence, usual, state = _without(sends, ("lines",), limits)
    if not state:
        return
    if usual is None and not limits.are_fixed:
        counts = together(sends, ("messages",), _REACH)[: -1 - silence.minutes]
        if not counts or sorted(counts)[len(counts) // 2] * silence.minutes < _OF_EVENING:
            return
    words = f"qmail-send has logged nothing for {span(silence.minutes)}"
    words += _told(usual) if usual is not None else ", which is unusual here"
    step = "is it running, and its multilog? else nothing comes in any more"
    yield Finding("unqueued", state, words, step=step, minutes=silence.minutes)


def _is_evening(session: Course, others: Sequence[Course], minutes: int) -> bool:
    """Tell whether others of a host have fewer visits, too, and the few that this one would have may just lack."""
    own, _ = _before_and_since(session.counts(_VISITS, _REACH), minutes)
    usual, since = _before_and_since(together(others, _VISITS, _REACH), minutes)
    return usual >= _MANY_VISITS and 0 < since < usual / 2 and own < _OF_EVENING


def _before_and_since(counts: Sequence[int], minutes: int) -> tuple[float, int]:
    """Return how many the hour before the last minutes makes usual in as long, and how many there were."""
    before = counts[: -1 - minutes][-HOUR:]
    return minutes * sum(before) / max(1, len(before)), sum(counts[-1 - minutes : -1])


def _without(courses: Sequence[Course], names: Sequence[str], limits: Limits) -> tuple[Silence, int | None, int]:
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
    usual = _usual(courses, names, silence.minutes) if limits.learn else None
    is_new = max(course.known for course in courses) <= DAY
    if _is_usual(usual, silence.minutes) or (is_new and silence.share < _OFTEN):
        return silence, usual, 0
    return silence, usual, CRITICAL if silence.minutes >= _UNVISITED_CRITICAL else WARNING
