"""All logs of one host, looked at together."""

from __future__ import annotations

from sqmail_judge import flow, services
from sqmail_judge.course import Course
from sqmail_log.figures.metrics import SEND, SESSIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqmail_judge.finding import Finding
    from sqmail_log.watch import View


class Host:
    """What the logs of a host say together: those of qmail-send, and those of sessions."""

    def __init__(self, views: Sequence[View]) -> None:
        courses = [(view.kinds, Course(view)) for view in views]
        self.sends = [course for kinds, course in courses if SEND in kinds]
        self.sessions = [course for kinds, course in courses if SESSIONS in kinds]

    def flow(self) -> Iterator[Finding]:
        """Yield what stands still."""
        yield from flow.judge(self.sends, self.sessions)
        for session in self.sessions:
            yield from services.judge(session)
