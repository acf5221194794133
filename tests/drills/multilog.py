"""Directories as multilog writes them: the recorded ones, and new ones from lines that carry their time already.

Real multilog stamps with the clock of the machine and cannot be told a time, so that a log of yesterday cannot go
through `multilog t`.  A file ends here where multilog's would and gets the name and mode that multilog gives it;
`test_multilog.py` holds both against each other, on the same stamped lines.
"""

import os
from pathlib import Path

SECOND = 10**9
EPOCH = (1 << 62) + 10
SIZE = 99999
"""What a file has at most, as multilog's default."""
KEPT = 10
"""How many archives are kept, as multilog's default."""
_STAMP = 25
_LEFT_OVER = 2000
_DONE = 0o744
_OPEN = 0o644


def label(moment):
    """Return multilog's label of a Unix time in nanoseconds."""
    return f"@{moment // SECOND + EPOCH:016x}{moment % SECOND:08x}"


def moment(stamp):
    """Return the Unix time in nanoseconds of a label in bytes."""
    return (int(stamp[1:17], 16) - EPOCH) * SECOND + int(stamp[17:_STAMP], 16)


class Directory:
    """A directory that multilog writes."""

    def __init__(self, path, size=SIZE, kept=KEPT):
        self.path = Path(path)
        self.path.mkdir(parents=True)
        self._size = size
        self._kept = kept
        (self.path / "state").touch()
        self._begin()

    def write(self, lines):
        """Write lines with their stamps and newlines; files are closed by their size as they fill."""
        pending = []
        for line in lines:
            pending.append(line)
            self._filled += len(line)
            if self._filled >= self._size - _LEFT_OVER:
                self._append(pending)
                pending.clear()
                self.rotate(label(moment(line) + 1) + ".s")
        self._append(pending)

    def resize(self, size):
        """Let files end at another size from now on, as a restart of multilog with other options does."""
        self._size = size

    def rotate(self, name):
        """Close `current` under a name and begin another; the oldest archives go."""
        current = self.path / "current"
        current.chmod(_DONE)
        current.rename(self.path / name)
        archives = sorted(self.path.glob("@*"))
        for old in archives[: max(0, len(archives) - self._kept + 1)] if self._kept else []:
            old.unlink()
        self._begin()

    def age(self, now):
        """Let the files seem written at a moment, Unix time in nanoseconds; else they were all written today."""
        os.utime(self.path / "current", ns=(now, now))

    def _begin(self):
        self._filled = 0
        (self.path / "current").touch()
        (self.path / "current").chmod(_OPEN)

    def _append(self, lines):
        with (self.path / "current").open("ab") as file:
            file.writelines(lines)
