"""One RRD file, and the updates that are held back for it."""

import re
from collections.abc import Sequence
from itertools import islice
from operator import is_

from rrd_files.definition import DataSource, definition
from rrd_files.errors import WriterError
from rrd_files.rrdcached import RrdcachedError
from rrd_files.storage import Storage

_UNOPENED = 2**63
# Three or more values that are the same, as pairs of neighbours.
_RUN = re.compile(rb"\x01{2,}")


class RrdFile:
    """The file of one series; `name` is host/plugin/type.  It is looked at, or created, with its first value."""

    __slots__ = (
        "_bridges", "_complaint", "_format", "_late", "_name", "_path", "_pending", "_second", "_sources",
        "_storage", "_time",
    )  # fmt: skip

    def __init__(self, storage: Storage, path: str, name: str, sources: Sequence[DataSource]) -> None:
        self._storage = storage
        self._path = path
        self._name = name
        self._sources = sources
        self._format = "%d" + "".join(":%.15g" if source.kind == "gauge" else ":%d" for source in sources)
        self._pending: list[str] = []
        self._late = 0
        self._complaint = ""
        self._time = 0.0
        self._second = _UNOPENED
        self._bridges = False

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
        self._time = time
        self._second = second
        pending = self._pending
        pending.append(self._format % (second, *numbers))
        if len(pending) >= self._storage.batch:
            self.flush()
        return True

    def extend(self, values: Sequence[tuple[int, int | float]], interval: float) -> None:
        """Hold back many updates of a single data source, ascending; as put() does."""
        done = 0
        while done < len(values) and not self._second < values[done][0]:
            self.put(values[done][0], interval, values[done][1:])
            done += 1
        if done < len(values):
            form = self._format
            # Of whole numbers, which most are, this is twice as fast (benchmark: import-sparse).
            self._pending += [
                f"{second}:{number}" if type(number) is int else form % (second, number)
                for second, number in self._needed(values[done:], interval)
            ]
            self._time = self._second = values[-1][0]
            if len(self._pending) >= self._storage.batch:
                self.flush()

    def _needed(
        self, values: Sequence[tuple[int, int | float]], interval: float
    ) -> Sequence[tuple[int, int | float]]:
        """Leave out every other of several values that are the same: the file bridges two steps.

        Most totals of a log rarely count, and most limits never change: writing
        each would be half of a quiet log's import.  Only whole numbers and NaN
        are left out: of others librrd's average of two steps may differ in the
        last bit.
        """
        if not self._bridges or values[-1][0] - values[0][0] != (len(values) - 1) * interval:
            return values
        numbers = [number for _, number in values]
        # Identity tells NaN, too; a number that is the same and another object is only written.
        same = bytes(map(is_, numbers, islice(numbers, 1, None)))
        needed: list[tuple[int, int | float]] = []
        done = 0
        for run in _RUN.finditer(same):
            first, last = run.span()
            number = numbers[first]
            if number == number and number % 1:  # noqa: PLR0124 - NaN
                continue
            needed += values[done:first]
            needed += values[first:last:2]
            done = last
        return [*needed, *values[done:]] if done else values

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
            storage.create(self._path, start, *definition(self._sources, interval))
        except (ValueError, OSError, RrdcachedError, storage.rrdtool.OperationalError) as error:
            raise WriterError(
                f"cu_rrd_create_file failed: {error}", f"cu_rrd_create_file ({self._path}) failed."
            ) from None
        # A file that was there may have another heartbeat.
        self._bridges = len(self._sources) == 1 and self._sources[0].kind in {"derive", "gauge"}
        return start

    def flush(self) -> None:
        """Write what is held back; what is refused is logged and counted."""
        storage = self._storage
        if self._late:
            storage.late += self._late
            storage.warn(self._path, f"{self._path}: {self._complaint}; {self._late} such values")
            self._late = 0
            self._complaint = ""
        if self._pending:
            pending, self._pending = self._pending, []
            storage.update(self._path, pending)
