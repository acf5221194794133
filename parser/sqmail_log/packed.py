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
    import zlib  # noqa: PLC0415

    errors: tuple[type[Exception], ...] = (EOFError, zlib.error)
    # Each is imported where a file needs it: a check's time to start counts.
    if kind == "gzip":
        import gzip  # noqa: PLC0415

        return _Unpacked(gzip.GzipFile(fileobj=raw, mode="rb"), errors)
    if kind == "bz2":
        import bz2  # noqa: PLC0415

        return _Unpacked(bz2.BZ2File(raw), errors)
    if kind == "xz":
        import lzma  # noqa: PLC0415

        return _Unpacked(lzma.LZMAFile(raw), (*errors, lzma.LZMAError))
    if kind == "zstd":
        try:
            from compression import zstd  # type: ignore[import-not-found] # noqa: PLC0415 - Python 3.14
        except ImportError:
            return _Unreadable("zstd is unpacked by Python 3.14 and newer")
        return _Unpacked(zstd.ZstdFile(raw), (*errors, zstd.ZstdError))
    return _Unreadable(f"{kind} is not unpacked here; gzip, bzip2 and xz are")


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

    def read(self, size: int, /) -> bytes:
        raise Damaged(self._why)

    def seek(self, offset: int, /) -> int:
        return offset

    def close(self) -> None:
        pass


def _judged(error: OSError) -> Exception:
    """Return the error itself if it is the system's, which has a number; what the unpackers raise has none."""
    return error if error.errno is not None else Damaged(str(error))
