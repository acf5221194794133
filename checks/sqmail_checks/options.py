"""The command line that all checks share."""

from __future__ import annotations

import argparse
import os

from nagiosplugin import Range

from sqmail_log import tai64n, times

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

UNKNOWN = 3
DEFAULT_STATE_DIR = "/var/lib/nagios/sqmail-monitoring"
STATE_VARIABLES = ("MP_STATE_PATH", "NAGIOS_PLUGIN_STATE_DIRECTORY")
LONGEST_WINDOW = 7 * 86400
_LONGEST = 1000


class Parser(argparse.ArgumentParser):
    """An argument parser whose every exit is UNKNOWN: argparse's own 2 would be CRITICAL."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong in one line and exit with 3."""
        print(f"UNKNOWN - usage: {clean(message, _LONGEST)}; see {self.prog} --help")
        self.exit()

    def exit(self, status: int = UNKNOWN, message: str | None = None) -> NoReturn:
        """Exit with 3, also after --help and --version, as the plugin guidelines ask."""
        if message:
            print(message, end="")
        raise SystemExit(max(status, UNKNOWN))


def parser(prog: str, description: str, *, thresholds: str, window: str = "15m") -> Parser:
    """Return a parser with the options common to all checks.

    `thresholds` says what -w and -c speak of.
    """
    made = Parser(
        prog=prog,
        description=description,
        epilog="RANGE is [@][start:]end as in the monitoring plugins' guidelines; DURATION is 90s, 15m, 6h or 2d.",
        add_help=False,
    )
    made.add_argument(
        "--log",
        action="append",
        type=log,
        required=True,
        metavar="DIR",
        help="log directory of multilog, s6-log or svlogd, or a plain file; repeat it to add logs up",
    )
    made.add_argument("-w", "--warning", type=range_, metavar="RANGE", help=f"WARNING outside this range: {thresholds}")
    made.add_argument("-c", "--critical", type=range_, metavar="RANGE", help="CRITICAL outside this range of the same")
    made.add_argument(
        "--window",
        type=duration,
        default=duration(window),
        metavar="DURATION",
        help=f"look at the lines of this long before now, at most 7d (default: {window})",
    )
    made.add_argument(
        "--at",
        type=moment,
        metavar="TIME",
        help="answer as of that moment from the files alone, without state: ISO 8601 (UTC without a zone) "
        "or Unix seconds",
    )
    made.add_argument(
        "--state-dir",
        metavar="DIR",
        help="where to remember what was read (default: $MP_STATE_PATH, $NAGIOS_PLUGIN_STATE_DIRECTORY, "
        f"{DEFAULT_STATE_DIR})",
    )
    made.add_argument(
        "--tai-offset",
        type=count,
        default=tai64n.MULTILOG_OFFSET,
        metavar="N",
        help="seconds between Unix time and the stamps' TAI: 10 for multilog and svlogd, 37 for s6-log (default: 10)",
    )
    made.add_argument(
        "-t",
        "--timeout",
        type=positive,
        default=30,
        metavar="SECONDS",
        help="give up after this long; what was read until then is kept (default: 30)",
    )
    made.add_argument("-v", "--verbose", action="count", default=0, help="print details below the first line")
    made.add_argument("-V", "--version", action=_Version, nargs=0, help="print the version and exit")
    made.add_argument("-h", "--help", action="help", help="print this text and exit")
    return made


def add_min_events(made: Parser, default: int, what: str) -> None:
    """Add --min-events, below which a ratio says nothing."""
    made.add_argument(
        "--min-events",
        type=count,
        default=default,
        metavar="N",
        help=f"with fewer {what} in the window say OK, too few to judge (default: {default})",
    )


def state_dir(given: str | None) -> str:
    """Return the directory of the state: the option, the monitors' environment variables, the default."""
    if given:
        return given
    for name in STATE_VARIABLES:
        if os.environ.get(name):
            return os.environ[name]
    return DEFAULT_STATE_DIR


def threshold(given: Range | None, default: str | None) -> Range | None:
    """Return the range given, else the check's default; an empty option text turns the default off."""
    if given is not None:
        return given
    return Range(default) if default is not None else None


def log(text: str) -> str:
    """Return a log's path: that of the directory where the `current` in it was named."""
    if not text:
        raise argparse.ArgumentTypeError("names nothing")
    directory, name = os.path.split(text)
    return directory or "." if name == "current" and not os.path.isdir(text) else text


def range_(text: str) -> Range:
    """Parse `[@][start:]end`."""
    try:
        return Range(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{clean(text)!r} is no range like 10, 5:10, ~:10 or @10:20") from error


def duration(text: str) -> int:
    """Parse `90s`, `15m`, `6h`, `2d`, `1w` or plain seconds; return nanoseconds."""
    return _parsed(times.duration, text)


def moment(text: str) -> int:
    """Parse ISO 8601 (UTC where it names no zone) or Unix seconds; return Unix nanoseconds."""
    return _parsed(times.moment, text)


def _parsed(parse: Callable[[str], int], text: str) -> int:
    try:
        return parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(clean(str(error))) from None


def positive(text: str) -> int:
    """Parse a number of seconds of at least 1."""
    value = count(text)
    if not value:
        raise argparse.ArgumentTypeError("must be at least 1")
    return value


def count(text: str) -> int:
    """Parse a number that is not negative."""
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise argparse.ArgumentTypeError(f"{clean(text)!r} is no whole number")
    return int(text)


def clean(text: str, length: int = 200) -> str:
    """Return text fit for a status line: printable ASCII, no `|`, not endless."""
    safe = "".join(c if " " <= c <= "~" and c != "|" else "?" for c in text[: length + 1])
    return safe if len(safe) <= length else safe[: length - 3] + "..."


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version  # noqa: PLC0415 - costs 10 ms

        parser.exit(UNKNOWN, f"{parser.prog} {version('sqmail-monitoring')}\n")
