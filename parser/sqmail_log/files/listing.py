"""What lies in a log's directory at one moment: its finished files, in order, and the live one.

A multilog, s6-log or svlogd directory has `current` and archives named by the
time of their closing (`@….s`, after a crash `@….u`).  While an archive is
finished it has other names: `previous`, `processed`, svlogd's `@….t`.  A plain
file has siblings (`NAME.1`, `NAME-20261122.gz`).  Archives of a log may lie in
other directories, too, where somebody keeps copies of them for years.
"""

from __future__ import annotations

import os
from contextlib import suppress

from sqmail_log import tai64n
from sqmail_log.errors import GONE, LogError
from sqmail_log.files.cursor import is_directory
from sqmail_log.files.logfile import Archive, OpenFile, is_live, open_archive, open_live, unreadable
from sqmail_log.units import Nanoseconds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_PREVIOUS = "previous"
_PROCESSED = "processed"
_PACKED = (".gz", ".bz2", ".xz", ".zst")
# A logger makes its files in this time when it first starts.
_AT_ONCE = tai64n.SECOND // 200
# How often a directory is listed again that changes while it is listed.
_TRIES = 5


class Listing:
    """The finished files of a log, oldest name first, and the live one, open; None where there is none.

    Each file that was closed before the live one was begun is among the
    archives, and the live one is not.
    """

    __slots__ = ("archives", "earlier", "is_directory", "live", "log")

    def __init__(
        self,
        log: str,
        archives: list[Archive],
        live: OpenFile | None,
        *,
        is_directory: bool,
        earlier: Sequence[str] = (),
    ) -> None:
        self.log = log
        self.earlier = earlier
        self.archives = archives
        self.live = live
        self.is_directory = is_directory

    @property
    def has_processor(self) -> bool:
        """Whether the logger hands each finished file to a processor, which writes `state` with each run.

        Without one `state` is as old as `lock`, or not there.  Raises LogError.
        """
        times = {}
        for name in ("newstate", "state", "lock"):
            try:
                status = os.stat(os.path.join(self.log, name))
            except GONE:
                continue
            except OSError as error:
                raise unreadable(self.log, error) from error
            times[name] = status.st_mtime_ns, status.st_ctime_ns
        if "newstate" in times or "state" not in times:
            return "newstate" in times
        written, renamed = times["state"]
        begun, copied = times.get("lock", (0, 0))
        # Written a moment after the start, it is told by its getting its name later than its content.
        return abs(written - begun) > _AT_ONCE or (renamed > written and copied == begun)

    @property
    def names_are_late(self) -> bool:
        """Whether a file gets its lasting name when a processor is done with it.

        Only svlogd, who has its orders in `config`, gives the name before.
        Raises LogError.
        """
        if not self.has_processor:
            return False
        try:
            os.stat(os.path.join(self.log, "config"))
        except FileNotFoundError:
            return True
        except OSError as error:
            raise unreadable(self.log, error) from error
        return False

    def is_outdated(self) -> bool:
        """Tell whether files were renamed, made or removed since; never where it could not be taken at one moment.

        Raises LogError.
        """
        if self.live is None:
            return False
        now = [archive for archive in archives(self.log, self.earlier) if not _is_same(archive, self.live)]
        return not is_live(self.log, self.live) or set(map(_place, now)) != set(map(_place, self.archives))

    def close(self) -> None:
        """Let go of the live file."""
        if self.live is not None:
            self.live.close()


def listed(log: str, earlier: Sequence[str] = ()) -> Listing:
    """Return the files of a log at one moment; the caller closes the live one.

    In the directories `earlier` lie archives of it, too.  Raises LogError where one cannot be read.
    """
    tries = _TRIES
    while True:
        tries -= 1
        live = open_live(log)
        try:
            found, steady = _archives(log, earlier)
            if (steady and is_live(log, live)) or not tries:
                break
        except BaseException:
            if live is not None:
                live.close()
            raise
        if live is not None:
            live.close()
    if steady and is_live(log, live):
        if live is not None:
            found = [archive for archive in found if not _is_same(archive, live)]
    else:
        # It rotates faster than it can be listed.  The live file has its lasting name by now: what was closed up to
        # then comes first, the rest is listed next time.
        found, live = _archives_up_to(log, live, earlier), None
    return Listing(log, found, live, is_directory=_is_directory(log), earlier=earlier)


def _archives_up_to(log: str, file: OpenFile | None, earlier: Sequence[str]) -> list[Archive]:
    """Return the archives with lasting names that were closed before an open file or with it, and close that."""
    found = [archive for archive in archives(log, earlier) if archive.label]
    if file is not None:
        own = [archive.closed for archive in found if _is_same(archive, file)]
        found = [archive for archive in found if not own or archive.closed <= own[0]]
        file.close()
    return found


def _place(archive: Archive) -> tuple[str, int]:
    return archive.path, archive.inode


def _is_same(archive: Archive, file: OpenFile) -> bool:
    """Tell whether an archive is an open file; where a folder lists inodes, devices are asked for."""
    if archive.inode != file.inode:
        return False
    try:
        status = os.stat(archive.path)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise unreadable(archive.path, error) from error
    return (status.st_dev, status.st_ino) == (file.device, file.inode)


def _is_directory(log: str) -> bool:
    try:
        return is_directory(log)
    except OSError as error:
        raise unreadable(log, error) from error


def archives(log: str, earlier: Sequence[str] = ()) -> list[Archive]:
    """Return the finished files of a log, oldest name first, with those that lie in the directories `earlier`.

    One that is renamed at this moment may be missing.  Raises LogError where
    the directory cannot be listed.
    """
    return _archives(log, earlier)[0]


def _archives(log: str, earlier: Sequence[str]) -> tuple[list[Archive], bool]:
    """Return the finished files, and whether nothing was renamed while they were listed."""
    own, steady = _own_archives(log)
    return (_with_earlier(own, earlier) if earlier else own), steady


def _with_earlier(own: list[Archive], earlier: Sequence[str]) -> list[Archive]:
    """Return archives with those of other directories: a label in several is one file, and its copies.

    Raises LogError.
    """
    found = [*own]
    labels = {archive.label for archive in own}
    for place in reversed(earlier):
        try:
            entries = _entries(place)
        except OSError as error:
            raise unreadable(place, error) from error
        live = open_live(place)
        if live is not None:
            live.close()
            if live.fingerprint:
                raise LogError(f"{live.path}: a log that is still being written has to be the last one that is given")
        found += [archive for archive in _archives_of(place, entries) if archive.label not in labels]
        labels.update(archive.label for archive in found)
    return sorted(found, key=_closing)


def _closing(archive: Archive) -> Nanoseconds:
    return archive.closed


def _own_archives(log: str) -> tuple[list[Archive], bool]:
    try:
        if not is_directory(log):
            return _siblings_of_file(log), True
        entries = _entries(log)
        # What is renamed while a large directory is listed may be missed under both names.
        tries = _TRIES
        while (again := _entries(log)) != entries and tries:
            entries = again
            tries -= 1
    except OSError as error:
        raise unreadable(log, error) from error
    return _archives_of(log, entries), bool(tries)


def _archives_of(log: str, entries: dict[str, int]) -> list[Archive]:
    labelled: dict[str, Archive] = {}
    for name, inode in sorted(entries.items()):
        label = name[:25]
        # Of `@….s` and an `@….s.gz` that is just being made, the first.
        if name[25:27] in {".s", ".u"} and label not in labelled:
            with suppress(ValueError):
                closed = tai64n.of_name(label)
                labelled[label] = Archive(os.path.join(log, name), inode, closed, label)
    listed = list(labelled.values())
    name = _under_way(entries)
    if name and name[:25] not in labelled:
        nameless = Archive(os.path.join(log, name), entries[name], tai64n.now(), is_under_way=True)
        named = _named(nameless, listed)
        if named is None:
            listed.append(nameless)
        else:
            named.has_old_name = True
    return listed


def _named(nameless: Archive, archives: list[Archive]) -> Archive | None:
    """Return the archive that is this one under its lasting name, perhaps packed.  Raises LogError."""
    for archive in archives:
        if archive.inode == nameless.inode:
            return archive
    own = _content(nameless)
    for archive in reversed(archives) if own else []:
        with suppress(LogError):
            if _content(archive) == own:
                return archive
    return None


def _content(archive: Archive) -> str:
    """Return what tells an archive from others; where no line of it has a time, all that is in it.  Raises LogError."""
    file = open_archive(archive)
    if file is None:
        return ""
    try:
        return file.identity() or file.digest()
    finally:
        file.close()


def _entries(log: str) -> dict[str, int]:
    """Return name and inode of what may be an archive."""
    found = {}
    with os.scandir(log) as entries:
        for entry in entries:
            if entry.name[:1] == "@" or entry.name in {_PREVIOUS, _PROCESSED}:
                found[entry.name] = entry.inode()
    return found


def _under_way(entries: dict[str, int]) -> str:
    """Return the name of a whole file that has not got its lasting name yet, '' for none.

    What a processor writes is whole only once the file it reads has gone.
    """
    if _PREVIOUS in entries:
        return _PREVIOUS
    if _PROCESSED in entries:
        return _PROCESSED
    return ""


def _siblings_of_file(log: str) -> list[Archive]:
    directory, base = os.path.split(os.path.abspath(log))
    found = []
    try:
        with os.scandir(directory) as entries:
            rotated = {entry.name: entry for entry in entries if _is_rotated(entry.name, base)}
        for name, entry in rotated.items():
            stem, extension = os.path.splitext(name)
            if extension in _PACKED and stem in rotated:
                continue  # just being made
            with suppress(FileNotFoundError):
                if entry.is_file():
                    status = entry.stat()
                    found.append((status.st_mtime_ns, name, status.st_ino))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise unreadable(directory, error) from error
    found.sort()
    return [Archive(os.path.join(directory, name), inode, Nanoseconds(closed)) for closed, name, inode in found]


def _is_rotated(name: str, base: str) -> bool:
    """Tell `mail.1`, `mail-20261122.gz` and `mail.old` from another log called `mail.err`."""
    ending = name[len(base) + 1 :]
    return name.startswith((base + ".", base + "-")) and (
        ending[:1].isdigit() or ending.partition(".")[0] == "old"
    )
