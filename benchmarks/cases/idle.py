"""What a check costs when little or nothing is new: the cost that recurs every minute."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from benchmarks import peers
from benchmarks.bench import Row, prepared
from benchmarks.measure import CommandFailedError
from project import CHECKS
from sqmail_log.state.timeline import KEEP_MINUTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from benchmarks.bench import Bench
    from benchmarks.datasets import Dataset
    from benchmarks.peers import Program

_STEP = 300_000
_TARGET = 0.9
_TARGET_OF_ALL = 1.5
_PLAIN = {"send": "check_qmail_queue", "smtpd": "check_qmail_smtpd"}
"""The kinds of logs, and a check that stands for the others."""


def idle(bench: Bench) -> Iterator[Row]:
    """Measure every check with nothing new, against a check that does nothing, and the peers."""
    hello = peers.hello_world(bench.python())
    names = [f"check_qmail_{name}" for name in CHECKS]
    for kind, plain in _PLAIN.items():
        dataset = _live(bench, kind)
        subject = f"{kind} log, {dataset.megabytes:.0f} MB, nothing new"
        state = bench.scratch(f"idle-{kind}")
        rounds = bench.idle_rounds
        of_this = [name for name in names if _reads(bench, name, dataset.log, state)]
        names = [name for name in names if name not in of_this]
        for name in of_this:
            ours = bench.check(name, dataset.log, state)
            bench.warm(ours)
            yield bench.compared("idle", subject, dataset, ours, hello, target=_TARGET, rounds=rounds)
        ours = bench.check(plain, dataset.log, state)
        for peer in _rereading(bench, kind, dataset):
            bench.warm(peer)
            yield bench.compared("idle", subject, dataset, ours, peer, rounds=rounds)
    for name in names:
        yield Row("idle", "all logs", name, note=f"{name} answers on none of these logs")
    logs = [_live(bench, kind) for kind in _PLAIN]
    options = [part for dataset in logs for part in ("--log", str(dataset.log))]
    state = bench.scratch("idle-all")
    ours = bench.ours("check_qmail", *options, "--state-dir", str(state))
    bench.warm(ours)
    subject = "all checks in one run, both logs, nothing new"
    yield bench.compared("idle", subject, logs[0], ours, hello, target=_TARGET_OF_ALL, rounds=bench.idle_rounds)
    _repeat_past(state)
    subject += ", eight days known"
    yield bench.compared("idle", subject, logs[0], ours, hello, target=_TARGET_OF_ALL, rounds=bench.idle_rounds)


def increment(bench: Bench) -> Iterator[Row]:
    """Measure 300 kB more on a log, against the same check with nothing new, and the peers."""
    for kind, name in _PLAIN.items():
        rounds = bench.idle_rounds
        dataset, parts = bench.datasets.growing(kind, bench.live_size, _STEP, rounds * 4)
        subject = f"{kind} log, {bench.live_size / 1e6:.0f} MB + 300 kB"
        state = bench.scratch(f"increment-{kind}")
        quiet = bench.check(name, dataset.log, state)
        bench.warm(quiet)
        quiet = replace(quiet, name=f"{name}, nothing new")
        ours = appending(bench.check(name, dataset.log, state), dataset.current, parts)
        yield bench.compared(
            "increment", subject, dataset, ours, quiet, target=0.010, as_difference=True, rounds=rounds
        )
        for peer in _rereading(bench, kind, dataset):
            bench.warm(peer)
            yield bench.compared("increment", subject, dataset, ours, peer, rounds=rounds)


def _live(bench: Bench, kind: str) -> Dataset:
    make: Callable[[int], Dataset] = bench.datasets.send if kind == "send" else bench.datasets.smtpd
    return make(bench.live_size)


def _repeat_past(state: Path) -> None:
    """Give states the past that one in use has: their own minutes, again and again."""
    for path in state.glob("*.sqlite"):
        with closing(sqlite3.connect(path)) as opened, opened:
            rows = dict(opened.execute("SELECT number, sums FROM minutes"))
            begin, end = min(rows), max(rows) + 1
            past = [(minute, begin + (minute - begin) % (end - begin)) for minute in range(end - KEEP_MINUTES, begin)]
            known = ((minute, rows[same]) for minute, same in past if same in rows)
            opened.executemany("INSERT INTO minutes VALUES (?, ?)", known)


def _reads(bench: Bench, name: str, log: Path, state: Path) -> bool:
    """Tell whether a check is of a log: of another program's it knows nothing."""
    program = bench.check(name, log, state)
    if program.command is None:
        return True
    try:
        bench.launcher.run(program.command)
    except CommandFailedError:
        return False
    return True


def _rereading(bench: Bench, kind: str, dataset: Dataset) -> list[Program]:
    """List the peers that an operator runs every few minutes on the same log."""
    scratch = bench.scratch(f"idle-peers-{kind}")
    everything = peers.counting(kind, dataset, bench.tools, scratch)
    mrtg = [peer for peer in everything if peer.name.startswith("qmail-mrtg")]
    logfiles = peers.check_logfiles("nothing forgotten", kind, dataset, bench.tools, scratch, cold=False)
    return [*mrtg, logfiles, peers.check_log(dataset, scratch)]


def appending(program: Program, log: Path, parts: list[bytes]) -> Program:
    """Return the program with one more part appended to the log before each run."""
    remaining = iter(parts)

    def append() -> None:
        with log.open("ab") as stream:
            stream.write(next(remaining))

    return prepared(program, append)
