"""The archives of a log by keys that stay the same, whatever they are called at the moment."""

from __future__ import annotations

import zlib
from contextlib import suppress

from sqmail_log import tai64n
from sqmail_log.errors import LogError
from sqmail_log.files import logfile
from sqmail_log.files.seen import NAMELESS, again

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from sqmail_log.files.logfile import Archive, OpenFile
    from sqmail_log.files.seen import Seen
    from sqmail_log.units import Nanoseconds


class Changed(Exception):  # noqa: N818 - nothing is wrong
    """Files were renamed while they were looked at: look again."""


class Keys:
    """The archives of a listing by their keys.

    What had no lasting name when it was seen and has one now keeps its old key
    in `aliases`, by the label that is its key from now on.
    """

    def __init__(self, archives: Iterable[Archive], seen: Seen) -> None:
        known = seen.all_keys()
        named_again = seen.named_again()
        has_nameless = seen.has_nameless() or named_again
        self.archives: dict[str, Archive] = {}
        self.aliases: dict[str, str] = {}
        for archive in archives:
            key = archive.label
            if not key:
                # Of what was left out from the beginning nobody asks whether it can be read.
                with suppress(*([LogError] if archive.closed <= seen.floor else [])):
                    key = nameless_key(archive)
            if key:
                self.archives[key] = archive
            if has_nameless and key and key not in known:
                nameless = key if key.startswith(NAMELESS) else nameless_key(archive)
                if nameless in named_again or nameless in known:
                    self.aliases[key] = named_again.get(nameless, nameless)
        for key, label in list(self.aliases.items()):
            if label in self.archives:
                del self.aliases[key]  # twins

    def notes(self) -> list[str]:
        """Return what is to be remembered of those that have their old name besides.  Raises LogError and Changed."""
        doubles = [archive for archive in self.archives.values() if archive.has_old_name]
        return [again(nameless_key(archive), archive.label) for archive in doubles]

    def seen_as(self, key: str) -> str:
        """Return the key under which an archive was seen before."""
        return self.aliases.get(key, key)

    def closed(self, key: str) -> Nanoseconds:
        """Return when an archive was closed."""
        return self.archives[key].closed

    def label_count(self, keys: Iterable[str]) -> int:
        """Return how many of these archives have lasting names."""
        return sum(bool(self.archives[key].label) for key in keys)

    def lost_names(self, seen: Seen) -> int:
        """Return how many archives without lasting names are not to be found any more."""
        there = set(map(self.seen_as, self.archives))
        return sum(key.startswith(NAMELESS) and key not in there for key in seen.all_keys())

    def twins(self, fresh: Collection[str], found: str | None = None) -> set[str]:
        """Return those of the `fresh` archives that are another one once more.

        A logger that was killed while a file had its old name and its new one
        tells by their link that they are one.  Where a copy or a packer broke
        that, it gives the file a second lasting name.  Raises LogError and
        Changed.
        """
        twins: set[str] = set()
        if not any(_is_of_crash(self.archives[key]) for key in fresh):
            return twins
        groups: dict[str, list[str]] = {}
        for key, archive in self.archives.items():
            with suppress(*([] if key in fresh else [LogError])):
                groups.setdefault(_identity(archive), []).append(key)
        for identity, group in groups.items():
            if identity and len(group) > 1:
                read = (key for key in group if key not in fresh)
                kept = found if found in group else next(read, group[0])
                twins.update(key for key in group if key in fresh and key != kept)
        return twins


def _is_of_crash(archive: Archive) -> bool:
    """Tell whether a logger named a file when it started, not when it closed it."""
    return archive.path.rpartition("/")[2][25:27] == ".u"


def nameless_key(archive: Archive) -> str:
    """Return what tells an archive without a lasting name from others.  Raises LogError and Changed."""
    file = opened(archive)
    try:
        return nameless_key_of(file, archive)
    finally:
        file.close()


def nameless_key_of(file: OpenFile, archive: Archive) -> str:
    """Return the same of an open file, which an archive has been found to be."""
    if identity := file.identity():
        return NAMELESS + identity
    # The same text may stand first in any file: what tells it is its whole stamp, or else the file's age.
    line = file.first_line()
    key = f"{NAMELESS}{file.fingerprint}/{zlib.crc32(line):08x}"
    return key if archive.is_under_way or archive.label or tai64n.is_stamped(line) else f"{key}/{archive.closed}"


def _identity(archive: Archive) -> str:
    file = opened(archive)
    try:
        return file.identity()
    finally:
        file.close()


def opened(archive: Archive) -> OpenFile:
    """Open an archive.  Raises LogError where it cannot be read, and Changed where it has gone."""
    file = logfile.open_archive(archive)
    if file is None:
        raise Changed
    return file
