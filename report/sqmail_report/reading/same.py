"""Files that lie in several of the directories given, as in a log and in its archive: each counts once.

A file is known by its name, which is the time of its closing, and by its first
line, however it is packed.  Directories that have one in common are one log.
"""

from __future__ import annotations

import os

from sqmail_log import tai64n
from sqmail_log.files import history, logfile
from sqmail_log.files.cursor import live_path
from sqmail_log.files.logfile import unreadable
from sqmail_log.places import distinct, status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqmail_log.units import Nanoseconds

_PACKED = (".gz", ".bz2", ".xz")


def name_of(path: str) -> str:
    """Return the label that a file is named by, whatever follows it; its whole name where it has none."""
    name = os.path.basename(path)  # noqa: PTH119 - pathlib is dear to import
    return name[: tai64n.LABEL_LENGTH] if name[:1] == "@" else name


def fingerprint_of(path: str) -> str:
    """Return what a file's first line is known by, '' where it has none.  Raises LogError."""
    try:
        file = logfile.OpenFile(path, finished=True)
    except OSError as error:
        raise unreadable(path, error) from error
    try:
        return file.fingerprint
    finally:
        file.close()


def groups(paths: Iterable[str]) -> list[list[str]]:
    """Return the logs, each once, those together that have a file in common.

    Raises LogError where a directory or file cannot be read.
    """
    logs = distinct(paths)
    if len(logs) == 1:
        return [logs]
    found: list[list[str]] = []
    group_of: dict[tuple[str, str], list[str]] = {}
    for log, marks in zip(logs, _marks_of_archives(logs), strict=True):
        group = [log]
        for mark in marks:
            other = group_of.get(mark)
            if other is not None and other is not group:
                # The one that was given first goes on.
                group, gone = (other, group) if group == [log] else (group, other)
                group += gone
                group_of.update((each, group) for each, its in group_of.items() if its is gone)
                found = [each for each in found if each is not gone]
        if group == [log]:
            found.append(group)
        group_of.update(dict.fromkeys(marks, group))
    return found


def united(places: Sequence[str], since: Nanoseconds | None = None, until: Nanoseconds | None = None) -> list[str]:
    """Return the files of directories of one log that may hold lines of a time, oldest first, each once.

    Of several with the same name and first line it is one that is not packed,
    and of live files the longest.  Raises LogError.
    """
    if len(places) == 1:
        return history.history_files(places[0], since, until)
    lives = [live_path(place) for place in places]
    listed = [history.history_files(place, since, until) for place in places]
    chosen: dict[tuple[str, str], str] = {}
    for paths, marks in zip(listed, _marks(listed), strict=True):
        for path, mark in zip(paths, marks, strict=True):
            before = chosen.get(mark)
            if before is None or _is_better(path, before):
                chosen[mark] = path
    # Labels begin with what sorts before all other names; `current` is the newest.
    return sorted(chosen.values(), key=lambda path: (path in lives, not name_of(path).startswith("@"), name_of(path)))


def _marks(listed: list[list[str]]) -> list[list[tuple[str, str]]]:
    """Return name and first line of each file, its path for the line where no other has its name."""
    counts: dict[str, int] = {}
    for paths in listed:
        for path in paths:
            name = name_of(path)
            counts[name] = counts.get(name, 0) + 1
    return [
        [
            (name, (fingerprint_of(path) or path) if counts[name] > 1 else path)
            for path in paths
            for name in [name_of(path)]
        ]
        for paths in listed
    ]


def _marks_of_archives(logs: list[str]) -> list[list[tuple[str, str]]]:
    """Return the `_marks` of the files with a label."""
    listed = [history.history_files(log) for log in logs]
    return _marks([[path for path in paths if name_of(path).startswith("@")] for paths in listed])


def _is_better(path: str, before: str) -> bool:
    if path.endswith(_PACKED) != before.endswith(_PACKED):
        return before.endswith(_PACKED)
    mine, other = status(path), status(before)
    return mine is not None and other is not None and not path.endswith(_PACKED) and mine.st_size > other.st_size
