"""Cold passes: no saved position, everything is read and summed up."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

from benchmarks import peers
from benchmarks.bench import Row
from benchmarks.datasets import Dataset

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.bench import Bench

_ARCHIVES = 20
_BEGINNING = 1 << 20
_CHECKS = {"send": "check_qmail_queue", "smtpd": "check_qmail_smtpd"}
_AWKS = ("mawk", "gawk")
_TARGETS = {
    ("send", "mawk"): 2.1,
    ("send", "qmail-mrtg, all 6 flags"): 0.65,
    ("smtpd", "mawk"): 1.6,
    ("smtpd", "qmail-mrtg, all 11 flags"): 0.16,
    ("report", "tai64nfrac | matchup | zoverall"): 0.4,
    ("own send", "mawk"): 2.2,
    ("own smtpd", "mawk"): 1.6,
}


def cold_send(bench: Bench) -> Iterator[Row]:
    """Measure the pass over a qmail-send log that answers all checks."""
    yield from _cold(bench, "send", _CHECKS["send"], "check_qmail_delivery")


def cold_smtpd(bench: Bench) -> Iterator[Row]:
    """Measure the pass over a session log that answers all checks."""
    yield from _cold(bench, "smtpd", _CHECKS["smtpd"])


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


def cold_own(bench: Bench) -> Iterator[Row]:
    """Measure the same pass over logs of a real server, whose truth nobody knows, against those that count as much."""
    if not bench.own:
        yield Row("cold own", "logs of a real server", "", note="give --own FILE")
    for place, file in enumerate(bench.own):
        log = bench.scratch(f"own-{place}")
        shutil.copyfile(file, log / "current")
        with file.open("rb") as lines:
            kind = "send" if b" end msg " in lines.read(_BEGINNING) else "smtpd"
        dataset = Dataset(log, {"bytes": file.stat().st_size})
        ours = bench.check(_CHECKS[kind], log, bench.scratch("cold-own"), cold=True)
        subject = f"{file}, {dataset.megabytes:.1f} MB"
        for peer in peers.counting(kind, dataset, bench.tools, bench.scratch("peers")):
            if peer.name in _AWKS:
                target = _TARGETS.get((f"own {kind}", peer.name))
                yield bench.compared("cold own", subject, dataset, ours, replace(peer, answers=None), target=target)


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
