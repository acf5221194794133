"""Twins: files that were made and updated alike, of which librrd writes one, and the others are copies.

A metric that never counts has the same file as any other that never does (benchmark: import-sparse).
"""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from rrd_files.header import DamagedError, Reach, reach

_PAGE = os.sysconf("SC_PAGE_SIZE")
# To copy a file takes as long as librrd takes for so many values.
_FEW = 200

History = int
"""What has happened to a file since it was made; 0 is like nothing else."""


class Histories:
    """Numbers what happens to files, so that those alike are known by one number."""

    def __init__(self) -> None:
        self._begun: dict[object, History] = {}
        self._newest: History = 0

    def begun(self, definition: object) -> History:
        """Return the history of files that were made by a definition just now."""
        if definition not in self._begun:
            self._begun[definition] = self.another()
        return self._begun[definition]

    def another(self) -> History:
        """Return a history of its own."""
        self._newest += 1
        return self._newest


class Group:
    """Files of one history that get the same updates, and the history that they have then."""

    __slots__ = ("history", "paths", "patient", "updates")

    def __init__(self, path: str, updates: list[str], history: History, *, patient: bool) -> None:
        self.paths = [path]
        self.updates = updates
        self.history = history
        self.patient = patient


class Groups:
    """What one flush writes, alike things together."""

    def __init__(self, histories: Histories) -> None:
        self._histories = histories
        self._groups: list[Group] = []
        self._known: dict[tuple[History, int, str], list[Group]] = {}

    def __iter__(self) -> Iterator[Group]:
        return iter(self._groups)

    def add(self, path: str, updates: list[str], history: History, *, patient: bool = False) -> History:
        """Add the updates of a file; return the history that it has with them."""
        if not history:
            self._groups.append(Group(path, updates, history, patient=patient))
            return history
        alike = self._known.setdefault((history, len(updates), updates[-1]), [])
        for group in alike:
            if group.updates == updates:
                group.paths.append(path)
                return group.history
        group = Group(path, updates, self._histories.another(), patient=patient)
        alike.append(group)
        self._groups.append(group)
        return group.history


class Copies:
    """Makes files what another is once that has got its updates.

    To be made before those are written.  What a kill leaves of a copy gets the
    same values once more: the rows come first, and the page of the header, which
    says how far the file reaches, last and whole.
    """

    def __init__(self, path: str, twins: Sequence[str], updates: Sequence[str]) -> None:
        self._path = path
        self.are_worth = bool(twins) and len(updates) >= _FEW
        self._before = _reach(path) if self.are_worth else None
        self._content = b""

    def make(self, twin: str) -> bool:
        """Copy the file to a twin that is as the file was; tell whether that was done."""
        if self._before is None or _reach(twin) != self._before:
            return False
        try:
            content = self._content = self._content or Path(self._path).read_bytes()
            with Path(twin).open("r+b", buffering=0) as file:
                # As librrd does it.
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.fstat(file.fileno()).st_size != len(content):
                    return False
                for begin, end in ((_PAGE, len(content)), (0, _PAGE)):
                    if os.pwrite(file.fileno(), content[begin:end], begin) != min(end, len(content)) - begin:
                        return False
        except OSError:
            return False
        return True


def _reach(path: str) -> Reach | None:
    with suppress(OSError, DamagedError):
        return reach(Path(path))
    return None
