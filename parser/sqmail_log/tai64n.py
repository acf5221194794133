"""Time stamps of log lines: TAI64N labels and dates as text.

Everything downstream sees one form: `@`, 24 hexadecimal digits, a blank, the
text, a newline; the label being Unix time + 2^62 + 10, as multilog writes it.  `relabel`
brings every other form into it.  Times are Unix time in integer nanoseconds.
"""

from __future__ import annotations

import sys
import time
from array import array

from sqmail_log import units
from sqmail_log.units import Nanoseconds, Seconds

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re

SECOND = units.SECOND
MULTILOG_OFFSET = Seconds(10)
S6_OFFSET = Seconds(37)
LABEL_LENGTH = 25
_EPOCH = 1 << 62
LATEST = Nanoseconds(((1 << 32) - MULTILOG_OFFSET) * SECOND - 1)
"""The last nanosecond that `short` can tell, in the year 2106."""

# Compiled at first use: an idle check needs none (benchmark: idle).
_LABEL = rb"@40000000([0-9a-f]{8})([0-9a-f]{8})(?: |$)"
_DATE = rb"\d{4}-\d\d-\d\d[ T_]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d(?::?\d\d)?)? {1,2}"
# RFC 3339, or a Unix time, perhaps in what syslog carried.
_MOMENT = (
    rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.(\d{1,9})(?:Z|[+-]\d\d)"
    rb"|(?:[A-Z<2][^\n]{14,128}: )?\d{10}\.(\d{1,9}) "
)
_UNSTAMPED = b"unstamped: "
_HEX = b"0123456789abcdef"
_patterns: dict[bytes, re.Pattern[bytes]] = {}


def encode(nanoseconds: Nanoseconds, tai_offset: Seconds = MULTILOG_OFFSET) -> bytes:
    """Return the 25 bytes of the label for a Unix time in nanoseconds."""
    seconds, fraction = divmod(nanoseconds, SECOND)
    return b"@%016x%08x" % (seconds + _EPOCH + tai_offset, fraction)


def nanoseconds(line: bytes, tai_offset: Seconds = MULTILOG_OFFSET) -> Nanoseconds:
    """Return the Unix time of a label, or of a line that begins with one.

    Raises ValueError where there is no label of the years 1970 to 2106.
    """
    found = _compiled(_LABEL).match(line)
    if found is None:
        raise ValueError(f"no TAI64N label: {line[:LABEL_LENGTH]!r}")
    return Nanoseconds((int(found[1], 16) - tai_offset) * SECOND + int(found[2], 16))


def of_name(label: str) -> Nanoseconds:
    """Return the Unix time of the label that a file is named by, of any year.  Raises ValueError."""
    seconds, fraction = label[1:17], label[17:LABEL_LENGTH]
    if label[:1] != "@" or len(fraction) != 8 or (seconds + fraction).strip(_HEX.decode()):
        raise ValueError(f"no TAI64N label: {label!r}")
    return Nanoseconds((int(seconds, 16) - _EPOCH - MULTILOG_OFFSET) * SECOND + int(fraction, 16))


def short(unix: Nanoseconds) -> bytes:
    """Return the low 16 digits of a label: enough until the year 2106, and in order of time.

    `line[9:25]` is the same of a line.  The loops over lines keep times in
    this form: turning each into a number takes time (benchmark: cold-send).
    """
    return encode(unix)[9:]


def long(stamp: bytes) -> Nanoseconds:
    """Return the Unix time in nanoseconds of a `short` stamp; of a torn one, that of the digits it begins with."""
    digits = stamp[: len(stamp) - len(stamp.lstrip(_HEX))]
    number = int(digits.ljust(16, b"0"), 16)
    return Nanoseconds(((number >> 32) - MULTILOG_OFFSET) * SECOND + (number & 0xFFFFFFFF))


def nanoseconds_between(begins: list[bytes], ends: list[bytes]) -> array[int]:
    """Return the time from each `short` stamp to its fellow in `ends`."""
    count = len(ends)
    # All in one long number, 64 bits for each: one by one takes longer (benchmark: cold-send).
    try:
        begun, ended = _as_one(begins), _as_one(ends)
    except ValueError:
        return array("q", [long(end) - long(begin) for begin, end in zip(begins, ends, strict=True)])
    fractions = int.from_bytes(b"\0\0\0\0\xff\xff\xff\xff" * count, "big")
    begun_fractions, ended_fractions = begun & fractions, ended & fractions
    seconds = (ended - ended_fractions) - (begun - begun_fractions) >> 32
    # With a sign added none is negative, which would take from its neighbour.
    sign = int.from_bytes(b"\x80\0\0\0\0\0\0\0" * count, "big")
    passed = seconds * SECOND + ended_fractions - begun_fractions + sign
    between = array("q", (passed ^ sign).to_bytes(8 * count, "big"))
    if sys.byteorder == "little":
        between.byteswap()
    return between


def _as_one(stamps: list[bytes]) -> int:
    """Return a number of the digits of all `short` stamps.  Raises ValueError where one of them is torn."""
    from binascii import unhexlify  # noqa: PLC0415 - an idle check adds no delays up

    digits = unhexlify(b"".join(stamps))
    if len(digits) != 8 * len(stamps):
        raise ValueError("a torn stamp")
    return int.from_bytes(digits, "big")


def _compiled(pattern: bytes) -> re.Pattern[bytes]:
    found = _patterns.get(pattern)
    if found is None:
        import re  # noqa: PLC0415 - see above

        found = _patterns[pattern] = re.compile(pattern)
    return found


def is_labelled(line: bytes) -> bool:
    """Tell whether a line has one label before its text, and no date after it."""
    return (
        line[:9] == b"@40000000"
        and _compiled(_LABEL).match(line) is not None
        and not _compiled(_DATE).match(line, LABEL_LENGTH + 1, 64)
    )


def moment_in(line: bytes) -> int:
    """Return the fraction of the second in a stamp that is the same in all zones, 0 where there is none."""
    found = _compiled(_MOMENT).match(line)
    return int(found[1] or found[2]) if found is not None else 0


def is_stamped(line: bytes) -> bool:
    """Tell whether a line begins with a stamp of any kind."""
    if _compiled(_LABEL).match(line) is not None:
        return True
    from sqmail_log.stamps import texts  # noqa: PLC0415 - few logs have others

    return texts.is_stamped(line)


def relabel(
    lines: list[bytes],
    tai_offset: Seconds = MULTILOG_OFFSET,
    fallback: Nanoseconds = units.NOTHING,
    zone: str = "",
    written: Nanoseconds = units.NOTHING,
) -> list[bytes]:
    """Return the lines with multilog's labels, whatever stamps they came with.

    Of two stamps on a line the one nearest to the text counts: a date is right
    without knowing the offset of the label.  A line without a stamp gets the time of the line
    before it (`fallback`, Unix nanoseconds, where there is none) and the word
    `unstamped:`, which no grammar knows, so that it is counted as
    unrecognised.  `zone` is the IANA name of the zone of dates without an
    offset, '' for the machine's own; `written` is when their file was written
    last, Unix nanoseconds, 0 for unknown: of dates without a year none is later.
    Raises LogError for an unknown zone.

    The first and the last line say which stamps all have: one logger writes
    one kind, and a look at each line takes time (benchmark: cold-send).
    `mended` looks at each.
    """
    if not lines:
        return lines
    if tai_offset == MULTILOG_OFFSET and is_labelled(lines[0]) and is_labelled(lines[-1]):
        return lines
    return relabel_each(lines, tai_offset, fallback, zone, written)


def relabel_each(
    lines: list[bytes],
    tai_offset: Seconds,
    fallback: Nanoseconds,
    zone: str = "",
    written: Nanoseconds = units.NOTHING,
) -> list[bytes]:
    """Do as `relabel`, and look at each line for its own stamp."""
    from sqmail_log.stamps.texts import Texts  # noqa: PLC0415 - few logs have dates

    relabelled = []
    texts = Texts(zone, written)
    last = fallback
    for line in lines:
        text = line[:-1]
        stamp = _compiled(_LABEL).match(line)
        if stamp is not None:
            text = text[LABEL_LENGTH + 1 :]
            last = min(max(units.NOTHING, nanoseconds(line, tai_offset)), LATEST)
            found = texts.date(text, last)
        else:
            found = texts.read(text, last)
        if found is not None and 0 <= found[0] <= LATEST:
            last, text = found
        elif stamp is None:
            text = _UNSTAMPED + text
        relabelled.append(b"%s %s\n" % (encode(last), text))
    return relabelled


def mended(lines: list[bytes]) -> list[bytes]:
    """Return lines that `relabel` gave with a whole label on each."""
    if all(map(_compiled(_LABEL).match, lines)):
        return lines
    return relabel_each(lines, MULTILOG_OFFSET, units.NOTHING)


def now() -> Nanoseconds:
    """Return the clock's Unix time in nanoseconds."""
    return Nanoseconds(time.time_ns())
