"""Files that appear whole or not at all, and locks; no link that somebody planted is followed."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from contextlib import contextmanager

from sqmail_log.errors import LogError, SqmailError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

_NO_FILE = {errno.ELOOP, errno.EISDIR, errno.ENXIO}
"""What tells that something else than a regular file lies there: a link, a folder, a socket."""


@contextmanager
def whole(path: Path, draft_name: str, mode: int) -> Iterator[tuple[BinaryIO, Path]]:
    """Yield a new file, which gets the name `path` at the end, and its path until then, `draft_name` beside it.

    It is made here and now, so that no link of another's is followed; what a
    killed run left of that name goes.  Where anything fails nothing is left;
    killed, the draft stays.  Raises LogError where somebody put another file
    in its place, and OSError.
    """
    draft = path.with_name(draft_name)
    draft.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(draft, flags, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file, draft
            file.flush()
            _check_same(descriptor, draft)
            draft.rename(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


@contextmanager
def locked(descriptor: int, refusal: str) -> Iterator[None]:
    """Hold an open file or folder, and close it at the end.  Raises SqmailError, `refusal`, where another has it."""
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SqmailError(refusal) from None
        yield
    finally:
        os.close(descriptor)


def open_lock(path: Path) -> int:
    """Return the descriptor of a lock file, made where it is missing: no link is followed, and nothing else is opened.

    Raises LogError where something else lies there, OSError where it cannot be opened.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        descriptor = os.open(path, flags, 0o600)
    except OSError as error:
        if error.errno in _NO_FILE:
            raise _planted(path) from None
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise _planted(path)
    return descriptor


def _check_same(descriptor: int, path: Path) -> None:
    """Raise LogError where a name does not lead to the open file any more."""
    if not os.path.samestat(os.fstat(descriptor), path.lstat()):
        raise _planted(path)


def _planted(path: Path) -> LogError:
    return LogError(f"{path}: is no regular file; find out who put it there, and remove it")
