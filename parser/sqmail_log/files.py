"""The files of a log: what lies in a directory, in which order, and how to open it.

A multilog, s6-log or svlogd directory has `current` and archives named by the
time of their closing (`@….s`, after a crash `@….u`).  While an archive is
finished it has other names: `previous`, `processed`, svlogd's `@….t`.  A plain
file has siblings (`NAME.1`, `NAME-20261122.gz`).
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

DAMAGE = (OSError, EOFError, zlib.error)
"""What reading a packed file raises where it is damaged."""
_PREVIOUS = "previous"
_PROCESSED = "processed"
_PACKED = (".gz", ".bz2", ".xz")
_MAGIC = {b"\x1f\x8b": "gzip", b"BZh": "bz2", b"\xfd7zXZ": "lzma"}


class Archive:
    """A finished file: where it lies, its inode, and when it was closed (Unix nanoseconds).

    `label` is the stamp in its name, which no other file will ever have; '' of
    a name that goes from file to file.
    """

    __slots__ = ("closed", "inode", "label", "path")

    def __init__(self, path: str, inode: int, closed: int, label: str = "") -> None:
        self.path = path
        self.inode = inode
        self.closed = closed
        self.label = label


class OpenFile:
    """A log file open for reading, held by its descriptor while names change around it.

    Of a `finished` one the first line identifies it even without its newline.
    """

    def __init__(self, path: str, *, finished: bool = False) -> None:
        raw = open(path, "rb", buffering=0)  # noqa: SIM115 - closed by `close`; pathlib costs 4 ms
        try:
            status = os.fstat(raw.fileno())
            self.path = path
            self.inode = status.st_ino
            self.stored_size = status.st_size
            self._raw = raw
            self.stream: BinaryIO = _decompressed(raw)
            self.compressed = self.stream is not raw
            self.head = self._read_head(finished=finished)
        except BaseException:
            raw.close()
            raise

    def _read_head(self, *, finished: bool) -> str:
        try:
            beginning = self.stream.read(HEAD_BYTES)
            head = head_of(beginning + b"\n" if beginning and finished else beginning)
            self.stream.seek(0)
        except DAMAGE:
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
    """Open a finished file; None where it has gone meanwhile, or its name passed on to another.

    Raises LogError where it cannot be read.
    """
    try:
        file = OpenFile(archive.path, finished=bool(archive.label))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise unreadable(archive.path, error) from error
    if archive.label or file.inode == archive.inode:
        return file
    file.close()
    return None


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
    try:
        entries = _entries(log)
        # What is renamed while a large directory is listed may be missed under both names.
        while (again := _entries(log)) != entries:
            entries = again
    except OSError as error:
        raise unreadable(log, error) from error
    labelled: dict[str, Archive] = {}
    for name, inode in sorted(entries.items()):
        label = name[:25]
        # Of `@….s` and an `@….s.gz` that is just being made, the first.
        if name[25:27] in {".s", ".u"} and label not in labelled:
            with suppress(ValueError):
                closed = tai64n.of_name(label)
                labelled[label] = Archive(os.path.join(log, name), inode, closed, label)
    listed = list(labelled.values())
    name = _under_way(entries)
    # With a second link to it, `previous` has its lasting name already.
    if name and name[:25] not in labelled and entries[name] not in {archive.inode for archive in listed}:
        listed.append(Archive(os.path.join(log, name), entries[name], tai64n.now()))
    return listed


def _entries(log: str) -> dict[str, int]:
    """Return name and inode of what may be an archive."""
    found = {}
    with os.scandir(log) as entries:
        for entry in entries:
            if entry.name[:1] == "@":
                found[entry.name] = entry.inode()
            elif entry.name in {_PREVIOUS, _PROCESSED}:
                with suppress(FileNotFoundError):
                    found[entry.name] = entry.stat().st_ino
    return found


def _under_way(entries: dict[str, int]) -> str:
    """Return the name of a whole file that has not got its lasting name yet, '' for none.

    What a processor writes is whole only once the file it reads has gone.
    """
    if _PREVIOUS in entries:
        return _PREVIOUS
    if _PROCESSED in entries:
        return _PROCESSED
    return max((name for name in entries if name[25:] == ".t"), default="")


def _siblings_of_file(log: str) -> list[Archive]:
    directory, base = os.path.split(os.path.abspath(log))
    found = []
    try:
        with os.scandir(directory) as entries:
            rotated = {entry.name: entry for entry in entries if _is_rotated(entry.name, base)}
        for name, entry in rotated.items():
            stem, extension = os.path.splitext(name)
            if extension in _PACKED and stem in rotated:
                continue  # just being made
            with suppress(FileNotFoundError):
                if entry.is_file():
                    status = entry.stat()
                    found.append((status.st_mtime_ns, name, status.st_ino))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise unreadable(directory, error) from error
    found.sort()
    return [Archive(os.path.join(directory, name), inode, closed) for closed, name, inode in found]


def _is_rotated(name: str, base: str) -> bool:
    """Tell `mail.1`, `mail-20261122.gz` and `mail.old` from another log called `mail.err`."""
    ending = name[len(base) + 1 :]
    return name.startswith((base + ".", base + "-")) and (
        ending[:1].isdigit() or ending.partition(".")[0] == "old"
    )


def _decompressed(raw: BinaryIO) -> BinaryIO:
    """Return the stream itself, or one that unpacks it where its first bytes say so."""
    magic = raw.read(6)
    raw.seek(0)
    module = next((module for mark, module in _MAGIC.items() if magic.startswith(mark)), None)
    if module is None:
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
