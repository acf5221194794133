"""What a check costs when little or nothing is new: the cost that recurs every minute."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from benchmarks import peers
from benchmarks.bench import prepared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from benchmarks.bench import Bench, Row
    from benchmarks.datasets import Dataset
    from benchmarks.peers import Program

_STEP = 300_000
_CHECKS = {
    "send": ("check_qmail_queue", "check_qmail_delivery", "check_qmail_concurrency", "check_qmail_log"),
    "smtpd": ("check_qmail_smtpd", "check_qmail_auth"),
}


def idle(bench: Bench) -> Iterator[Row]:
    """Measure every check with nothing new, against a check that does nothing, and the peers."""
    hello = peers.hello_world(bench.python())
    for kind, names in _CHECKS.items():
        dataset = _live(bench, kind)
        subject = f"{kind} log, {dataset.megabytes:.0f} MB, nothing new"
        state = bench.scratch(f"idle-{kind}")
        rounds = bench.idle_rounds
        for name in names:
            ours = bench.check(name, dataset.log, state)
            bench.warm(ours)
            yield bench.compared("idle", subject, dataset, ours, hello, target=1.15, rounds=rounds)
        ours = bench.check(names[0], dataset.log, state)
        for peer in _rereading(bench, kind, dataset):
            bench.warm(peer)
            yield bench.compared("idle", subject, dataset, ours, peer, rounds=rounds)


def increment(bench: Bench) -> Iterator[Row]:
    """Measure 300 kB more on a log, against the same check with nothing new, and the peers."""
    for kind, (name, *_) in _CHECKS.items():
        rounds = bench.idle_rounds
        dataset, parts = bench.datasets.growing(kind, bench.live_size, _STEP, rounds * 4)
        subject = f"{kind} log, {bench.live_size / 1e6:.0f} MB + 300 kB"
        state = bench.scratch(f"increment-{kind}")
        quiet = bench.check(name, dataset.log, state)
        bench.warm(quiet)
        quiet = replace(quiet, name=f"{name}, nothing new")
        ours = _appending(bench.check(name, dataset.log, state), dataset.current, parts)
        yield bench.compared(
            "increment", subject, dataset, ours, quiet, target=0.010, as_difference=True, rounds=rounds
        )
        for peer in _rereading(bench, kind, dataset):
            bench.warm(peer)
            yield bench.compared("increment", subject, dataset, ours, peer, rounds=rounds)


def _live(bench: Bench, kind: str) -> Dataset:
    make: Callable[[int], Dataset] = bench.datasets.send if kind == "send" else bench.datasets.smtpd
    return make(bench.live_size)


def _rereading(bench: Bench, kind: str, dataset: Dataset) -> list[Program]:
    """List the peers that an operator runs every few minutes on the same log."""
    scratch = bench.scratch(f"idle-peers-{kind}")
    everything = peers.counting(kind, dataset, bench.tools, scratch)
    mrtg = [peer for peer in everything if peer.name.startswith("qmail-mrtg")]
    logfiles = peers.check_logfiles("nothing forgotten", kind, dataset, bench.tools, scratch, cold=False)
    return [*mrtg, logfiles, peers.check_log(dataset, scratch)]


def _appending(program: Program, log: Path, parts: list[bytes]) -> Program:
    """Return the program with one more part appended to the log before each run."""
    remaining = iter(parts)

    def append() -> None:
        with log.open("ab") as stream:
            stream.write(next(remaining))

    return prepared(program, append)
