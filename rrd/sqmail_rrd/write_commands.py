"""The commands that write RRD files: `sqmail-rrd update` and `sqmail-rrd import`."""

import argparse
import signal
from collections.abc import Callable

from sqmail_command.output import DONE, FAILED, INTERRUPTED, complain
from sqmail_rrd.import_ import import_history
from sqmail_rrd.named_logs import absolute, named_logs
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
    """Return what is to be read."""
    sources = []
    for index, (instance, log, archives) in enumerate(named_logs(args)):
        queue = absolute(args.queue) if args.queue is not None and index == 0 else None
        sources.append(Source(instance, log, queue, args.tai_offset, args.timezone, archives))
    return sources


def _target(args: argparse.Namespace) -> Target:
    rrd = args.rrd if args.rrdcached is not None else absolute(args.rrd)
    return Target(rrd, absolute(args.state_dir), args.hostname, args.rrdcached, args.interval)
