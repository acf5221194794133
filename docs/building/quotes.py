"""Blocks in pages that quote the programs: help texts, what checks print, tables of metrics, graphs, columns and so on.

A page says `<!-- quote: help check_qmail_queue -->`, and what follows up to
`<!-- end quote -->` is written anew.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

from building import SOURCES
from building.causes import causes
from building.checks import checks
from building.columns import columns
from building.commands import COMMANDS, subparsers
from building.dialects import dialects
from building.store import store
from project import ROOT
from sqmail_log.figures.metrics import BOTH, LAST, METRICS, PEAK, SEND, SESSIONS, SUM, Metric
from sqmail_rrd.graphs.catalogue import GRAPHS

if TYPE_CHECKING:
    from collections.abc import Iterable

_BLOCK = re.compile(r"(<!-- quote: (\w+) (.+?) -->\n).*?(<!-- end quote -->)", re.DOTALL)
_MERGES = {SUM: "count", PEAK: "highest of the minute", LAST: "at the end of the minute"}
_REASON = re.compile(r"(Accept|Reject|Deferred|Info)::")
_ELSEWHERE = {"columns": columns, "checks": checks, "causes": causes, "dialects": dialects, "store": store}


def quoted(page: str) -> str:
    """Return a page with every block up to date; raises LookupError for a block of no known kind."""
    return _BLOCK.sub(lambda block: f"{block[1]}{_quote(block[2], block[3])}{block[4]}", page)


def _quote(kind: str, what: str) -> str:
    if kind == "help":
        return _fenced("text", _help(*what.split()))
    if kind == "output":
        return _fenced("console", f"$ {what}\n{_output(what)}")
    if kind == "metrics":
        return _table(_metrics(what))
    if kind == "graphs":
        return _graphs()
    if kind in _ELSEWHERE:
        return _ELSEWHERE[kind](what)
    raise LookupError(f"quote: {kind} {what}: there are help, output, metrics, graphs and {', '.join(_ELSEWHERE)}")


def _fenced(language: str, text: str) -> str:
    return f"```{language}\n{text}```\n"


def _help(name: str, subcommand: str = "") -> str:
    parser = COMMANDS[name].parser()
    return (subparsers(parser)[subcommand] if subcommand else parser).format_help()


def _output(line: str) -> str:
    """Return what a command prints when it is called in the project's folder."""
    name, *arguments = shlex.split(line)
    command = COMMANDS[name]
    script = f"import sys; from {command.module} import {command.function}; sys.exit({command.function}())"
    done = subprocess.run(  # noqa: S603 - the lines stand in the project's own pages
        [sys.executable, "-c", script, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(SOURCES), "TZ": "UTC"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.stdout + done.stderr


def _metrics(what: str) -> list[Metric]:
    kinds = {"send": {SEND}, "sessions": {SESSIONS}, "both": {BOTH}, "reasons": {SESSIONS}}[what]
    return [
        metric
        for metric in METRICS.values()
        if metric.log in kinds and bool(_REASON.match(metric.help)) == (what == "reasons")
    ]


def _graphs() -> str:
    rows = ["| graph | shows | in | series |", "|---|---|---|---|"]
    for graph in GRAPHS.values():
        series = "; ".join(each.label for each in graph.series)
        shown = f"the {graph.top} most frequent reasons, and the others together" if graph.top else series
        unit = "s, min, h or d" if graph.quantity.time else graph.quantity.unit or "number"
        rows.append(f"| `{graph.name}` | **{graph.title}.** {graph.about} | {unit} | {shown} |")
    return "\n".join(rows) + "\n"


def _table(metrics: Iterable[Metric]) -> str:
    rows = ["| metric | what | value | unit | collectd and RRD file | graph |", "|---|---|---|---|---|---|"]
    rows += [
        f"| `{metric.name}` | {metric.help} | {_MERGES[metric.merge]} | {metric.unit} "
        f"| `{metric.type}-{metric.name}` | {metric.graph or 'none'} |"
        for metric in metrics
    ]
    return "\n".join(rows) + "\n"
