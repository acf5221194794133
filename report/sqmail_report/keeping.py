"""What an archive run does with the finished files of a log, and with copies whose time is over."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqmail_log import files
from sqmail_log.errors import LogError, SqmailError
from sqmail_log.state import State, state_path
from sqmail_log.unread import unread
from sqmail_report import copying, rotation
from sqmail_report.shelf import closed

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqmail_report.shelf import Shelf


_FINISHED = re.compile(r"@[0-9a-f]{24}\.[su]")
"""Names of files that nobody writes to or renames any more."""


@dataclass(frozen=True, slots=True)
class Log:
    """A log directory and the name of its service in the archive."""

    service: str
    directory: Path


@dataclass(slots=True)
class Keeper:
    """Copies, removes and purges.

    `state_dirs` are where checks remember what they have read.  What was
    closed before `cutoff` (Unix nanoseconds; None: never) is not kept.  With
    `dry` nothing is changed.  `say` is given each thing done, `complain` what
    an operator has to know; `failed` tells whether something was left undone
    that should not have been.
    """

    shelf: Shelf
    method: str
    state_dirs: tuple[str, ...]
    cutoff: int | None
    dry: bool
    say: Callable[[str], None]
    complain: Callable[[str], None]
    failed: bool = False

    def rotate(self, log: Log) -> None:
        """Have the logger close the file that it is writing."""
        try:
            logger = rotation.logger_of(log.directory)
            self._tell("rotate", f"{log.directory} (process {logger})")
            if not self.dry:
                rotation.rotate(log.directory, logger)
        except LogError as error:
            self._fail(error)

    def archive(self, log: Log, *, remove: bool) -> None:
        """Copy what is not copied yet; with `remove` remove what is.

        Raises OSError where the archive cannot be written.
        """
        try:
            archives = files.archives(str(log.directory))
        except LogError as error:
            self._fail(error)
            return
        settled: dict[Path, Path | None] = {}
        for source in [Path(archive.path) for archive in archives]:
            if _FINISHED.match(source.name):
                try:
                    settled[source] = self._copy(log, source)
                except LogError as error:
                    self._fail(error)
        if remove and settled:
            try:
                self._remove(log, settled)
            except SqmailError as error:
                self._fail(error)

    def purge(self) -> None:
        """Remove the copies whose time is over.  Raises OSError where that fails."""
        if self.cutoff is not None:
            for copy in self.shelf.older(self.cutoff):
                self._tell("purge", str(copy))
                if not self.dry:
                    self.shelf.drop(copy)

    def _copy(self, log: Log, source: Path) -> Path | None:
        """Copy a file that is missing in the archive; return the copy that an earlier run has made."""
        if self._expired(source):
            return None
        copy = self.shelf.held(log.service, source.name)
        if copy is None:
            target = self.shelf.place(log.service, source.name, self.method)
            if not self.dry:
                copying.copy(source, target, self.method)
            self._tell("archive", f"{source} to {target}")
        return copy

    def _remove(self, log: Log, settled: dict[Path, Path | None]) -> None:
        """Remove files that have their copy, unless a check has still to read them.

        The copy that an earlier run has made is compared once more.
        """
        states = [path for path in self._state_paths(log) if path.exists()]
        waiting = {Path(archive.path).name: path for path in states for archive in _unread(log, path)}
        if not states:
            why = f"none of it in {', '.join(self.state_dirs)}" if self.state_dirs else "no --state-dir given"
            self.complain(f"{log.directory}: no check's state was consulted before removing ({why})")
        for source, copy in settled.items():
            if source.name in waiting:
                self.complain(f"{source}: kept, the check with {waiting[source.name]} has not read it yet")
                continue
            try:
                if copy is not None:
                    copying.compare(copy, copying.digest(source))
            except LogError as error:
                self._fail(error)
                continue
            if not self.dry:
                source.unlink(missing_ok=True)
            self._tell("purge" if self._expired(source) else "remove", str(source))

    def _state_paths(self, log: Log) -> list[Path]:
        return [Path(state_path(folder, str(log.directory))) for folder in self.state_dirs]

    def _expired(self, source: Path) -> bool:
        return self.cutoff is not None and closed(source.name) < self.cutoff

    def _tell(self, verb: str, what: str) -> None:
        self.say(f"would {verb} {what}" if self.dry else f"{verb}d {what}")

    def _fail(self, error: SqmailError) -> None:
        self.failed = True
        self.complain(str(error))


def _unread(log: Log, path: Path) -> list[files.Archive]:
    """Return the files that the reader with this state has not finished with.  Raises SqmailError."""
    state = State(str(path))
    try:
        return unread(str(log.directory), state.position())
    finally:
        state.close()
