"""The tree of RRD files, written without collectd: `sqmail-rrd update` and `sqmail-rrd import`.

Both run the collectd plugin under the stand-in for the daemon, so that names,
values and archives are those that collectd would write.
"""

import argparse
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

import collectd_shim
import sqmail_collectd
from collectd_shim import Config
from collectd_shim.daemon.route import WriterError
from rrd_files.binding import RrdError
from sqmail_collectd.instance import Instance
from sqmail_collectd.settings import STATE_DIR
from sqmail_command.arguments import duration
from sqmail_command.progress import Bar
from sqmail_command.text import terminal
from sqmail_log.errors import SqmailError
from sqmail_log.files.history import history_files
from sqmail_log.state import owner
from sqmail_log.tai64n import SECOND
from sqmail_rrd import jobs as processes
from sqmail_rrd.shelf import Shelf

__all__ = [
    "DATA_DIR",
    "Outcome",
    "Source",
    "Target",
    "add_arguments_import",
    "add_arguments_update",
    "import_history",
    "run_import",
    "run_update",
    "update",
]

DATA_DIR: Final = "/var/lib/collectd/rrd"
DAY: Final = 86400.0
_EVER: Final = 100 * 365 * DAY
# Seconds of work between two moments at which nothing is under way; with a process that writes, it gets
# work once a turn.
_TURN: Final = 3.0
_SHORT_TURN: Final = 0.25
_ERROR: Final = 3
_WARNING: Final = 4
_REMEDY: Final = "nothing is written to it; --set-torn-aside renames it to NAME.rrd.torn and makes it anew"
_MODULE: Final = "sqmail_collectd"


class Source(NamedTuple):
    """A log, what it is called in the tree, and the spool that is counted with it."""

    instance: str
    log: str
    queue: str | None = None


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


def update(
    sources: list[Source],
    target: Target,
    *,
    log: Callable[[str], None],
    history: float = DAY,
    clock: Callable[[], int] = time.time_ns,
    progress: Callable[[list[Instance]], None] = lambda _: None,
    jobs: int = 1,
    set_torn_aside: bool = False,
) -> Outcome:
    """Bring the RRD files of some logs up to date, going back `history` seconds the first time.

    `log` is called with what goes wrong, a line each, while the other logs go
    on; a file that takes no values holds back no other.  `set_torn_aside`
    renames damaged files, and they are made anew from the states.  With two
    `jobs` or more a process of its own writes the files.  After
    an exception or a kill the next call goes on where this one was; a kill in
    the very moment of librrd's writing can cost that file a minute, for librrd
    has no transactions.  Raises RrdError where rrdtool is missing, or where the
    process that writes has died.
    """
    told: set[tuple[int, str]] = set()

    def take_note(severity: int, message: str) -> None:
        if severity <= _WARNING and (severity, message) not in told:
            told.add((severity, message))
            log(message.removeprefix(f"{_MODULE}: "))

    try:
        guard = nullcontext if target.rrdcached is not None else partial(owner.acting, target.rrd)
        tree = collectd_shim.RrdTree(target.rrd, rrdcached=target.rrdcached, ordered=True, guard=guard)
    except (collectd_shim.RrdtoolMissingError, ValueError) as error:
        raise RrdError(str(error)) from None
    shelf = Shelf(tree, target.hostname)

    def set_aside(path: Path) -> None:
        log(f"{path}: torn, set aside as {shelf.set_aside(path).name}")

    # rrdcached is a process of its own already.
    has_writer = jobs > 1 and target.rrdcached is None

    plugins = []

    def register(collectd: Any) -> None:
        plugin = sqmail_collectd.register(
            collectd,
            clock=clock,
            settle=shelf.settle,
            budget=_SHORT_TURN if has_writer else _TURN,
            takers={tree.name: shelf.take},
            files=shelf.files,
            set_aside=set_aside if set_torn_aside else None,
            remedy=_REMEDY,
        )
        plugins.append(plugin)

    blocks = [_block(source, target, history) for source in sources]
    with _explained(), ExitStack() as stack:
        if has_writer:
            stack.enter_context(tree.in_background())
        host = stack.enter_context(
            collectd_shim.Host(clock=lambda: clock() / SECOND, writer=tree, log=take_note)
        )
        host.load(register, *blocks)
        instances = plugins[0].instances
        done = False
        while not done:
            host.read()
            progress(instances)
            done = all(instance.is_done for instance in instances)
        complete = all(instance.is_well for instance in instances) and len(instances) == len(sources)
    failed = any(severity <= _ERROR for severity, _ in told)
    return Outcome(tree.written, complete and not tree.lost and not failed)


def import_history(
    sources: list[Source],
    target: Target,
    *,
    log: Callable[[str], None],
    jobs: int = 1,
    set_torn_aside: bool = False,
) -> Outcome:
    """Do as `update` does from the oldest archive on, with a progress bar on standard error."""
    total = sum(_size(source.log) for source in sources)
    with Bar(total) as bar:

        def show(instances: list[Instance]) -> None:
            bar.show(total - sum(instance.behind for instance in instances))

        return update(
            sources,
            target,
            log=log,
            history=_EVER,
            progress=show,
            jobs=jobs,
            set_torn_aside=set_torn_aside,
        )


def add_arguments_update(parser: argparse.ArgumentParser) -> None:
    """Add the options of `sqmail-rrd update`."""
    _add_arguments(parser)
    parser.add_argument(
        "--history",
        type=_duration,
        default=DAY,
        metavar="DURATION",
        help="how much of the archives to take up on the first run (default 1d; 90s, 15m, 6h, 2d, 1w)",
    )


def add_arguments_import(parser: argparse.ArgumentParser) -> None:
    """Add the options of `sqmail-rrd import`."""
    _add_arguments(parser)
    processes.add_argument(parser, "read and write")


def run_update(args: argparse.Namespace) -> int:
    """Run `sqmail-rrd update`; return the exit code."""
    action = partial(update, _sources(args), _target(args), history=args.history)
    return _run("update", partial(action, set_torn_aside=args.set_torn_aside))


def run_import(args: argparse.Namespace) -> int:
    """Run `sqmail-rrd import`; return the exit code."""
    action = partial(import_history, _sources(args), _target(args), jobs=args.jobs)
    return _run("import", partial(action, set_torn_aside=args.set_torn_aside))


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--log",
        action="append",
        required=True,
        metavar="DIR",
        help="a multilog directory or a plain file; repeatable",
    )
    parser.add_argument(
        "--instance",
        action="append",
        default=[],
        metavar="NAME",
        help="what the log at the same place among the --log options is called (default: its last folder)",
    )
    parser.add_argument("--queue", metavar="DIR", help="count this spool too, with the first log")
    parser.add_argument(
        "--rrd", default=DATA_DIR, metavar="DIR", help="the tree of RRD files (default %(default)s)"
    )
    parser.add_argument(
        "--state-dir", default=STATE_DIR, metavar="DIR", help="what is remembered (default %(default)s)"
    )
    parser.add_argument(
        "--hostname",
        default=socket.gethostname(),
        metavar="NAME",
        help="the host's folder in the tree, as collectd's Hostname (default: this host's name)",
    )
    parser.add_argument(
        "--interval",
        type=_duration,
        default=60.0,
        metavar="DURATION",
        help="how often this command is run, for what is counted at the moment of the run (default 1m)",
    )
    parser.add_argument(
        "--rrdcached", metavar="ADDRESS", help="write through rrdcached: unix:/PATH, HOST or HOST:PORT"
    )
    parser.add_argument(
        "--set-torn-aside",
        action="store_true",
        help="rename RRD files that are damaged to NAME.rrd.torn, and make them anew from what is remembered",
    )


def _run(command: str, action: Callable[..., Outcome]) -> int:
    def log(message: str) -> None:
        print(f"sqmail-rrd {command}: {terminal(message)}", file=sys.stderr)

    # Between two updates of a file, not in the middle of one.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        outcome = action(log=log)
    except KeyboardInterrupt:
        log("stopped; the same command goes on from here")
        return 130
    return 0 if outcome.complete else 1


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except WriterError as error:
        raise RrdError(str(error)) from None


def _sources(args: argparse.Namespace) -> list[Source]:
    if len(args.instance) > len(args.log):
        raise RrdError(f"--instance {args.instance[len(args.log)]!a} has no --log to name")
    sources = []
    for index, given in enumerate(args.log):
        log = _absolute(given)
        instance = args.instance[index] if index < len(args.instance) else log.rpartition("/")[2]
        queue = _absolute(args.queue) if args.queue is not None and index == 0 else None
        sources.append(Source(instance, log, queue))
    return sources


def _target(args: argparse.Namespace) -> Target:
    rrd = args.rrd if args.rrdcached is not None else _absolute(args.rrd)
    return Target(rrd, _absolute(args.state_dir), args.hostname, args.rrdcached, args.interval)


def _absolute(path: str) -> str:
    """Return the path from the root on, links kept: the last name may become the instance's."""
    return os.path.abspath(path)  # noqa: PTH100


def _block(source: Source, target: Target, history: float) -> Config:
    options: dict[str, Any] = {
        "Instance": source.instance,
        "Log": source.log,
        "StateDir": target.state_dir,
        "Host": target.hostname,
        "History": history,
        "Interval": target.interval,
    }
    if target.rrdcached is None:
        options["DataDir"] = target.rrd
    if source.queue is not None:
        options["Queue"] = source.queue
    return collectd_shim.block("Module", _MODULE, **options)


def _size(log: str) -> int:
    try:
        return sum(Path(path).stat().st_size for path in history_files(log))
    except (OSError, SqmailError):
        return 0


def _duration(text: str) -> float:
    try:
        return duration(text) / SECOND
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
