"""Cold passes: no saved position, everything is read and summed up."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from benchmarks import peers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.bench import Bench, Row

_ARCHIVES = 20
_TARGETS = {
    ("send", "mawk"): 2.2,
    ("send", "qmail-mrtg, all 6 flags"): 0.65,
    ("smtpd", "qmail-mrtg, all 11 flags"): 0.15,
    ("report", "tai64nfrac | matchup | zoverall"): 0.5,
}


def cold_send(bench: Bench) -> Iterator[Row]:
    """Measure the pass over a qmail-send log that answers all checks."""
    yield from _cold(bench, "send", "check_qmail_queue", "check_qmail_delivery")


def cold_smtpd(bench: Bench) -> Iterator[Row]:
    """Measure the pass over a session log that answers all checks."""
    yield from _cold(bench, "smtpd", "check_qmail_smtpd")


def _cold(bench: Bench, kind: str, name: str, *more: str) -> Iterator[Row]:
    dataset = bench.datasets.send(bench.size) if kind == "send" else bench.datasets.smtpd(bench.size)
    state = bench.scratch(f"cold-{kind}")
    ours = bench.check(name, dataset.log, state, cold=True)
    subject = f"{kind} log, {dataset.megabytes:.0f} MB"
    for peer in peers.counting(kind, dataset, bench.tools, bench.scratch("peers")):
        target = _TARGETS.get((kind, peer.name))
        row = bench.compared(f"cold {kind}", subject, dataset, ours, peer, target=target)
        yield _estimated(row, kind)
    for checked in (name, *more):
        yield bench.verified(f"cold {kind}", subject, dataset, checked)


def report(bench: Bench) -> Iterator[Row]:
    """Measure all of qmailanalog's tables at once, against the analysis alone of the original."""
    dataset = bench.datasets.send(bench.size)
    subject = f"send log, {dataset.megabytes:.0f} MB"
    ours = bench.ours("sqmail-report", "all", "--log", str(dataset.log))
    for peer in peers.analysing(dataset, bench.tools):
        target = _TARGETS.get(("report", peer.name))
        row = bench.compared("report", subject, dataset, ours, peer, target=target)
        yield _estimated(row, "report")
    parts = bench.datasets.send(bench.size, archives=_ARCHIVES)
    both = bench.ours("sqmail-report", "all", "--log", str(parts.log))
    yield bench.measured("report", f"{subject} in {_ARCHIVES} archives", both)


def _estimated(row: Row, kind: str) -> Row:
    """Add, to a comparison with mawk, what it comes to against a C program that may be absent."""
    if row.peer != "mawk" or row.ratio is None:
        return row
    name, times = peers.PUBLISHED[kind]
    return replace(row, estimate=(name, row.ratio.median / times))
