"""The report of a day or a month, by the time of the lines themselves."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqmail_log.figures.metrics import SEND, SESSIONS
from sqmail_log.lines.events import DEFERRAL, FAILURE, SUCCESS
from sqmail_log.tai64n import SECOND
from sqmail_report.messages import pending
from sqmail_report.messages import tables as messages
from sqmail_report.messages.reasons import reasons
from sqmail_report.messages.tables import DELAYS
from sqmail_report.reading.logs import Period
from sqmail_report.reading.parallel import follow_connections, follow_messages
from sqmail_report.sessions import tables as sessions
from sqmail_report.tables.table import Table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqmail_log.units import Nanoseconds
    from sqmail_report.reading.logs import Log
    from sqmail_report.reading.parallel import Plan

_PERCENTS = {50, 90, 95, 99, 100}
_DECEMBER = 12


class Span:
    """A day or a month: how it is called, and from when to when in Unix nanoseconds."""

    def __init__(self, name: str, first: date, after: date, *, utc: bool) -> None:
        self.name = name
        self.period = Period(_midnight(first, utc=utc), _midnight(after, utc=utc))


def day(text: str, *, utc: bool = False) -> Span:
    """Return a day, `2026-11-22`, in local time or UTC; raise ValueError, in words."""
    try:
        first = date.fromisoformat(text)
        return Span(first.isoformat(), first, first + timedelta(days=1), utc=utc)
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r} is no day like 2026-11-22") from None


def month(text: str, *, utc: bool = False) -> Span:
    """Return a month, `2026-11`, in local time or UTC; raise ValueError, in words."""
    try:
        first = date.fromisoformat(f"{text}-01")
        after = date(first.year + 1, 1, 1) if first.month == _DECEMBER else date(first.year, first.month + 1, 1)
        return Span(text, first, after, utc=utc)
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r} is no month like 2026-11") from None


def yesterday(*, utc: bool = False) -> Span:
    """Return the day before today."""
    now = datetime.now(UTC)
    today = (now if utc else now.astimezone()).date()
    return day((today - timedelta(days=1)).isoformat(), utc=utc)


class LogsRead:
    """What passes over the logs of a period have seen; `sessions` is None where there is no such log."""

    __slots__ = ("passes", "plan", "send_logs", "session_logs", "sessions")

    def __init__(self, send_logs: list[Log], session_logs: list[Log], plan: Plan) -> None:
        self.plan = plan
        self.send_logs = send_logs
        self.session_logs = session_logs
        self.passes = follow_messages(send_logs, plan)
        self.sessions = follow_connections(session_logs, plan) if session_logs else None


def read(all_logs: Iterable[Log], plan: Plan) -> LogsRead:
    """Pass over the logs, each as what it is."""
    families = [(log, log.families()) for log in all_logs]
    return LogsRead(
        [log for log, found in families if SEND in found],
        [log for log, found in families if SESSIONS in found],
        plan,
    )


def report(all_logs: Iterable[Log], plan: Plan, *, show_users: bool) -> list[Table]:
    """Return what happened in the logs' period: deliveries, the queue at its end, sessions, rejects."""
    return tables(read(all_logs, plan), show_users=show_users)


def tables(seen: LogsRead, *, show_users: bool) -> list[Table]:
    """Return all tables of what was seen."""
    made: list[Table] = []
    if seen.passes:
        totals = seen.passes[0][1].totals
        domains = totals.by_domain()
        delays = messages.delays(totals)
        percent = DELAYS.index("pct")
        made += [
            messages.overview(totals, domains),
            Table(DELAYS, [row for row in delays.rows if row[percent] in _PERCENTS]),
            reasons(totals, SUCCESS),
            reasons(totals, FAILURE),
            reasons(totals, DEFERRAL),
            messages.recipient_hosts(totals, domains),
            messages.recipients(totals),
            messages.uids(totals),
            messages.senders(totals),
            *pending.pending(seen.passes),
        ]
    if seen.sessions is not None:
        made += sessions.sessions(seen.sessions, show_users=show_users)
        made += sessions.rejects(seen.sessions)
    return made


def _midnight(when: date, *, utc: bool) -> Nanoseconds:
    """Return the beginning of a day in Unix nanoseconds."""
    midnight = datetime(when.year, when.month, when.day, tzinfo=UTC if utc else None)
    return int(midnight.timestamp()) * SECOND
