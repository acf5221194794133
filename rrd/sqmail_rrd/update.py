"""An update: the collectd plugin runs under the stand-in for the daemon, and a tree of RRD files is written.

So names, values and archives are those that collectd would write.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, nullcontext
from functools import partial
from pathlib import Path
from syslog import LOG_ERR, LOG_WARNING
from types import ModuleType
from typing import Any, NamedTuple

import collectd_shim
import sqmail_collectd
from collectd_shim import Config
from rrd_files.errors import RrdError
from rrd_files.tree import RrdTree
from sqmail_collectd.instance import Instance
from sqmail_collectd.plugin import NAME, Plugin
from sqmail_log.state import owner
from sqmail_log.tai64n import MULTILOG_OFFSET, SECOND
from sqmail_log.units import Seconds
from sqmail_rrd.tree_sink import TreeSink

DAY = 86400.0
# Seconds of work between two moments at which nothing is under way.
_TURN = 3.0
# Minutes that are put into a file at once, those of a slice that was read: to open one costs librrd as much as 200
# values.
_BATCH = 4000
_REMEDY = "nothing is written to it; --set-torn-aside renames it to NAME.rrd.torn and makes it anew"


class Source(NamedTuple):
    """A log, what it is called in the tree, and the spool that is counted with it.

    `tai_offset` is how many seconds its stamps are ahead of Unix time, `zone` the
    time zone of dates that name none, '' for the machine's.  In the directories
    `archives` lie archives of the log besides its own.
    """

    instance: str
    log: str
    queue: str | None = None
    tai_offset: Seconds = MULTILOG_OFFSET
    zone: str = ""
    archives: tuple[str, ...] = ()


class Target(NamedTuple):
    """Where values and bookmarks go: two directories, the host's name, the address of an rrdcached.

    `interval` is the pause between two updates in seconds.
    """

    rrd: str
    state_dir: str
    hostname: str
    rrdcached: str | None = None
    interval: float = 60.0


class Outcome(NamedTuple):
    """How many values were written, and whether each log was read to its end and each file took its values."""

    values: int
    complete: bool


class Update:
    """Brings the RRD files of some logs up to date, going back `history` seconds the first time.

    `log` is called with what goes wrong, a line each, while the other logs go
    on; a file that takes no values holds back no other.  `progress` is called
    after each read.  `set_torn_aside` renames damaged files, and they are made
    anew from the states.  With two `jobs` or more a process of its own writes
    the files.  Raises RrdError where rrdtool is missing.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        target: Target,
        *,
        log: Callable[[str], None],
        history: float = DAY,
        clock: Callable[[], int] = time.time_ns,
        progress: Callable[[Sequence[Instance]], None] = lambda _: None,
        jobs: int = 1,
        set_torn_aside: bool = False,
    ) -> None:
        self._blocks = [_block(source, target, history) for source in sources]
        self._archives = {source.instance: source.archives for source in sources}
        self._log = log
        self._clock = clock
        self._progress = progress
        self._sets_aside = set_torn_aside
        # rrdcached is a process of its own already.
        self._has_process = jobs > 1 and target.rrdcached is None
        self._told: set[tuple[int, str]] = set()
        guard = nullcontext if target.rrdcached is not None else partial(owner.acting, target.rrd)
        try:
            self._tree = RrdTree(target.rrd, rrdcached=target.rrdcached, batch=_BATCH, ordered=True, guard=guard)
        except ValueError as error:
            raise RrdError(str(error)) from None
        self._sink = TreeSink(self._tree, target.hostname)

    def run(self) -> Outcome:
        """Read and write all there is.

        After an exception or a kill the next update goes on where this one was;
        a kill in the very moment of librrd's writing can cost that file a
        minute, for librrd has no transactions.  Raises RrdError where the
        process that writes has died.
        """
        with ExitStack() as stack:
            if self._has_process:
                stack.enter_context(self._tree.in_background())
            host = stack.enter_context(
                collectd_shim.Host(clock=lambda: self._clock() / SECOND, writer=self._tree, log=self._note)
            )
            instances = host.load(self._register, *self._blocks).instances
            is_done = False
            while not is_done:
                host.read()
                self._progress(instances)
                is_done = all(instance.is_done for instance in instances)
            complete = all(instance.is_well for instance in instances) and len(instances) == len(self._blocks)
        failed = any(severity <= LOG_ERR for severity, _ in self._told)
        return Outcome(self._tree.written, complete and not self._tree.lost and not failed)

    def _register(self, collectd: ModuleType) -> Plugin:
        return sqmail_collectd.register(
            collectd,
            clock=self._clock,
            acknowledge=self._sink.acknowledge,
            budget=_TURN,
            batch=_BATCH,
            at_once=True,
            archives=self._archives,
            sinks={self._tree.name: self._sink.put},
            files=self._sink.files,
            set_aside=self._set_aside if self._sets_aside else None,
            remedy=_REMEDY,
        )

    def _note(self, severity: int, message: str) -> None:
        """Pass on each warning and error once."""
        if severity <= LOG_WARNING and (severity, message) not in self._told:
            self._told.add((severity, message))
            self._log(message.removeprefix(f"{NAME}: "))

    def _set_aside(self, path: Path) -> None:
        self._log(f"{path}: torn, set aside as {self._sink.set_aside(path).name}")


def _block(source: Source, target: Target, history: float) -> Config:
    options: dict[str, Any] = {
        "Instance": source.instance,
        "Log": source.log,
        "StateDir": target.state_dir,
        "Host": target.hostname,
        "History": history,
        "Interval": target.interval,
        "TaiOffset": source.tai_offset,
        "TimeZone": source.zone,
    }
    if target.rrdcached is None:
        options["DataDir"] = target.rrd
    if source.queue is not None:
        options["Queue"] = source.queue
    return collectd_shim.block("Module", NAME, **options)
