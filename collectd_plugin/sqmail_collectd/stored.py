"""What is stored of one instance: its files, as collectd's plugins rrdtool and rrdcached keep them.

A value that the daemon had not written when it ended is lost, a file may be
removed, torn or brought back from a backup, and rrdtool, offered a value it
has, refuses those that come with it too.  So after a start the files are asked
how far they reach.
"""

import getpass
import os
import socket
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, Protocol

from rrd_files import header
from rrd_files.header import DamagedError, Reach
from sqmail_collectd.writer import PLUGIN, SeriesName
from sqmail_log.errors import SqmailError

_END = ".rrd"
# What tells a file that had no whole head yet; it is looked at once more.
_IN_THE_MAKING = (0,)


class Stored(NamedTuple):
    """What the files say.

    `reach` has the sound ones, `wrong` what is wrong with others in words,
    `damaged` those of them whose content is.  A series in none of them has no
    file.
    """

    reach: dict[SeriesName, Reach]
    wrong: dict[SeriesName, str]
    damaged: dict[SeriesName, Path]


class StoredFiles(Protocol):
    """Whoever knows what is stored of an instance."""

    place: str
    """Where the files lie, as far as is known; kept, and handed in again after a restart."""

    def look(self, series: Iterable[SeriesName]) -> Stored | None:
        """Return what the files say, None if they cannot be found.  Raises SqmailError."""

    def changed(self) -> set[SeriesName]:
        """Return the series whose files were removed, replaced or mended since the last look."""

    def spans(self, series: Iterable[SeriesName]) -> dict[SeriesName, tuple[int, int | None]]:
        """Return for sound files the Unix seconds of their last update and of the end of their first known row."""

    def remove(self, series: Iterable[SeriesName]) -> None:
        """Remove files that this user has made, if they are still those of the last look."""

    def correct_modes(self) -> set[SeriesName]:
        """Put the mode of new files right; return their series."""


class InstanceFolder:
    """The folder HOST/qmail-INSTANCE.

    Looked for below `data_dir`, or if that is None in the daemon's directory
    and its folder rrd, as Debian has it; in the folder of `host`, or if that
    is None in the only one, or the one of this machine.  `flush` is called
    with the identifier of each file before that is read.  With `writes` this
    process writes the files itself.
    """

    def __init__(
        self,
        data_dir: str | None,
        host: str | None,
        instance: str,
        *,
        flush: Callable[[str], None] | None = None,
        writes: bool = True,
    ) -> None:
        self.place = ""
        self._data_dir = data_dir
        self._host = host
        self._instance = instance
        self._flush = flush
        self._writes = writes
        self._series: list[SeriesName] = []
        self._made: dict[SeriesName, tuple[int, ...]] = {}
        self._wrong: dict[SeriesName, Path] = {}
        self._missing: dict[SeriesName, Path] | None = None

    def look(self, series: Iterable[SeriesName]) -> Stored | None:
        """Return what the files say, None if they cannot be found.  Raises SqmailError where none can be looked at."""
        self._series, self._made, self._wrong, self._missing = list(series), {}, {}, None
        stored = Stored({}, {}, {})
        folder = self._folder()
        if folder is None:
            return stored if self._data_dir is not None else None
        self.place = str(folder)
        self._missing = {}
        for one, path in self._paths(folder).items():
            if self._flush is not None and path.exists():
                self._flush(f"{folder.parent.name}/{folder.name}/{path.stem}")
            try:
                made = _made(path)
                reach = header.reach(path)
                self._made[one] = made or _IN_THE_MAKING
                if self._writes and not _is_writable(path):
                    raise PermissionError(f"user {getpass.getuser()} may not write it")
                stored.reach[one] = reach
            except FileNotFoundError:
                self._missing[one] = path
            except (OSError, DamagedError) as error:
                self._wrong[one] = path
                stored.wrong[one] = f"{path}: {getattr(error, 'strerror', None) or error}"
                if isinstance(error, DamagedError):
                    stored.damaged[one] = path
        if len(stored.wrong) == len(self._series) and not stored.damaged:
            raise SqmailError(next(iter(stored.wrong.values())))
        return stored

    def changed(self) -> set[SeriesName]:
        """Return the series whose files were removed, replaced or mended since the last look."""
        paths = self._paths(Path(self.place))
        gone = {one for one, made in self._made.items() if _made(paths[one]) != made}
        return gone | {one for one, path in self._wrong.items() if _is_better(path)}

    def spans(self, series: Iterable[SeriesName]) -> dict[SeriesName, tuple[int, int | None]]:
        """Return for sound files the Unix seconds of their last update and of the end of their first known row."""
        paths = self._paths(Path(self.place))
        found = {}
        for one in series:
            with suppress(OSError, DamagedError):
                found[one] = header.span(paths[one])
        return found

    def remove(self, series: Iterable[SeriesName]) -> None:
        """Remove files that this user has made, if they are still those of the last look."""
        paths = self._paths(Path(self.place))
        for one in series:
            with suppress(OSError):
                if paths[one].lstat().st_uid == os.geteuid() and _made(paths[one]) == self._made.get(one):
                    paths[one].unlink()

    def correct_modes(self) -> set[SeriesName]:
        """Put the mode of new files right; return their series."""
        if self._missing is None:
            folder = self._folder()
            if folder is None:
                return set()
            # It was not there when the files were looked for, so all in it are new.
            self.place = str(folder)
            self._missing = self._paths(folder)
        new = {one for one, path in self._missing.items() if path.exists()}
        for one in new:
            path = self._missing.pop(one)
            self._made[one] = _made(path) or _IN_THE_MAKING
            with suppress(OSError):
                header.follow_umask(path)
        return new

    def _paths(self, folder: Path) -> dict[SeriesName, Path]:
        return {(kind, name): folder / f"{kind}-{name}{_END}" for kind, name in self._series}

    def _folder(self) -> Path | None:
        """Return the folder, also where it has gone."""
        name = f"{PLUGIN}-{self._instance}"
        if self._data_dir is not None and self._host is not None:
            return Path(self._data_dir, self._host, name)
        places = [Path.cwd(), Path.cwd() / "rrd"] if self._data_dir is None else [Path(self._data_dir)]
        found = _own([folder for place in places for folder in place.glob(f"{self._host or '*'}/{name}")])
        before = Path(self.place)
        was_here = before.name == name and before.parent.parent in places
        return before if found is None and was_here else found


def _own(found: list[Path]) -> Path | None:
    """Return the only folder, or of several hosts' the one of this host."""
    if len(found) == 1:
        return found[0]
    here = socket.gethostname()
    own = [path for path in found if path.parent.name == here or path.parent.name.startswith(f"{here}.")]
    return own[0] if len(own) == 1 else None


def _made(path: Path) -> tuple[int, ...]:
    """Return what tells a file from others of its name, () where there is no sound one."""
    try:
        return header.made(path)
    except (OSError, DamagedError):
        return ()


def _is_writable(path: Path) -> bool:
    return os.access(path, os.W_OK, effective_ids=True)


def _is_better(path: Path) -> bool:
    try:
        header.reach(path)
    except FileNotFoundError:
        return True
    except (OSError, DamagedError):
        return False
    return _is_writable(path)
