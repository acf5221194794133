"""Where things are in a store, and how a run's files all come there or none of them.

A run writes its files aside and makes them safe.  Then it writes down, in one
file that appears whole, what is to be done with them: that is the moment from
which the run counts.  Renaming follows, and a run that finds such a list does
first what is left of it.  A kill at any moment leaves the store as it was, or
as it is after the next run's first step.
"""

from __future__ import annotations

import json
import os
import re
import zlib
from contextlib import contextmanager

from sqmail_command.files import locked, open_lock
from sqmail_log.errors import SqmailError
from sqmail_log.files.cursor import JOURNAL, Cursor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import Any

_ASIDE = "_export"
"""The folder of what is no table: Spark and DuckDB pass over names that begin so."""
_PLAN = "plan.json"
_STATE = "state.json"
_LOCK = "lock"
_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}")
VERSION = 1


def host_name(text: str) -> str:
    """Return a host's name as it may stand in a folder's; raise ValueError."""
    if not _HOST.fullmatch(text):
        raise ValueError(f"{text!r} is no name for a host: letters, digits, `.`, `_` and `-`, as in mx1.example.org")
    return text


def log_name(log: str) -> str:
    """Return what a log is called in names of files: no two logs alike."""
    words = re.sub(r"[^A-Za-z0-9._-]", "_", log.strip("/"))[-60:].lstrip("._")
    return f"{words or 'log'}-{zlib.crc32(os.fsencode(log)):08x}"


def real_path(log: str) -> str:
    """Return the path that a log is known by."""
    return log if log.startswith(JOURNAL) else os.path.realpath(log)


class Folder:
    """The place of one log in a store, to be changed in `alone`."""

    def __init__(self, store: Path, host: str, log: str) -> None:
        self.store = store
        self.host = host
        self.name = log_name(log)
        self._aside = store / _ASIDE / host / self.name
        self._renames: list[tuple[str, str]] = []
        self._removals: list[str] = []

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold it, and finish what a killed run had begun.  Raises SqmailError, where another holds it, and OSError."""
        self._aside.mkdir(parents=True, exist_ok=True)
        path = self._aside / _LOCK
        descriptor = open_lock(path)
        with locked(descriptor, f"{path}: another export of this log is at work{_holder(descriptor)}"):
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, b"%d\n" % os.getpid(), 0)
            self._redo()
            yield

    def state(self) -> dict[str, Any]:
        """Return what the last run kept, nothing before the first.  Raises SqmailError where it is damaged."""
        path = self._aside / _STATE
        try:
            kept = json.loads(path.read_bytes())
            version = kept["version"]
        except FileNotFoundError:
            return {}
        except (ValueError, KeyError, TypeError) as error:
            raise SqmailError(f"{path}: damaged ({error}); restore it with the store, or begin another store") from None
        if version != VERSION:
            raise SqmailError(f"{path}: of version {version}, this program writes {VERSION}; begin another store")
        return kept  # type: ignore[no-any-return]

    def left(self, log: str, bytes_left: Callable[[str, Cursor], int]) -> int:
        """Return about how many bytes of the log are to be read, asking `bytes_left` of a cursor; 0 where unknown."""
        try:
            kept = self.state()
            if kept:
                return bytes_left(log, Cursor(*kept["cursor"]))
            return bytes_left(log, Cursor([[], [], 0]))
        except SqmailError:
            return 0

    def parts(self, table: str, day: str) -> list[Path]:
        """Return the files that a table has of this log and a day, in order."""
        folder = self._day(table, day)
        found = {}
        for path in folder.glob(f"{self.name}.*.parquet"):
            number = path.name[len(self.name) + 1 :].partition(".")[0]
            if number.isdigit():
                found[int(number)] = path
        return [found[number] for number in sorted(found)]

    def part(self, table: str, day: str, number: int | str) -> Path:
        """Return the file of a part, counted from 0, or with a word instead."""
        return self._day(table, day) / f"{self.name}.{number}.parquet"

    def begin(self) -> None:
        """Begin what `commit` ends."""
        self._renames.clear()
        self._removals.clear()

    def aside(self, target: Path) -> Path:
        """Return where to write a file that is to become `target`."""
        draft = self._aside / f"{len(self._renames)}.parquet"
        self._renames.append((draft.name, str(target.relative_to(self.store))))
        return draft

    def drop(self, target: str) -> None:
        """Have a file (its path in the store) removed."""
        self._removals.append(target)

    def path(self, target: Path) -> str:
        """Return the path of a file in the store."""
        return str(target.relative_to(self.store))

    def commit(self, state: dict[str, Any]) -> None:
        """Make the files and the state be there, all at once.  Raises OSError, and then nothing has changed or all."""
        draft = self._aside / "state.draft"
        _write(draft, {"version": VERSION, **state})
        for name, _ in self._renames:
            _settle(self._aside / name)
        plan = self._aside / "plan.draft"
        # What is to be removed may be one of what is to be there.
        targets = {target for _, target in self._renames}
        removals = [target for target in self._removals if target not in targets]
        _write(plan, {"renames": self._renames, "removals": removals})
        _settle(self._aside)
        plan.rename(self._aside / _PLAN)
        _settle(self._aside)
        self._redo()

    def _redo(self) -> None:
        """Do what is left of a plan; remove what was written aside without one."""
        path = self._aside / _PLAN
        try:
            plan = json.loads(path.read_bytes())
        except FileNotFoundError:
            self._sweep()
            return
        changed = {self._aside}
        for name, target in plan["renames"]:
            place = self.store / target
            place.parent.mkdir(parents=True, exist_ok=True)
            self._replace(self._aside / name, place)
            # Folders that were made just now have to last, too.
            changed |= {place.parent, *place.parents[1:4]}
        self._replace(self._aside / "state.draft", self._aside / _STATE)
        for target in plan["removals"]:
            place = self.store / target
            place.unlink(missing_ok=True)
            if place.parent.is_dir():
                changed.add(place.parent)
        for folder in changed:
            _settle(folder)
        path.unlink()
        self._sweep()

    def _replace(self, draft: Path, place: Path) -> None:
        """Rename a draft, unless that was done before."""
        if draft.exists():
            draft.replace(place)

    def _sweep(self) -> None:
        for path in self._aside.iterdir():
            if path.name.endswith((".parquet", ".draft")):
                path.unlink()

    def _day(self, table: str, day: str) -> Path:
        return self.store / table / f"host={self.host}" / f"day={day}"


def _write(path: Path, kept: dict[str, Any]) -> None:
    with path.open("w", encoding="ascii") as file:
        json.dump(kept, file, separators=(",", ":"))
        file.flush()
        os.fsync(file.fileno())


def _settle(path: Path) -> None:
    """Make a file or folder safe from a loss of power."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _holder(descriptor: int) -> str:
    """Return who holds the lock, as far as he has said so."""
    process = os.pread(descriptor, 20, 0).strip()
    return f" (process {int(process)})" if process.isdigit() else ""
