"""The options of sqmail-report's subcommands."""

from __future__ import annotations

from sqmail_command import arguments
from sqmail_command.arguments import count, duration, typed
from sqmail_report.tables.formats import FORMATS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

SELECTORS = {
    "message": ("N", "queue number of the message"),
    "qp": ("PID", "process that queued the message"),
    "sender": ("ADDRESS", "its sender; <> for bounces"),
    "recipient": ("ADDRESS", "one of its recipients"),
    "pid": ("PID", "process of the SMTP or POP3 session"),
    "client": ("IP", "address of the session's client"),
}
"""What a message or session can be looked for by: the option's metavar and help by its name."""


def add_common(sub: ArgumentParser, *, titled: bool) -> None:
    """Add what every subcommand has; one with a title is of a day or month, and may be mailed."""
    arguments.add_log(sub, "for several logs")
    if titled:
        _add_day(sub)
        _add_mail(sub)
    else:
        arguments.add_time(sub, "--since", "only lines stamped at or after this time")
        arguments.add_time(sub, "--until", "only lines stamped before this time")
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
        choices=(*FORMATS, "html") if titled else FORMATS,
        default="table",
        help="how to print (default: table)",
    )
    sub.add_argument(
        "--top",
        type=typed(count),
        default=10 if titled else None,
        metavar="N",
        help="only the N greatest rows of each table"
        + (" (default: 10)" if titled else "; rare ones of more than 100,000 are summed up, and it says so"),
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
    arguments.add_tai_offset(sub)
    arguments.add_jobs(sub, "processes to use (default: one for each core, on large logs)")
    sub.add_argument("-q", "--quiet", action="store_true", help="no progress bar on a terminal")


def add_verbatim(sub: ArgumentParser) -> None:
    """Add --verbatim."""
    sub.add_argument("--verbatim", action="store_true", help="one row for each text instead of each cause")


def add_show_addresses(sub: ArgumentParser) -> None:
    """Add --show-addresses."""
    sub.add_argument("--show-addresses", action="store_true", help="also who was rejected: client, sender, recipient")


def add_show_users(sub: ArgumentParser) -> None:
    """Add --show-users."""
    sub.add_argument("--show-users", action="store_true", help="do not mask the names at logins")


def add_selectors(sub: ArgumentParser) -> None:
    """Add what a message or session is looked for by."""
    for name, (metavar, help_) in SELECTORS.items():
        sub.add_argument(f"--{name}", metavar=metavar, help=help_)


def _add_day(sub: ArgumentParser) -> None:
    when = sub.add_mutually_exclusive_group()
    when.add_argument("--day", type=typed(_day), metavar="YYYY-MM-DD", help="this day (default: yesterday)")
    when.add_argument("--month", type=typed(_month), metavar="YYYY-MM", help="this month")
    sub.add_argument("--utc", action="store_true", help="days begin at midnight UTC, not local time")


def _add_mail(sub: ArgumentParser) -> None:
    sub.add_argument("--mail-to", action="append", metavar="ADDRESS", help="mail it, as text and HTML; repeatable")
    sub.add_argument("--mail-from", metavar="ADDRESS", help="the mail's From (default: what sendmail makes of it)")
    sub.add_argument("--sendmail", metavar="PATH", help="command to mail with, called with -t -i (default: sendmail)")
    sub.add_argument("--host", metavar="NAME", help="name in the title (default: this host's)")


def _day(text: str) -> str:
    from sqmail_report import daily  # noqa: PLC0415 - dates are dear to import

    return daily.day(text).name


def _month(text: str) -> str:
    from sqmail_report import daily  # noqa: PLC0415 - as above

    return daily.month(text).name


def _lookback(text: str) -> int:
    return 0 if text == "0" else duration(text)
