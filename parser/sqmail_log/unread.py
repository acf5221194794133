"""What a reader has still to read, so that nobody removes it before."""

from __future__ import annotations

from sqmail_log import backlog, files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sqmail_log.position import Position


def unread(log: str, position: Position | None) -> list[files.Archive]:
    """Return the archives of `log` that `follow` may still open from `position` (None: all), oldest first.

    The archive that the position lies in is among them, even when nothing in
    it is left: without it the reader could not tell that nothing was lost.
    Raises LogError where the directory or a file cannot be read.
    """
    if position is None:
        return files.archives(log)
    live = files.open_live(log)
    if live is not None:
        try:
            if backlog.continues(log, live, position):
                return []
        finally:
            live.close()
    return backlog.after(files.archives(log), position, live.inode if live is not None else 0).todo
