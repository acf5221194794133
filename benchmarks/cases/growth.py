"""How cost grows with the log, its archives, the messages left open, and the reasons given."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from benchmarks import peers
from benchmarks.cases.idle import appending

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.bench import Bench, Row
    from benchmarks.datasets import Dataset

_ARCHIVES = (1, 10, 100, 1000)
_OPEN = (0, 1_000, 10_000, 100_000, 1_000_000)
_REASONS = (10, 100, 1_000, 10_000)
_NEW = {300_000: None, 3_000_000: None, 5_000_000: 0.1, 20_000_000: None}
"""Bytes that are new behind a million open messages, and the seconds of processor that are aimed at."""
_CHECK = "check_qmail_queue"


def growth_size(bench: Bench) -> Iterator[Row]:
    """Measure logs of 16 MB and more, up to the largest wanted."""
    size = 16_000_000
    sizes = []
    while size < bench.largest:
        sizes.append(size)
        size *= 4
    for size in [*sizes, bench.largest]:
        dataset = bench.datasets.send(size)
        yield from _passes(bench, "growth: log size", f"{dataset.megabytes:.0f} MB", dataset)
        if size > bench.size:
            bench.datasets.remove(dataset)


def growth_archives(bench: Bench) -> Iterator[Row]:
    """Measure one log cut into more and more archives."""
    for archives in _ARCHIVES:
        dataset = bench.datasets.send(bench.live_size, archives=archives)
        yield from _passes(bench, "growth: archives", f"{archives} archives", dataset)


def growth_open(bench: Bench) -> Iterator[Row]:
    """Measure more and more messages left in the queue; the longer logs are theirs."""
    for count in _OPEN:
        if count <= bench.most_open:
            dataset = bench.datasets.send(bench.live_size, open_messages=count)
            yield from _passes(bench, "growth: open messages", f"{count} open", dataset)


def million_open(bench: Bench) -> Iterator[Row]:
    """Measure what is new behind as many open messages as are wanted, against nothing new.

    The difference of the memories is what it takes on top.
    """
    for step, target in _NEW.items():
        dataset, parts = bench.datasets.behind(bench.most_open, step, bench.rounds)
        state = bench.scratch("million-open")
        quiet = bench.check(_CHECK, dataset.log, state)
        bench.warm(quiet)
        ours = appending(bench.check(_CHECK, dataset.log, state), dataset.current, parts)
        quiet = replace(quiet, name=f"{_CHECK}, nothing new")
        subject = f"{bench.most_open} open, +{step / 1e6:g} MB"
        yield bench.compared("million-open", subject, dataset, ours, quiet, target=target, as_difference=True)


def growth_reasons(bench: Bench) -> Iterator[Row]:
    """Measure more and more different reasons for failures."""
    for count in _REASONS:
        dataset = bench.datasets.send(bench.live_size, reasons=count)
        subject = f"{dataset.truth['reasons']} reasons"
        yield from _passes(bench, "growth: reasons", subject, dataset)
        failures = bench.ours("sqmail-report", "failures", "--log", str(dataset.log))
        yield bench.measured("growth: reasons", subject, failures)
        if dataset.truth["reasons"] < count:
            return


def _passes(bench: Bench, case: str, what: str, dataset: Dataset) -> Iterator[Row]:
    state = bench.scratch("growth")
    cold = bench.check(_CHECK, dataset.log, state, cold=True)
    rounds = max(1, min(bench.rounds, int(5e8 / dataset.truth["bytes"]) + 1))
    if len(dataset.truth["files"]) == 1:
        everything = peers.counting("send", dataset, bench.tools, bench.scratch("peers"))
        mawk = next(peer for peer in everything if peer.name == "mawk")
        yield bench.compared(case, f"{what}, cold", dataset, cold, mawk, rounds=rounds)
    else:
        yield bench.measured(case, f"{what}, cold", cold, rounds=rounds)
    quiet = bench.check(_CHECK, dataset.log, state)
    bench.warm(quiet)
    hello = peers.hello_world(bench.python())
    yield bench.compared(case, f"{what}, nothing new", dataset, quiet, hello, rounds=bench.idle_rounds)
