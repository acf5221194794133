"""Which copies were compared with their originals, byte for byte, and how both looked then; and what was complained of.

Kept in the archive's lock file, so that each copy is compared once, and once more
where it or its original was touched: inode, size and times tell.  What a disk
forgets by itself they do not tell.
"""

from __future__ import annotations

import json
import os
import stat
import zlib

from sqmail_command import files
from sqmail_log.errors import GONE
from sqmail_log.files.logfile import unreadable
from sqmail_log.state import owner

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path


_TOLD = "told/"


class Compared:
    """The pairs that `file` keeps; `save` keeps those of a service that were noted since `forget`."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._before = self._pairs = _read(file)

    def is_known(self, source: Path, copy: Path) -> bool:
        """Tell whether neither file was touched since they were compared.  Raises LogError."""
        return self._before.get(self._key(copy), []) == _looks(source, copy)

    def note(self, source: Path, copy: Path) -> None:
        """Remember that the two are equal, if both are still there.  Raises LogError."""
        looks = _looks(source, copy)
        if looks is not None:
            self._pairs[self._key(copy)] = looks

    def drop(self, copy: Path) -> None:
        """Forget a pair: its original has gone."""
        self._pairs.pop(self._key(copy), None)

    def forget(self, service: str) -> None:
        """Drop the pairs of a service from what is to be saved: those that are still there are noted anew."""
        self._pairs = {
            key: looks for key, looks in self._pairs.items() if key.startswith(_TOLD) or key.split("/")[1] != service
        }

    def was_told(self, service: str, what: str, since: int, now: int) -> bool:
        """Tell whether the same was said since a moment, and remember that it is by now (Unix nanoseconds)."""
        key = f"{_TOLD}{service}/{zlib.crc32(what.encode()):08x}"
        told = self._pairs.get(key, [0])[0]
        if since < told <= now:
            return True
        self._pairs = {old: when for old, when in self._pairs.items() if not old.startswith(_TOLD) or when[0] > since}
        self._pairs[key] = [now]
        return False

    def save(self) -> None:
        """Write the pairs where they have changed; who is killed in between compares anew.  Raises OSError."""
        if self._pairs == self._before:
            return
        data = json.dumps(self._pairs, indent=0, sort_keys=True).encode()
        with owner.acting(self._file.parent), os.fdopen(files.open_lock(self._file), "wb") as file:
            file.write(data)
            file.truncate()
        self._before = dict(self._pairs)

    def _key(self, copy: Path) -> str:
        return copy.relative_to(self._file.parent).as_posix()


def _looks(source: Path, copy: Path) -> list[int] | None:
    """Return inode, size and times of both; None where one has gone."""
    found: list[int] = []
    for path in (source, copy):
        try:
            status = path.lstat()
        except GONE:
            return None
        except OSError as error:
            raise unreadable(str(path), error) from error
        found += status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
    return found


def _read(path: Path) -> dict[str, list[int]]:
    """Return what was kept, nothing where it cannot be understood: all is compared anew then."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return {}  # who takes the lock is told
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            kept = json.loads(file.read())
    except (ValueError, *GONE):
        return {}
    except OSError as error:
        raise unreadable(str(path), error) from error
    return {key: looks for key, looks in kept.items() if key.count("/") > 1} if isinstance(kept, dict) else {}
