"""Reading packed files: what is damaged in their content, and what only the system failed to read."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO, Protocol

    class Stream(Protocol):
        """What is read from: an open file, or what unpacks it."""

        def read(self, size: int, /) -> bytes:
            """Return at most so many bytes, none at the end."""

        def seek(self, offset: int, /) -> int:
            """Go to a place, counted in unpacked bytes."""

        def close(self) -> None:
            """Let go of it."""


_MAGIC = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bz2",
    b"\xfd7zXZ": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\x04\x22\x4d\x18": "lz4",
    b"\x1f\x9d": "compress",
    b"LZIP": "lzip",
    b"PK\x03\x04": "zip",
    b"7z\xbc\xaf": "7z",
}


class Damaged(Exception):  # noqa: N818 - says what the content is
    """The content of a packed file cannot be unpacked, here or at all; the text says why."""


def stream(raw: BinaryIO, beginning: bytes) -> Stream | None:
    """Return what unpacks a file with these first bytes; None where it is not packed.

    Reading and seeking there raise Damaged for content that cannot be
    unpacked, and OSError where the system fails.
    """
    if beginning[:1] == b"@":  # a log's own, and most often
        return None
    kind = next((kind for magic, kind in _MAGIC.items() if beginning.startswith(magic)), "")
    if not kind:
        return None
    opened = _OPENERS.get(kind)
    if opened is None:
        return _Unreadable(f"{kind} is not unpacked here; gzip, bzip2 and xz are")
    return opened(raw)


# Each module is imported where a file needs it: a check's time to start counts.


def _gzip(raw: BinaryIO) -> Stream:
    import gzip  # noqa: PLC0415
    import zlib  # noqa: PLC0415

    return _Unpacked(gzip.GzipFile(fileobj=raw, mode="rb"), (EOFError, zlib.error))


def _bz2(raw: BinaryIO) -> Stream:
    import bz2  # noqa: PLC0415

    return _Unpacked(bz2.BZ2File(raw), (EOFError,))


def _xz(raw: BinaryIO) -> Stream:
    import lzma  # noqa: PLC0415

    return _Unpacked(lzma.LZMAFile(raw), (EOFError, lzma.LZMAError))


def _zstd(raw: BinaryIO) -> Stream:
    try:
        from compression import zstd  # noqa: PLC0415 - Python 3.14
    except ImportError:
        return _Unreadable("zstd is unpacked by Python 3.14 and newer")
    return _Unpacked(zstd.ZstdFile(raw), (EOFError, zstd.ZstdError))


_OPENERS = {"gzip": _gzip, "bz2": _bz2, "xz": _xz, "zstd": _zstd}


class _Unpacked:
    """What unpacks a file, its complaints about the content told from those of the system."""

    def __init__(self, unpacker: Stream, errors: tuple[type[Exception], ...]) -> None:
        self._unpacker = unpacker
        self._errors = errors

    def read(self, size: int, /) -> bytes:
        try:
            return self._unpacker.read(size)
        except self._errors as error:
            raise Damaged(str(error)) from error
        except OSError as error:
            raise _judged(error) from error

    def seek(self, offset: int, /) -> int:
        try:
            return self._unpacker.seek(offset)
        except self._errors as error:
            raise Damaged(str(error)) from error
        except OSError as error:
            raise _judged(error) from error

    def close(self) -> None:
        self._unpacker.close()


class _Unreadable:
    """Stands for a packed file that nothing here unpacks."""

    def __init__(self, why: str) -> None:
        self._why = why

    def read(self, _size: int, /) -> bytes:
        raise Damaged(self._why)

    def seek(self, offset: int, /) -> int:
        return offset

    def close(self) -> None:
        pass


def _judged(error: OSError) -> Exception:
    """Return the error itself if it is the system's, which has a number; what the unpackers raise has none."""
    return error if error.errno is not None else Damaged(str(error))
