"""The command `sqmail-report`."""

from __future__ import annotations

import gc
import signal
import sys
from io import TextIOWrapper

from sqmail_command.arguments import add_version
from sqmail_command.output import DONE, FAILED, INTERRUPTED, complain, put
from sqmail_command.parser import Parser
from sqmail_command.workers import WorkerDied
from sqmail_log import tai64n
from sqmail_log.errors import SqmailError
from sqmail_report.doctor import command as doctor
from sqmail_report.options import SELECTORS, in_zone
from sqmail_report.people.figures import Zone
from sqmail_report.people.grids import grids
from sqmail_report.people.screen import standard
from sqmail_report.people.text import text
from sqmail_report.store import command as store
from sqmail_report.subcommands import SUBCOMMANDS
from sqmail_report.tables.formats import CLASSIC, HTML, MACHINES, render

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from sqmail_report.people.grid import Block
    from sqmail_report.tables.pseudonyms import Pseudonyms
    from sqmail_report.tables.table import Table

PROG = "sqmail-report"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status."""
    # A TERM ends it as Ctrl-C does: the progress bar goes, no worker stays.
    handler = signal.signal(signal.SIGTERM, signal.default_int_handler)
    collecting = gc.isenabled()
    # Nothing here has cycles to look for among a million rows (benchmark: report).
    gc.disable()
    try:
        if isinstance(sys.stdout, TextIOWrapper):
            # A terminal that cannot show a letter shows its number.
            sys.stdout.reconfigure(errors="backslashreplace")
        made = parser()
        options = made.parse_args(arguments)
        if options.command == "trace" and not any(getattr(options, name) is not None for name in SELECTORS):
            made.error("trace needs one of --" + ", --".join(SELECTORS))
        in_zone(options)
        since, until = getattr(options, "since", None), getattr(options, "until", None)
        if isinstance(since, int) and isinstance(until, int) and since >= until:
            made.error("--since is not before --until")
        if options.command == "doctor":
            parts, state = doctor.answer(options)
            put(parts)
            return state
        if options.command in store.COMMANDS:
            store.check(made, options)
            return store.run(options)
        options.anonymise = options.anonymise or options.anonymise_key is not None
        _answer(options)
    except BrokenPipeError:
        # Whoever read has had enough.
        return DONE
    except (SqmailError, WorkerDied, OSError) as error:
        complain(PROG, _words(error))
        return FAILED
    except KeyboardInterrupt:
        complain(PROG, "interrupted")
        return INTERRUPTED
    finally:
        signal.signal(signal.SIGTERM, handler)
        if collecting:
            gc.enable()
    return DONE


def parser() -> Parser:
    """Return the command line's parser."""
    made = Parser(
        prog=PROG,
        description="Reports from the logs of qmail-send, qmail-smtpd and qmail-popup.",
        epilog="TIME is ISO 8601 (UTC without a zone), Unix seconds, or a DURATION before now; "
        "DURATION is 90s, 15m, 6h or 2d.",
    )
    add_version(made)
    # Without prog argparse formats a usage for it, and imports what nobody else needs.
    subparsers = made.add_subparsers(dest="command", required=True, metavar="COMMAND", prog=PROG)
    for name, row in SUBCOMMANDS.items():
        row.add_to(subparsers.add_parser(name, help=row.help, description=row.help, epilog=made.epilog))
    doctor.add_to(subparsers.add_parser("doctor", help=doctor.HELP, description=doctor.HELP, epilog=made.epilog))
    for name, help_, add in (
        (store.EXPORT, store.EXPORT_HELP, store.add_export),
        (store.SQL, store.SQL_HELP, store.add_sql),
    ):
        add(subparsers.add_parser(name, help=help_, description=help_, epilog=made.epilog))
    return made


def _answer(options: argparse.Namespace) -> None:
    """Make the tables, or what people read, and print or mail it."""
    subcommand = options.subcommand
    mailed = bool(getattr(options, "mail_to", None))
    options.zone = Zone(local=not options.utc if subcommand.titled else options.local)
    if options.format in MACHINES and not mailed:
        put(render(_presented(subcommand.make(options), options), options.format))
        return
    options.shown = _shown(options)
    if options.format == CLASSIC:
        from sqmail_report.tables.classic import classic  # noqa: PLC0415 - few ask for it

        options.verbatim = True
        put(classic(_presented(subcommand.make(options), options)))
    elif subcommand.name == "trace":
        from sqmail_report.people.story import stories  # noqa: PLC0415 - as above

        put(stories(list(map(options.shown, subcommand.make(options))), standard(options.zone)))
    elif subcommand.titled:
        _hand_out(options, subcommand.page(options))
    elif options.format == HTML:
        from sqmail_report.people.html import page  # noqa: PLC0415 - as above

        title = f"{subcommand.help[0].upper()}{subcommand.help[1:].partition(' (')[0]}"
        put([page(title, f"Times are {options.zone.name(tai64n.now() // tai64n.SECOND)}.", _blocks(options))])
    else:
        put(text(_blocks(options), standard(options.zone), explain=options.explain))


def _blocks(options: argparse.Namespace) -> list[Block]:
    """Return what people read of a subcommand."""
    if options.subcommand.page is not None:
        made: list[Block] = options.subcommand.page(options)
        return made
    tables = map(options.shown, options.subcommand.make(options))
    return [each for table in tables for each in grids(table, options.zone, options.top)]


def _hand_out(options: argparse.Namespace, blocks: list[Block]) -> None:
    """Print or mail a report with a title."""
    from sqmail_report.digest.sheet import Sheet  # noqa: PLC0415 - few have a title

    sheet = Sheet(options, blocks)
    if options.mail_to:
        from sqmail_report import mail  # noqa: PLC0415 - few commands mail

        mail.send(sheet.mail(), options.sendmail)
    elif options.format == HTML:
        put([sheet.html()])
    else:
        put(sheet.text(standard(options.zone)))


def _presented(tables: list[Table], options: argparse.Namespace) -> list[Table]:
    """Return the tables as programs may see them: the top of them, with pseudonyms where asked for."""
    return [table.top(options.top) for table in map(_shown(options), tables)]


def _shown(options: argparse.Namespace) -> Callable[[Table], Table]:
    """Return what makes of a table what may be shown of it."""
    return _pseudonyms(options.anonymise_key).table if options.anonymise else _as_it_is


def _as_it_is(table: Table) -> Table:
    return table


def _pseudonyms(key_file: str | None) -> Pseudonyms:
    from sqmail_report.tables.pseudonyms import Pseudonyms, read_key  # noqa: PLC0415 - hashing is dear to import

    try:
        return Pseudonyms(read_key(key_file) if key_file else None)
    except ValueError as error:
        raise SqmailError(str(error)) from error


def _words(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return str(error)


if __name__ == "__main__":
    sys.exit(main())
