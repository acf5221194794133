"""The options of sqmail-report's subcommands."""

from __future__ import annotations

from sqmail_command import arguments
from sqmail_command.arguments import count, duration, typed, when
from sqmail_log.tai64n import SECOND
from sqmail_report.tables.formats import MACHINES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Sequence

SELECTORS = {
    "message": ("N", "queue number of the message"),
    "qp": ("PID", "process that queued the message"),
    "sender": ("ADDRESS", "its sender; <> for bounces"),
    "recipient": ("ADDRESS", "one of its recipients"),
    "pid": ("PID", "process of the SMTP or POP3 session"),
    "client": ("IP", "address of the session's client"),
}
"""What a message or session can be looked for by: the option's metavar and help by its name."""


def add_common(sub: ArgumentParser, *, titled: bool, formats: Sequence[str] = ()) -> None:
    """Add what every subcommand has.

    One with a title is of a day or month, and may be mailed.  `formats` are
    those besides tables and what programs read.
    """
    arguments.add_log(sub, "for several logs")
    if titled:
        _add_day(sub)
        _add_mail(sub)
    else:
        sub.add_argument(
            "--local",
            action="store_true",
            help="tell times in this machine's time zone, and take those without a zone so; default: UTC",
        )
        sub.add_argument("--since", type=typed(_when), metavar="TIME", help="only lines stamped at or after this time")
        sub.add_argument("--until", type=typed(_when), metavar="TIME", help="only lines stamped before this time")
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
        choices=("table", *formats, *MACHINES),
        default="table",
        help="how to print (default: table)",
    )
    sub.add_argument(
        "--top",
        type=typed(count),
        metavar="N",
        help="only the N greatest rows of each table"
        + (
            " (default: 5, of the tables of --full, JSON and CSV 10)"
            if titled
            else "; rare ones of more than 100,000 are summed up, and it says so"
        ),
    )
    sub.add_argument("--explain", action="store_true", help="say below each table what each column means")
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


def add_by(sub: ArgumentParser) -> None:
    """Add what rows are ranked by."""
    sub.add_argument(
        "--by", choices=("messages", "bytes"), default="messages", help="what comes first (default: messages)"
    )


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
    sub.add_argument("--utc", action="store_true", help="days begin at midnight UTC, and times are told so")
    sub.add_argument("--full", action="store_true", help="behind the page all tables of the day")


def _add_mail(sub: ArgumentParser) -> None:
    sub.add_argument("--mail-to", action="append", metavar="ADDRESS", help="mail it, as text and HTML; repeatable")
    sub.add_argument("--mail-from", metavar="ADDRESS", help="the mail's From (default: what sendmail makes of it)")
    sub.add_argument("--sendmail", metavar="PATH", help="command to mail with, called with -t -i (default: sendmail)")
    sub.add_argument("--host", metavar="NAME", help="name in the title (default: this host's)")
    sub.add_argument(
        "--rrd", metavar="TREE", help="draw the day's pictures of the host from this RRD tree, inside mail and HTML"
    )
    sub.add_argument("--instance", metavar="NAME", help="draw only those of this instance (default: of each log)")


def _day(text: str) -> str:
    from sqmail_report import daily  # noqa: PLC0415 - dates are dear to import

    return daily.day(text).name


def _month(text: str) -> str:
    from sqmail_report import daily  # noqa: PLC0415 - as above

    return daily.month(text).name


def in_zone(options: Namespace) -> None:
    """With --local take times that named no zone as this machine's; raise ValueError where there is no such time."""
    if getattr(options, "local", False):
        for name in ("since", "until"):
            moment = getattr(options, name)
            if isinstance(moment, _Naive):
                setattr(options, name, moment.localised())


class _Naive(int):
    """A moment as Unix nanoseconds that was told without a zone, and taken as UTC."""

    def localised(self) -> int:
        """Return the moment that has this date and time on this machine."""
        from datetime import UTC, datetime  # noqa: PLC0415 - few times are told so

        seconds, rest = divmod(self, SECOND)
        date = datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
        return int(date.astimezone().timestamp()) * SECOND + rest


def _when(text: str) -> int:
    moment = when(text)
    # ISO 8601 has a hyphen or T in its date, a zone at its end.
    date, _, clock = text.partition("T") if "T" in text else text.partition(" ")
    is_date = "-" in date and not date.startswith("-")
    return _Naive(moment) if is_date and not clock.endswith(("Z", "z")) and not set("+-") & set(clock) else moment


def _lookback(text: str) -> int:
    return 0 if text == "0" else duration(text)
