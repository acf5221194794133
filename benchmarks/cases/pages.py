"""Importing history into RRDs, keeping them up to date without a daemon, drawing the page."""

from __future__ import annotations

import shutil
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.bench import prepared
from benchmarks.logs.plan import BYTES_PER_MESSAGE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.bench import Bench, Row
    from benchmarks.datasets import Dataset
    from benchmarks.peers import Program

_NAME = "sqmail-rrd"
_ARCHIVES = 20
_BYTES_PER_SESSION = 770
_CHECKS_READ = 20 * 3600  # seconds of archives, safely within what a first run of a check reads
_AS_LONG_AS_READING = 1.5
_SPARSE_BYTES = 1_041_000  # of a day at ten lines a minute
_SPARSE_AS_LONG = 2.5


def history(bench: Bench) -> Iterator[Row]:
    """Measure importing archives into fresh RRDs, against reading the same log for a check."""
    for kind, bytes_each, check in (
        ("send", BYTES_PER_MESSAGE, "check_qmail_queue"),
        ("smtpd", _BYTES_PER_SESSION, "check_qmail_smtpd"),
    ):
        rate = max(1.4, bench.size / bytes_each / _CHECKS_READ)
        make = bench.datasets.send if kind == "send" else bench.datasets.smtpd
        dataset = make(bench.size, archives=_ARCHIVES, rate=rate)
        subject = f"{kind} log, {dataset.megabytes:.0f} MB in {_ARCHIVES} archives"
        folder = bench.scratch(f"import-{kind}")
        forget = partial(_forget, folder)
        alone, both = (prepared(_import(bench, dataset, folder, jobs), forget) for jobs in (1, 2))
        reading = bench.check(check, dataset.log, bench.scratch(f"import-reading-{kind}"), cold=True)
        reading = replace(reading, name=f"{check}, cold")
        yield bench.compared("import", subject, dataset, alone, reading, target=_AS_LONG_AS_READING)
        yield bench.measured("import", f"{subject}, with two processes", both)


def sparse(bench: Bench) -> Iterator[Row]:
    """Measure importing a month and a year at ten lines a minute, against reading the same log for a check.

    It is one file, for of archives a check reads the last days only.
    """
    for name, days in (("a month", 30), ("a year", 365)):
        size = days * _SPARSE_BYTES
        if size > bench.largest:
            return
        dataset = bench.datasets.send(size, rate=size / BYTES_PER_MESSAGE / (days * 86400))
        folder = bench.scratch("import-sparse")
        ours = prepared(_import(bench, dataset, folder), partial(_forget, folder))
        reading = bench.check("check_qmail_queue", dataset.log, bench.scratch("import-sparse-reading"), cold=True)
        reading = replace(reading, name="check_qmail_queue, cold")
        lines = dataset.truth["lines"] / (days * 1440)
        subject = f"send log, {name} at {lines:.0f} lines a minute, {dataset.megabytes:.0f} MB"
        yield bench.compared("import-sparse", subject, dataset, ours, reading, target=_SPARSE_AS_LONG)


def page(bench: Bench) -> Iterator[Row]:
    """Measure drawing the whole page of one log, and an update with nothing new."""
    dataset = bench.datasets.send(bench.live_size)
    folder = bench.scratch("page")
    bench.warm(_import(bench, dataset, folder))
    subject = f"send log, {dataset.megabytes:.0f} MB imported"
    html = folder / "html"
    drawing = bench.ours(_NAME, "page", "--rrd", str(folder / "rrd"), "--out", str(html))
    first = prepared(drawing, lambda: shutil.rmtree(html, ignore_errors=True))
    yield bench.measured("page", f"{subject}, all pictures", first)
    yield bench.measured("page", f"{subject}, those that are due", drawing)
    updating = bench.ours(_NAME, "update", *_log(dataset, folder))
    bench.warm(updating)
    yield bench.measured("update", f"{subject}, nothing new", updating, rounds=bench.idle_rounds)


def _forget(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()


def _import(bench: Bench, dataset: Dataset, folder: Path, jobs: int = 1) -> Program:
    return bench.ours(_NAME, "import", *_log(dataset, folder), "--jobs", str(jobs))


def _log(dataset: Dataset, folder: Path) -> tuple[str, ...]:
    rrd, state = str(folder / "rrd"), str(folder / "state")
    return ("--log", str(dataset.log), "--instance", "send", "--rrd", rrd, "--state-dir", state)
