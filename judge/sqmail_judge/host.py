"""All logs of one host, looked at together."""

from __future__ import annotations

from sqmail_judge import alarms, delivery, flow, logins, senders, slots, spool, volume
from sqmail_judge.course import Course
from sqmail_judge.finding import worst_first
from sqmail_judge.story.causes import explained
from sqmail_judge.story.changes import SPANS, changes
from sqmail_log.figures.metrics import SEND, SESSIONS
from sqmail_log.figures.sums import total
from sqmail_log.units import MINUTE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqmail_judge.finding import Finding
    from sqmail_judge.story.causes import Explained
    from sqmail_judge.story.changes import Change
    from sqmail_log.spool import Spool
    from sqmail_log.watch import View

WINDOW = 15 * MINUTE
"""What checks look at where nothing else is said."""
_IN_FLOW = frozenset({"unqueued", "unstarted", "unended", "unrecorded", "unaccepted", "no-login", "unvisited"})


class HostLogs:
    """What the logs of a host say together: those of qmail-send, and those of sessions."""

    def __init__(self, views: Sequence[View]) -> None:
        self.views = views
        courses = self._courses = [(view.kinds, Course(view)) for view in views]
        self.sends = [course for kinds, course in courses if SEND in kinds]
        self.sessions = [course for kinds, course in courses if SESSIONS in kinds]

    def everything(
        self,
        spools: Sequence[Spool],
        now: float,
        destination: Callable[[str, str], str],
        sender: Callable[[str], str],
    ) -> list[Finding]:
        """Return all that is wrong by the checks' defaults, worst first, each thing once.

        `now` is the time of the spools in Unix seconds; `destination` and
        `sender` make names fit to be shown.
        """
        found = list(flow.judge(self._courses, destination))
        for send in self.sends:
            found += delivery.judge(send, WINDOW, delivery.DEFAULTS, destination, None)
        if self.sends:
            found += volume.judge(self.sends, WINDOW)
            found += volume.waiting(sum(send.view.queue for send in self.sends), max(map(_oldest, self.sends)))
            queues = [send.view for send in self.sends]
            sums = total(view.sums(WINDOW) for view in queues)
            found += senders.returned(queues, sums, WINDOW, senders.DEFAULTS, sender)
        for course in (*self.sends, *self.sessions):
            kinds = tuple(course.view.kinds)
            found += slots.judge(course, kinds, destination)
            found += alarms.judge(course, WINDOW)
        if self.sessions:
            views = [session.view for session in self.sessions]
            sums = total(view.sums(WINDOW) for view in views)
            found += senders.judge(views, sums, WINDOW, senders.DEFAULTS, sender)
            # Who cannot log in any more is no guesser.
            dead = {finding.log for finding in found if finding.kind == "no-login"}
            if alive := [session for session in self.sessions if session.log not in dead]:
                found += logins.judge(total(session.view.sums(WINDOW) for session in alive), WINDOW, alive)
        for one in spools:
            found += spool.judge(one, now)
        return worst_first(_once(found))

    def causes(self, destination: Callable[[str, str], str]) -> dict[str, tuple[Explained, ...]]:
        """Return why deliveries failed or were deferred, by `SPANS`; `destination` makes names fit to be shown."""
        queues = [send.view for send in self.sends]
        return {name: tuple(explained(queues, minutes, destination)) for name, minutes in SPANS.items()}

    def changes(self) -> dict[str, tuple[Change, ...]]:
        """Return what came more or less often than a week before, by `SPANS`."""
        return {name: tuple(changes(self.views, minutes)) for name, minutes in SPANS.items()}


def _oldest(send: Course) -> int:
    """Return for how many minutes the oldest message of a log has waited."""
    return max((int((send.view.now - since) // MINUTE) for _, since, _ in send.view.oldest()), default=0)


def _once(found: Sequence[Finding]) -> list[Finding]:
    """Return findings without those that say the same of the same log, or less of what a worse one says."""
    kept: dict[tuple[str, str], Finding] = {}
    for finding in found:
        key = finding.kind, finding.log if finding.kind in _IN_FLOW or finding.log else finding.words
        if key not in kept:
            kept[key] = finding
    return list(kept.values())
