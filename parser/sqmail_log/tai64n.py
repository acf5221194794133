"""Time stamps of log lines: TAI64N labels and local date text.

Everything downstream sees one form: `@`, 24 hexadecimal digits, a blank, the
text; the label being Unix time + 2^62 + 10, as multilog writes it.  `relabel`
brings every other form into it.  Times are Unix time in integer nanoseconds.
"""

from __future__ import annotations

import re
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SECOND = 1_000_000_000
MULTILOG_OFFSET = 10
S6_OFFSET = 37
LABEL_LENGTH = 25
_EPOCH = 1 << 62

_LABEL = re.compile(rb"@([0-9a-f]{16})([0-9a-f]{8})(?: |$)")
_TEXT = re.compile(rb"(\d{4})-(\d\d)-(\d\d)[ T_](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))? {1,2}")
_UNSTAMPED = b"unstamped: "


def encode(nanoseconds: int, tai_offset: int = MULTILOG_OFFSET) -> bytes:
    """Return the 25 bytes of the label for a Unix time in nanoseconds."""
    seconds, fraction = divmod(nanoseconds, SECOND)
    return b"@%016x%08x" % (seconds + _EPOCH + tai_offset, fraction)


def nanoseconds(line: bytes, tai_offset: int = MULTILOG_OFFSET) -> int:
    """Return the Unix time of a label, or of a line that begins with one.

    Raises ValueError where there is no label.
    """
    found = _LABEL.match(line)
    if found is None:
        raise ValueError(f"no TAI64N label: {line[:LABEL_LENGTH]!r}")
    return (int(found[1], 16) - _EPOCH - tai_offset) * SECOND + int(found[2], 16)


def packed(unix: int) -> int:
    """Return the time as the low half of a label's number: seconds << 32 | nanoseconds.

    `int(line[9:25], 16)` gives the same for a line, at a third of the price of
    `nanoseconds`; the loops over lines use it.
    """
    seconds, fraction = divmod(unix, SECOND)
    return ((seconds + MULTILOG_OFFSET) & 0xFFFFFFFF) << 32 | fraction


def unpacked(number: int) -> int:
    """Return the Unix time in nanoseconds of a `packed` number (valid until the year 2106)."""
    return ((number >> 32) - MULTILOG_OFFSET) * SECOND + (number & 0xFFFFFFFF)


def is_labelled(lines: Sequence[bytes]) -> bool:
    """Tell whether every line has multilog's label before its text.

    One look at the least and the greatest line is enough: whatever lies
    between two lines that share a beginning shares it too.
    """
    return (
        min(lines)[:9] == b"@40000000" == max(lines)[:9]
        and _LABEL.match(lines[0]) is not None
        and not _TEXT.match(lines[0], LABEL_LENGTH + 1)
    )


def relabel(lines: list[bytes], tai_offset: int = MULTILOG_OFFSET, fallback: int = 0) -> list[bytes]:
    """Return the lines with multilog's labels, whatever stamps they came with.

    Of two stamps on a line the text counts: it is right without knowing the
    offset of the label.  A line without a stamp gets the time of the line
    before it (`fallback`, Unix nanoseconds, where there is none) and the word
    `unstamped:`, which no grammar knows, so that it is counted as
    unrecognised.
    """
    if not lines or (tai_offset == MULTILOG_OFFSET and is_labelled(lines)):
        return lines
    relabelled = []
    to_unix = _local_clock()
    last = fallback
    for line in lines:
        text = line
        stamp = _LABEL.match(line)
        if stamp is not None:
            text = line[LABEL_LENGTH + 1 :]
            last = nanoseconds(line, tai_offset)
        date = _TEXT.match(text)
        if date is not None:
            try:
                last = to_unix(date, last)
                text = text[date.end() :]
            except (ValueError, OverflowError):
                date = None
        if stamp is None and date is None:
            text = _UNSTAMPED + line
        relabelled.append(encode(last) + b" " + text)
    return relabelled


def _local_clock() -> Callable[[re.Match[bytes], int], int]:
    """Return a converter of matched local dates to Unix nanoseconds, fast for neighbours.

    In the hour that a change from summer time repeats, the first reading that
    does not run backwards is taken.
    """
    from datetime import datetime  # noqa: PLC0415 - costs a check 2 ms, and few logs have dates

    minutes: dict[tuple[bytes, ...], tuple[int, int]] = {}

    def to_unix(date: re.Match[bytes], previous: int) -> int:
        key = date.group(1, 2, 3, 4, 5)
        if key not in minutes:
            local = datetime(*map(int, key))  # type: ignore[arg-type]  # noqa: DTZ001 - the text is local time
            minutes[key] = int(local.timestamp()), int(local.replace(fold=1).timestamp())
        first, second = minutes[key]
        fraction = int((date[7] or b"0").ljust(9, b"0"))
        rest = int(date[6]) * SECOND + fraction
        unix = first * SECOND + rest
        if unix < previous - 60 * SECOND and second != first:
            unix = second * SECOND + rest
        return unix

    return to_unix


def now() -> int:
    """Return the clock's Unix time in nanoseconds."""
    return time.time_ns()
