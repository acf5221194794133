"""Root at work in a directory that is another user's: it does there what that user may do, and no more.

Whoever owns a directory decides what lies in it: links to any file, FIFOs,
other directories.  So root becomes that user for as long as it works there.
The change holds for the whole process, all its threads.
"""

from __future__ import annotations

import errno
import os
import stat

from sqmail_log.errors import GONE, LogError, StateError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from typing import Self

# As many as the system follows.
_LINKS = 40


class OwnerError(StateError, LogError):
    """A folder in which root cannot work without trusting others."""


class Owner:
    """The user that root is in a `with` statement, which may be entered again inside."""

    def __init__(self, user: int, group: int) -> None:
        self.user = user
        self.group = group
        self._depth = 0
        self._before: tuple[int, list[int]] = (0, [])

    def __enter__(self) -> Self:
        if not self._depth:
            self._before = os.getegid(), os.getgroups()
            try:
                os.setgroups(self._groups())
                os.setegid(self.group)
                os.seteuid(self.user)
            except OSError as error:
                self._restore()
                raise OwnerError(
                    f"root may not become uid {self.user} here ({error.strerror}); run the command as that user"
                ) from error
        self._depth += 1
        return self

    def __exit__(self, *_: object) -> None:
        self._depth -= 1
        if not self._depth:
            self._restore()

    def _restore(self) -> None:
        group, groups = self._before
        os.seteuid(0)
        os.setegid(group)
        os.setgroups(groups)

    def _groups(self) -> list[int]:
        import pwd  # noqa: PLC0415 - only where root works for others

        try:
            return os.getgrouplist(pwd.getpwuid(self.user).pw_name, self.group)
        except KeyError:
            return [self.group]


def acting(directory: str | os.PathLike[str]) -> AbstractContextManager[object]:
    """Return a context in which root is whom it has to become for its work in a directory; others stay who they are.

    Raises OwnerError and OSError.
    """
    from contextlib import nullcontext  # noqa: PLC0415 - an idle check of root asks for `of` alone

    found = of(os.fspath(directory)) if os.geteuid() == 0 else None
    return found or nullcontext()


def of(directory: str) -> Owner | None:
    """Return whom root has to become for its work in a directory, there or still to be made; None for root itself.

    That is who may put another directory in its place: the owner of the first
    directory on the way that is not root's.  Raises OwnerError where several
    may, and OSError where the system cannot tell.
    """
    found: os.stat_result | None = None
    last = ""
    for folder, status in _way(os.path.abspath(directory or ".")):
        last = folder
        if status.st_uid:
            found = status
            break
        if _is_open(status) and not status.st_mode & stat.S_ISVTX:
            raise _open_to_others(folder)
    if found is None and last == os.path.realpath(directory or ".") and _is_open(os.stat(last)):
        raise _open_to_others(last)
    return None if found is None else Owner(found.st_uid, _group(found))


def _is_open(status: os.stat_result) -> bool:
    """Tell whether others than root and its own group may write to a directory of root's."""
    return bool(status.st_mode & (stat.S_IWOTH if status.st_gid == 0 else stat.S_IWOTH | stat.S_IWGRP))


def _open_to_others(folder: str) -> OwnerError:
    return OwnerError(
        f"{folder}: others may write there, and root trusts nothing that they can put there; "
        f"chmod go-w {folder}, or choose another folder"
    )


def _way(path: str) -> Iterator[tuple[str, os.stat_result]]:
    """Yield the directories that one passes through on the way to a path, and that itself, as far as they are there.

    Where a link leads elsewhere, that is who may write to the folder of the link.
    """
    left = path.split("/")[::-1]
    folder = "/"
    yield folder, os.stat(folder)
    links = 0
    while left:
        name = left.pop()
        if name in {"", "."}:
            continue
        place = os.path.dirname(folder) if name == ".." else os.path.join(folder, name)
        try:
            status = os.lstat(place)
        except GONE:
            return
        if stat.S_ISLNK(status.st_mode):
            links += 1
            if links > _LINKS:
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)
            target = os.readlink(place)
            left += target.split("/")[::-1]
            folder = "/" if target.startswith("/") else folder
            continue
        folder = place
        yield folder, status


def _group(status: os.stat_result) -> int:
    import pwd  # noqa: PLC0415 - as above

    try:
        return pwd.getpwuid(status.st_uid).pw_gid
    except KeyError:
        return status.st_gid
