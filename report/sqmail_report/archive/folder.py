"""Where archived files stand: FOLDER/YEAR/SERVICE/ and the name that the logger gave.

A file keeps its name, which is the time of its closing, so that each SERVICE
folder reads like a log directory; the year is that of the name, in UTC.
"""

from __future__ import annotations

import os
import re
import time
from contextlib import contextmanager, suppress

from sqmail_command import files
from sqmail_log import tai64n
from sqmail_log.errors import GONE, LogError
from sqmail_log.places import status
from sqmail_log.state import owner
from sqmail_report.archive import copies

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME_LENGTH = 27
_ARCHIVED = re.compile(r"@[0-9a-f]{24}\.[su](?:\.gz|\.xz)?")
_DRAFT = re.compile(re.escape(copies.draft_name("@")).replace("@", "@.*"))
_LOCK = ".lock"


class Shelf:
    """An archive folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lock = folder / _LOCK

    def place(self, service: str, name: str, method: str) -> Path:
        """Return where a file of this name belongs, stored in this way.

        Raises LogError where the name is no time.
        """
        return self._folder(service, name) / (name[:NAME_LENGTH] + copies.SUFFIXES[method])

    def held(self, service: str, name: str) -> Path | None:
        """Return the copy of a file, however it is stored; None where there is none.  Raises LogError."""
        for suffix in copies.SUFFIXES.values():
            copy = self._folder(service, name) / (name[:NAME_LENGTH] + suffix)
            if status(str(copy)) is not None:
                return copy
        return None

    def folders(self, service: str, moment: int) -> list[Path]:
        """Return the folders with a service's files that were closed since a moment (Unix nanoseconds)."""
        first = self._year(moment)
        found = [self.folder / year / service for year in _years(self.folder) if int(year) >= first]
        return [folder for folder in found if status(str(folder)) is not None]

    def older(self, moment: int) -> Iterator[Path]:
        """Yield the copies of files that were closed before a moment (Unix nanoseconds), oldest first."""
        copies = (path for path in self._files() if _ARCHIVED.fullmatch(path.name))
        for copy in sorted(copies, key=lambda path: (path.name, path.parent)):
            if closed(copy.name) < moment:
                yield copy

    def drop(self, copy: Path) -> None:
        """Remove a copy, and the folders that it leaves empty."""
        with owner.acting(copy.parent):
            copy.unlink()
            with suppress(OSError):
                copy.parent.rmdir()
                copy.parent.parent.rmdir()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other runs out, and sweep up the drafts that a killed one left.

        Raises SqmailError where another run is at work.
        """
        with owner.acting(self.folder):
            copies.make_folder(self.folder)
            descriptor = files.open_lock(self.lock)
        with files.locked(descriptor, f"{self.folder}: another sqmail-archive is at work there"):
            with owner.acting(self.folder):
                for draft in [path for path in self._files() if _DRAFT.fullmatch(path.name)]:
                    draft.unlink()
            yield

    def _files(self) -> Iterator[Path]:
        """Yield all that lies in the folders of services.  Raises OSError where one cannot be read."""
        for year in _years(self.folder):
            for service in _names(self.folder / year):
                folder = self.folder / year / service
                yield from (folder / name for name in _names(folder))

    def _folder(self, service: str, name: str) -> Path:
        try:
            year = self._year(closed(name))
        except (OverflowError, OSError, ValueError):
            raise LogError(f"{service}/{name}: the name is no date; left alone") from None
        return self.folder / f"{year:04d}" / service

    @staticmethod
    def _year(moment: int) -> int:
        return time.gmtime(moment // tai64n.SECOND).tm_year


def _years(folder: Path) -> list[str]:
    return [name for name in _names(folder) if name.isascii() and name.isdigit()]


def _names(folder: Path) -> list[str]:
    """Return what is in a folder, nothing where there is none.

    Raises OSError: glob would leave out what it may not read.
    """
    try:
        return sorted(os.listdir(folder))  # noqa: PTH208 - names are all that is wanted
    except GONE:
        return []


def closed(name: str) -> int:
    """Return when a file was closed, by its name: Unix nanoseconds."""
    return tai64n.of_name(name[: tai64n.LABEL_LENGTH])
