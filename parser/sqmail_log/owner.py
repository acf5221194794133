"""Root at work in a directory that is another user's: it does there what that user may do, and no more.

Whoever owns a directory decides what lies in it: links to any file, FIFOs,
other directories.  So root becomes that user for as long as it works there.
The change holds for the whole process, all its threads.
"""

from __future__ import annotations

import os
import stat
from contextlib import nullcontext

from sqmail_log.errors import LogError, StateError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from typing import Self

_OTHERS = stat.S_IWGRP | stat.S_IWOTH


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
    found = of(os.fspath(directory)) if os.geteuid() == 0 else None
    return found or nullcontext()


def of(directory: str) -> Owner | None:
    """Return whom root has to become for its work in a directory, there or still to be made; None for root itself.

    That is who may put another directory in its place: the owner of the first
    directory on the way that is not root's.  Raises OwnerError where several
    may, and OSError where the system cannot tell.
    """
    path = os.path.realpath(directory or ".")
    found: os.stat_result | None = None
    for folder in _way(path):
        try:
            status = os.stat(folder, follow_symlinks=False)
        except (FileNotFoundError, NotADirectoryError):
            break
        if found is None and status.st_uid:
            found = status
        is_last = folder == path
        if found is None and status.st_mode & _OTHERS and (is_last or not status.st_mode & stat.S_ISVTX):
            raise OwnerError(
                f"{folder}: others may write there, and root trusts nothing that they can put there; "
                f"chmod go-w {folder}, or choose another folder"
            )
    return None if found is None else Owner(found.st_uid, _group(found))


def _way(path: str) -> list[str]:
    """Return the directories from the root to a path."""
    folders = [path]
    while folders[-1] != os.path.dirname(folders[-1]):
        folders.append(os.path.dirname(folders[-1]))
    return folders[::-1]


def _group(status: os.stat_result) -> int:
    import pwd  # noqa: PLC0415 - as above

    try:
        return pwd.getpwuid(status.st_uid).pw_gid
    except KeyError:
        return status.st_gid
