"""Which archives lie between a position and the live file, and whether any is missing."""

from __future__ import annotations

from bisect import bisect_right

from sqmail_log import files, tai64n

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sqmail_log.files import Archive
    from sqmail_log.position import Position

# An archive's name is its closing time, but s6-log counts 27 leap seconds that multilog does not.
NAME_SLACK = 60 * tai64n.SECOND


class Changed(Exception):  # noqa: N818 - nothing is wrong
    """Files were renamed while they were looked at: look again."""


class Backlog:
    """The archives that are still to be read, oldest first.

    `resumes` tells that the first is the one the position lies in.  `gaps`
    counts the places before it where lines may have been lost.
    """

    __slots__ = ("_done", "_last", "gaps", "resumes", "todo")

    def __init__(
        self, archives: list[Archive], todo: list[Archive], begin: str, gaps: int, *, resumes: bool
    ) -> None:
        labels = {archive.label for archive in todo}
        self.todo = todo
        self.gaps = gaps
        self.resumes = resumes
        self._last = [begin]
        for archive in todo:
            self._last.append(archive.label or self._last[-1])
        self._done = [archive.label for archive in archives if archive.label and archive.label not in labels]

    def passed(self, number: int) -> str:
        """Return `Position.passed` for a place in the archive of that number; -1: before the first."""
        last = self._last[number + 1]
        return "".join([last, *self._done[bisect_right(self._done, last) :]])


def first(archives: list[Archive], since: int | None, *, live_is_empty: bool) -> Backlog:
    """Return what a first reading takes: archives closed at or after `since`, all for None.

    Where there are none and the live file is empty, it is the newest archive.
    """
    todo = [archive for archive in archives if since is None or archive.closed >= since - NAME_SLACK]
    if not todo and live_is_empty:
        todo = archives[-1:]
    left_out = [archive.label for archive in archives[: len(archives) - len(todo)]]
    return Backlog(archives, todo, left_out[-1] if left_out else "", 0, resumes=False)


def after(archives: list[Archive], position: Position, live_inode: int) -> Backlog:
    """Return what there is to read behind `position`.  Raises LogError and Changed."""
    oldest_done = position.passed[: tai64n.LABEL_LENGTH]
    index = _find(archives, position)
    if index is None:
        todo = [archive for archive in archives if is_new(archive, position)]
        counted = not position.inode
        gaps = 0 if counted or _is_complete(archives, todo, position) else 1
        return Backlog(archives, todo, oldest_done, gaps, resumes=False)
    found, *later = archives[index:]
    todo = [found, *(archive for archive in later if not archive.label or is_new(archive, position))]
    truncated = not found.label and position.inode == live_inode
    gaps = int(truncated or _in_doubt(found, later, oldest_done))
    return Backlog(archives, todo, oldest_done, gaps, resumes=True)


def continues(log: str, live: files.OpenFile, position: Position) -> bool:
    """Tell whether `position` lies in the live file.  Raises LogError."""
    if live.inode != position.inode:
        return False
    if position.head:
        return live.head == position.head and (live.compressed or live.size() >= position.offset)
    # A file without a line is known by its inode alone, and that may be another file's by now.
    return not any(
        archive.inode != live.inode and is_new(archive, position) for archive in files.archives(log)
    )


def is_new(archive: Archive, position: Position) -> bool:
    """Tell whether nothing of an archive, other than the one that `position` lies in, was read."""
    if not archive.label:
        return archive.closed > position.stamp
    return archive.label > position.passed[: tai64n.LABEL_LENGTH] and archive.label not in position.passed


def _is_complete(archives: list[Archive], todo: list[Archive], position: Position) -> bool:
    """Tell whether nothing can be missing before `todo`, where the position was in a file without a line.

    Loggers remove the oldest first: while what was passed last is there, nothing newer has gone.
    """
    if position.head:
        return False
    passed = position.passed[: tai64n.LABEL_LENGTH]
    return any(passed and archive.label == passed for archive in archives) or (
        bool(todo) and todo[0].inode == position.inode
    )


def _in_doubt(found: Archive, later: list[Archive], oldest_done: str) -> bool:
    """Tell whether the clock was set back behind the names of files that were read.

    What has a name between then and now may be one of those or new.
    """
    if not found.label or found.label >= oldest_done:
        return False
    now = tai64n.encode(tai64n.now()).decode()
    return any(archive.label and archive.label <= now and archive.label < oldest_done for archive in later)


def _find(archives: list[Archive], position: Position) -> int | None:
    """Return the index of the archive that `position` lies in; None where it is gone.

    The likely ones are opened first: same inode, then by closing time.
    """
    order = sorted(
        range(len(archives)),
        key=lambda i: (archives[i].inode != position.inode, archives[i].closed < position.stamp, i),
    )
    if not position.head:
        if any(archive.label for archive in archives):
            return None  # inodes are used again, and names tell what is new
        return next((i for i in order if archives[i].inode == position.inode), None)
    for i in order:
        file = files.open_archive(archives[i])
        if file is None:
            raise Changed
        try:
            if file.head == position.head:
                return i
        finally:
            file.close()
    return None
