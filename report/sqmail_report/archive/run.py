"""What an archive run does with the finished files of a log, and with copies whose time is over."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from sqmail_log import tai64n
from sqmail_log.errors import LogError, SqmailError
from sqmail_log.files import logfile
from sqmail_log.files.retention import unread
from sqmail_log.places import status
from sqmail_log.state import owner
from sqmail_log.state.store import State, state_path
from sqmail_report.archive import copies, loggers
from sqmail_report.archive.compared import Compared
from sqmail_report.archive.folder import NAME_LENGTH, closed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from sqmail_report.archive.folder import Shelf
    from sqmail_report.store.keeping import Keeping


DAY = 24 * 3600 * tai64n.SECOND
# Tonight's run may begin a little earlier than that of last night.
_EARLY = 3600 * tai64n.SECOND
_CHECK_REMEDY = "see that it runs, or remove its state"
_STORE_REMEDY = "see what the export into it complains of"
_FINISHED = re.compile(r"@[0-9a-f]{24}\.[su]")
"""Names of files that nobody writes to or renames any more."""


@dataclass(frozen=True, slots=True)
class ServiceLog:
    """A log directory and the name of its service in the archive."""

    service: str
    directory: Path


@dataclass(slots=True)
class Keeper:
    """Copies, removes and purges.

    `state_dirs` are where checks remember what they have read.  What was
    closed before `cutoff` (Unix nanoseconds; None: never) is not kept.  With
    `dry` nothing is changed.  `keeping` brings logs into an event store; without
    `copied` that is all that is kept of them.  `say` is given each thing done, `complain` what
    an operator has to know; `failed` tells whether something was left undone
    that should not have been.  `now` is the time of the run.
    """

    shelf: Shelf
    method: str
    state_dirs: tuple[str, ...]
    cutoff: int | None
    dry: bool
    say: Callable[[str], None]
    complain: Callable[[str], None]
    now: int
    keeping: Keeping | None = None
    copied: bool = True
    failed: bool = False
    _compared: Compared = field(init=False)

    def __post_init__(self) -> None:
        """Read what was compared by earlier runs.  Raises LogError."""
        self._compared = Compared(self.shelf.lock)

    def rotate(self, log: ServiceLog) -> None:
        """Have the logger close the file that it is writing."""
        try:
            logger = loggers.logger_of(log.directory)
            self._tell("rotate", f"{log.directory} (process {logger})")
            if not self.dry:
                loggers.rotate(log.directory, logger)
        except LogError as error:
            self._fail(error)

    def archive(self, log: ServiceLog, *, remove: bool) -> None:
        """Bring into the store what is not there, copy what is not copied yet; with `remove` remove what is.

        Raises OSError where the archive cannot be written.
        """
        if self.keeping is not None and not self._export(log, self.keeping):
            return
        try:
            sources = _finished(log.directory)
        except LogError as error:
            self._fail(error)
            return
        settled: dict[Path, Path | None] = {}
        self._compared.forget(log.service)
        for source in sources:
            try:
                settled[source] = self._copy(log, source) if self.copied else None
            except LogError as error:
                self._fail(error)
        left = dict(settled)
        if remove and settled:
            try:
                left = self._remove(log, settled)
            except SqmailError as error:
                self._fail(error)
        for source, copy in left.items():
            if copy is not None:
                self._check(source, copy)
        if not self.dry:
            self._compared.save()

    def purge(self) -> None:
        """Remove the copies whose time is over.  Raises OSError where that fails."""
        if self.cutoff is not None:
            for copy in self.shelf.older(self.cutoff):
                self._tell("purge", str(copy))
                if not self.dry:
                    self.shelf.drop(copy)

    def _export(self, log: ServiceLog, keeping: Keeping) -> bool:
        """Bring what is new in a log into the store; tell whether that went well."""
        try:
            if self.dry:
                self._tell("store", f"{log.directory} in {keeping.store}")
                return True
            told = keeping.export(log.directory)
        except (SqmailError, OSError) as error:
            what = f"{error.filename or keeping.store}: {error.strerror}" if isinstance(error, OSError) else str(error)
            self._fail(SqmailError(what))
            return False
        if told.gaps:
            self.complain(f"{log.directory}: gaps: {told.gaps}; lines went, or were damaged, before the store had them")
        if told.lines:
            self._tell("store", f"{log.directory} in {keeping.store}")
        return True

    def _copy(self, log: ServiceLog, source: Path) -> Path | None:
        """Copy a file that is missing in the archive; return the copy that an earlier run has made."""
        if self._expired(source):
            return None
        copy = self.shelf.held(log.service, source.name)
        if copy is None:
            target = self.shelf.place(log.service, source.name, self.method)
            if not self.dry:
                copies.copy(source, target, self.method)
                self._compared.note(source, target)
            self._tell("archive", f"{source} to {target}")
            return None
        return copy

    def _check(self, source: Path, copy: Path) -> None:
        """Compare a copy of an earlier run with its original, where either was touched since the last time."""
        try:
            if not self._compared.is_known(source, copy):
                wanted = copies.digest(source)
                copies.compare(copy, wanted, f"mv it away, and the next run copies {source} anew")
            self._compared.note(source, copy)
        except LogError as error:
            self._fail(error)

    def _remove(self, log: ServiceLog, settled: dict[Path, Path | None]) -> dict[Path, Path | None]:
        """Remove files that have their copy, unless a check has still to read them; return these.

        The copy that an earlier run has made is compared once more.
        """
        left = {}
        states = [path for path in self._state_paths(log) if path.is_symlink() or status(str(path)) is not None]
        waiting = {
            Path(archive.path).name: (f"the check with {path}", _CHECK_REMEDY)
            for path in states
            for archive in _unread(log, path)
        }
        if self.keeping is not None:
            waiting |= dict.fromkeys(
                self.keeping.unread(log.directory), (f"the store {self.keeping.store}", _STORE_REMEDY)
            )
        if not states:
            why = f"none of it in {', '.join(self.state_dirs)}" if self.state_dirs else "no --state-dir given"
            self._remind(log, f"no check's state was consulted before removing ({why})")
        self._tell_kept(log, [source for source in settled if source.name in waiting], waiting)
        for source, copy in settled.items():
            if source.name in waiting:
                left[source] = copy
                continue
            try:
                if copy is not None:
                    copies.compare(copy, copies.digest(source))
            except LogError as error:
                self._fail(error)
                continue
            if not self.dry:
                with owner.acting(log.directory):
                    source.unlink(missing_ok=True)
                if self.copied:
                    self._compared.drop(copy or self.shelf.place(log.service, source.name, self.method))
            self._tell("purge" if self._expired(source) else "remove", str(source))
        return left

    def _tell_kept(self, log: ServiceLog, kept: list[Path], waiting: dict[str, tuple[str, str]]) -> None:
        """Say what is kept for readers: one that reads on soon is no trouble, one that has not for a day is."""
        overdue: dict[tuple[str, str], list[Path]] = {}
        for source in kept:
            reader, _ = waiting[source.name]
            self.say(f"{source}: kept, {reader} has not read it yet")
            if closed(source.name) < self.now - DAY:
                overdue.setdefault(waiting[source.name], []).append(source)
        for (reader, remedy), sources in overdue.items():
            what = "a file is" if len(sources) == 1 else f"{len(sources)} files are"
            self._remind(
                log,
                f"{what} kept for more than a day, since {sources[0].name}: {reader} has not read on; {remedy}",
            )

    def _remind(self, log: ServiceLog, what: str) -> None:
        """Complain of what will be the same in the next run, once a day."""
        if self.dry or not self._compared.was_told(log.service, what, self.now - DAY + _EARLY, self.now):
            self.complain(f"{log.directory}: {what}")

    def _state_paths(self, log: ServiceLog) -> list[Path]:
        return [Path(state_path(folder, str(log.directory))) for folder in self.state_dirs]

    def _expired(self, source: Path) -> bool:
        return self.cutoff is not None and closed(source.name) < self.cutoff

    def _tell(self, verb: str, what: str) -> None:
        self.say(f"would {verb} {what}" if self.dry else f"{verb}d {what}")

    def _fail(self, error: SqmailError) -> None:
        self.failed = True
        self.complain(str(error))


def _finished(directory: Path) -> list[Path]:
    """Return the finished files of a log, oldest first.  Raises LogError.

    What is renamed while a large directory is listed may be missed: it is
    listed twice.  A logger that rotates faster than that is not waited for:
    what is still missed the next run takes.
    """
    names: set[str] = set()
    for _ in range(2):
        try:
            names.update(name for name in os.listdir(directory) if _FINISHED.match(name))  # noqa: PTH208 - as is
        except OSError as error:
            raise logfile.unreadable(str(directory), error) from error
    # Of `@….s` and an `@….s.gz` that is just being made, the first.
    first: dict[str, str] = {}
    for name in sorted(names):
        first.setdefault(name[:NAME_LENGTH], name)
    return [directory / name for name in first.values()]


def _unread(log: ServiceLog, path: Path) -> list[logfile.Archive]:
    """Return the files that the reader with this state has not finished with.  Raises SqmailError."""
    state = State(str(path), read=True)
    try:
        return unread(str(log.directory), state.meta().cursor)
    finally:
        state.close()
