"""Writing a multilog directory: stamped lines cut into ``@….s`` archives and ``current``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from pathlib import Path

NANO = 1_000_000_000
_TAI_OFFSET = 10
_LABEL_BYTES = 25


def stamp(nanoseconds: int) -> str:
    """Return the label ``multilog t`` writes for this Unix time, with the blank after it."""
    seconds, rest = divmod(nanoseconds, NANO)
    return f"@40000000{seconds + _TAI_OFFSET:08x}{rest:08x} "


@dataclass(frozen=True, slots=True)
class LogFile:
    """One file of the directory as it was written: name, bytes and complete lines."""

    name: str
    size: int
    lines: int


class LogDirectory:
    """A multilog directory being written, as ``multilog t`` leaves one behind.

    ``size`` is the number of bytes planned, ``archives`` into how many finished files they go
    besides ``current``. One archive in the middle of ten or more is a ``.u``: what multilog
    leaves after it was killed. Archives are cut at line ends, so that a burst of lines may
    begin in one file and end in the next, as in life.
    """

    def __init__(self, path: Path, size: int, archives: int) -> None:
        path.mkdir(parents=True, exist_ok=True)
        if any(path.iterdir()):
            raise FileExistsError(f"{path} is not empty: give a directory of its own")
        self.path = path
        self.files: list[LogFile] = []
        self.total = 0
        self._marks = [int(size * (n + 1) / (archives + 0.5)) for n in range(archives)]
        self._unclean = archives // 2 if archives >= 10 else -1
        self._written = 0
        self._lines = 0
        self._last_label = b""
        self._out = self._open()
        for name in ("lock", "state"):
            (path / name).touch()

    def add(self, text: str) -> None:
        """Append whole lines; each character is one byte (Latin-1)."""
        block = text.encode("latin-1")
        while len(self.files) < len(self._marks):
            wanted = self._marks[len(self.files)] - self.total
            if len(block) < wanted:
                break
            cut = block.find(b"\n", max(wanted - 1, 0)) + 1
            if cut == 0:
                break
            self._append(block[:cut])
            self._rotate()
            block = block[cut:]
        self._append(block)

    def close(self) -> None:
        """Finish ``current``; it keeps the mode of a file whose writer still runs."""
        self._out.close()
        self.files.append(LogFile("current", self._written, self._lines))

    def _open(self) -> BinaryIO:
        return (self.path / "current").open("wb", buffering=1 << 20)

    def _append(self, block: bytes) -> None:
        if not block:
            return
        self._out.write(block)
        self._written += len(block)
        self.total += len(block)
        self._lines += block.count(b"\n")
        start = block.rfind(b"\n", 0, len(block) - 1) + 1
        self._last_label = block[start : start + _LABEL_BYTES]

    def _rotate(self) -> None:
        self._out.close()
        unclean = len(self.files) == self._unclean
        closed = int(self._last_label[1:], 16) + 500
        name = f"@{closed:024x}.{'u' if unclean else 's'}"
        target = self.path / name
        (self.path / "current").rename(target)
        target.chmod(0o644 if unclean else 0o744)
        self.files.append(LogFile(name, self._written, self._lines))
        self._written = self._lines = 0
        self._out = self._open()
