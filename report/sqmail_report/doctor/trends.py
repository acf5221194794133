"""Whether something gets better or worse."""

from __future__ import annotations

from dataclasses import dataclass

from sqmail_command.text import destination
from sqmail_judge.course import together
from sqmail_log.figures.metrics import SEND, SESSIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqmail_judge.course import Course
    from sqmail_judge.finding import Finding
    from sqmail_judge.host import HostLogs

QUARTER = 15
"""Minutes that are compared with as many before, of the queue and of deferrals."""
NEWEST = 5
"""Minutes that are compared with as many before, of what is wrong."""
_DESTINATIONS = 5
_LOST = ("failure", "deferral")
_IN_QUEUE = "messages in the queue"
_ACCEPTED = ("recipients accepted", SESSIONS, ("accept",))
_QUEUED = ("messages queued", SEND, ("messages",))
_WAITING = (_IN_QUEUE, SEND, ())
_FAILED_LOGINS = ("failed logins", SESSIONS, ("auth_reject",))
COUNTED = {
    # kind of finding: what is counted, in which logs, and the metrics that are added up; none where nothing can be
    "unqueued": _ACCEPTED,
    "unstarted": _QUEUED,
    "unended": _WAITING,
    "unrecorded": ("clients", SESSIONS, ("ok", "deny")),
    "unaccepted": ("refusals", SESSIONS, ("reject", "deferred")),
    "no-login": _FAILED_LOGINS,
    "unvisited": None,
    "silent": None,
    "volume": _QUEUED,
    "queue": _WAITING,
    "oldest": _WAITING,
    "no-local": ("failures and deferrals", SEND, ("failure_local", "deferral_local")),
    "no-remote": ("failures and deferrals", SEND, ("failure_remote", "deferral_remote")),
    "failure-local": ("failures", SEND, ("failure_local",)),
    "failure-remote": ("failures", SEND, ("failure_remote",)),
    "deferral-local": ("deferrals", SEND, ("deferral_local",)),
    "deferral-remote": ("deferrals", SEND, ("deferral_remote",)),
    "destination": ("failures and deferrals", SEND, ()),
    "full-local": _WAITING,
    "full-remote": _WAITING,
    "full-connections": ("clients", SESSIONS, ("ok", "deny")),
    "sender": _ACCEPTED,
    "returned": ("failures", SEND, ("failure_remote",)),
    "guessing": _FAILED_LOGINS,
    "spool": None,
    "todo": None,
    "alerts": ("alerts", "", ("alerts",)),
    "fatal": ("fatal errors", "", ("fatal",)),
    "warnings": ("warnings", "", ("warnings",)),
    "gap": None,
}


@dataclass(frozen=True)
class Trend:
    """How often something came in each of some stretches of time, oldest first; the two newest are compared."""

    name: str
    counts: tuple[int, ...]

    @property
    def direction(self) -> str:
        """`rising`, `falling` or `steady`."""
        *_, before, now = (0, 0, *self.counts)
        if now > before + max(2, before // 4):
            return "rising"
        return "falling" if now < before - max(2, before // 4) else "steady"

    @property
    def words(self) -> str:
        """`rising: 61 deferrals in 5m, 45 in the 5m before`."""
        *_, before, now = self.counts
        if self.name == _IN_QUEUE:
            return f"{self.direction}: {now} {self.name}, {before} {NEWEST}m ago"
        return f"{self.direction}: {now} {self.name} in {NEWEST}m, {before} in the {NEWEST}m before"


def of_finding(finding: Finding, host: HostLogs) -> Trend | None:
    """Return how often what is wrong came in the last minutes and in those before; None where nothing counts it."""
    counted = COUNTED[finding.kind]
    if counted is None:
        return None
    name, kind, metrics = counted
    courses = host.sends if kind == SEND else host.sessions if kind == SESSIONS else [*host.sends, *host.sessions]
    courses = [course for course in courses if finding.log in ("", course.log)] or courses
    if name == _IN_QUEUE:
        return Trend(name, of_queue(courses, NEWEST).counts)
    if not metrics:
        counts = _of_place(courses, finding.place)
    else:
        # The minute that runs is not over.
        counts = together(courses, metrics, 2 * NEWEST + 1)[:-1]
    return Trend(name, (sum(counts[:-NEWEST]), sum(counts[-NEWEST:])))


def _of_place(sends: Sequence[Course], place: str) -> list[int]:
    counts = [0] * (2 * NEWEST)
    for send in sends:
        now = send.view.minute_now()
        for number, of in send.view.minutes_from(2 * NEWEST + 1):
            if number < now:
                counts[number - now] += sum(
                    count
                    for count, trouble in of.troubles()
                    if trouble.result in _LOST and destination(trouble.channel, trouble.host) == place
                )
    return counts


def of_queue(sends: Sequence[Course], minutes: int = QUARTER) -> Trend:
    """Return the messages in the queue so many minutes ago, and now."""
    then = 0
    for send in sends:
        lengths = [numbers["queue"] for numbers in send.numbers(minutes + 1) if "queue" in numbers]
        then += lengths[0] if lengths else send.view.queue
    return Trend("queue", (then, sum(send.view.queue for send in sends)))


def of_deferrals(sends: Sequence[Course]) -> list[Trend]:
    """Return the destinations that most was deferred for, with the last four quarters of an hour."""
    counts: dict[str, list[int]] = {}
    for send in sends:
        now = send.view.minute_now()
        for number, of in send.view.minutes_from(4 * QUARTER):
            quarter = 3 - min(3, max(0, int(now - number) // QUARTER))
            for count, trouble in of.troubles():
                if trouble.result == "deferral" and trouble.host:
                    name = destination(trouble.channel, trouble.host)
                    counts.setdefault(name, [0, 0, 0, 0])[quarter] += count
    trends = [Trend(name, tuple(quarters)) for name, quarters in counts.items()]
    return sorted(trends, key=lambda trend: (-sum(trend.counts), trend.name))[:_DESTINATIONS]
