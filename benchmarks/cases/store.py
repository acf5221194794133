"""The event store: writing it, how large it is, and what questions cost."""

from __future__ import annotations

import os
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

_COMMAND = "sqmail-report"
_HOST = "mx000"
_HOSTS = 200
_YEAR = 365 * 86_400
_QUESTIONS = (
    ("one host, a year", "SELECT * FROM recipient_hosts ORDER BY tries DESC LIMIT 10", 1),
    ("all hosts, a year", "SELECT * FROM recipient_hosts ORDER BY tries DESC LIMIT 10", _HOSTS),
    (
        "all hosts, a year, by month",
        "SELECT month(time) AS month, result, count(*) AS n FROM deliveries GROUP BY ALL ORDER BY ALL",
        _HOSTS,
    ),
)
_AS_A_REPORT = 1.5


def store(bench: Bench) -> Iterator[Row]:
    """Measure writing the store against the reports of the same log, and its size."""
    # The report of sessions only adds up: how much more rows cost is told without an aim.
    for kind, report, aim in (("send", "all", _AS_A_REPORT), ("smtpd", "sessions", None)):
        make = bench.datasets.send if kind == "send" else bench.datasets.smtpd
        dataset = make(bench.size)
        place = bench.scratch(f"store-{kind}")
        exporting = _export(bench, dataset, place)
        ours = prepared(exporting, partial(bench.scratch, f"store-{kind}"))
        reading = bench.ours(_COMMAND, report, "--log", str(dataset.log), "--jobs", "1")
        subject = f"{kind} log, {dataset.megabytes:.0f} MB"
        row = bench.compared("store", subject, dataset, ours, reading, target=aim)
        size = f"{kind}: {_bytes(place) / 1e6:.1f} MB of Parquet of {dataset.megabytes:.0f} MB of log"
        yield replace(row, note=row.note or size) if row.runs else row
        yield bench.measured("store", f"{subject}, nothing new", exporting, rounds=bench.idle_rounds)


def questions(bench: Bench) -> Iterator[Row]:
    """Ask a store of a year, of one host and of many: those have the first one's files under their own names."""
    dataset = bench.datasets.send(bench.size, rate=bench.size / BYTES_PER_MESSAGE / _YEAR)
    place = bench.scratch("store-year")
    bench.warm(_export(bench, dataset, place))
    for table in ("deliveries", "messages", "records", "connections", "counts"):
        for number in range(1, _HOSTS):
            _linked(place / table / f"host={_HOST}", place / table / f"host=mx{number:03}")
    for what, query, hosts in _QUESTIONS:
        only = () if hosts > 1 else ("--host", _HOST)
        asking = bench.ours(_COMMAND, "sql", "--store", str(place), *only, query)
        subject = f"{what}, {dataset.megabytes * hosts:.0f} MB of log"
        yield bench.measured("store-questions", subject, replace(asking, name=f"{_COMMAND} sql"))


def _linked(source: Path, target: Path) -> None:
    for path in source.glob("*/*"):
        there = target / path.relative_to(source)
        there.parent.mkdir(parents=True, exist_ok=True)
        os.link(path, there)


def _export(bench: Bench, dataset: Dataset, place: Path) -> Program:
    log = str(dataset.log)
    program = bench.ours(_COMMAND, "export", "--quiet", "--store", str(place), "--host", _HOST, "--log", log)
    return replace(program, name=f"{_COMMAND} export")


def _bytes(place: Path) -> int:
    return sum(path.stat().st_size for path in place.rglob("*.parquet"))
