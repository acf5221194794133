"""Measure this project's commands and their peers on the same logs, in pairs.

    python -m benchmarks --bin DIR --work DIR --json results.json

prints a table and writes every run as JSON. The logs are generated below --work (default: a
temporary directory), never in the checkout. A command or peer that is not installed is named
as such. Figures are whole processes, user plus system time, medians; ratios are taken pair by
pair, because machines change speed.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import table
from benchmarks.bench import Bench
from benchmarks.cases import cold, daemon, fleet, growth, idle, pages, store
from benchmarks.datasets import Datasets
from benchmarks.generate import byte_count
from benchmarks.measure import Launcher
from benchmarks.peers import Tools

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.bench import Row

CASES: dict[str, Callable[[Bench], Iterator[Row]]] = {
    "cold-send": cold.cold_send,
    "cold-smtpd": cold.cold_smtpd,
    "cold-own": cold.cold_own,
    "report": cold.report,
    "idle": idle.idle,
    "increment": idle.increment,
    "growth-size": growth.growth_size,
    "growth-archives": growth.growth_archives,
    "growth-open": growth.growth_open,
    "million-open": growth.million_open,
    "growth-reasons": growth.growth_reasons,
    "plugin": daemon.plugin,
    "page": pages.page,
    "fleet": fleet.pages,
    "import": pages.history,
    "import-sparse": pages.sparse,
    "store": store.store,
    "store-questions": store.questions,
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    option = parser.add_argument
    option("cases", nargs="*", metavar="CASE", help=f"all, or some of: {', '.join(CASES)}")
    option("--bin", type=Path, default=Path(sys.executable).parent, metavar="DIR",
           help="where our commands are installed (default: beside this interpreter)")  # fmt: skip
    option("--work", type=Path, metavar="DIR", help="where logs are generated (default: temporary)")
    option("--json", type=Path, metavar="FILE", help="write every run there")
    option("--size", type=byte_count, default=byte_count("100M"), help="log of a cold pass (100M)")
    option("--live-size", type=byte_count, default=byte_count("16M"), help="log of an idle run (16M)")
    option("--largest", type=byte_count, default=byte_count("1G"), help="greatest log of all (1G)")
    option("--most-open", type=int, default=1_000_000, metavar="N", help="most open messages (1000000)")
    option("--rounds", type=int, default=5, metavar="N", help="pairs of long runs (5)")
    option("--idle-rounds", type=int, default=15, metavar="N", help="pairs of short runs (15)")
    option("--patience", type=int, default=120, metavar="SECONDS", help="longest single run (120)")
    option("--own", type=Path, action="append", default=[], metavar="FILE", help="log of a real server, as multilog's")
    for name in ("qmail-mrtg", "tai64nfrac", "matchup", "zoverall", "check-logfiles"):
        option(f"--{name}", metavar="PATH", help="a peer that no distribution packages")
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the wanted cases; exit codes: 0, 2 for arguments that make no sense."""
    parser = _parser()
    options = parser.parse_args(argv)
    unknown = [name for name in options.cases if name not in CASES]
    if unknown:
        parser.error(f"no such case: {', '.join(unknown)}; there are {', '.join(CASES)}")
    if min(options.rounds, options.idle_rounds, options.patience) < 1:
        parser.error("--rounds, --idle-rounds and --patience must be at least 1")
    for path in (options.qmail_mrtg, options.tai64nfrac, options.matchup, options.zoverall,
                 options.check_logfiles):  # fmt: skip
        if path is not None and not Path(path).exists():
            parser.error(f"{path}: no such program")
    for path in options.own:
        if not path.is_file():
            parser.error(f"{path}: no such log")
    rows: list[Row] = []
    with ExitStack() as stack:
        work = options.work or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="benchmarks-")))
        launcher = stack.enter_context(Launcher(options.patience))
        bench = Bench(
            launcher,
            Datasets(work),
            Tools(options.qmail_mrtg, options.tai64nfrac, options.matchup, options.zoverall,
                  options.check_logfiles),
            options.bin.resolve(),
            work,
            options.size,
            options.live_size,
            options.largest,
            options.most_open,
            options.rounds,
            options.idle_rounds,
            tuple(options.own),
        )  # fmt: skip
        try:
            for name in options.cases or CASES:
                for row in CASES[name](bench):
                    rows.append(row)  # noqa: PERF402 - what was measured before a failure is shown
        finally:
            print(table.text(rows, launcher.floor), end="")
            if options.json:
                results = {
                    "machine": _machine(),
                    "memory_floor": launcher.floor,
                    "rows": table.as_json(rows),
                }
                options.json.write_text(json.dumps(results, indent=1) + "\n")
    return 0


def _machine() -> dict[str, str]:
    models = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    return {
        "processor": models[0] if models else platform.processor(),
        "cores": str(len(models)),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "measured": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


if __name__ == "__main__":
    sys.exit(main())
