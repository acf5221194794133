"""The subcommands `export` and `sql`."""

from __future__ import annotations

import socket
from functools import partial
from pathlib import Path

from sqmail_command import arguments
from sqmail_command.arguments import typed
from sqmail_command.output import DONE, FAILED, complain, put
from sqmail_command.progress import Bar
from sqmail_command.workers import mapped
from sqmail_log.errors import SqmailError
from sqmail_report.store import folder, ways
from sqmail_report.tables.formats import MACHINES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable

    from sqmail_command.parser import Parser

EXPORT, SQL = "export", "sql"
EXPORT_HELP = "write what is new in logs into an event store: Parquet by host and day"
SQL_HELP = "ask an event store in SQL, with DuckDB; the reports are views"
COMMANDS = (EXPORT, SQL)


def add_export(sub: ArgumentParser) -> None:
    """Add the options of `export` to its parser."""
    arguments.add_log(sub, "for several logs")
    _add_store(sub, required=True)
    sub.add_argument(
        "--host",
        type=typed(folder.host_name),
        metavar="NAME",
        help="the host that the logs are of (default: this host's name)",
    )
    sub.add_argument(
        "--addresses",
        choices=ways.WAYS,
        default=ways.PLAIN,
        help="addresses, users and clients as they are, masked, or as pseudonyms (default: plain)",
    )
    sub.add_argument("--key-file", metavar="FILE", help="key for the pseudonyms; needed for --addresses keyed")
    arguments.add_tai_offset(sub)
    arguments.add_jobs(sub, "logs to export at the same time (default: 1)", 1)
    sub.add_argument("-v", "--verbose", action="store_true", help="print what was written")
    sub.add_argument("-q", "--quiet", action="store_true", help="no progress bar on a terminal")


def add_sql(sub: ArgumentParser) -> None:
    """Add the options of `sql` to its parser."""
    sub.add_argument(
        "query", nargs="?", metavar="QUERY", help="one statement that reads: SELECT, DESCRIBE, SHOW, EXPLAIN"
    )
    _add_store(sub, required=False)
    sub.add_argument(
        "--host",
        action="append",
        type=typed(folder.host_name),
        metavar="NAME",
        help="of this host alone; repeat it for several (default: all)",
    )
    sub.add_argument("--since", type=typed(_day), metavar="YYYY-MM-DD", help="from this day (UTC) on")
    sub.add_argument("--until", type=typed(_day), metavar="YYYY-MM-DD", help="before this day (UTC)")
    sub.add_argument("--format", choices=("table", *MACHINES), default="table", help="how to print (default: table)")
    sub.add_argument("--views", action="store_true", help="print the SQL of the views, for Spark and other engines")
    arguments.add_jobs(sub, "threads to use (default: one for each core)")


def check(made: Parser, options: Namespace) -> None:
    """Refuse options that contradict each other."""
    if options.command == EXPORT:
        if (options.addresses == ways.KEYED) != (options.key_file is not None):
            made.error("--addresses keyed and --key-file belong together")
    elif not options.views:
        if options.query is None:
            made.error("sql needs a QUERY, or --views")
        if options.store is None:
            made.error("sql needs --store")
        if options.since and options.until and options.since >= options.until:
            made.error("--since is not before --until")


def run(options: Namespace) -> int:
    """Do it; return the exit status.  Raises SqmailError and OSError."""
    return (_export if options.command == EXPORT else _sql)(options)


def _export(options: Namespace) -> int:
    """Export each log; one that fails holds back no other."""
    from sqmail_log.ingest import bytes_left  # noqa: PLC0415 - the tables' subcommands need none of it
    from sqmail_log.places import distinct  # noqa: PLC0415
    from sqmail_report.store.extra import needed  # noqa: PLC0415
    from sqmail_report.store.rows.names import Names  # noqa: PLC0415

    needed("pyarrow")
    try:
        names = Names(options.addresses, options.key_file)
    except ValueError as error:
        raise SqmailError(str(error)) from error
    host = options.host or folder.host_name(socket.gethostname())
    logs = [folder.real_path(log) for log in distinct(options.log)]
    places = {log: folder.Folder(Path(options.store), host, log) for log in logs}
    Path(options.store).mkdir(mode=0o750, parents=True, exist_ok=True)
    processes = min(options.jobs, len(logs))
    total = sum(places[log].left(log, bytes_left) for log in logs)
    with Bar(total, wanted=not options.quiet and processes == 1) as bar:
        work = partial(_export_one, options=options, names=names, places=places, advance=bar.advance)
        answers = list(mapped(work, logs, processes))
    for log, answer, failed in answers:
        if failed:
            complain("sqmail-report", answer)
        elif options.verbose:
            put([f"{log}: {answer}\n"])
    return FAILED if any(failed for _, _, failed in answers) else DONE


def _export_one(
    log: str,
    *,
    options: Namespace,
    names: object,
    places: dict[str, folder.Folder],
    advance: Callable[[int], object],
) -> tuple[str, str, bool]:
    """Export a log; return it with what was done, or what has failed."""
    from sqmail_report.store.export import Export  # noqa: PLC0415 - it loads pyarrow, which a fork does not take along

    try:
        told = Export(log, places[log], names, (options.tai_offset, options.timezone), advance).run()  # type: ignore[arg-type]
    except (SqmailError, OSError) as error:
        return log, _words(error, log), True
    if told.gaps:
        complain("warning", f"{log}: gaps: {told.gaps}; lines were removed or damaged before they were read")
    rows = ", ".join(f"{number} {table}" for table, number in told.rows.items() if number)
    return log, f"{told.lines} lines" + (f": {rows}" if rows else ""), False


def _sql(options: Namespace) -> int:
    from sqmail_report.store import views  # noqa: PLC0415 - as above
    from sqmail_report.store.extra import needed  # noqa: PLC0415

    if options.views:
        put([views.text()])
        return DONE
    needed("duckdb")
    from sqmail_report.store import answers, engine  # noqa: PLC0415 - as above

    span = engine.Span(options.host or (), options.since or "", options.until or "")
    with engine.opened(Path(options.store), span, options.jobs, options.query) as connection:
        put(answers.answer(connection, options.query, options.format))
    return DONE


def _add_store(sub: ArgumentParser, *, required: bool) -> None:
    sub.add_argument("--store", required=required, metavar="STORE", help="folder of the event store")


def _day(text: str) -> str:
    from datetime import date  # noqa: PLC0415 - dates are dear to import

    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError(f"{text!r} is no day like 2026-11-22") from None


def _words(error: Exception, log: str) -> str:
    if isinstance(error, OSError):
        return f"{error.filename or log}: {error.strerror or error}"
    return str(error)
