"""The file that a state lies in: opened without trusting its folder, waited for with a limit, its errors in words."""

from __future__ import annotations

import os
import stat
import time
from contextlib import contextmanager, suppress

# The C half of the sqlite3 module is all that is needed; the other half imports
# datetime, and both together cost 3 ms of an idle check's time.
try:
    import _sqlite3 as sqlite3
except ImportError:
    import sqlite3  # type: ignore[no-redef]

from sqmail_log.errors import StateError
from sqmail_log.files.position import kind_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from sqmail_log.state.owner import Owner

MEMORY = ":memory:"
BESIDE = ("-wal", "-shm", "-journal")
"""What the names of the files end in that SQLite keeps beside its own."""
_MODE = 0o640
_FOLDER_MODE = 0o750
# Going through more than this costs an idle check a hundredth.
_LONG_LOG = 256 << 10
_WHY = 100
_PAUSE = 0.02
# How often SQLite asks whether it is late, in instructions of its machine: some milliseconds.
_STEPS = 100_000
_BUSY, _LOCKED, _INTERRUPTED, _NO_WRITING, _SYSTEM, _FULL, _PROTOCOL = 5, 6, 9, 8, 10, 13, 15
_ELSEWHERE = {_NO_WRITING, 14, 23, 3}
_MOVED = _NO_WRITING | 4 << 8


class BusyError(StateError):
    """Another process holds the state for longer than one may wait."""


class Database:
    """One SQLite file.  Every method raises StateError, in words, where the file fails it.

    Others are waited for up to `wait` seconds, counted from the opening or
    from the last call of `wait`.  With `threads` it may be used by one thread
    after the other, though never by two at a time.  Root works as the owner of
    a folder that is not its own; where it is not `alone` in its process, and
    so cannot, that is an error.  What is only `read` changes nothing.
    """

    def __init__(
        self, path: str, wait: float, *, threads: bool = False, alone: bool = True, read: bool = False
    ) -> None:
        self.path = path
        self.owner: Owner | None = None
        self.wait(wait)
        with self.explained():
            if path != MEMORY and os.geteuid() == 0:
                self.owner = _owner(path, alone=alone)
        with self.explained():
            if path != MEMORY:
                self._prepare(read=read)
            self._db = sqlite3.connect(
                _reading_only(path) if read else path,
                timeout=_PAUSE,
                isolation_level=None,
                check_same_thread=not threads,
                uri=read,
            )
            self.execute("PRAGMA synchronous=NORMAL")

    def wait(self, seconds: float, limit: float | None = None) -> None:
        """Wait for others up to so many seconds from now; with `limit` nothing takes longer than that."""
        self._deadline = time.monotonic() + seconds
        if limit is not None:
            end = time.monotonic() + limit
            self._db.set_progress_handler(lambda: time.monotonic() > end, _STEPS)

    def _prepare(self, *, read: bool) -> None:
        """Look at what lies there before SQLite follows it, and make the file, for its owner and group alone."""
        there = examined(self.path)
        for ending in BESIDE:
            examined(self.path + ending)
        if there or read:
            return
        _make_directory(os.path.dirname(self.path) or ".")
        if os.geteuid() == 0 and _owner(self.path, alone=True) is not None:
            raise StateError(f"{self.path}: its folder became another user's in this moment; see who made it")
        with suppress(FileExistsError):  # another process was first
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, _MODE))

    def close(self) -> None:
        """Let go of the file."""
        with self.explained():
            self._db.close()

    def execute(self, sql: str, parameters: Any = ()) -> Any:
        """Run a statement; where another process is in the way, again until the time is up."""
        while True:
            try:
                return self._db.execute(sql, parameters)
            except sqlite3.OperationalError as error:
                # SQLite has waited for a moment by itself.
                if not _is_busy(error) or time.monotonic() >= self._deadline:
                    raise

    def rows(self, sql: str, parameters: Any = ()) -> list[Any]:
        """Return what a query finds."""
        with self.explained():
            return self.execute(sql, parameters).fetchall()  # type: ignore[no-any-return]

    def row(self, sql: str, parameters: Any = ()) -> Any:
        """Return the first row that a query finds, None for none."""
        with self.explained():
            return self.execute(sql, parameters).fetchone()

    def many(self, sql: str, parameters: Any) -> None:
        """Run a statement for each of several rows."""
        with self.explained():
            self._db.executemany(sql, parameters)

    @contextmanager
    def transaction(self, *, patient: bool = True) -> Iterator[None]:
        """Hold the state alone; what is saved inside counts as a whole or not at all.

        Raises BusyError where another process holds it for longer than one may
        wait; nobody is waited for where that is not `patient`.
        """
        with self.explained():
            (self.execute if patient else self._db.execute)("BEGIN IMMEDIATE")
        try:
            with self.explained():
                if self.path != MEMORY:
                    try:
                        os.utime(self.path)  # whoever waits is told since when
                    except FileNotFoundError as error:
                        raise _removed(self.path) from error
            yield
            with self.explained():
                self._db.execute("COMMIT")
        except BaseException:
            with self.explained():
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
            raise

    def settle(self) -> None:
        """Move a long log of changes into the file itself: whoever opens the state goes through that log.

        It waits for nobody, and where it fails nothing is lost.
        """
        with suppress(StateError), self.explained(), suppress(FileNotFoundError):
            if os.stat(f"{self.path}-wal").st_size >= _LONG_LOG:
                self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Say in words what goes wrong inside, as StateError; root is the folder's owner there."""
        if self.owner is None:
            with self._explained():
                yield
        else:
            with self.owner, self._explained():
                yield

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise self._in_words(error) from error
        except (sqlite3.DatabaseError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise damaged(self.path, str(error)) from error
        except OSError as error:
            raise _unwritable(self.path, error.strerror or str(error)) from error

    def _in_words(self, error: sqlite3.OperationalError) -> StateError:
        text = str(error)
        code = getattr(error, "sqlite_errorcode", 1) & 0xFF
        if code in {_BUSY, _LOCKED}:
            from sqmail_log.state import holder  # noqa: PLC0415 - only where something is wrong

            return BusyError(f"{self.path}: {holder.described(self.path)}; what is new in the log is not read yet")
        if code == _INTERRUPTED:
            return StateError(f"{self.path}: not done in time; a longer time to wait may help, or a faster disk")
        if code in {_FULL, _SYSTEM, _PROTOCOL}:
            mend = "free some space there" if code == _FULL else "free some space there, or see to its disk"
            text = f"disk I/O error ({text})" if code == _PROTOCOL else text  # its locks fail
            return StateError(f"{self.path}: cannot write the state: {text}; {mend}")
        if getattr(error, "sqlite_errorcode", 0) == _MOVED:
            return _removed(self.path)
        if code in _ELSEWHERE:
            return _unwritable(self.path, text)
        return damaged(self.path, text)


def damaged(path: str, text: str) -> StateError:
    """Return the error that tells of a state which cannot be understood."""
    return StateError(
        f"{path}: the state is damaged ({text[:_WHY]}); "
        f"mv {path} {path}.damaged and the log is read again from its archives"
    )


def _removed(path: str) -> StateError:
    return StateError(f"{path}: removed or replaced while it was in use; the next run reads the log again")


def _is_busy(error: sqlite3.OperationalError) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in {_BUSY, _LOCKED}


def _owner(path: str, *, alone: bool) -> Owner | None:
    from sqmail_log.state import owner  # noqa: PLC0415 - only root needs it

    directory = os.path.dirname(path) or "."
    found = owner.of(directory)
    if found is not None and not alone:
        raise StateError(
            f"{directory}: belongs to uid {found.user}, and root's daemon trusts nothing that lies there; "
            f"chown root {directory}, or give it a state directory of its own"
        )
    return found


def examined(path: str) -> bool:
    """Tell whether there is such a file; raises StateError where it is none of a state, and OSError."""
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return False
    if not stat.S_ISREG(status.st_mode):
        where = f" to {os.readlink(path)}" if stat.S_ISLNK(status.st_mode) else ""
        raise StateError(
            f"{path}: is {kind_of(status)}{where}, no file of a state; see who put it there, then remove it"
        )
    if status.st_mode & stat.S_IRWXO and status.st_uid == os.geteuid():
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            os.fchmod(descriptor, stat.S_IMODE(status.st_mode) & ~stat.S_IRWXO)
        finally:
            os.close(descriptor)
    return True


def _make_directory(directory: str) -> None:
    try:
        os.makedirs(directory, mode=_FOLDER_MODE, exist_ok=True)
    except FileExistsError as error:
        raise NotADirectoryError(error.errno, "Not a directory", directory) from error


def _reading_only(path: str) -> str:
    """Return what has SQLite change nothing: without a log of changes beside it, it would make one even to read."""
    from urllib.parse import quote  # noqa: PLC0415 - only for states that are only read

    whole = "" if os.path.lexists(f"{path}-wal") else "&immutable=1"
    return f"file:{quote(os.fsencode(os.path.abspath(path)))}?mode=ro{whole}"


def _unwritable(path: str, text: str) -> StateError:
    from sqmail_log import remedies  # noqa: PLC0415 - only where something is wrong

    return StateError(f"{path}: cannot keep the state ({text}); {remedies.to_write(path)}")
