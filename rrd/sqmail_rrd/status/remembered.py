"""Since when a problem is there, remembered from run to run: a share of the last minutes says only that it is."""

import json
from collections.abc import Mapping
from dataclasses import replace

from sqmail_rrd.status.model import HostStatus, Problem

# A run was left out, or two; after a longer pause nobody knows what was between.
_PAUSE = 1800
_MOST = 1 << 22

Kept = dict[tuple[str, ...], int]
"""Unix seconds since when, by host, kind, log and cause."""


def loaded(text: bytes, now: int) -> tuple[Kept, frozenset[str]]:
    """Return what an earlier run of the last half hour kept, and the hosts that had a problem however long ago.

    Of what is none, nothing.
    """
    try:
        found = json.loads(text) if len(text) <= _MOST else {}
        kept = {tuple(map(str, key)): since for *key, since in found["problems"] if 0 < int(since) <= now}
        troubled = frozenset(str(host) for host, *_ in found["problems"])
        return kept if 0 <= now - found["moment"] <= _PAUSE else {}, troubled
    except (ValueError, KeyError, TypeError, RecursionError, OverflowError):
        return {}, frozenset()


def dumped(statuses: Mapping[str, HostStatus], now: int) -> bytes:
    """Return what the next run shall know; the same each time where nothing is wrong."""
    rows = [
        (status.name, *one.key, one.since)
        for status in statuses.values()
        for one in status.problems
        if one.since is not None
    ]
    return json.dumps({"moment": now if rows else 0, "problems": rows}).encode()


def joined(status: HostStatus, kept: Kept) -> HostStatus:
    """Return a status whose problems are as old as they are known to be."""
    return replace(status, problems=tuple(_joined(status, one, kept) for one in status.problems))


def _joined(status: HostStatus, one: Problem, kept: Kept) -> Problem:
    before = kept.get((status.name, *one.key))
    times = [time for time in (before, one.since) if time is not None]
    return replace(one, since=min(times, default=status.moment))
