"""Times and durations as people write them on a command line, in nanoseconds."""

from __future__ import annotations

from sqmail_log.tai64n import LATEST
from sqmail_log.units import SECOND, Nanoseconds

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_LONGEST = 10**10


def duration(text: str) -> Nanoseconds:
    """Parse `90s`, `15m`, `6h`, `2d`, `1w` or plain seconds; return nanoseconds.

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
    """Parse ISO 8601 (UTC where it names no zone) or Unix seconds; return Unix nanoseconds.

    Raises ValueError, in words, also where no label could tell that time.
    """
    from datetime import UTC, datetime  # noqa: PLC0415 - costs 2 ms that few runs need to pay

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
