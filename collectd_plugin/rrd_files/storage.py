"""Storage: how files are made, described and updated, by librrd or through rrdcached; what is lost is counted."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from syslog import LOG_WARNING

from rrd_files import header
from rrd_files.background import Background, Loss
from rrd_files.header import LONGER, follow_umask
from rrd_files.librrd import load, patiently
from rrd_files.rrdcached import Rrdcached, RrdcachedError
from rrd_files.twins import Copies, Histories


class Storage:
    """Files below one directory, written here or through the rrdcached at an address.

    `written`, `late` (not newer than what their file held) and `lost` (the update failed) count values;
    `late` and `lost` ones are in the log, too.  Raises RrdError without the module rrdtool, ValueError for an
    absolute directory on another host.
    """

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
        real = rrdcached is not None and not self.remote
        self.data_dir = os.path.realpath(data_dir) if real else os.fspath(data_dir)
        self.rrdtool = load()
        self.rrdcached = rrdcached
        self.batch = batch
        self.ordered = ordered
        self.guard = guard
        self.broken: dict[str, str] = {}
        self.written = 0
        self.late = 0
        self.lost = 0
        self.clock: Callable[[], float] = lambda: 0.0
        self.log: Callable[[int, str], None] = _to_stderr
        self._background: Background | None = None
        # Files that are not what those of their history are: values were lost, or others have written into them.
        self._parted: set[str] = set()
        self.histories = Histories()
        self._seconds: Sequence[int] = []
        self._heads: list[str] = []

    def attach(self, clock: Callable[[], float], log: Callable[[int, str], None]) -> None:
        """Take the clock (Unix seconds) and the log (of severities, as syslog has them, and messages) of the daemon."""
        self.clock = clock
        self.log = log

    def last_update(self, path: str) -> int | None:
        """Return the Unix time of a file's last update, None if there is no such file.

        The heartbeat that a run left which was killed while it wrote is put right.
        """
        if not self.remote and not Path(path).exists():
            return None
        if self.rrdcached:
            with Rrdcached(self.rrdcached) as daemon:
                return daemon.last_update(path)
        known = patiently(self.rrdtool.info, path)
        heartbeat = 2 * known["step"]
        if known.get("ds[value].minimal_heartbeat") == heartbeat + LONGER:
            with self.guard():
                header.impatient(path, heartbeat)
        return int(known["last_update"])

    def create(self, path: str, start: int, step: int, *definitions: str) -> None:
        """Create a file that takes values after `start`, here or on rrdcached's host."""
        if self.rrdcached and self.remote:
            with Rrdcached(self.rrdcached) as daemon:
                daemon.create(path, start, step, definitions)
        else:
            options = ("--no-overwrite", "--start", str(start), "--step", str(step))
            with self.guard():
                Path(path).parent.mkdir(parents=True, exist_ok=True)
                self.rrdtool.create(path, *options, *definitions)
                follow_umask(Path(path))

    @contextmanager
    def in_background(self) -> Iterator[None]:
        """Write in a process of its own; the end of the `with` statement waits until all is written.

        Nothing else waits, and losses are counted and told by later calls.  Raises WriterError if that
        process dies.
        """
        self._background = Background(self._write)
        try:
            yield
        finally:
            background, self._background = self._background, None
            self._count_lost(background.finish())

    def heads(self, seconds: Sequence[int]) -> list[str]:
        """Return the begin of the text of an update for each second; the same list is asked for again and again."""
        if seconds is not self._seconds:
            self._seconds = seconds
            self._heads = [f"{second}:" for second in seconds]
        return self._heads

    def update(self, path: str, updates: Sequence[str], twins: Sequence[str] = (), *, patient: bool = False) -> None:
        """Write updates, for a file's twins as well; what is refused is logged and counted.

        A `patient` file bridges the time between two values as its heartbeat, made longer meanwhile, allows.
        """
        self.written += len(updates) * (1 + len(twins))
        write = self._background.put if self._background else self._write
        self._count_lost(write(path, updates, twins, patient=patient))

    def _write(
        self, path: str, updates: Sequence[str], twins: Sequence[str] = (), *, patient: bool = False
    ) -> Iterator[Loss]:
        copies = Copies(path, twins, updates)
        yield from self._write_one(path, updates, patient=patient)
        for twin in twins:
            if copies.are_worth and self._parted.isdisjoint((path, twin)) and self._is_copied(copies, twin):
                continue
            if copies.are_worth:
                self._parted.add(twin)
            yield from self._write_one(twin, updates, patient=patient)

    def _is_copied(self, copies: Copies, twin: str) -> bool:
        with self.guard():
            return copies.make(twin)

    def _write_one(self, path: str, updates: Sequence[str], *, patient: bool) -> Iterator[Loss]:
        if path in self.broken:
            yield path, len(updates), self.broken[path]
            return
        try:
            if self.rrdcached:
                with Rrdcached(self.rrdcached) as daemon:
                    for count, reason in daemon.update(path, updates):
                        yield self._loss(path, count, reason)
            else:
                with self.guard(), header.patient(path) if patient else nullcontext():
                    patiently(self.rrdtool.update, path, *updates)
        except OSError as error:
            yield self._loss(path, len(updates), f"{path}: {error.strerror}")
        except (RrdcachedError, self.rrdtool.OperationalError, self.rrdtool.ProgrammingError) as error:
            yield self._loss(path, len(updates), str(error))

    def _loss(self, path: str, count: int, reason: str) -> Loss:
        self._parted.add(path)
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
        self.log(LOG_WARNING, f"rrdtool plugin: rrd_update_r ({path}) failed: {what}")


def _to_stderr(_severity: int, message: str) -> None:
    print(ascii(message)[1:-1], file=sys.stderr)
