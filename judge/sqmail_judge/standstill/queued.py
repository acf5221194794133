"""Whether what comes in becomes a message of the queue."""

from __future__ import annotations

from math import log

from sqmail_judge.alarms import said
from sqmail_judge.course import HOUR, added, together
from sqmail_judge.finding import CRITICAL, WARNING, Finding, counted, span
from sqmail_judge.standstill.silence import (
    LEARNT,
    LEAST_CRITICAL,
    LEAST_WARNING,
    is_usual,
    severity,
    unanswered,
    uneventful,
    usual,
)
from sqmail_log.figures.metrics import METRICS, OF_POP

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqmail_judge.course import Course
    from sqmail_judge.standstill.silence import Limits, Silence

_REACH = 2 * HOUR
# What is accepted is queued within a second; only who hangs up before DATA, or asks for a recipient, leaves nothing.
_QUEUED = 5
# A restart takes seconds, one by hand a minute or two.
_GONE_WARNING = 4
REFUSED_AT_DATA = frozenset(name for name in METRICS if name.startswith(("reject_DATA_", "deferred_DATA_")))
# Logins of POP3, and those that tell of no recipient, bring no mail in.
_LOGINS = (*OF_POP, "logins_alone")
# That a client was served says little of mail: what was queued must be unusual by itself, and for longer.
_DOUBT_UNFED = -12.0
_UNFED_WARNING = 5
_UNFED_CRITICAL = 10
_DOUBT_GONE = -3.0
# Of what is usual so much is queued at most where something keeps SMTP's mail out: one in so many.
_PART = 2
_LEAST_SELDOM = 5
_NONE = 2
_DOUBT_SELDOM = -14.0


def unqueued(sends: Sequence[Course], sessions: Sequence[Course], limits: Limits = LEARNT) -> Iterator[Finding]:
    """Yield that clients bring mail in and none of it, or hardly any, is queued."""
    asked, queued = _asked(sessions, _REACH), together(sends, ("messages",), _REACH)
    found = list(_unqueued(sends, sessions, asked, queued, limits))
    found = found or list(_unfed(sends, sessions, queued, limits))
    yield from found if found or limits.are_fixed else _seldom_queued(sends, asked[:-1], queued[:-1])


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
    ago = min(map(gone, sends))
    if ago >= _GONE_WARNING and not limits.are_fixed:
        # It has said so itself, and one message that waits is enough.
        state = max(state, CRITICAL if ago >= LEAST_CRITICAL else WARNING)
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
    silence = _unanswered(added([session.served(_REACH) for session in silent]), queued, answers=0)
    if not silence.asked or not silence.known:
        return
    minutes = silence.minutes
    state = severity(silence, limits)
    if not limits.are_fixed:
        ago = min(map(gone, sends))
        if ago >= _GONE_WARNING and silence.doubt <= _DOUBT_GONE:
            state = CRITICAL if ago >= LEAST_CRITICAL else WARNING
        elif minutes < _UNFED_WARNING or uneventful(queued).doubt > _DOUBT_UNFED or _as_always(sends, minutes, limits):
            return
        elif minutes < _UNFED_CRITICAL:
            state = min(state, WARNING)
    if not state:
        return
    words, step = _why_unqueued(sends, minutes, span(minutes))
    words = f"{words}, while {counted(silence.asked, 'client')} were served"
    yield Finding("unqueued", state, words, step=step, minutes=minutes, count=silence.asked)


def _as_always(sends: Sequence[Course], minutes: int, limits: Limits) -> bool:
    """Tell whether an earlier day had as little at this time."""
    return limits.learn and is_usual(usual(sends, ("messages",), minutes), minutes)


def _unanswered(asked: list[int], queued: list[int], *, answers: int = _QUEUED) -> Silence:
    length = max(len(asked), len(queued))
    asked = [0] * (length - len(asked)) + asked
    queued = [0] * (length - len(queued)) + queued
    return unanswered(asked, queued, answers=answers, losses=1)


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
        expected = min(accepted, of_smtp, minutes * sum(queued[:before]) / before)
        if _PART * took > expected:
            continue
        # How improbable so few of so many are, where they come one by one; most so since it began.
        doubt = took - expected + (took * log(expected / took) if took else 0)
        if doubt <= least:
            told, least = (minutes, took, accepted, expected), doubt
    if not told:
        return
    minutes, took, accepted, expected = told
    state = CRITICAL if minutes >= LEAST_CRITICAL else WARNING
    words = f"only {counted(took, 'message')} queued in {span(minutes)}, usual are {expected:.0f}"
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
    if ago := min(map(gone, sends)):
        return (
            f"qmail-send exited {span(ago)} ago and has queued nothing since",
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


def gone(send: Course) -> int:
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
