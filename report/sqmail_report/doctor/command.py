"""The subcommand `doctor`."""

from __future__ import annotations

from shutil import get_terminal_size

from sqmail_command import arguments
from sqmail_command.arguments import count, typed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterable

HELP = "what is wrong now, since when, why, and what to do: for the person who was called"
_NARROWEST = 60


def add_to(sub: ArgumentParser) -> None:
    """Add the options to its parser."""
    arguments.add_log(sub, "for all logs of the host")
    sub.add_argument("--queue", action="append", metavar="DIR", help="look at the spool too; repeatable")
    sub.add_argument(
        "--state-dir",
        metavar="DIR",
        help="the checks' state: faster, and it knows the days before (default: read the logs themselves)",
    )
    arguments.add_time(sub, "--at", "answer as of that moment, from the files alone")
    sub.add_argument("--format", choices=("text", "json"), default="text", help="how to print (default: text)")
    sub.add_argument("--width", type=typed(count), metavar="N", help="columns (default: the terminal's)")
    sub.add_argument("--show-users", action="store_true", help="show names of users, senders and mailboxes whole")
    arguments.add_tai_offset(sub)


def answer(options: Namespace) -> tuple[Iterable[str], int]:
    """Return what to print, and the exit status: 0 all is well, 1 a warning, 2 critical."""
    from sqmail_report.doctor import text  # noqa: PLC0415 - the tables' subcommands need none of it
    from sqmail_report.doctor.examination import examine  # noqa: PLC0415

    found = examine(options)
    if options.format == "json":
        return [text.as_json(found)], found.state
    return text.lines(found, max(_NARROWEST, options.width or get_terminal_size().columns)), found.state
