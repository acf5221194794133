"""The page of many hosts: drawn anew, then every five minutes; memory by the number of hosts."""

from __future__ import annotations

import shutil
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from benchmarks.bench import Row
from benchmarks.fleet import LOGS, Fleet
from benchmarks.measure import Command, CommandFailedError, Runs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.bench import Bench

_RUN = 300
_SIZES = (50, 200)
# So many runs are half an hour: each range but month and year is drawn of each host.
_RUNS = 7


def pages(bench: Bench) -> Iterator[Row]:
    """Measure the page of hosts with six logs each: the first time, then every five minutes with new values."""
    for hosts in _SIZES:
        folder = bench.scratch("fleet")
        fleet = Fleet(folder / "rrd", hosts, int(time.time()) // _RUN * _RUN)
        bench.say(f"fleet: writing the files of {hosts} hosts")
        fleet.write()
        subject = f"{hosts} hosts, {hosts * len(LOGS)} logs"
        yield _measured(bench, fleet, f"{subject}, all pictures", 1)
        yield _measured(bench, fleet, f"{subject}, every five minutes", _RUNS)
        shutil.rmtree(folder)


def _measured(bench: Bench, fleet: Fleet, subject: str, times: int) -> Row:
    """Run the page so many times, each five minutes later than the one before."""
    row = Row("fleet", subject, "sqmail-rrd page")
    bench.say(f"fleet: {row.command}, {subject}")
    usages = []
    command = None
    try:
        for _ in range(times):
            fleet.advance(_RUN // 60)
            command = _command(bench, fleet)
            if command is None:
                return replace(row, note=f"sqmail-rrd is not in {bench.commands}")
            usages.append(bench.launcher.run(command))
    except CommandFailedError as error:
        return replace(row, note=f"failed: {error}")
    return replace(row, runs=Runs(command, tuple(usages))) if command else row


def _command(bench: Bench, fleet: Fleet) -> Command | None:
    out: Path = fleet.root.parent / "html"
    arguments = ("page", "--rrd", str(fleet.root), "--out", str(out), "--until", str(fleet.end))
    return bench.ours("sqmail-rrd", *arguments).command
