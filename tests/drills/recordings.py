"""The recorded drills: the directories that real multilogs wrote, and the same as they were at any moment."""

import bisect
import tarfile
from itertools import accumulate, chain
from pathlib import Path

from drills.multilog import Directory, moment

DATA = Path(__file__).with_name("data")
SERVICES = ("qmail-send", "qmail-smtpd", "qmail-smtpsub", "qmail-smtps", "qmail-pop3d")
"""Every service whose log a drill may have."""


def unpack(name, folder):
    """Unpack a recorded drill and return its directories by service."""
    with tarfile.open(DATA / f"{name}.tar.xz") as packed:
        for member in packed:
            if member.isfile():
                path = folder / member.name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(packed.extractfile(member).read())
    return {service: folder / service for service in SERVICES if (folder / service).is_dir()}


class Replay:
    """One directory, written anew up to a moment as multilog had written it until then."""

    def __init__(self, source, target):
        archives = sorted(source.glob("@*"))
        files = [file.read_bytes().splitlines(keepends=True) for file in (*archives, source / "current")]
        self._lines = list(chain.from_iterable(files))
        self._stamps = [moment(line) for line in self._lines]
        self._names = [file.name for file in archives]
        # After so many lines the file gets its name.
        self._ends = list(accumulate(map(len, files[:-1])))
        self._written = 0
        self._directory = Directory(target, size=1 << 40, kept=0)

    def until(self, now):
        """Write what has a stamp of a moment or before (Unix nanoseconds); return whether there is any line yet."""
        last = bisect.bisect_right(self._stamps, now)
        while self._names and self._ends[0] <= last and moment(self._names[0].encode()) <= now:
            self._directory.write(self._lines[self._written : self._ends[0]])
            self._written = self._ends.pop(0)
            self._directory.rotate(self._names.pop(0))
        self._directory.write(self._lines[self._written : last])
        self._written = last
        self._directory.age(now)
        return last > 0

