"""The stamps that stand before a line as text, whoever put them there.

| kind | as | by |
|---|---|---|
| date | `2026-11-26 10:15:31.000000500 text` | tai64nlocal, s6-log, svlogd (`_` or `T`) |
| RFC 3339 | `2026-11-26T12:00:00.127419440Z text`, `+01:00` | docker logs -t, journalctl -o short-iso |
| RFC 3339 | `2026-11-26T12:00:00.127419440Z stdout F text` | Kubernetes (CRI); F is a whole line |
| Unix time | `1795694400.292776 text`, `1795694400 text` | tai64nfrac, accustamp, journalctl -o short-unix |
| syslog | `Nov 26 12:00:00 mx1 qmail: text`, or with an RFC 3339 date | syslogd, rsyslog, journalctl |

The nearest to the text counts: it was there first.
"""

from __future__ import annotations

import re

from sqmail_log.stamps import syslog
from sqmail_log.stamps.dates import Dates, zone_of
from sqmail_log.units import SECOND, Nanoseconds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Found = tuple[Nanoseconds, bytes]

_DATE = re.compile(
    rb"(\d{4})-(\d\d)-(\d\d)([ T_])(\d\d):(\d\d):(\d\d(?:[.,]\d{1,9})?)(Z|[+-]\d\d(?::?\d\d)?)? {1,2}"
    rb"(?:std[a-z]{3} F )?"
)
_UNIX = re.compile(rb"(\d{10})(?:\.(\d{1,9}))? ")
# BSD's, with the priority that came over the network perhaps.
_SYSLOG = re.compile(rb"(?:<\d{1,3}>)?([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d(?:\.\d{1,9})?) ")


def is_stamped(line: bytes) -> bool:
    """Tell whether a line begins with such a stamp."""
    return any(kind.match(line) for kind in (_DATE, _UNIX, _SYSLOG))


def is_zoneless(line: bytes) -> bool:
    """Tell whether the time of a line depends on the zone in which its date is read."""
    date = _DATE.match(line)
    if date is not None:
        return date[4] == b" " and not date[8] and syslog.inner(line[date.end() :]) is None
    date = _SYSLOG.match(line)
    return date is not None and syslog.inner(line[date.end() :]) is None


class Texts:
    """Takes such stamps off the lines of one file; `zone` and `written` as those of `Dates`.  Raises LogError."""

    def __init__(self, zone: str, written: Nanoseconds) -> None:
        self._dates = Dates(zone_of(zone), written)

    def date(self, text: bytes, previous: Nanoseconds) -> Found | None:
        """Return the time of a date with a year and what stands behind it; None where there is none."""
        found = _DATE.match(text)
        if found is None:
            return None
        try:
            unix = self._dates.dated(
                found.group(1, 2, 3, 5, 6), found[4], found[8], found[7].replace(b",", b"."), previous
            )
        except (ValueError, OverflowError):
            return None
        return unix, text[found.end() :]

    def read(self, text: bytes, previous: Nanoseconds) -> Found | None:
        """Return the time of a line, Unix nanoseconds, and its text; None where no stamp is known.

        `previous` is the time of the line before it.  A line that syslog carried
        for a program that is none of qmail's is `syslog.FOREIGN`.
        """
        first = text[:1]
        if first.isdigit():
            unix = _UNIX.match(text)
            if unix is not None:
                return _nearest(_unix(unix[1], unix[2]), text[unix.end() :], syslog.carried)
            found = self.date(text, previous)
            return found and _nearest(found[0], found[1], syslog.carried)
        date = _SYSLOG.match(text)
        if date is None:
            return None
        try:
            moment = self._dates.yearless(date.group(1, 2, 3, 4), date[5], previous)
        except (ValueError, OverflowError, KeyError):
            return None
        return _nearest(moment, text[date.end() :], syslog.text_of)


def _nearest(moment: Nanoseconds, text: bytes, unwrap: Callable[[bytes], bytes]) -> Found:
    """Return the time and the text of a line that syslog carried, or may have carried."""
    found = syslog.inner(text)
    if found is None:
        return moment, unwrap(text)
    seconds, fraction, text = found
    return _unix(seconds, fraction), text


def _unix(seconds: bytes, fraction: bytes | None) -> Nanoseconds:
    return int(seconds) * SECOND + Nanoseconds((fraction or b"0").ljust(9, b"0"))
