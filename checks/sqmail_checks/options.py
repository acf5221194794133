"""The command line that all checks share."""

from __future__ import annotations

import os

from sqmail_checks.plugin.commandline import CheckParser
from sqmail_checks.plugin.nagios import Range
from sqmail_command import arguments
from sqmail_command.arguments import duration, typed
from sqmail_command.text import status_line
from sqmail_log.units import SECOND

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

UNKNOWN = 3
DEFAULT_STATE_DIR = "/var/lib/nagios/sqmail-monitoring"
STATE_VARIABLES = ("MP_STATE_PATH", "NAGIOS_PLUGIN_STATE_DIRECTORY")
LONGEST_WINDOW = 366 * 86400


def check_parser(
    prog: str,
    description: str,
    *,
    thresholds: str | None,
    window: str = "15m",
    read: Callable[[str], Range] | None = None,
) -> CheckParser:
    """Return a parser with the options common to all checks.

    `thresholds` says what -w and -c speak of; a check with None has neither.
    `read` makes a range of what is given, None for one of plain numbers.
    """
    made = CheckParser(
        prog=prog,
        description=description,
        epilog="RANGE is [@][start:]end as in the monitoring plugins' guidelines; DURATION is 90s, 15m, 6h or 2d.",
        add_help=False,
    )
    arguments.add_log(made, "to add logs up", type_=log)
    if thresholds is not None:
        add_range(made, "-w", "--warning", what=f"WARNING outside this range: {thresholds}", read=read)
        add_range(made, "-c", "--critical", what="CRITICAL outside this range of the same", read=read)
    made.add_argument(
        "--window",
        type=typed(duration),
        default=duration(window),
        metavar="DURATION",
        help=f"look at the lines of this long before now, at most 366d (default: {window})",
    )
    made.add_argument(
        "--at",
        type=typed(arguments.moment),
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
    arguments.add_tai_offset(made)
    made.add_argument(
        "-t",
        "--timeout",
        type=typed(arguments.count),
        default=30,
        metavar="SECONDS",
        help="give up after this long; what was read until then is kept (default: 30)",
    )
    made.add_argument("-v", "--verbose", action="count", default=0, help="print details below the first line")
    arguments.add_version(made)
    made.add_argument("-h", "--help", action="help", help="print this text and exit")
    return made


def add_range(made: CheckParser, *names: str, what: str, read: Callable[[str], Range] | None = None) -> None:
    """Add an option with a threshold; the help says `what` it does, `read` makes a range of what is given."""
    made.add_argument(*names, type=typed(read or _range), metavar="RANGE", help=what)


def add_min_events(made: CheckParser, default: int, what: str) -> None:
    """Add --min-events, below which a ratio says nothing."""
    made.add_argument(
        "--min-events",
        type=typed(arguments.whole),
        default=default,
        metavar="N",
        help=f"with fewer {what} in the window say OK, too few to judge (default: {default})",
    )


def add_accept_silent(made: CheckParser, what: str) -> None:
    """Add --accept-silent, with which a log that never tells of `what` is no fault."""
    made.add_argument(
        "--accept-silent",
        action="store_true",
        help=f"take it as OK that a busy log has never held {what}; without it that is UNKNOWN",
    )


def add_learning(made: CheckParser) -> None:
    """Add --no-learning, without which what is unusual is told by the days before."""
    made.add_argument(
        "--no-learning",
        action="store_true",
        help="judge by fixed figures alone, and compare nothing with the days before",
    )


def add_silence(made: CheckParser) -> None:
    """Add --silence-warning and --silence-critical, which fix how long a silence may be."""
    for name, state in (("--silence-warning", "WARNING"), ("--silence-critical", "CRITICAL")):
        made.add_argument(
            name,
            type=typed(duration),
            metavar="DURATION",
            help=f"{state} when what is asked for has not come for this long, however usual that is "
            "(default: by how improbable it is)",
        )


def outside(given: Range) -> Callable[[float], bool]:
    """Return what tells whether a number is outside a range."""
    return lambda number: not given.match(number)


def add_queue(made: CheckParser) -> None:
    """Add --queue, the directories of the spool."""
    made.add_argument(
        "--queue",
        action="append",
        metavar="DIR",
        help="look at the spool too, for example /var/qmail/queue: what lies there, since when qmail-send has left it, "
        "and the file system; repeatable",
    )


def add_volume(made: CheckParser) -> None:
    """Add --volume-warning and --volume-critical, which fix how many messages are too many."""
    add_range(
        made,
        "--volume-warning",
        what="WARNING outside this range: messages queued in the window (default: three times the busiest hour "
        "of the last week, 300 at least)",
    )
    add_range(made, "--volume-critical", what="CRITICAL outside this range of the same (default: 2000 or more)")


def refuse_crossed(made: CheckParser, options: object) -> None:
    """Exit where a warning was given that lies wholly behind its critical threshold: nobody would ever see it."""
    given = vars(options)
    for name, warning in given.items():
        critical = given.get(f"{name[:-7]}critical") if name.endswith("warning") else None
        # Who gives a critical threshold alone may well leave the default of the other behind it.
        if critical is None or warning is None or warning is made.default(name):
            continue
        if _is_behind(warning, critical):
            option = f"--{name.replace('_', '-')}"
            made.error(
                f"{option} and {option[:-7]}critical are crossed: all that the first warns of is critical, "
                "so no WARNING would ever be seen"
            )


def _is_behind(warning: Any, critical: Any) -> bool:
    """Tell whether all that a threshold warns of, and more, is critical; both are ranges, or durations."""
    if not isinstance(warning, Range):
        return bool(warning > critical)
    if warning.invert != critical.invert:
        return False
    inner, outer = (warning, critical) if warning.invert else (critical, warning)
    inside = outer.start <= inner.start and inner.end <= outer.end
    return bool(inside and (inner.start, inner.end) != (outer.start, outer.end))


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
    """Return a log's path: that of the directory where the `current` in it was named.  Raises ValueError."""
    if not text:
        raise ValueError("names nothing")
    directory, name = os.path.split(text)
    return directory or "." if name == "current" and not os.path.isdir(text) else text


def range_of_ages(text: str) -> Range:
    """Parse `[@][start:]end` of seconds or durations, as `3d` or `@1h:2h`; raise ValueError."""
    inverted = text[: text.startswith("@")]
    ends = text[len(inverted) :].split(":")
    return _range(inverted + ":".join(str(duration(end) // SECOND) if end[-1:].isalpha() else end for end in ends))


def _range(text: str) -> Range:
    """Parse `[@][start:]end`; raise ValueError."""
    try:
        return Range(text)
    except ValueError as error:
        raise ValueError(f"{status_line(text)!r} is no range like 10, 5:10, ~:10 or @10:20") from error
