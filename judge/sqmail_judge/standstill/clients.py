"""Whether clients who connect are heard, and get what they come for."""

from __future__ import annotations

from sqmail_judge.alarms import said
from sqmail_judge.course import DAY, HOUR, REACH
from sqmail_judge.finding import Finding, span
from sqmail_judge.standstill.queued import REFUSED_AT_DATA
from sqmail_judge.standstill.silence import (
    DOUBT_CRITICAL,
    DOUBT_WARNING,
    LEARNT,
    beyond,
    is_usual,
    severity,
    told,
    unanswered,
    uneventful,
    usual,
)
from sqmail_log.figures.metrics import title
from sqmail_log.figures.sums import CLIENT, OTHERS
from sqmail_log.units import MINUTE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqmail_judge.course import Course
    from sqmail_judge.standstill.silence import Limits

_REACH = 2 * HOUR
VISITS = ("ok", "deny")
RECORDS = ("accept", "reject", "deferred")
# Of what is refused the records tell that somebody asks; with days to compare with more certainty costs nothing.
_DOUBT_UNACCEPTED = -7.0
# One minute in so many had clients and no record, at least, or one hour in so many of a day: so it is usual here.
_LEAVE = 60
_LEAVE_HOURS = 3
# So many connections of one network alone are a program's.
_STRANGERS = 5
_OTHER_CLIENTS = 3
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


def unrecorded(session: Course, limits: Limits = LEARNT) -> Iterator[Finding]:
    """Clients connect, and no record comes of it."""
    is_silent = session.is_silent()
    visits, records = session.counts(VISITS, _REACH), _heard(session, _REACH)
    silence = unanswered(beyond(visits, records), records, losses=_LOSSES)
    if silence.asked and not silence.known:
        visits, records = session.counts(VISITS, REACH), _heard(session, REACH)
        silence = unanswered(beyond(visits, records), records, losses=_LOSSES)
    if not (state := severity(silence, limits)):
        return
    minutes = silence.minutes
    # Who hangs up ends with an error: that nobody else came must be as improbable.
    if is_silent and not limits.are_fixed and uneventful(records).doubt > DOUBT_WARNING:
        return
    # Where some always leave, nobody but they may come for a while in the evening.
    some_leave = limits.learn and not limits.are_fixed and _some_leave(session, visits, records, minutes)
    if some_leave and is_usual(usual([session], _answers(session), minutes), minutes):
        return
    if not limits.are_fixed and _is_one_stranger(session, minutes):
        return
    counted = session.whole(minutes)
    visitors = sum(counted.get(name, 0) for name in VISITS)
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
    return session.served(reach) if session.is_silent() else session.counts(RECORDS, reach)


def _answers(session: Course) -> tuple[str, ...]:
    return ("exit_0",) if session.is_silent() else RECORDS


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
            without += sum(of.numbers.get(name, 0) for name in VISITS)
            without -= sum(of.numbers.get(name, 0) for name in answers)
    return 2 * without >= came


def _some_leave(session: Course, visits: Sequence[int], records: Sequence[int], minutes: int) -> bool:
    """Tell whether some clients left without a record before the last minutes, too: monitors, scanners."""
    before = len(visits) - minutes - 1
    if _LEAVE * len(_alone(visits[:before], records[:before])) >= before:
        return True
    # In a busy hour others come in each minute of theirs; an outage yesterday lasts some hours of a day.
    visits, records = session.counts(VISITS, DAY)[: -minutes - 1], _heard(session, DAY)[: -minutes - 1]
    return _LEAVE_HOURS * len({number // HOUR for number in _alone(visits, records)}) >= len(visits) // HOUR > 0


def _alone(visits: Sequence[int], records: Sequence[int]) -> list[int]:
    """Return the minutes in which clients came and no record was written."""
    return [number for number, (came, heard) in enumerate(zip(visits, records, strict=True)) if came and not heard]


def unaccepted(session: Course, limits: Limits = LEARNT) -> Iterator[Finding]:
    """Clients are heard, and nothing of theirs is accepted."""
    accepts = _taken(session, _REACH)
    silence = unanswered(session.counts(RECORDS, _REACH), accepts, losses=_LOSSES)
    if silence.asked and not silence.known:
        accepts = _taken(session, REACH)
        silence = unanswered(session.counts(RECORDS, REACH), accepts, losses=_LOSSES)
    if not (state := severity(silence, limits)):
        return
    # At night somebody may guess for hours while nobody writes.
    fewest = usual([session], ("accept",), silence.minutes) if limits.learn else None
    doubt = _DOUBT_UNACCEPTED if fewest is None else DOUBT_CRITICAL
    if not limits.are_fixed and (uneventful(accepts).doubt > doubt or is_usual(fewest, silence.minutes)):
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
        behind = sum(counted.get(name, 0) for name in REFUSED_AT_DATA)
        reasons = [row for row in reasons if row[1] in REFUSED_AT_DATA]
        words = f"nothing was accepted for {span(minutes)}, {behind} messages were refused behind DATA"
        step = "do qmail-queue and the filter before it (QMAILQUEUE) run? does the spool take files?"
    else:
        words = f"nothing was accepted for {span(minutes)}, all {silence.asked} recipients and senders were refused"
        step = "see what refuses: control files, recipients' list, relay rules"
    if reasons:
        words += f", mostly {title(reasons[0][1])} ({reasons[0][0]})"
    words += told(fewest)
    yield Finding(kind, state, words, step=step, log=session.log, minutes=minutes, count=silence.asked)


def _taken(session: Course, reach: int) -> list[int]:
    """Return what was accepted minute by minute: nothing where most of it was refused behind DATA."""
    accepts = session.counts(("accept",), reach)
    refused = REFUSED_AT_DATA
    if all(refused.isdisjoint(numbers) for numbers in session.numbers(_NEWEST)):
        return accepts
    behind = session.counts(tuple(refused), reach)
    # A message may have several recipients, and is refused once: two of three are as good as all.
    return [0 if 3 * no >= 2 * count else count for count, no in zip(accepts, behind, strict=True)]
