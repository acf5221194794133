"""Values of RRD files, read without librrd, which maps each file anew for each question (benchmark: fleet).

Where nothing but zeros is in rows, as in most files of a tree, they are given as one number.
"""

from __future__ import annotations

import fcntl
import math
import operator
import os
from array import array
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

from rrd_files import header
from rrd_files.errors import RrdError
from rrd_files.header import DamagedError, Header
from rrd_files.librrd import retried

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rrd_files.rows import Rows

_NUMBER = 8
_LOCKED = (BlockingIOError, PermissionError)

Values: TypeAlias = "float | array[float]"
"""Numbers of rows in order of time, NaN where nothing is known; a single one where it is that of each row."""


def read(path: str, function: str, wanted: Iterable[Rows]) -> list[Values]:
    """Return what a file has in rows of a consolidation function (AVERAGE, MAX), for each stretch of rows wanted.

    No update is seen half: librrd's lock is held for as long as that takes.  Raises RrdError.
    """
    with reading(path):
        descriptor = header.open_(path)
        try:
            _lock(descriptor, path)
            found = header.read(descriptor)
            return [_rows(descriptor, found, path, function, rows) for rows in wanted]
        finally:
            os.close(descriptor)


@contextmanager
def reading(path: str) -> Iterator[None]:
    """Raise RrdError, with the file's name, for what goes wrong with it."""
    try:
        yield
    except OSError as error:
        raise RrdError(f"reading {path!a}: {error.strerror}") from None
    except DamagedError as error:
        raise RrdError(f"reading {path!a}: {error}") from None


def _lock(descriptor: int, path: str) -> None:
    """Wait until nobody writes, as `librrd.patiently` does.  Raises RrdError after ten seconds, and OSError."""
    how = fcntl.LOCK_SH | fcntl.LOCK_NB
    try:
        retried(lambda: fcntl.lockf(descriptor, how), lambda error: isinstance(error, _LOCKED))
    except _LOCKED:
        raise RrdError(f"reading {path!a}: another process keeps it locked") from None


def _rows(descriptor: int, found: Header, path: str, function: str, rows: Rows) -> Values:
    archives = found.layout.archives
    fitting = [number for number, one in enumerate(archives) if one.function == function]
    if not fitting:
        raise RrdError(f"reading {path!a}: it has no archive of the function {function}")
    step = rows.stored
    # Of several with the same rows the longest; a file whose rows are others than its tree's gives the nearest.
    number = min(fitting, key=lambda one: (abs(archives[one].step - step), -archives[one].rows))
    own = archives[number].step
    values = _stored(descriptor, found, number, rows.start // own * own, -(-rows.end // own) * own)
    if isinstance(values, float):
        return values
    if own != step:
        first = rows.start // own
        ends = range(rows.start // step * step + step, rows.end + step, step)
        values = array("d", [values[min(len(values), -(-end // own) - first) - 1] for end in ends])
    return thinned(values, function, rows) if rows.fine else values


def thinned(values: Sequence[float], function: str, rows: Rows) -> array[float]:
    """Return rows that are made of several stored ones each, of these."""
    number, lacking = rows.step // rows.fine, rows.start % rows.step // rows.fine
    first = min(-lacking % number, len(values))
    last = (len(values) - first) % number
    whole = values[first : len(values) - last] if first or last else values
    joined: Iterable[float] = whole[::number]
    for place in range(1, number):
        joined = map(max if function == "MAX" else operator.add, joined, whole[place::number])
    found = array("d", joined if function == "MAX" else [total / number for total in joined])
    if any(map(math.isnan, found)):
        for place, value in enumerate(found):
            if math.isnan(value):
                found[place] = _joined(whole[place * number : (place + 1) * number], function)
    return array("d", [
        *([_joined(values[:first], function)] if first else []), *found,
        *([_joined(values[-last:], function)] if last else []),
    ])  # fmt: skip


def _joined(values: Sequence[float], function: str) -> float:
    """Return one row for several, of which some may be unknown."""
    known = [value for value in values if not math.isnan(value)]
    if not known:
        return math.nan
    return max(known) if function == "MAX" else sum(known) / len(known)


def _stored(descriptor: int, found: Header, number: int, start: int, end: int) -> Values:
    """Return the rows of an archive behind `start`, which like `end` is the end of one."""
    archive = found.layout.archives[number]
    count = (end - start) // archive.step
    # So many rows before the newest one is the first.
    back = found.reach.second // archive.step - start // archive.step - 1
    before = min(max(0, back - archive.rows + 1), count)
    behind = min(max(0, count - back - 1), count - before)
    known = count - before - behind
    if known <= 0:
        return math.nan
    first = (found.newest[number] - back + before) % archive.rows
    size = known * _NUMBER
    most = (archive.rows - first) * _NUMBER
    data = os.pread(descriptor, min(size, most), archive.place + first * _NUMBER)
    if size > most:
        data += os.pread(descriptor, size - most, archive.place)
    if len(data) < size:
        raise DamagedError("torn: it was cut off meanwhile")
    if known == count and data == bytes(size):
        return 0.0
    values = array("d", data)
    if before:
        values = array("d", [math.nan]) * before + values
    if behind:
        values += array("d", [math.nan]) * behind
    return values
