"""The file that a state lies in: opened without trusting its folder, waited for with a limit, its errors in words."""

from __future__ import annotations

import os
import stat
import time

# The C half of the sqlite3 module is all that is needed; the other half imports
# datetime, which an idle check has no time for (benchmark: idle).
try:
    import _sqlite3 as sqlite3
except ImportError:
    import sqlite3  # type: ignore[no-redef]

from sqmail_log.errors import BusyError, LogError, StateError
from sqmail_log.files.cursor import kind_of, opened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from sqmail_log.state.owner import Owner

MEMORY = ":memory:"
BESIDE = ("-wal", "-shm", "-journal")
"""What the names of the files end in that SQLite keeps beside its own."""
_MODE = 0o640
_FOLDER_MODE = 0o750
# Going through more than this shows in an idle check (benchmark: idle).
_LONG_LOG = 256 << 10
_WHY = 100
_PAUSE = 0.02
_PIECE = 1 << 20
# How often SQLite asks whether it is late, in instructions of its machine: some milliseconds.
_STEPS = 100_000
_EXPLAINED = (sqlite3.DatabaseError, OSError, ValueError, KeyError, TypeError, AttributeError)
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_UNWRITTEN = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PROTOCOL}
_ELSEWHERE = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH}


class _Connection(sqlite3.Connection):
    """A connection that its last user closes by letting go of it; from 3.13 on Python warns where nobody does."""

    def __del__(self) -> None:
        """Close it."""
        try:
            self.close()
        except sqlite3.Error:
            pass  # whoever collects it may be another thread, and it may never have been opened


class Database:
    """One SQLite file.  Every method raises StateError, in words, where the file fails it.

    Others are waited for up to `wait` seconds, counted from the opening or
    from the last call of `wait`.  With `threads` it may be used by one thread
    after the other, though never by two at a time.  Root works as the owner of
    a folder that is not its own; where it is not `alone` in its process, and
    so cannot, that is an error.  What is only `read` changes nothing.
    """

    def __init__(self, path: str, wait: float, *, threads: bool, alone: bool, read: bool) -> None:
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
                factory=_Connection,
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
        try:
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, _MODE))
        except FileExistsError:
            pass  # another process was first

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

    def transaction(self, *, patient: bool = True) -> _Transaction:
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
        except BaseException:
            self._end(whole=False)
            raise
        return _Transaction(self._end)

    def _end(self, *, whole: bool) -> None:
        with self.explained():
            try:
                if whole:
                    self._db.execute("COMMIT")
            finally:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")

    def settle(self) -> None:
        """Move a long log of changes into the file itself: whoever opens the state goes through that log.

        It waits for nobody, and where it fails nothing is lost.
        """
        try:
            with self.explained():
                if os.path.exists(log := f"{self.path}-wal") and os.stat(log).st_size >= _LONG_LOG:
                    self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except StateError:
            pass

    def explained(self) -> _Explained:
        """Say in words what goes wrong inside, as StateError; root is the folder's owner there."""
        return _Explained(self.path, self.owner)


class _Transaction:
    """A context; contextlib's show in an idle check (benchmark: idle)."""

    __slots__ = ("_end",)

    def __init__(self, end: Callable[..., None]) -> None:
        self._end = end

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._end(whole=error is None)


class _Explained:
    """As above."""

    __slots__ = ("_owner", "_path")

    def __init__(self, path: str, owner: Owner | None) -> None:
        self._path = path
        self._owner = owner

    def __enter__(self) -> None:
        if self._owner is not None:
            self._owner.__enter__()

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        try:
            if isinstance(error, _EXPLAINED):
                raise _in_words(self._path, error) from error
        finally:
            if self._owner is not None:
                self._owner.__exit__(kind, error, trace)


def _in_words(path: str, error: Exception) -> StateError:
    """Return the error that tells an operator what SQLite, the system or the decoding of what is kept met."""
    if isinstance(error, OSError):
        return _unwritable(path, error.strerror or str(error))
    text = str(error)
    whole = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    code = whole & 0xFF
    if whole == sqlite3.SQLITE_READONLY_DBMOVED:
        return _removed(path)
    if code in _ELSEWHERE:
        return _unwritable(path, text)
    if code in _BUSY:
        from sqmail_log.state import holder  # noqa: PLC0415 - only where something is wrong

        return BusyError(f"{path}: {holder.described(path)}; what is new in the log is not read yet")
    if code == sqlite3.SQLITE_INTERRUPT:
        why = "not done in time; a longer time to wait may help, or a faster disk"
    elif code in _UNWRITTEN:
        mend = "free some space there" if code == sqlite3.SQLITE_FULL else "free some space there, or see to its disk"
        if code == sqlite3.SQLITE_PROTOCOL:
            text = f"disk I/O error ({text})"  # its locks fail
        why = f"cannot write the state: {text}; {mend}"
    elif code == sqlite3.SQLITE_CORRUPT and (passing := _passing(path)):
        why = passing
    else:
        why = (
            f"the state is damaged ({text[:_WHY]}); "
            f"mv {path} {path}.damaged and the log is read again from its archives"
        )
    return StateError(f"{path}: {why}")


def _passing(path: str) -> str:
    """Return in words that a file could not be read just now; '' where its content is what is wrong.

    SQLite calls EIO at a page of the log of changes a malformed file.
    """
    if path == MEMORY:
        return ""
    try:
        for ending in ("", "-wal"):
            _read_through(path + ending)
        again = sqlite3.connect(_reading_only(path), timeout=_PAUSE, uri=True, factory=_Connection)
        (found,) = again.execute("PRAGMA quick_check(1)").fetchone()
    except OSError as trouble:
        return f"cannot read the state: {trouble.strerror}; see to its disk"
    except LogError as trouble:
        return f"cannot read the state: {trouble}"
    except sqlite3.OperationalError as trouble:
        return f"cannot read the state: {trouble}; see to its disk"
    except sqlite3.DatabaseError:
        found = ""
    if found != "ok":
        return ""
    return (
        "disk I/O error, which has passed; if it comes again, see to the disk, "
        f"or move {path} away and the log is read again from its archives"
    )


def _read_through(path: str) -> None:
    """Read a file to its end.  Raises OSError, and LogError for what is no regular file and might never end."""
    from contextlib import suppress  # noqa: PLC0415 - only where something is wrong

    with suppress(FileNotFoundError), os.fdopen(opened(path)[0], "rb", buffering=0) as file:
        while file.read(_PIECE):
            pass


def _removed(path: str) -> StateError:
    return StateError(f"{path}: removed or replaced while it was in use; the next run reads the log again")


def _is_busy(error: sqlite3.OperationalError) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _BUSY


def _owner(path: str, *, alone: bool) -> Owner | None:
    from sqmail_log.state import owner  # noqa: PLC0415 - only root needs it

    directory = os.path.dirname(path) or "."
    found = owner.of(directory)
    if found is not None and not alone:
        raise StateError(
            f"{directory}: belongs to uid {found.user}, and root's daemon trusts nothing that lies there; "
            f"chown root {directory}, or give it a state directory of its own"
        )
    if found is not None:
        # What says errors in words may lie where that user cannot load it from.
        from sqmail_log import remedies  # noqa: F401, PLC0415
        from sqmail_log.state import holder  # noqa: F401, PLC0415
    return found


def examined(path: str) -> bool:
    """Tell whether there is such a file; raises StateError where it is none of a state, and OSError."""
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return False
    if not stat.S_ISREG(status.st_mode):
        to = f" to {os.readlink(path)}" if stat.S_ISLNK(status.st_mode) else ""
        raise StateError(f"{path}: is {kind_of(status)}{to}, no file of a state; see who put it there, then remove it")
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
