"""The command `sqmail-report`."""

from __future__ import annotations

import gc
import signal
import sys
from io import TextIOWrapper

from sqmail_command.arguments import Parser, add_version
from sqmail_command.output import DONE, FAILED, INTERRUPTED, complain, put
from sqmail_command.workers import WorkerDied
from sqmail_log.errors import SqmailError
from sqmail_report.doctor import command as doctor
from sqmail_report.options import SELECTORS
from sqmail_report.subcommands import SUBCOMMANDS
from sqmail_report.tables.formats import render

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

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
        since, until = getattr(options, "since", None), getattr(options, "until", None)
        if since is not None and until is not None and since >= until:
            made.error("--since is not before --until")
        if options.command == "doctor":
            parts, state = doctor.answer(options)
            put(parts)
            return state
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
    return made


def _answer(options: argparse.Namespace) -> None:
    """Make the tables, and print or mail them."""
    subcommand = options.subcommand
    tables = _presented(subcommand.make(options), options)
    if subcommand.titled:
        _hand_out(options.title, tables, options)
    else:
        put(render(tables, options.format))


def _hand_out(title: str, tables: list[Table], options: argparse.Namespace) -> None:
    """Print or mail a report with a title."""
    from sqmail_report import mail  # noqa: PLC0415 - few commands mail
    from sqmail_report.tables.page import page  # noqa: PLC0415

    if options.mail_to:
        text = "".join(render(tables, "table"))
        made = mail.message(options.mail_to, options.mail_from, title, f"{title}\n\n{text}", page(title, tables))
        mail.send(made, options.sendmail)
    elif options.format == "html":
        put([page(title, tables)])
    else:
        if options.format == "table":
            put([f"{title}\n\n"])
        put(render(tables, options.format))


def _presented(tables: list[Table], options: argparse.Namespace) -> list[Table]:
    """Return the tables as they may be shown: the top of them, with pseudonyms where asked for."""
    if options.anonymise:
        pseudonyms = _pseudonyms(options.anonymise_key)
        tables = [pseudonyms.table(table) for table in tables]
    return [table.top(options.top) for table in tables]


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
