"""The files of a log: what lies in a directory, in which order, and how to open it.

A multilog, s6-log or svlogd directory has `current` and archives named by the
time of their closing (`@….s`, after a crash `@….u`), for moments also
`previous`.  A plain file has siblings (`NAME.1`, `NAME-20261122.gz`).
"""

from __future__ import annotations

import os
import zlib
from contextlib import suppress

from sqmail_log import tai64n
from sqmail_log.errors import LogError
from sqmail_log.position import HEAD_BYTES, head_of, live_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO

PREVIOUS = "previous"
_MAGIC = {b"\x1f\x8b": "gzip", b"BZh": "bz2", b"\xfd7zXZ": "lzma"}


class Archive:
    """A finished file: where it lies, its inode, and when it was closed (Unix nanoseconds)."""

    __slots__ = ("closed", "inode", "path")

    def __init__(self, path: str, inode: int, closed: int) -> None:
        self.path = path
        self.inode = inode
        self.closed = closed


class OpenFile:
    """A log file open for reading, held by its descriptor while names change around it."""

    def __init__(self, path: str) -> None:
        raw = open(path, "rb", buffering=0)  # noqa: SIM115, PTH123 - closed by `close`; pathlib costs 4 ms
        try:
            status = os.fstat(raw.fileno())
            self.path = path
            self.inode = status.st_ino
            self.stored_size = status.st_size
            self._raw = raw
            self.stream: BinaryIO = _decompressed(raw)
            self.compressed = self.stream is not raw
            self.head = self._read_head()
        except BaseException:
            raw.close()
            raise

    def _read_head(self) -> str:
        try:
            head = head_of(self.stream.read(HEAD_BYTES))
            self.stream.seek(0)
        except (OSError, EOFError, zlib.error):
            if not self.compressed:
                raise
            # A torn archive: who reads it is to meet the same error.
            head = ""
            self._raw.seek(0)
            self.stream = _decompressed(self._raw)
        return head

    def close(self) -> None:
        """Let go of the file."""
        self.stream.close()
        self._raw.close()  # what unpacks it does not close it

    def size(self) -> int:
        """Return the bytes it holds now; for a compressed file those on disk."""
        return os.stat(self.path).st_size if self.compressed else os.fstat(self.stream.fileno()).st_size


def open_live(log: str) -> OpenFile | None:
    """Open the file being written; None where there is none at the moment.

    Raises LogError where it cannot be read.
    """
    try:
        return OpenFile(live_path(log))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise unreadable(live_path(log), error) from error


def open_archive(archive: Archive) -> OpenFile | None:
    """Open a finished file; None where it has gone meanwhile.

    Raises LogError where it cannot be read.
    """
    try:
        return OpenFile(archive.path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise unreadable(archive.path, error) from error


def unreadable(path: str, error: OSError) -> LogError:
    """Return the error that tells an operator who cannot read what, and how to let them."""
    if isinstance(error, FileNotFoundError):
        return LogError(f"{path}: no such log")
    if isinstance(error, PermissionError):
        from sqmail_log import access  # noqa: PLC0415 - only where something is wrong

        return LogError(f"{path}: {access.user()} may not read it; {access.remedy(path)}")
    return LogError(f"{path}: {error.strerror or error}")


def archives(log: str) -> list[Archive]:
    """Return the finished files of a log, oldest first.

    Raises LogError where the directory cannot be listed.
    """
    if os.path.isdir(log):
        return _archives_of_directory(log)
    return _siblings_of_file(log)


def _archives_of_directory(log: str) -> list[Archive]:
    found = []
    previous = None
    try:
        with os.scandir(log) as entries:
            for entry in entries:
                name = entry.name
                if name[:1] == "@" and name[25:27] in {".s", ".u"}:
                    with suppress(ValueError):
                        found.append((name, entry.inode(), tai64n.nanoseconds(os.fsencode(name[:25]))))
                elif name == PREVIOUS:
                    previous = Archive(entry.path, entry.inode(), tai64n.now())
    except OSError as error:
        raise unreadable(log, error) from error
    found.sort()
    listed = [Archive(os.path.join(log, name), inode, closed) for name, inode, closed in found]
    if previous is not None:
        listed.append(previous)
    return listed


def _siblings_of_file(log: str) -> list[Archive]:
    directory, base = os.path.split(os.path.abspath(log))
    found = []
    try:
        with os.scandir(directory) as entries:
            for entry in entries:
                if entry.name.startswith((base + ".", base + "-")) and entry.is_file():
                    found.append((entry.stat().st_mtime_ns, entry.name, entry.inode()))
    except OSError as error:
        raise unreadable(directory, error) from error
    found.sort()
    return [Archive(os.path.join(directory, name), inode, closed) for closed, name, inode in found]


def _decompressed(raw: BinaryIO) -> BinaryIO:
    """Return the stream itself, or one that unpacks it where its first bytes say so."""
    magic = raw.read(6)
    raw.seek(0)
    for mark, module in _MAGIC.items():
        if magic.startswith(mark):
            break
    else:
        return raw
    if module == "gzip":
        import gzip as codec  # noqa: PLC0415 - few archives are compressed, and the import is paid by each check
    elif module == "bz2":
        import bz2 as codec  # type: ignore[no-redef]  # noqa: PLC0415
    else:
        return _unpacked_xz(raw)
    return codec.open(raw, "rb")  # type: ignore[return-value]


def _unpacked_xz(raw: BinaryIO) -> BinaryIO:
    """Return a stream that unpacks xz, and says of a torn file what those of gzip and bzip2 say."""
    import lzma  # noqa: PLC0415 - as above

    class Stream(lzma.LZMAFile):
        def read(self, size: int | None = -1) -> bytes:
            try:
                return super().read(size)
            except lzma.LZMAError as error:
                raise EOFError(str(error)) from error

    return Stream(raw)  # type: ignore[return-value]
