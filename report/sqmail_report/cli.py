"""The command `sqmail-report`."""

from __future__ import annotations

import gc
import signal
import sys
from io import TextIOWrapper

from sqmail_command.arguments import (
    Parser,
    add_jobs,
    add_log,
    add_tai_offset,
    add_time,
    add_version,
    count,
    duration,
    typed,
)
from sqmail_command.output import DONE, FAILED, INTERRUPTED, complain, put
from sqmail_command.workers import WorkerDied
from sqmail_log.errors import SqmailError
from sqmail_report import commands
from sqmail_report.tables.formats import FORMATS, render

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from sqmail_report.tables.pseudonyms import Pseudonyms
    from sqmail_report.tables.table import Table

PROG = "sqmail-report"

_COMMANDS = {
    "overview": "deliveries in all (zoverall)",
    "delays": "how soon successful deliveries were done (zddist)",
    "recipients": "by recipient (zrecipients)",
    "recipient-hosts": "by recipient host (zrhosts)",
    "recipient-delays": "recipients in the best order for mailing lists (zrxdelay)",
    "senders": "by sender (zsenders)",
    "uids": "by uid that queued the message (zsuids)",
    "successes": "why deliveries succeeded (zsuccesses)",
    "failures": "why deliveries failed (zfailures)",
    "deferrals": "why deliveries were put off (zdeferrals)",
    "all": "all of these tables, in one pass",
    "pending": "what is in the queue: since when, tried how often, why not delivered",
    "rejects": "what was rejected: by reason and client network",
    "sessions": "connections, TLS, greeting delays, RBL refusals, logins, POP3",
    "trace": "the whole story of a message or session, through all logs",
    "daily": "the report of a day or a month, printed or mailed",
}
_SELECTORS = {
    "message": ("N", "queue number of the message"),
    "qp": ("PID", "process that queued the message"),
    "sender": ("ADDRESS", "its sender; <> for bounces"),
    "recipient": ("ADDRESS", "one of its recipients"),
    "pid": ("PID", "process of the SMTP or POP3 session"),
    "client": ("IP", "address of the session's client"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status."""
    # A TERM ends it as Ctrl-C does: the progress bar goes, no worker stays.
    handler = signal.signal(signal.SIGTERM, signal.default_int_handler)
    collecting = gc.isenabled()
    # Nothing here has cycles, and looking for them among a million rows costs a tenth of the time.
    gc.disable()
    try:
        if isinstance(sys.stdout, TextIOWrapper):
            # A terminal that cannot show a letter shows its number.
            sys.stdout.reconfigure(errors="backslashreplace")
        made = parser()
        options = made.parse_args(arguments)
        if options.command == "trace" and not any(getattr(options, name) is not None for name in _SELECTORS):
            made.error("trace needs one of --" + ", --".join(_SELECTORS))
        since, until = getattr(options, "since", None), getattr(options, "until", None)
        if since is not None and until is not None and since >= until:
            made.error("--since is not before --until")
        options.anonymise = options.anonymise or options.anonymise_key is not None
        print_or_mail = _daily if options.command == "daily" else _print
        print_or_mail(options)
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


def parser() -> argparse.ArgumentParser:
    """Return the command line's parser."""
    made = Parser(
        prog=PROG,
        description="Reports from the logs of qmail-send, qmail-smtpd and qmail-popup.",
        epilog="TIME is ISO 8601 (UTC without a zone), Unix seconds, or a DURATION before now; "
        "DURATION is 90s, 15m, 6h or 2d.",
    )
    add_version(made)
    # Without prog argparse formats a usage for it, and imports 10 ms worth of modules.
    subparsers = made.add_subparsers(dest="command", required=True, metavar="COMMAND", prog=PROG)
    for name, help_ in _COMMANDS.items():
        sub = subparsers.add_parser(name, help=help_, description=help_, epilog=made.epilog)
        _add_common(sub, daily=name == "daily")
        if name in {"successes", "failures", "deferrals", "all"}:
            sub.add_argument("--verbatim", action="store_true", help="one row for each text instead of each cause")
        if name == "rejects":
            sub.add_argument(
                "--show-addresses",
                action="store_true",
                help="also who was rejected: client, sender, recipient",
            )
        if name in {"sessions", "trace", "daily"}:
            sub.add_argument("--show-users", action="store_true", help="do not mask the names at logins")
        if name == "trace":
            _add_selectors(sub)
    return made


def _add_common(sub: argparse.ArgumentParser, *, daily: bool) -> None:
    add_log(sub, "for several logs")
    if daily:
        _add_daily(sub)
    else:
        add_time(sub, "--since", "only lines stamped at or after this time")
        add_time(sub, "--until", "only lines stamped before this time")
    sub.add_argument(
        "--lookback",
        type=typed(_lookback),
        default=_lookback("1d"),
        metavar="DURATION",
        help="read from so long before the period to know the messages that are in the queue then, "
        "without counting them (default: 1d; 0 for not at all)",
    )
    sub.add_argument(
        "--format",
        choices=(*FORMATS, "html") if daily else FORMATS,
        default="table",
        help="how to print (default: table)",
    )
    sub.add_argument(
        "--top",
        type=typed(count),
        default=10 if daily else None,
        metavar="N",
        help="only the N greatest rows of each table"
        + (" (default: 10)" if daily else "; rare ones of more than 100,000 are summed up, and it says so"),
    )
    sub.add_argument(
        "--anonymise",
        action="store_true",
        help="replace local parts, client addresses and users by pseudonyms; domains stay",
    )
    sub.add_argument(
        "--anonymise-key",
        metavar="FILE",
        help="key for the pseudonyms: with it they are the same in every report, without it new in each run",
    )
    add_tai_offset(sub)
    add_jobs(sub, "processes to use (default: one for each core, on large logs)")
    sub.add_argument("-q", "--quiet", action="store_true", help="no progress bar on a terminal")


def _add_daily(sub: argparse.ArgumentParser) -> None:
    when = sub.add_mutually_exclusive_group()
    when.add_argument("--day", type=typed(_day), metavar="YYYY-MM-DD", help="this day (default: yesterday)")
    when.add_argument("--month", type=typed(_month), metavar="YYYY-MM", help="this month")
    sub.add_argument("--utc", action="store_true", help="days begin at midnight UTC, not local time")
    sub.add_argument("--mail-to", action="append", metavar="ADDRESS", help="mail it, as text and HTML; repeatable")
    sub.add_argument("--mail-from", metavar="ADDRESS", help="the mail's From (default: what sendmail makes of it)")
    sub.add_argument("--sendmail", metavar="PATH", help="command to mail with, called with -t -i (default: sendmail)")
    sub.add_argument("--host", metavar="NAME", help="name in the title (default: this host's)")


def _add_selectors(sub: argparse.ArgumentParser) -> None:
    for name, (metavar, help_) in _SELECTORS.items():
        sub.add_argument(f"--{name}", metavar=metavar, help=help_)


def _print(options: argparse.Namespace) -> None:
    if options.command in commands.OF_TOTALS:
        tables = commands.of_totals(options)
    else:
        tables = commands.OTHERS[options.command](options)
    put(render(_presented(tables, options), options.format))


def _daily(options: argparse.Namespace) -> None:
    """Print or mail the report of a day or month."""
    from sqmail_report import mail  # noqa: PLC0415 - few commands mail
    from sqmail_report.tables.page import page  # noqa: PLC0415

    title, tables = commands.daily(options)
    tables = _presented(tables, options)
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
    from sqmail_report.tables.pseudonyms import Pseudonyms, read_key  # noqa: PLC0415 - hashing costs 5 ms to import

    try:
        return Pseudonyms(read_key(key_file) if key_file else None)
    except ValueError as error:
        raise SqmailError(str(error)) from error


def _words(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def _day(text: str) -> str:
    from sqmail_report import daily  # noqa: PLC0415 - its dates cost 3 ms

    return daily.day(text).name


def _month(text: str) -> str:
    from sqmail_report import daily  # noqa: PLC0415 - as above

    return daily.month(text).name


def _lookback(text: str) -> int:
    return 0 if text == "0" else duration(text)
