"""The commands that write RRD files: `sqmail-rrd update` and `sqmail-rrd import`."""

import argparse
import os
import signal
from collections.abc import Callable

from rrd_files.errors import RrdError
from sqmail_command.output import DONE, FAILED, INTERRUPTED, complain
from sqmail_log.files.cursor import JOURNAL
from sqmail_log.places import distinct
from sqmail_rrd.import_ import import_history
from sqmail_rrd.update import Outcome, Source, Target, Update


def run_update(args: argparse.Namespace) -> int:
    """Run `sqmail-rrd update`; return the exit code."""

    def update(log: Callable[[str], None]) -> Outcome:
        aside = args.set_torn_aside
        return Update(_sources(args), _target(args), log=log, history=args.history, set_torn_aside=aside).run()

    return _run("update", update)


def run_import(args: argparse.Namespace) -> int:
    """Run `sqmail-rrd import`; return the exit code."""

    def update(log: Callable[[str], None]) -> Outcome:
        aside = args.set_torn_aside
        return import_history(_sources(args), _target(args), log=log, jobs=args.jobs, set_torn_aside=aside)

    return _run("import", update)


def _run(command: str, update: Callable[[Callable[[str], None]], Outcome]) -> int:
    def log(message: str) -> None:
        complain(f"sqmail-rrd {command}", message)

    # Between two updates of a file, not in the middle of one.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        outcome = update(log)
    except KeyboardInterrupt:
        log("stopped; the same command goes on from here")
        return INTERRUPTED
    return DONE if outcome.complete else FAILED


def _sources(args: argparse.Namespace) -> list[Source]:
    """Return what is to be read: logs with the same name are one, the last of them the one that is followed."""
    if len(args.instance) > len(args.log):
        raise RrdError(f"--instance {args.instance[len(args.log)]!a} has no --log to name")
    logs: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for index, given in enumerate(args.log):
        log = given if given.startswith(JOURNAL) else _absolute(given)
        folder = _name_of(log)
        name = args.instance[index] if index < len(args.instance) else names.get(folder, folder)
        names.setdefault(folder, name)
        logs.setdefault(name, []).append(log)
    sources = []
    for index, (name, of_name) in enumerate(logs.items()):
        *archives, log = distinct(of_name)
        for archive in archives:
            if archive.startswith(JOURNAL) or log.startswith(JOURNAL) or not os.path.isdir(archive):  # noqa: PTH112
                raise RrdError(f"{archive}: is no directory; of logs called {name} only the last may be none")
        queue = _absolute(args.queue) if args.queue is not None and index == 0 else None
        sources.append(Source(name, log, queue, args.tai_offset, args.timezone, tuple(archives)))
    return sources


def _name_of(log: str) -> str:
    if log.startswith(JOURNAL):
        return log.removeprefix(JOURNAL).rpartition("=")[2].removesuffix(".service")
    return log.rpartition("/")[2]


def _target(args: argparse.Namespace) -> Target:
    rrd = args.rrd if args.rrdcached is not None else _absolute(args.rrd)
    return Target(rrd, _absolute(args.state_dir), args.hostname, args.rrdcached, args.interval)


def _absolute(path: str) -> str:
    """Return the path from the root on, links kept: the last name may become the instance's."""
    return os.path.abspath(path)  # noqa: PTH100
