"""Copies of finished log files that are known to be whole before they count.

A copy is written beside its place, brought to the disk, read back and
compared, and only then given its name: a kill at any moment leaves the whole
copy or none.
"""

from __future__ import annotations

import hashlib
import lzma
import os
import stat
import zlib
from contextlib import contextmanager

from sqmail_command import files
from sqmail_log.errors import LogError
from sqmail_log.files import logfile
from sqmail_log.files.packed import Damaged
from sqmail_log.places import status
from sqmail_log.state import owner

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

SUFFIXES = {"gzip": ".gz", "xz": ".xz", "none": ""}
"""What a copy's name ends in, by the way it is stored."""

_BLOCK = 1 << 18
_MODE = 0o640
_FOLDER_MODE = 0o750
_GZIP_LEVEL = 6


def copy(source: Path, target: Path, method: str) -> None:
    """Copy the content of a finished log file, unpacked where it is packed, to `target`.

    `method` is a key of `SUFFIXES`.  The copy has the time of the original,
    and is for its owner and group alone.  Raises LogError where the content
    cannot be read or the copy is not equal to it, OSError where it cannot be
    written.
    """
    with _opened(source) as file, owner.acting(target.parent):
        make_folder(target.parent)
        _copy(file, target, method)


def _copy(file: logfile.OpenFile, target: Path, method: str) -> None:
    with files.whole(target, draft_name(target.name), _MODE) as (raw, draft):
        checksum = hashlib.sha256()
        with _packed(raw, method) as packed:
            for block in _blocks(file):
                checksum.update(block)
                packed.write(block)
        raw.flush()
        modified = os.fstat(file.descriptor()).st_mtime_ns
        os.utime(raw.fileno(), ns=(modified, modified))
        os.fsync(raw.fileno())
        compare(draft, checksum.digest())
    _sync(target.parent)


def compare(path: Path, wanted: bytes, remedy: str = "is the disk sound?") -> None:
    """Raise LogError where a file's content has not the checksum `wanted`."""
    if digest(path) != wanted:
        raise LogError(f"{path}: has not the content that it is to have; {remedy}")


def digest(path: Path) -> bytes:
    """Return the checksum of a file's content, unpacked where it is packed.

    Raises LogError where it cannot be read to its end.
    """
    checksum = hashlib.sha256()
    with _opened(path) as file:
        for block in _blocks(file):
            checksum.update(block)
    return checksum.digest()


def draft_name(name: str) -> str:
    """Return what a copy is called before it is complete."""
    return f".{name}.tmp"


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, and bring them to the disk.  Raises LogError and OSError."""
    if status(str(folder)) is None:
        make_folder(folder.parent)
        folder.mkdir(_FOLDER_MODE, exist_ok=True)
        _sync(folder.parent)


@contextmanager
def _opened(path: Path) -> Iterator[logfile.OpenFile]:
    """Open a regular file; its errors become LogError.

    A link is refused: who may write to the log could have this program, which
    often is root's, copy any file.
    """
    try:
        found = path.lstat()
        file = logfile.OpenFile(str(path)) if stat.S_ISREG(found.st_mode) else None
    except FileNotFoundError as error:
        raise LogError(f"{path}: went away before it was read; let the logger keep more files") from error
    except OSError as error:
        raise logfile.unreadable(str(path), error) from error
    if file is None or file.inode != found.st_ino:
        raise LogError(f"{path}: is no regular file")
    try:
        yield file
    finally:
        file.close()


class _Gzip:
    """Packs what is written; gzip.GzipFile, when a disk is full, tries again as it goes, and prints that it failed."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self._packer = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, 16 + zlib.MAX_WBITS)

    def write(self, block: bytes, /) -> None:
        self._raw.write(self._packer.compress(block))

    def finish(self) -> None:
        self._raw.write(self._packer.flush())


@contextmanager
def _packed(raw: BinaryIO, method: str) -> Iterator[BinaryIO | _Gzip | lzma.LZMAFile]:
    """Yield what packs all that is written to it into `raw`."""
    if method == "gzip":
        packer = _Gzip(raw)
        yield packer
        packer.finish()
    elif method == "xz":
        with lzma.LZMAFile(raw, "wb") as compressed:
            yield compressed
    else:
        yield raw


def _blocks(file: logfile.OpenFile) -> Iterator[bytes]:
    while True:
        try:
            block = file.stream.read(_BLOCK)
        except Damaged as error:
            raise LogError(f"{file.path}: cannot be read to its end: {error}") from error
        except OSError as error:
            # Not the content's fault: it may be there the next time.
            raise logfile.unreadable(file.path, error) from error
        if not block:
            return
        yield block


def _sync(folder: Path) -> None:
    """Bring a folder's names to the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
