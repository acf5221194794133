"""The RRD tree: the files that collectd's rrdtool plugin would write, at the same paths."""

import math
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from types import ModuleType
from typing import Final

from collectd_shim.daemon.datasets import DataSet
from collectd_shim.daemon.log import INFO, WARNING, Log, to_stderr
from collectd_shim.daemon.route import Identity, Sink, WriterError
from rrd_files import librrd
from rrd_files.background import Background, Loss
from rrd_files.rrdcached import Rrdcached, RrdcachedError

__all__ = ["RrdTree", "RrdtoolMissingError", "definition"]

_ROWS: Final = 1200
_XFF: Final = 0.1
_TIMESPANS: Final = (3600, 86400, 7 * 86400, 31 * 86400, 366 * 86400)
_FUNCTIONS: Final = ("AVERAGE", "MIN", "MAX")

_UNOPENED: Final = 2**63


class RrdtoolMissingError(RuntimeError):
    """The Python module rrdtool is not installed; the message says how to get it."""

    def __init__(self) -> None:
        super().__init__(
            "writing RRD files needs the Python module rrdtool: apt install python3-rrdtool, "
            "or pip install 'sqmail-monitoring[rrd]'"
        )


def definition(dataset: DataSet, interval: float) -> tuple[int, *tuple[str, ...]]:
    """Return a file's step in seconds, then its data sources and archives as `rrdtool create` takes them.

    *interval* is that of the series in seconds; step and heartbeat are whole seconds. The archives hold
    1200 rows or more for an hour, a day, a week, 31 and 366 days. Raises ValueError for an interval of
    less than half a second or of more than 34 years, with which librrd 1.7 would crash.
    """
    step = int(interval + 0.5)
    heartbeat = int(2 * interval + 0.5)
    if not 0 < step < heartbeat < 2**31:
        raise ValueError("Could not calculate RRAs")
    arguments = []
    for source in dataset.sources:
        low, high = ("U" if math.isnan(limit) else f"{limit:f}" for limit in (source.minimum, source.maximum))
        arguments.append(f"DS:{source.name}:{source.kind.upper()}:{heartbeat}:{low}:{high}")
    for index, timespan in enumerate(_TIMESPANS):
        span = max(timespan, step * _ROWS) if timespan // step < _ROWS else timespan
        steps = 1 if index == 0 else span // (_ROWS * step)
        rows = -(-span // (steps * step))
        arguments += [f"RRA:{function}:{_XFF:.10f}:{steps}:{rows}" for function in _FUNCTIONS]
    return step, *arguments


class RrdTree:
    """A tree DATA_DIR/HOST/PLUGIN-INSTANCE/TYPE-INSTANCE.rrd, as collectd keeps it.

    Values are held back, up to *batch* a file, and written by flush(): what was not flushed is lost if the
    process is killed. `written`, `late` (not newer than what their file held) and `lost` (the update
    failed) count values; `late` and `lost` ones are in the log, too.

    *rrdcached* is the address of an rrdcached to write through. If that is a Unix socket, files are
    created here, and DATA_DIR must lie in the daemon's base directory. For a host's address DATA_DIR is
    relative to that directory, and the daemon creates the files (it needs its option -R for new
    directories).

    With *ordered* a file that has lost a value gets no later ones, so that it says truly up to where it
    has them all; the daemon goes on with such a file. `broken` says by path why.

    Raises RrdtoolMissingError without the module rrdtool, ValueError for an absolute DATA_DIR on another
    host.
    """

    name: str = "rrdtool"

    def __init__(
        self,
        data_dir: Path | str,
        *,
        rrdcached: str | None = None,
        batch: int = 1000,
        ordered: bool = False,
        guard: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        self.remote = rrdcached is not None and not rrdcached.startswith(("/", "unix:"))
        if self.remote and Path(data_dir).is_absolute():
            raise ValueError(
                f"{data_dir}: for rrdcached at {rrdcached} give the directory relative to its base"
            )
        # rrdcached compares real paths with its base directory.
        self.data_dir = os.path.realpath(data_dir) if rrdcached and not self.remote else os.fspath(data_dir)
        self.rrdtool = _rrdtool()
        self.rrdcached = rrdcached
        self.batch = batch
        self.ordered = ordered
        self.guard = guard
        self.broken: dict[str, str] = {}
        self.written = 0
        self.late = 0
        self.lost = 0
        self.clock: Callable[[], float] = lambda: 0.0
        self.log: Log = to_stderr
        self._files: dict[str, _File] = {}
        self._background: Background | None = None

    def attach(self, clock: Callable[[], float], log: Log) -> None:
        """Take the host's clock and log."""
        self.clock = clock
        self.log = log

    def open(self, identity: Identity, dataset: DataSet) -> Sink:
        """Return the sink of one file; the file is looked at, or created, with its first value."""
        return self._file(identity, dataset).put

    def extend(
        self, identity: Identity, dataset: DataSet, interval: float, values: Sequence[tuple[int, int | float]]
    ) -> None:
        """Put many values of a series with one data source: their times in whole seconds, ascending.

        Its file becomes the same as if its sink were called for each, at a fifth of the price. Raises
        WriterError if there is no file and none can be created.
        """
        self._file(identity, dataset).extend(values, interval)

    def _file(self, identity: Identity, dataset: DataSet) -> "_File":
        identifier = "/".join(identity)
        file = self._files.get(identifier)
        if file is None:
            path = f"{self.data_dir.rstrip('/')}/{identifier}.rrd"
            file = self._files[identifier] = _File(self, path, identifier, dataset)
        return file

    def last_update(self, path: str) -> int | None:
        """Return the Unix time of a file's last update, None if there is no such file."""
        if not self.remote and not Path(path).exists():
            return None
        if self.rrdcached:
            with Rrdcached(self.rrdcached) as daemon:
                return daemon.last_update(path)
        return int(librrd.patiently(self.rrdtool.info, path)["last_update"])

    def create(self, path: str, start: int, step: int, *definitions: str) -> None:
        """Create a file that takes values after *start*, here or on rrdcached's host."""
        if self.rrdcached and self.remote:
            with Rrdcached(self.rrdcached) as daemon:
                daemon.create(path, start, step, definitions)
        else:
            options = ("--no-overwrite", "--start", str(start), "--step", str(step))
            with self.guard():
                Path(path).parent.mkdir(parents=True, exist_ok=True)
                self.rrdtool.create(path, *options, *definitions)
                # librrd lets all read, whatever the umask says.
                Path(path).chmod(0o666 & ~_umask())

    @contextmanager
    def in_background(self) -> Iterator[None]:
        """Write in a process of its own; the end of the `with` statement waits until all is written.

        flush() does not wait, and losses are counted and told by later calls. Raises WriterError if that
        process dies.
        """
        self._background = Background(self._write)
        try:
            yield
        finally:
            background, self._background = self._background, None
            self._count_lost(background.finish())

    def update(self, path: str, updates: Sequence[str]) -> None:
        """Write updates; what is refused is logged and counted."""
        self.written += len(updates)
        self._count_lost((self._background.put if self._background else self._write)(path, updates))

    def _write(self, path: str, updates: Sequence[str]) -> Iterator[Loss]:
        if path in self.broken:
            yield path, len(updates), self.broken[path]
            return
        try:
            if self.rrdcached:
                with Rrdcached(self.rrdcached) as daemon:
                    for count, reason in daemon.update(path, updates):
                        yield self._loss(path, count, reason)
            else:
                with self.guard():
                    librrd.patiently(self.rrdtool.update, path, *updates)
        except (RrdcachedError, self.rrdtool.OperationalError, self.rrdtool.ProgrammingError) as error:
            yield self._loss(path, len(updates), str(error))

    def _loss(self, path: str, count: int, reason: str) -> Loss:
        if self.ordered:
            self.broken.setdefault(path, reason)
        return path, count, reason

    def _count_lost(self, losses: Iterable[Loss]) -> None:
        for path, count, reason in losses:
            self.written -= count
            self.lost += count
            self._loss(path, count, reason)
            self.warn(path, f"{reason}; {count} values")

    def warn(self, path: str, what: str) -> None:
        """Log what went wrong with an update, as the daemon does."""
        self.log(WARNING, f"rrdtool plugin: rrd_update_r ({path}) failed: {what}")

    def flush(self, identifier: str | None = None) -> None:
        """Write what is held back, of the file named host/plugin/type or of all."""
        if identifier is None:
            for file in self._files.values():
                file.flush()
        elif identifier in self._files:
            self._files[identifier].flush()
        else:
            path = f"{self.data_dir}/{identifier}.rrd"
            self.log(INFO, f"rrdtool plugin: rrd_cache_flush_identifier: c_avl_get ({path}) failed. "
                           "Does that file really exist?")  # fmt: skip


class _File:
    """One RRD file and the updates that are held back for it."""

    __slots__ = (
        "_bridges", "_complaint", "_dataset", "_format", "_identifier", "_late", "_path", "_pending",
        "_second", "_time", "_tree",
    )  # fmt: skip

    def __init__(self, tree: RrdTree, path: str, identifier: str, dataset: DataSet) -> None:
        self._tree = tree
        self._path = path
        self._identifier = identifier
        self._dataset = dataset
        self._format = "%d" + "".join(
            ":%.15g" if source.kind == "gauge" else ":%d" for source in dataset.sources
        )
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
        if len(pending) >= self._tree.batch:
            self.flush()
        return True

    def extend(self, values: Sequence[tuple[int, int | float]], interval: float) -> None:
        """Hold back many updates of a single data source, ascending; as put() does."""
        done = 0
        while done < len(values) and not self._second < values[done][0]:
            self.put(values[done][0], interval, values[done][1:])
            done += 1
        if done < len(values):
            self._pending += map(self._format.__mod__, self._needed(values[done:], interval))
            self._time = self._second = values[-1][0]
            if len(self._pending) >= self._tree.batch:
                self.flush()

    def _needed(
        self, values: Sequence[tuple[int, int | float]], interval: float
    ) -> Sequence[tuple[int, int | float]]:
        """Leave out every other value of a total that stands still: the file bridges two steps.

        Most totals of a log never count, and writing each would be half of a quiet log's import.
        """
        (first, total), (last, last_total) = values[0], values[-1]
        stands_still = (
            self._bridges
            and total == last_total
            and last - first == (len(values) - 1) * interval
            and len({number for _, number in values}) == 1
        )
        return [*values[:-1:2], values[-1]] if stands_still else values

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
        if any("\udc80" <= sign <= "\udcff" for sign in self._identifier):
            raise WriterError("rrdtool takes only UTF-8 names", f"rrd_create ({self._path}) failed.")
        tree = self._tree
        try:
            last = tree.last_update(self._path)
        except OSError as error:
            raise WriterError(f"{self._path}: {error.strerror}", f"rrd_info ({self._path}) failed.") from None
        except (RrdcachedError, tree.rrdtool.OperationalError) as error:
            raise WriterError(str(error), f"rrd_info ({self._path}) failed.") from None
        if last is not None:
            return last
        if any(part.startswith(".") for part in self._identifier.split("/")[:-1]):
            raise WriterError(
                f"Cowardly refusing to create a directory that begins with a `.' (dot): `{self._path}'",
                f"cu_rrd_create_file ({self._path}) failed.",
            )
        start = (second if second > 0 else int(tree.clock())) - 1
        try:
            tree.create(self._path, start, *definition(self._dataset, interval))
        except (ValueError, OSError, RrdcachedError, tree.rrdtool.OperationalError) as error:
            raise WriterError(
                f"cu_rrd_create_file failed: {error}", f"cu_rrd_create_file ({self._path}) failed."
            ) from None
        # A file that was there may have another heartbeat.
        self._bridges = self._dataset.sources[0].kind == "derive"
        return start

    def flush(self) -> None:
        """Write what is held back; what is refused is logged and counted."""
        tree = self._tree
        if self._late:
            tree.late += self._late
            tree.warn(self._path, f"{self._path}: {self._complaint}; {self._late} such values")
            self._late = 0
            self._complaint = ""
        if self._pending:
            pending, self._pending = self._pending, []
            tree.update(self._path, pending)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _rrdtool() -> ModuleType:
    try:
        return librrd.load()
    except ImportError:
        raise RrdtoolMissingError from None
