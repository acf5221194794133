"""RRD trees of many hosts with a year of values, made quickly: a few files are filled, all others are their copies."""

from __future__ import annotations

import math
import os
import random
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rrd_files.definition import DataSource, definition
from rrd_files.librrd import load
from sqmail_log.figures.metrics import METRICS, SEND

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

LOGS = ("send", "smtpd", "smtpsd", "submission", "pop3", "pop3s")
"""The instances of each host: one log of qmail-send, five of sessions."""

_MINUTE = 60
_YEAR = 366 * 1440
_BATCH = 20_000
_BLOCK = 4096
_SEED = 1
# Most reasons have never been seen: of those of sessions so many were, each in some minutes.
_REASONS_SEEN = 12
_KINDS = 4
# Hosts from there on have the files of those before, as hard links.
_APART = 50
_LEVELS = ("queue_length", "current_connections", "latency")


@dataclass(frozen=True, slots=True)
class _Series:
    """What the files of one kind hold: `busy` is the height of its day, `often` the share of minutes with anything."""

    name: str
    counts: bool
    busy: float
    often: float = 1.0

    def values(self, begin: int, minutes: int) -> Iterator[int]:
        """Yield the number of each minute: a day's and a week's rhythm, and an incident now and then."""
        chance = random.Random(f"{self.name} {begin} {_SEED}")
        for number in range(minutes):
            day = (begin // _MINUTE + number) / 1440
            height = self.busy * (1.2 + math.sin(2 * math.pi * day)) * (0.4 if int(day) % 7 > 4 else 1.0)
            height *= 20 if int(day * 24) % 331 == 0 else 1
            yield int(height * (0.5 + chance.random())) if chance.random() < self.often else 0


_NONE = _Series("none", counts=True, busy=0)
_COUNTS = tuple(_Series(f"count-{number}", counts=True, busy=4.0 * 3**number) for number in range(_KINDS))
_SELDOM = tuple(_Series(f"seldom-{number}", counts=True, busy=4, often=0.3 / 3**number) for number in range(_KINDS))
_GAUGES = tuple(_Series(f"level-{number}", counts=False, busy=5.0 * 6**number) for number in range(_KINDS))


class Fleet:
    """A tree of `hosts` hosts below `root` whose values end at `end` (Unix seconds, a whole minute)."""

    def __init__(self, root: Path, hosts: int, end: int) -> None:
        self.root = root
        self.end = end
        self._hosts = hosts
        self._totals: dict[str, int] = {}

    def write(self) -> None:
        """Write all files: 791 a host or so, holes where a file has only zeros; of 50 hosts 2.5 GB."""
        samples = self.root.parent / f"{self.root.name}.samples"
        shutil.rmtree(samples, ignore_errors=True)
        samples.mkdir(parents=True)
        for series in (_NONE, *_COUNTS, *_SELDOM, *_GAUGES):
            self._fill(series, samples / series.name)
        content = {path.name: path.read_bytes() for path in samples.iterdir()}
        shutil.rmtree(samples)
        for name, series in self._files():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            _write_sparse(path, content[series.name])
        for number in range(_APART + 1, self._hosts + 1):
            for instance in LOGS:
                source, target = (self.root / _folder(one, instance) for one in ((number - 1) % _APART + 1, number))
                target.mkdir(parents=True, exist_ok=True)
                for file in source.iterdir():
                    (target / file.name).hardlink_to(file)

    def advance(self, minutes: int) -> None:
        """Bring new minutes into all files, as a run of collectd or of `sqmail-rrd update` does."""
        rrdtool = load()
        new = {}
        for series in (_NONE, *_COUNTS, *_SELDOM, *_GAUGES):
            new[series.name] = list(self._updates(series, self.end, minutes))
        for name, series in self._files():
            rrdtool.update(str(self.root / name), *new[series.name])
        self.end += minutes * _MINUTE

    def _fill(self, series: _Series, path: Path) -> None:
        rrdtool = load()
        begin = self.end - _YEAR * _MINUTE
        kind = "derive" if series.counts else "gauge"
        step, *arguments = definition([DataSource("value", kind, 0)], _MINUTE)
        rrdtool.create(str(path), "--start", str(begin - 1), "--step", str(step), *arguments)
        updates = [f"{begin}:0", *self._updates(series, begin, _YEAR)]
        for first in range(0, len(updates), _BATCH):
            rrdtool.update(str(path), *updates[first : first + _BATCH])

    def _updates(self, series: _Series, begin: int, minutes: int) -> Iterator[str]:
        total = self._totals.get(series.name, 0)
        for number, value in enumerate(series.values(begin, minutes), 1):
            total += value
            yield f"{begin + number * _MINUTE}:{total if series.counts else value}"
        self._totals[series.name] = total

    def _files(self) -> Iterator[tuple[str, _Series]]:
        for number in range(1, min(self._hosts, _APART) + 1):
            for instance in LOGS:
                folder = _folder(number, instance)
                for metric, series in _series_of(instance):
                    yield f"{folder}/{METRICS[metric].type}-{metric}.rrd", series


def _folder(number: int, instance: str) -> str:
    return f"mx{number:03}.example.org/qmail-{instance}"


def _series_of(instance: str) -> Iterable[tuple[str, _Series]]:
    reasons = 0
    for number, metric in enumerate(METRICS.values()):
        if (metric.log == SEND) == (instance != "send") and metric.log in {SEND, "sessions"}:
            continue
        if metric.graph in {"rejects", "accepts"}:
            reasons += 1
            seen = reasons % (100 // _REASONS_SEEN) == 0
            yield metric.name, _SELDOM[reasons % _KINDS] if seen else _NONE
        elif metric.type in _LEVELS:
            yield metric.name, _GAUGES[number % _KINDS]
        else:
            yield metric.name, _COUNTS[number % _KINDS] if metric.graph else _NONE


def _write_sparse(path: Path, content: bytes) -> None:
    zeros = bytes(_BLOCK)
    with path.open("wb", buffering=0) as file:
        for start in range(0, len(content), _BLOCK):
            block = content[start : start + _BLOCK]
            if block != zeros:
                os.pwrite(file.fileno(), block, start)
        file.truncate(len(content))
