"""The tree of RRD files, written without collectd: `sqmail-rrd update` and `sqmail-rrd import`.

Both run the collectd plugin under the stand-in for the daemon, so that names,
values and archives are those that collectd would write.
"""

import argparse
import os
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

import collectd_shim
import sqmail_collectd
from collectd_shim import Config
from sqmail_collectd.instance import Instance
from sqmail_collectd.settings import STATE_DIR
from sqmail_log import times
from sqmail_log.errors import SqmailError
from sqmail_log.follow import history_files
from sqmail_log.progress import Bar
from sqmail_log.tai64n import SECOND
from sqmail_rrd.binding import RrdError
from sqmail_rrd.text import plain

__all__ = [
    "DATA_DIR",
    "Outcome",
    "add_arguments_import",
    "add_arguments_update",
    "import_history",
    "run_import",
    "run_update",
    "update",
]

DATA_DIR: Final = "/var/lib/collectd/rrd"
_EVER: Final = 100.0 * 365 * 86400
# Seconds of work between two moments at which nothing is under way.
_TURN: Final = 3.0
_WARNING: Final = 4
_MODULE: Final = "sqmail_collectd"


class Outcome(NamedTuple):
    """How many values were written, and whether each log was read to its end."""

    values: int
    complete: bool


def update(
    blocks: list[Config],
    data_dir: str,
    *,
    hostname: str,
    rrdcached: str | None = None,
    log: Callable[[str], None],
    clock: Callable[[], int] = time.time_ns,
    progress: Callable[[list[Instance]], None] = lambda _: None,
) -> Outcome:
    """Bring the RRD files of some logs up to date.

    `blocks` are <Module sqmail_collectd> blocks; `log` is called with what
    goes wrong, a line each, while the other logs go on.  It may be killed at
    any time: the next call goes on where this one was.  Raises RrdError where
    there is no rrdtool or no log.
    """

    def take_note(severity: int, message: str) -> None:
        if severity <= _WARNING:
            log(message.removeprefix(f"{_MODULE}: "))

    try:
        tree = collectd_shim.RrdTree(data_dir, rrdcached=rrdcached)
    except (collectd_shim.RrdtoolMissingError, ValueError) as error:
        raise RrdError(str(error)) from None

    def settle() -> None:
        tree.flush()
        if tree.lost:
            raise RrdError(f"{tree.lost} values could not be written to {data_dir}")

    plugins = []

    def register(collectd: Any) -> None:
        plugins.append(sqmail_collectd.register(collectd, clock=clock, settle=settle, budget=_TURN))

    with collectd_shim.Host(
        hostname=hostname, clock=lambda: clock() / SECOND, writer=tree, log=take_note
    ) as host:
        host.load(register, *blocks)
        instances = plugins[0].instances
        if not instances:
            raise RrdError("there is no log to read; give --log DIR")
        done = False
        while not done:
            host.read()
            progress(instances)
            done = all(instance.is_done for instance in instances)
        complete = all(instance.is_well for instance in instances) and len(instances) == len(blocks)
    return Outcome(tree.written, complete)


def import_history(
    blocks: list[Config],
    data_dir: str,
    *,
    hostname: str,
    rrdcached: str | None = None,
    log: Callable[[str], None],
) -> Outcome:
    """Do as `update` does, with a progress bar on standard error."""
    total = sum(map(_size, blocks))
    with Bar(total) as bar:

        def show(instances: list[Instance]) -> None:
            bar.show(total - sum(instance.behind for instance in instances))

        return update(blocks, data_dir, hostname=hostname, rrdcached=rrdcached, log=log, progress=show)


def add_arguments_update(parser: argparse.ArgumentParser) -> None:
    """Add the options of `sqmail-rrd update`."""
    _add_arguments(parser)
    parser.add_argument(
        "--history",
        type=_duration,
        default=86400.0,
        metavar="DURATION",
        help="how much of the archives to take up on the first run (default 1d; 90s, 15m, 6h, 2d, 1w)",
    )


def add_arguments_import(parser: argparse.ArgumentParser) -> None:
    """Add the options of `sqmail-rrd import`."""
    _add_arguments(parser)


def run_update(args: argparse.Namespace) -> int:
    """Run `sqmail-rrd update`; return the exit code."""
    return _run(args, update, args.history)


def run_import(args: argparse.Namespace) -> int:
    """Run `sqmail-rrd import`; return the exit code."""
    return _run(args, import_history, _EVER)


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
        help="the host's folder in the tree, as collectd's Hostname (default %(default)s)",
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


def _run(args: argparse.Namespace, action: Callable[..., Outcome], history: float) -> int:
    command = f"sqmail-rrd {action.__name__.removesuffix('_history')}"

    def log(message: str) -> None:
        print(f"{command}: {plain(message)}", file=sys.stderr)

    try:
        outcome = action(
            _blocks(args, history), args.rrd, hostname=args.hostname, rrdcached=args.rrdcached, log=log
        )
    except KeyboardInterrupt:
        log("stopped; the same command goes on from here")
        return 130
    return 0 if outcome.complete else 1


def _blocks(args: argparse.Namespace, history: float) -> list[Config]:
    """Return a <Module> block for each log of the command line."""
    if len(args.instance) > len(args.log):
        raise RrdError(f"--instance {args.instance[len(args.log)]!a} has no --log to name")
    blocks = []
    for index, given in enumerate(args.log):
        log = _absolute(given)
        options: dict[str, Any] = {
            "Instance": args.instance[index] if index < len(args.instance) else log.rpartition("/")[2],
            "Log": log,
            "StateDir": _absolute(args.state_dir),
            "Host": args.hostname,
            "History": history,
            "Interval": args.interval,
        }
        if args.rrdcached is None:
            options["DataDir"] = _absolute(args.rrd)
        if args.queue is not None and index == 0:
            options["Queue"] = _absolute(args.queue)
        blocks.append(collectd_shim.block("Module", _MODULE, **options))
    return blocks


def _absolute(path: str) -> str:
    """Return the path from the root on, links kept: the last name may become the instance's."""
    return os.path.abspath(path)  # noqa: PTH100


def _size(block: Config) -> int:
    (log,) = (child.values[0] for child in block.children if child.key == "Log")
    try:
        return sum(Path(path).stat().st_size for path in history_files(log))
    except (OSError, SqmailError):
        return 0


def _duration(text: str) -> float:
    try:
        return times.duration(text) / SECOND
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
