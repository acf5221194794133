"""Whether mail moves through a host: what stands still, by all of its logs."""

from __future__ import annotations

from sqmail_judge.course import DAY
from sqmail_judge.finding import Finding, span
from sqmail_judge.standstill.clients import unaccepted, unrecorded
from sqmail_judge.standstill.deliveries import CHANNELS, unended, unstarted
from sqmail_judge.standstill.queued import unqueued
from sqmail_judge.standstill.silence import LEARNT
from sqmail_judge.standstill.visits import is_evening, silence_of, unheard, unvisited
from sqmail_log.figures.metrics import SEND, SESSIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Sequence

    from sqmail_judge.course import Course
    from sqmail_judge.standstill.silence import Limits


def judge(
    courses: Sequence[tuple[Container[str], Course]], cleaned: Callable[[str, str], str], limits: Limits = LEARNT
) -> Iterator[Finding]:
    """Yield what stands still on a host, by all of its logs, each with the kinds that it is of.

    `cleaned` makes a channel's destination fit to be shown, `limits` say how long a silence may be.
    """
    sends = [course for kinds, course in courses if SEND in kinds]
    sessions = [course for kinds, course in courses if SESSIONS in kinds]
    found = list(of_mail(sends, sessions, cleaned, limits))
    is_first_day = not limits.are_fixed and (not limits.learn or max((one.known for one in sessions), default=0) <= DAY)
    for session in sessions:
        of_session = list(of_service(session, limits))
        if is_first_day and [finding.kind for finding in of_session] == ["unvisited"]:
            others = [other for other in sessions if other is not session]
            of_session = [] if is_evening(session, others, of_session[0].minutes) else of_session
        found += of_session
    if sends and not sessions:
        found += unheard(sends, limits)
    every = [*sends, *sessions]
    if len(every) > 1 and any(finding.kind == "unvisited" for finding in found):
        silence, _, state = silence_of(every, ("lines",), limits)
        if state:
            # One cause for all: not each service by itself.
            found = [finding for finding in found if finding.kind != "unvisited"]
            words = f"no log has had a line for {span(silence.minutes)}"
            step = "is the disk of the logs full? do the multilogs run, and the machine's network?"
            found.append(Finding("silent", state, words, step=step, minutes=silence.minutes))
    yield from found


def of_mail(
    sends: Sequence[Course], sessions: Sequence[Course], cleaned: Callable[[str, str], str], limits: Limits = LEARNT
) -> Iterator[Finding]:
    """Yield what stands still, by qmail-send's logs and those of the sessions that bring mail in."""
    if sends and sessions:
        yield from unqueued(sends, sessions, limits)
    for send in sends:
        yield from unstarted(send, limits)
        for channel in CHANNELS:
            yield from unended(send, channel, cleaned, limits)


def of_service(session: Course, limits: Limits = LEARNT) -> Iterator[Finding]:
    """Yield what clients of a service do not get."""
    found = [*unrecorded(session, limits)] or [*unaccepted(session, limits)]
    yield from found or unvisited(session, limits)
