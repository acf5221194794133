"""What the subcommands of `sqmail-report` make of their options."""

from __future__ import annotations

from sqmail_command.progress import Bar
from sqmail_log.figures.metrics import SEND, SESSIONS
from sqmail_report.messages import domains, pending
from sqmail_report.messages.totals import Totals
from sqmail_report.options import SELECTORS
from sqmail_report.reading import logs
from sqmail_report.reading.logs import Log, Period
from sqmail_report.reading.parallel import Plan, follow_connections, follow_messages
from sqmail_report.tables.bounded import MOST_KEYS
from sqmail_report.tables.table import Table

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from sqmail_report.people.grid import Block

# How many keys are kept while reading, where all are shown and where not: rare ones may go, frequent ones do not.
_MOST_KEPT = 500_000
_KEPT_PER_ROW = 1000
_LEAST_KEPT = 100_000
# Where none of them is shown.
_UNSEEN_KEPT = 30_000
# Rows of each table of a day where nothing else is asked for.
_ROWS = 10


def of_totals(tables: Callable[[Totals], list[Table]]) -> Callable[[argparse.Namespace], list[Table]]:
    """Return what makes tables of that which a pass over qmail-send's log adds up."""

    def made(options: argparse.Namespace) -> list[Table]:
        passes = follow_messages(chosen(options, SEND), plan(options))
        return tables(passes[0][1].totals if passes else Totals())

    return made


def of_domains(options: argparse.Namespace) -> list[Table]:
    """Return traffic by domain."""
    return of_totals(lambda totals: domains.domains(totals, options.by))(options)


def overview(options: argparse.Namespace) -> list[Block]:
    """Return deliveries in all as people read them: what needs attention, numbers, hours, destinations, causes."""
    from sqmail_report.digest.page import Digest  # noqa: PLC0415 - programs read tables

    logs = chosen(options, SEND)
    period = Period(options.since, options.until)
    return Digest(period, plan(options, page=True), options.zone, options.shown, options.top).overview(logs)


def of_queue(options: argparse.Namespace) -> list[Table]:
    """Return what is in the queue."""
    return pending.pending(follow_messages(chosen(options, SEND), plan(options)))


def sessions(options: argparse.Namespace) -> list[Table]:
    """Return what became of connections and logins."""
    from sqmail_report.sessions import tables as sessions  # noqa: PLC0415 - its address module is dear to import

    seen = follow_connections(chosen(options, SESSIONS), plan(options))
    return sessions.sessions(seen, show_users=options.show_users or options.anonymise)


def unrecognised(options: argparse.Namespace) -> list[Table]:
    """Return what was not understood, in logs of any kind."""
    from sqmail_report.sessions import tables as sessions  # noqa: PLC0415

    return [sessions.unrecognised(follow_connections(opened(options), plan(options)))]


def rejects(options: argparse.Namespace) -> list[Table]:
    """Return what was not let in."""
    from sqmail_report.sessions import tables as sessions  # noqa: PLC0415

    seen = follow_connections(chosen(options, SESSIONS), plan(options), addresses=options.show_addresses)
    return sessions.rejects(seen)


def traced(options: argparse.Namespace) -> list[Table]:
    """Return the stories that are looked for."""
    from sqmail_report.trace.join import Selector, trace  # noqa: PLC0415 - as above

    all_logs = opened(options)
    families = {log.path: log.families() for log in all_logs}
    selector = Selector(**{name: getattr(options, name) for name in SELECTORS})
    with Bar(sum(log.size() for log in all_logs), wanted=not options.quiet) as bar:
        stories = trace(
            [log for log in all_logs if SEND in families[log.path]],
            [log for log in all_logs if SESSIONS in families[log.path]],
            selector,
            show_users=options.show_users or options.anonymise,
            bar=bar,
        )
    if options.top is not None and len(stories) > options.top:
        last = stories[options.top - 1]
        left = len(stories) - options.top
        more = "1 more story is not shown" if left == 1 else f"{left} more stories are not shown"
        stories[options.top - 1 :] = [Table(last.layout, last.rows, (more,), title=last.title)]
    # The number of stories is cut, not their lengths.
    options.top = None
    return stories


def daily(options: argparse.Namespace) -> list[Table]:
    """Return the tables of a day's or month's report; its title is set in the options."""
    from sqmail_report import daily as days  # noqa: PLC0415 - as above

    _dated(options)
    if options.top is None:
        options.top = _ROWS
    return days.report(opened(options), plan(options), show_users=options.show_users or options.anonymise)


def day(options: argparse.Namespace) -> list[Block]:
    """Return a day's or month's page as people read it, with all tables where --full asks for them."""
    from sqmail_report import daily as days  # noqa: PLC0415 - as above
    from sqmail_report.digest.page import Digest  # noqa: PLC0415
    from sqmail_report.people.grids import grids  # noqa: PLC0415
    from sqmail_report.sessions import tables as sessions  # noqa: PLC0415

    _dated(options)
    seen = days.read(opened(options), plan(options, page=True))
    digest = Digest(Period(options.since, options.until), seen.plan, options.zone, options.shown, options.top)
    rejects = sessions.rejects(seen.sessions)[:1] if seen.sessions else []
    blocks = digest.day(seen.passes, seen.sessions, rejects, (seen.send_logs, seen.session_logs), options.name)
    if options.full:
        tables = days.tables(seen, show_users=options.show_users or options.anonymise)
        blocks += [
            each for table in tables for each in grids(options.shown(table), options.zone, options.top or _ROWS)
        ]
    return blocks


def _dated(options: argparse.Namespace) -> None:
    """Set period, name and title of the day or month in the options."""
    import socket  # noqa: PLC0415 - as above

    from sqmail_report import daily as days  # noqa: PLC0415

    if options.day:
        span = days.day(options.day, utc=options.utc)
    elif options.month:
        span = days.month(options.month, utc=options.utc)
    else:
        span = days.yesterday(utc=options.utc)
    options.since, options.until = span.period.since, span.period.until
    options.name = span.name
    options.title = f"Mail report {options.host or socket.gethostname()} {span.name}"


def opened(options: argparse.Namespace) -> list[Log]:
    """Return the logs and what of them lies in the period asked for."""
    return logs.opened(options.log, Period(options.since, options.until), options.tai_offset, options.timezone)


def chosen(options: argparse.Namespace, kind: str) -> list[Log]:
    """Return those of the logs that are of a kind."""
    return logs.of_family(opened(options), kind, options.subcommand.name)


def plan(options: argparse.Namespace, *, page: bool = False) -> Plan:
    """Return how to pass over the logs; for a page hours and delays are looked at, too."""
    verbatim = getattr(options, "verbatim", False)
    limit = _MOST_KEPT
    if not verbatim and not options.subcommand.keys:
        limit = _UNSEEN_KEPT
    elif options.top is not None:
        limit = max(_LEAST_KEPT, options.top * _KEPT_PER_ROW)
    return Plan(
        verbatim=verbatim,
        nameless=options.anonymise,
        distribution=options.subcommand.distribution or page,
        hours=page,
        limit=limit,
        keys=max(MOST_KEYS, 2 * (options.top or 0)),
        lookback=options.lookback,
        jobs=options.jobs,
        bar=not options.quiet,
    )
