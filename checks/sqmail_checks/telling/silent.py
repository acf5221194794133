"""Logs in which nothing was ever seen of what a check counts: a count of 0 says nothing there."""

from __future__ import annotations

from sqmail_checks.telling import endings
from sqmail_log.dialects.names import PROGRAMS
from sqmail_log.figures import sums as tables
from sqmail_log.figures.metrics import ACTIONS, RECORDS, SEND
from sqmail_log.units import DAY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sqmail_log.figures.sums import Sums
    from sqmail_log.units import Nanoseconds
    from sqmail_log.watch import View

# With so many sessions ended, or so many lines, one of them would have told.
_SESSIONS = 50
_LINES = 200


def reason(view: View, wants: str, window: Nanoseconds) -> str:
    """Return what the log holds instead of what a check wants (metrics.RECORDS or LOGINS); '' where it is too young.

    Raises StateError.
    """
    totals = view.totals()
    is_young = endings.ended(totals) < _SESSIONS
    # How many of a log's lines are qmail-send's is not counted.
    if is_young and SEND not in view.kinds and totals.get("lines", 0) < _LINES:
        return ""
    day = view.sums(DAY)
    spoken = sum(count for _, count in day.top(tables.DIALECT))
    if is_young and SEND in view.kinds and spoken < _LINES:
        return ""
    if RECORDS not in view.kinds and any(totals.get(action) for action in ACTIONS.values()) and not spoken:
        # Its state was begun by a version that did not note what a log tells of.
        return ""
    if wants == RECORDS and day.numbers.get("reject"):
        # Failed logins, say: to count these is no good news.
        return ""
    sums = view.sums(window)
    why = f"{_holds(day)} {wants}: is it the right log? (--accept-silent if it is)"
    if wants != RECORDS:
        return f"{view.log}: {why}"
    more = f"; {endings.most(sums)}" if endings.ended(sums.numbers) else ""
    return f"{view.log}: this qmail-smtpd writes no records; {why}{more}"


def _holds(sums: Sums) -> str:
    """Return whose lines a log holds beside the servers' own, up to the word for what they do not tell of."""
    known = sums.top(tables.DIALECT)
    programs: dict[str, int] = {}
    for key, count in sums.top(tables.UNKNOWN):
        program, colon, _ = key.partition(":")
        program, bracket, _ = program.partition("[")
        if colon or bracket:
            programs[program] = programs.get(program, 0) + count
    stranger = max(programs, key=lambda program: (programs[program], program), default="")
    if known and known[0][1] >= programs.get(stranger, 0):
        return f"mostly lines of {PROGRAMS[known[0][0]].words}, which say nothing of"
    if stranger:
        return f"mostly lines of {stranger} that no rule knows, and none that says anything of"
    return "only lines of tcpserver or sslserver, which say nothing of"
