"""What the newest lines of a log tell of its stamps: that none is known, or that they are of another time zone."""

from __future__ import annotations

import os

from sqmail_log import tai64n
from sqmail_log.errors import LogError
from sqmail_log.files import history, logfile
from sqmail_log.files.cursor import live_path
from sqmail_log.stamps import syslog, texts
from sqmail_log.stamps.rules import MULTILOG
from sqmail_log.units import MINUTE, NOTHING, Nanoseconds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sqmail_log.stamps.rules import Stamps

_ENOUGH = 1 << 14
# Zones are whole quarters of an hour apart; a logger may hold a line back for a while.
_QUARTER = 15 * MINUTE
_SLACK = 5 * MINUTE
_LEAST_SHIFT = 2 * _QUARTER - _SLACK
"""Less than this between a file and its newest stamp tells of no time zone."""
# What multilog, s6-log and svlogd keep beside what they log.
_LOGGERS_OWN = frozenset(("current", "lock", "state", "config", "newstate", "processed", "previous"))
_SHOWN = 32
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 :.,/_+-[]()")
_JOURNAL = b"LPKSHHRH"


def without_stamps(log: str) -> LogError | None:
    """Return the error for a log whose newest lines all have no stamp that is known; None where one has.

    Raises LogError where it cannot be read.
    """
    _, lines = _newest(log)
    if lines[:1] == [_JOURNAL]:
        return LogError(f"{log}: is a file of systemd's journal; name the unit instead: journal:UNIT")
    return unknown_stamps(log, lines[-1]) if lines and not any(map(tai64n.is_stamped, lines)) else None


def of_strangers(log: str, stamps: Stamps = MULTILOG) -> LogError | None:
    """Return the error for a log whose newest lines syslog carried for programs that are none of qmail's.

    None for others.  Raises LogError where it cannot be read.
    """
    path, lines = _newest(log)
    if not lines:
        return None
    read = stamps.relabel(lines, written=_written(path), each=True)
    if all(line.partition(b" ")[2].startswith(syslog.FOREIGN) for line in read):
        return LogError(f"{log}: not one line of a qmail program in it; is this the right log?")
    return None


def without_files(log: str) -> LogError | None:
    """Return the error for a directory that holds files, but none that a logger like multilog writes; None for others.

    Raises LogError where it cannot be read.
    """
    if history.history_files(log):
        return None
    try:
        with os.scandir(log) as entries:
            names = sorted(entry.name for entry in entries if entry.name not in _LOGGERS_OWN and entry.is_file())
    except (NotADirectoryError, FileNotFoundError):
        return None
    except OSError as error:
        raise logfile.unreadable(log, error) from error
    if not names:
        return None
    example = f" (--log {os.path.join(log, names[0])})" if _PLAIN.issuperset(names[0]) else ""
    return LogError(f"{log}: a directory without a file that multilog writes (current, @*.s); name the file{example}")


def unknown_stamps(log: str, line: bytes) -> LogError:
    """Return the error that shows what a line begins with, and says what to do."""
    return LogError(
        f'{log}: its lines begin with no time stamp that is known here but like "{_shown(line)}"; '
        "have multilog write them (multilog t), or see docs/stamps.md for the others that are read"
    )


def _shown(line: bytes) -> str:
    """Return what a line begins with, up to what may be somebody's name or address."""
    text = line.rstrip(b"\n")[:_SHOWN].decode("latin-1")
    length = next((place for place, letter in enumerate(text) if letter not in _PLAIN), len(text))
    if length < len(text) and text[length] not in "\t<":
        length = text.rfind(" ", 0, length)
    return text[: max(length, 0)].strip() or "?"


def shift_of(log: str, stamps: Stamps = MULTILOG) -> Nanoseconds:
    """Return how much later a log's live file was written than its newest date says, where a time zone explains that.

    Below 0 the dates are ahead; 0 where they agree, where no time zone makes
    such a difference, and where its stamps are the same in each zone.  Raises
    LogError.
    """
    path = log
    try:
        path = live_path(log)
        written = Nanoseconds(os.stat(path).st_mtime_ns)
    except OSError:
        return NOTHING  # who reads it says so
    lines = _newest_lines(path)
    if not lines or not texts.is_zoneless(lines[-1]):
        return NOTHING
    newest = stamps.time_of(lines[-1], written=written)
    late = written - newest
    zones = (late + _QUARTER // 2) // _QUARTER * _QUARTER
    agrees = abs(late) < _LEAST_SHIFT or abs(late - zones) > _SLACK
    return NOTHING if agrees or abs(zones) > 26 * 4 * _QUARTER else zones


def in_words(shift: Nanoseconds) -> str:
    """Return what such a difference means, and what to do about it."""
    hours, minutes = divmod(abs(shift) // MINUTE, 60)
    length = " ".join(f"{number}{unit}" for number, unit in ((hours, "h"), (minutes, "m")) if number)
    where = "behind" if shift > 0 else "ahead of"
    return f"stamps are {length} {where} the file; is the log written in another time zone? see --timezone"


def _written(path: str) -> Nanoseconds:
    """Return when a file was written last, 0 where it is gone."""
    try:
        return Nanoseconds(os.stat(path).st_mtime_ns)
    except OSError:
        return NOTHING


def _newest(log: str) -> tuple[str, list[bytes]]:
    """Return the newest file of a log that has whole lines, and some of these; '' and none where none has.

    Raises LogError.
    """
    for path in reversed(history.history_files(log)):
        if lines := _newest_lines(path):
            return path, lines
    return "", []


def _newest_lines(path: str) -> list[bytes]:
    """Return some of the newest whole lines of a file, of a packed one the first, of a journal what tells it.

    Raises LogError.
    """
    try:
        file = logfile.OpenFile(path, finished=os.path.basename(path) != "current")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise logfile.unreadable(path, error) from error
    try:
        if file.compressed:
            return [file.first_line() + b"\n"] if file.fingerprint else []
        if file.first_line().startswith(_JOURNAL):
            return [_JOURNAL]
        size = file.size()
        begin = max(0, size - _ENOUGH)
        content = os.pread(file.descriptor(), size - begin, begin)
    except OSError as error:
        raise logfile.unreadable(path, error) from error
    finally:
        file.close()
    lines = content.splitlines(keepends=True)[1 if begin else 0 :]
    return [line for line in lines if line.endswith(b"\n")]
