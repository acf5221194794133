"""Opening the files of a log, and telling them from whatever has their names later."""

from __future__ import annotations

import os
import zlib
from contextlib import suppress

from sqmail_log import tai64n
from sqmail_log.errors import GONE, LogError
from sqmail_log.files import cursor as cursors
from sqmail_log.files import packed
from sqmail_log.files.cursor import FINGERPRINT_BYTES, fingerprint_of, is_certain, live_path
from sqmail_log.units import NOTHING, Nanoseconds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sqmail_log.files.packed import Stream
    from sqmail_log.stamps.rules import Stamps

# Linux' FS_IOC_GETVERSION.
_GET_GENERATION = 0x80087601
_BLOCK = 1 << 16


class Archive:
    """A finished file: where it lies, its inode, and when it was closed (Unix nanoseconds).

    `label` is the stamp in its name, which no other file will ever have; '' of
    a name that goes from file to file.  One that `is_under_way` gets its
    lasting name soon; one that `has_old_name` besides may get another one.
    """

    __slots__ = ("closed", "has_old_name", "inode", "is_under_way", "label", "path")

    def __init__(
        self, path: str, inode: int, closed: Nanoseconds, label: str = "", *, is_under_way: bool = False
    ) -> None:
        self.path = path
        self.inode = inode
        self.closed = closed
        self.label = label
        self.is_under_way = is_under_way
        self.has_old_name = False


class OpenFile:
    """A log file open for reading, held by its descriptor while names change around it.

    Of a `finished` one the first line identifies it even without its newline.
    Reading `stream` raises Damaged for content that cannot be unpacked, and
    OSError where the system fails.  Raises OSError where it cannot be opened,
    LogError where it is no regular file.
    """

    def __init__(self, path: str, *, finished: bool = False) -> None:
        descriptor, status = cursors.opened(path)
        raw = os.fdopen(descriptor, "rb", buffering=0)
        try:
            self.path = path
            self.device = status.st_dev
            self.inode = status.st_ino
            self.written = Nanoseconds(status.st_mtime_ns)
            self._raw = raw
            self.stream: Stream = raw
            self.compressed = False
            beginning = self._beginning(finished=finished)
            self.fingerprint = fingerprint_of(beginning)
            self._line = beginning.partition(b"\n")[0] if self.fingerprint else b""
            self._beginning_bytes = beginning
        except BaseException:
            raw.close()
            raise

    def _beginning(self, *, finished: bool) -> bytes:
        """Return the first bytes, and leave the stream at its beginning."""
        beginning = _first_bytes(self._raw)
        self._raw.seek(0)
        stream = packed.stream(self._raw, beginning)
        if stream is not None:
            self.stream = stream
            self.compressed = True
            try:
                beginning = _first_bytes(stream)
                stream.seek(0)
            except packed.Damaged:
                # Who reads it is to meet the same error.
                self._raw.seek(0)
                self.stream = packed.stream(self._raw, beginning) or self._raw
                return b""
        return beginning + b"\n" if beginning and finished else beginning

    def begun(self, stamps: Stamps) -> Nanoseconds:
        """Return the time of its first line that has one, Unix nanoseconds; 0 where that is not known."""
        line = self._stamped_line()
        return stamps.time_of(line + b"\n", written=self.written) if line else NOTHING

    def _stamped_line(self) -> bytes:
        """Return the first line with a stamp: a file may begin with the end of a line that was cut, or with NULs."""
        if not self.fingerprint or tai64n.is_stamped(self._line):
            return self._line
        lines = self._beginning_bytes.split(b"\n")
        return next(filter(tai64n.is_stamped, lines), b"")

    def identity(self) -> str:
        """Return what tells its first lines from those of all other files, '' where they have no time."""
        if not self.fingerprint or is_certain(self.fingerprint):
            return self.fingerprint
        second = fingerprint_of(self._stamped_line() + b"\n")
        return f"{self.fingerprint}/{second}" if is_certain(second) else ""

    def digest(self) -> str:
        """Return what tells all of its bytes, unpacked, and leave the stream at its beginning; '' where it is damaged.

        Raises LogError.
        """
        size = check = 0
        try:
            while block := self.stream.read(_BLOCK):
                size += len(block)
                check = zlib.crc32(block, check)
            self.stream.seek(0)
        except packed.Damaged:
            return ""
        except OSError as error:
            raise unreadable(self.path, error) from error
        return f"{size}:{check:08x}"

    def generation(self) -> int:
        """Return the number that tells the file from others that had its inode before; 0 where there is none."""
        import fcntl  # noqa: PLC0415 - only for a live file without a line

        number = bytearray(8)
        try:
            fcntl.ioctl(self._raw.fileno(), _GET_GENERATION, number)
        except OSError:
            return 0  # few file systems have it
        return int.from_bytes(number, "little")

    def first_line(self) -> bytes:
        """Return its first line as it stands there, or what tells it; empty where there is none."""
        return self._line

    @property
    def has_labels(self) -> bool:
        """Whether its lines begin with labels as its logger wrote them, and not with dates."""
        return tai64n.is_labelled(self._stamped_line())

    def is_at(self, device: int, inode: int) -> bool:
        """Tell whether it is the file with this device and inode; device 0: any."""
        return self.inode == inode and device in {0, self.device}

    def close(self) -> None:
        """Let go of the file; what the system says of that changes nothing of what was read."""
        for each in (self.stream, self._raw):  # what unpacks it does not close it
            with suppress(OSError):
                each.close()

    def size(self) -> int:
        """Return the bytes it holds now; for a compressed file those on disk."""
        return os.fstat(self._raw.fileno()).st_size

    def descriptor(self) -> int:
        """Return the descriptor of the file itself."""
        return self._raw.fileno()


def _first_bytes(stream: Stream) -> bytes:
    """Read the first line, or as much as tells it."""
    beginning = stream.read(FINGERPRINT_BYTES)
    while beginning and len(beginning) < FINGERPRINT_BYTES and b"\n" not in beginning:
        more = stream.read(FINGERPRINT_BYTES - len(beginning))
        if not more:
            break
        beginning += more
    return beginning


def open_live(log: str) -> OpenFile | None:
    """Open the file being written; None where there is none at the moment.

    Raises LogError where it cannot be read.
    """
    path = log
    try:
        path = live_path(log)
        return OpenFile(path)
    except GONE:
        if path != log:
            refuse_link(path)
        return None
    except OSError as error:
        raise unreadable(path, error) from error


def refuse_link(path: str) -> None:
    """Raise LogError where a name is there and leads nowhere."""
    if os.path.islink(path):
        raise LogError(f"{path}: is a symbolic link to nowhere; see who put it there, and remove it")


def is_live(log: str, live: OpenFile | None) -> bool:
    """Tell whether this file is the one being written, or None where there is none.  Raises LogError."""
    path = log
    try:
        path = live_path(log)
        status = os.stat(path)
    except GONE:
        return live is None
    except OSError as error:
        raise unreadable(path, error) from error
    return live is not None and (status.st_dev, status.st_ino) == (live.device, live.inode)


def open_archive(archive: Archive) -> OpenFile | None:
    """Open a finished file; None where it has gone meanwhile, or its name passed on to another.

    Raises LogError where it cannot be read.
    """
    try:
        file = OpenFile(archive.path, finished=True)
    except FileNotFoundError:
        refuse_link(archive.path)
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
        from sqmail_log import remedies  # noqa: PLC0415 - only where something is wrong

        return LogError(f"{path}: {remedies.user()} may not read it; {remedies.to_read(path)}")
    return LogError(f"{path}: {error.strerror or error}")
