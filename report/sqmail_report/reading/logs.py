"""The lines of the logs that a report is about."""

from __future__ import annotations

from copy import copy

from sqmail_command.output import complain, complain_of_damage
from sqmail_log import tai64n
from sqmail_log.errors import LogError
from sqmail_log.figures.metrics import SEND
from sqmail_log.files import history
from sqmail_log.files.cursor import JOURNAL, live_path
from sqmail_log.lines.shapes import families
from sqmail_log.places import status
from sqmail_log.stamps import newest
from sqmail_log.stamps.rules import Stamps
from sqmail_log.units import NOTHING
from sqmail_report.reading import same

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sqmail_command.progress import Bar
    from sqmail_log.units import Nanoseconds, Seconds

# So many bytes of its newest lines tell who writes a log.
_ENOUGH = 1 << 20


class Period:
    """From `since` to before `until`, Unix nanoseconds; None for no bound."""

    __slots__ = ("since", "until")

    def __init__(self, since: Nanoseconds | None = None, until: Nanoseconds | None = None) -> None:
        self.since = since
        self.until = until

    def before(self, lookback: Nanoseconds) -> Period:
        """Return the `lookback` nanoseconds before it."""
        return Period((self.since or NOTHING) - lookback, self.since)


class Log:
    """One log, a directory or a file, and those of its files that reach into a period, or some of these.

    `also` are other directories with files of the same log, as an archive has
    them: a file that lies in several is read once.  `newest` is the time of
    the newest line read, Unix nanoseconds.
    """

    def __init__(
        self,
        path: str,
        period: Period,
        *,
        tai_offset: Seconds = tai64n.MULTILOG_OFFSET,
        zone: str = "",
        also: tuple[str, ...] = (),
    ) -> None:
        self.path = path
        self.period = period
        self.tai_offset = tai_offset
        self.zone = zone
        self.newest = 0
        self._places = (path, *also)
        self.files = same.united(self._places, period.since, period.until)
        if not self.files and not same.united(self._places):
            raise LogError(f"{path}: no log files in it (looked for `current` and @*.s)")
        self._known = frozenset(map(same.name_of, self.files))

    def over(self, period: Period) -> Log:
        """Return the same log over another period."""
        return Log(self.path, period, tai_offset=self.tai_offset, zone=self.zone, also=self._places[1:])

    def size(self) -> int:
        """Return the bytes of its files."""
        return sum(map(_size, self.files))

    def lines(self, bar: Bar | None = None) -> Iterator[list[bytes]]:
        """Yield the lines of the period, labelled as multilog labels them; `newest` keeps up with them."""
        for file in self._still_there():
            for lines, size in self._read(file, complain_of_damage):
                if bar is not None:
                    bar.advance(size)
                wanted = history.between(lines, self.period.since, self.period.until)
                if wanted:
                    self._note_time(wanted)
                    yield wanted

    def _read(self, file: str, damaged: Callable[[str], None]) -> Iterator[tuple[list[bytes], int]]:
        if file.startswith(JOURNAL):
            period = self.period
            past = history.history(
                [file], since=period.since, until=period.until, tai_offset=self.tai_offset, zone=self.zone
            )
            return ((lines, 0) for lines in past)
        return history.read_file(file, tai_offset=self.tai_offset, zone=self.zone, damaged=damaged)

    def families(self) -> set[str]:
        """Tell who writes it: qmail-send (SEND), the servers of sessions (SESSIONS), both or neither.

        Some of the newest lines that are theirs decide, whatever the period.
        """
        found: set[str] = set()
        seen = 0
        for file in reversed(same.united(self._places)):
            for lines, size in self._read(file, _ignore):
                found |= families(lines)
                seen += size
                if found and seen >= _ENOUGH:
                    return found
        return found

    def begins(self) -> Nanoseconds | None:
        """Return the time of the oldest line that there is, whatever the period; None where there is none."""
        for file in same.united(self._places):
            for lines, _ in self._read(file, _ignore):
                for line in lines:
                    try:
                        return tai64n.nanoseconds(line)
                    except ValueError:
                        continue
        return None

    def pieces(self, number: int) -> list[Log]:
        """Cut it at file boundaries into at most `number` pieces of about the same size."""
        share = self.size() / number
        pieces: list[list[str]] = [[]]
        filled = 0.0
        for file in self.files:
            size = _size(file)
            if pieces[-1] and len(pieces) < number and filled + size / 2 > share * len(pieces):
                pieces.append([])
            pieces[-1].append(file)
            filled += size
        return [self._piece(files) for files in pieces]

    def _piece(self, files: list[str]) -> Log:
        piece = copy(self)
        piece.files = files
        return piece

    def _still_there(self) -> Iterator[str]:
        """Yield its files, and before a live one what was rotated away from it since they were listed."""
        lives = {live_path(place): place for place in self._places}
        nameless: set[str] = set()
        for file in self.files:
            place = lives.get(file)
            if place is not None and file != place:
                for archive in history.history_files(place, self.period.since, self.period.until):
                    if archive != file and self._is_new(archive, nameless):
                        yield archive
            if file.startswith(JOURNAL):
                yield file
            elif status(file) is not None:
                if place is None and not same.name_of(file).startswith("@"):
                    nameless.add(same.fingerprint_of(file))
                yield file

    def _is_new(self, archive: str, nameless: set[str]) -> bool:
        """Tell whether an archive was not listed, nor read before it got its lasting name."""
        name = same.name_of(archive)
        return name not in self._known and not (nameless and same.fingerprint_of(archive) in nameless)

    def _note_time(self, lines: list[bytes]) -> None:
        try:
            self.newest = max(self.newest, tai64n.nanoseconds(lines[-1]))
        except ValueError:
            return


def opened(
    paths: Iterable[str], period: Period, tai_offset: Seconds = tai64n.MULTILOG_OFFSET, zone: str = ""
) -> list[Log]:
    """Return the logs that are meant by these paths, each once; those that have a file in common are one.

    Raises LogError where one is missing, cannot be read or has no stamps that are known.
    """
    paths = list(paths)
    for path in paths:
        if (error := newest.without_stamps(path)) is not None:
            raise error
        if shift := newest.shift_of(path, Stamps(tai_offset, zone)):
            complain("warning", f"{path}: {newest.in_words(shift)}")
    return [Log(path, period, tai_offset=tai_offset, zone=zone, also=tuple(also)) for path, *also in same.groups(paths)]


def of_family(logs: Iterable[Log], family: str, command: str) -> list[Log]:
    """Return the logs that hold lines of a family; raise LogError where none does, though there are lines."""
    logs = list(logs)
    found = {log.path: log.families() for log in logs}
    chosen = [log for log in logs if family in found[log.path]]
    if not chosen and any(found.values()):
        wanted = "qmail-send's log" if family == SEND else "a log of qmail-smtpd, qmail-popup or their servers"
        raise LogError(f"{', '.join(found)}: {command} wants {wanted}, and this is another")
    if not chosen and any(log.size() or log.path.startswith(JOURNAL) for log in logs):
        raise LogError(f"{', '.join(found)}: not one line of a qmail program in it; is this the right log?")
    return chosen


def _ignore(_: str) -> None:
    """Leave a damage to be told by who reads the file for its figures."""


def _size(path: str) -> int:
    found = status(path)
    return 0 if found is None else found.st_size
