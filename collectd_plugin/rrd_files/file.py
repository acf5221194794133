"""One RRD file, and the updates that are held back for it."""

from collections.abc import Sequence
from itertools import compress, islice
from operator import add, is_

from rrd_files.definition import DataSource, definition, shortest_row
from rrd_files.errors import WriterError
from rrd_files.header import LONGER
from rrd_files.rrdcached import RrdcachedError
from rrd_files.storage import Storage
from rrd_files.twins import Groups

_UNOPENED = 2**63
# Steps that a file bridges with its own heartbeat.
_UNAIDED = 2
_WHOLE = {int}
_OTHERS = bytes.maketrans(b"\0\1", b"\1\0")


class RrdFile:
    """The file of one series; `name` is host/plugin/type.  It is looked at, or created, with its first value."""

    __slots__ = (
        "_bridges", "_complaint", "_format", "_has_gaps", "_has_left_out", "_history", "_is_total", "_late", "_name",
        "_number", "_path", "_pending", "_second", "_sources", "_storage", "_time",
    )  # fmt: skip

    def __init__(self, storage: Storage, path: str, name: str, sources: Sequence[DataSource]) -> None:
        self._storage = storage
        self._path = path
        self._name = name
        self._sources = sources
        self._number = "%.15g" if sources[0].kind == "gauge" else "%d"
        self._format = "%d" + "".join(":%.15g" if source.kind == "gauge" else ":%d" for source in sources)
        self._history = 0
        self._is_total = sources[0].kind != "gauge"
        self._has_gaps = False
        self._has_left_out = False
        self._pending: list[str] = []
        self._late = 0
        self._complaint = ""
        self._time = 0.0
        self._second = _UNOPENED
        self._bridges = 0

    def put(self, time: float, interval: float, numbers: Sequence[int | float]) -> bool:
        """Hold back one update; False if it is not newer than the last one put here.

        Raises WriterError if there is no file and none can be created.
        """
        second = int(time + 0.5)
        if second <= self._second:
            if self._second != _UNOPENED:
                return self._not_newer(second, time)
            self._second = self._open(second, interval)
            return self.put(time, interval, numbers)
        if second - self._second > interval:
            self._begin(gaps=True)
        self._time = time
        self._second = second
        pending = self._pending
        pending.append(self._format % (second, *numbers))
        if len(pending) >= self._storage.batch:
            self.flush()
        return True

    def extend(self, seconds: Sequence[int], numbers: Sequence[int | float], interval: float) -> None:
        """Hold back many updates of a single data source, ascending; as put() does."""
        done = 0
        while done < len(seconds) and not self._second < seconds[done]:
            self.put(seconds[done], interval, numbers[done : done + 1])
            done += 1
        if done < len(seconds):
            heads = self._storage.heads(seconds)[done:]
            numbers = numbers[done:]
            follows = self._second == seconds[done] - interval
            in_row = seconds[-1] - seconds[done] == (len(heads) - 1) * interval
            if not follows or not in_row:
                self._begin(gaps=True)
            if self._bridges and in_row:
                most = self._bridges if follows else _UNAIDED
                needed, numbers = _needed(heads, numbers, most, follows=follows, is_total=self._is_total)
                if most > _UNAIDED and len(needed) < len(heads):
                    self._begin(gaps=False)
                heads = needed
            if set(map(type, numbers)) == _WHOLE:
                # Twice as fast, and most are (benchmark: import-sparse).
                self._pending += map(add, heads, map(repr, numbers))
            else:
                form = self._number
                self._pending += [
                    f"{head}{number}" if type(number) is int else head + form % number
                    for head, number in zip(heads, numbers, strict=True)
                ]
            self._time = self._second = seconds[-1]
            if len(self._pending) >= self._storage.batch:
                self.flush()

    def _begin(self, *, gaps: bool) -> None:
        """Begin anew with what is held back before it has both gaps and values that were left out.

        A file tells these from each other by its heartbeat alone.
        """
        if self._has_left_out if gaps else self._has_gaps:
            self.flush()
        self._has_gaps |= gaps
        self._has_left_out |= not gaps

    def _not_newer(self, second: int, time: float) -> bool:
        if time <= self._time:
            return False
        # Newer than what this process wrote, not than what the file holds: the daemon finds this out in
        # another thread and can only log it.
        self._time = time
        self._late += 1
        self._complaint = self._complaint or (
            f"illegal attempt to update using time {second} when last update time is {self._second} "
            "(minimum one second step)"
        )
        return True

    def _open(self, second: int, interval: float) -> int:
        """Return the time of the file's last update, in whole seconds; create it if there is none."""
        if any("\udc80" <= sign <= "\udcff" for sign in self._name):
            raise WriterError("rrdtool takes only UTF-8 names", f"rrd_create ({self._path}) failed.")
        storage = self._storage
        try:
            last = storage.last_update(self._path)
        except OSError as error:
            raise WriterError(f"{self._path}: {error.strerror}", f"rrd_info ({self._path}) failed.") from None
        except (RrdcachedError, storage.rrdtool.OperationalError) as error:
            raise WriterError(str(error), f"rrd_info ({self._path}) failed.") from None
        if last is not None:
            return last
        if any(part.startswith(".") for part in self._name.split("/")[:-1]):
            raise WriterError(
                f"Cowardly refusing to create a directory that begins with a `.' (dot): `{self._path}'",
                f"cu_rrd_create_file ({self._path}) failed.",
            )
        start = (second if second > 0 else int(storage.clock())) - 1
        try:
            step, *made = definition(self._sources, interval)
            storage.create(self._path, start, step, *made)
        except (ValueError, OSError, RrdcachedError, storage.rrdtool.OperationalError) as error:
            raise WriterError(
                f"cu_rrd_create_file failed: {error}", f"cu_rrd_create_file ({self._path}) failed."
            ) from None
        if storage.rrdcached is None:
            self._history = storage.histories.begun((start, step, *made))
        # A file that was there may have another heartbeat.
        if len(self._sources) == 1 and self._sources[0].kind in {"derive", "gauge"}:
            # rrdcached writes when it likes: a heartbeat can be no other meanwhile.
            alone = storage.rrdcached is None
            self._bridges = min(shortest_row(made), 1 + LONGER // step) if alone else _UNAIDED
        return start

    def hand_over(self, groups: Groups) -> None:
        """Add what is held back to `groups`; what was refused already is logged and counted."""
        self._tell_late()
        if self._pending:
            pending, patient = self._taken()
            self._history = groups.add(self._path, pending, self._history, patient=patient)

    def flush(self) -> None:
        """Write what is held back; what is refused is logged and counted."""
        self._tell_late()
        if self._pending:
            pending, patient = self._taken()
            self._history = 0
            self._storage.update(self._path, pending, patient=patient)

    def _taken(self) -> tuple[list[str], bool]:
        """Return what is held back, and whether values were left out of it, and hold back nothing."""
        taken = self._pending, self._has_left_out
        self._pending, self._has_gaps, self._has_left_out = [], False, False
        return taken

    def _tell_late(self) -> None:
        storage = self._storage
        if self._late:
            storage.late += self._late
            storage.warn(self._path, f"{self._path}: {self._complaint}; {self._late} such values")
            self._late = 0
            self._complaint = ""


def _needed(
    heads: list[str], numbers: Sequence[int | float], most: int, *, follows: bool, is_total: bool
) -> tuple[list[str], Sequence[int | float]]:
    """Leave out values that are the same as the next: the file bridges up to `most` steps, those of a row.

    Most totals of a log rarely count, and most limits never change: writing
    each would be most of a quiet log's import.  Of totals a step that counts
    ends with its own value.  `follows` says that the file has the step before
    the first.  Only whole numbers and NaN are left out: of others librrd's
    average of several steps may differ in the last bit.
    """
    # Identity tells NaN, too; a number that is the same and another object is only written.
    same = b"\0" * (not follows) + bytes(map(is_, numbers, islice(numbers, 1, None)))[not follows :] + b"\0"
    if is_total:
        same = (b"\0" + same).replace(b"\0\1", b"\0\0")[1:]
    left_out = same.replace(b"\1" * most, b"\1" * (most - 1) + b"\0")
    if any(number == number and number % 1 for number in set(compress(numbers, left_out))):  # noqa: PLR0124 - NaN
        return heads, numbers
    needed = left_out.translate(_OTHERS)
    return list(compress(heads, needed)), list(compress(numbers, needed))
