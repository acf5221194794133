"""Values of command lines, and the options that several commands have."""

from __future__ import annotations

import time

from sqmail_log import tai64n
from sqmail_log.errors import LogError
from sqmail_log.tai64n import LATEST, SECOND
from sqmail_log.units import Nanoseconds, Seconds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Protocol, TypeVar

    T = TypeVar("T")

    class Options(Protocol):
        """What options are added to: argparse's parsers, their groups, and what stands for one."""

        def add_argument(self, *names: str, **terms: Any) -> object:
            """Add an option."""

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_LONGEST = 10**10


def add_version(parser: Options) -> None:
    """Add -V and --version."""
    parser.add_argument("-V", "--version", action="release", nargs=0, help="print the version and exit")


def add_log(
    parser: Options, why: str, *, required: bool = True, type_: Callable[[str], str] = str
) -> None:
    """Add --log, a list; the help says `why` it is given several times."""
    parser.add_argument(
        "--log",
        action="append",
        type=typed(type_),
        required=required,
        default=None if required else [],
        metavar="DIR",
        help=f"log directory of multilog, s6-log or svlogd, a plain file, or journal:UNIT; repeat it {why}",
    )


def add_tai_offset(parser: Options) -> None:
    """Add what says how stamps are read: --tai-offset, in seconds, and --timezone, an IANA name or ''."""
    parser.add_argument(
        "--tai-offset",
        type=typed(_offset),
        default=tai64n.MULTILOG_OFFSET,
        metavar="N",
        help="seconds between Unix time and the stamps' TAI: 10 for multilog and svlogd, 37 for s6-log (default: 10)",
    )
    parser.add_argument(
        "--timezone",
        type=typed(timezone),
        default="",
        metavar="ZONE",
        help="time zone of dates that name none (tai64nlocal, syslog), as Europe/Rome (default: this machine's)",
    )


def add_time(parser: Options, name: str, what: str) -> None:
    """Add --since or --until, in Unix nanoseconds; the help says `what` it does."""
    parser.add_argument(name, type=typed(when), metavar="TIME", help=what)


def add_jobs(parser: Options, what: str, default: int | None = None) -> None:
    """Add --jobs, the number of processes; the help says `what` they are for."""
    parser.add_argument("--jobs", type=typed(_processes), default=default, metavar="N", help=what)


def typed(parse: Callable[[str], T]) -> Callable[[str], T]:
    """Return `parse` as argparse wants it: with the words of its ValueError kept."""

    def parsed(text: str) -> T:
        try:
            return parse(text)
        except ValueError as error:
            import argparse  # noqa: PLC0415 - checks parse without it where nothing is wrong

            raise argparse.ArgumentTypeError(str(error)) from error

    return parsed


def count(text: str) -> int:
    """Parse a whole number from 1 to 999999999; raise ValueError."""
    if not (number := _number(text)):
        raise ValueError(f"{text!r} is no whole number above 0")
    return number


def _offset(text: str) -> Seconds:
    return Seconds(whole(text))


def whole(text: str) -> int:
    """Parse a whole number from 0 to 999999999; raise ValueError."""
    if (number := _number(text)) is None:
        raise ValueError(f"{text!r} is no whole number")
    return number


def timezone(text: str) -> str:
    """Return the name of a time zone, '' for the machine's; raise ValueError for an unknown one."""
    if not text:
        return text  # the default goes through here at each start
    from sqmail_log.stamps.dates import zone_of  # noqa: PLC0415 - few ask for a zone

    try:
        zone_of(text)
    except LogError as error:
        raise ValueError(str(error)) from error
    return text


def duration(text: str) -> Nanoseconds:
    """Parse `90s`, `15m`, `6h`, `2d`, `1w` or plain seconds.

    Raises ValueError, in words.
    """
    number, unit = (text[:-1], text[-1:]) if text[-1:] in _UNITS else (text, "s")
    try:
        seconds = float(number) * _UNITS[unit]
    except ValueError:
        seconds = 0.0
    if not 1 / SECOND <= seconds < _LONGEST:
        raise ValueError(f"{text!r} is no duration like 90s, 15m, 6h or 2d")
    return Nanoseconds(round(seconds * SECOND))


def moment(text: str) -> Nanoseconds:
    """Parse ISO 8601 (UTC where it names no zone) or Unix seconds.

    Raises ValueError, in words, also where no label could tell that time.
    """
    from datetime import UTC, datetime  # noqa: PLC0415 - few runs need it

    try:
        if text.isascii() and text.replace(".", "", 1).isdigit():
            whole, _, fraction = text.partition(".")
            unix = int(whole or "0") * SECOND + int(fraction[:9].ljust(9, "0"))
        else:
            date = datetime.fromisoformat(text)
            if date.tzinfo is None:
                date = date.replace(tzinfo=UTC)
            unix = int(date.replace(microsecond=0).timestamp()) * SECOND + date.microsecond * 1000
    except (ValueError, OverflowError):
        unix = -1
    if not 0 <= unix <= LATEST:
        raise ValueError(f"{text!r} is no time like 2026-11-22T07:14:31Z or 1795331671")
    return Nanoseconds(unix)


def when(text: str) -> Nanoseconds:
    """Parse a moment, or a duration as so long ago; raise ValueError."""
    try:
        return moment(text)
    except ValueError:
        if text[-1:].isdigit():
            raise
        try:
            return Nanoseconds(time.time_ns()) - duration(text)
        except ValueError:
            raise ValueError(
                f"{text!r} is no time like 2026-11-22T07:14:31Z or 1795331671, and no duration like 2d"
            ) from None


def _processes(text: str) -> int:
    if not 0 < (number := _number(text) or 0) < 1000:
        raise ValueError(f"{text!r} is no number of processes")
    return number


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
