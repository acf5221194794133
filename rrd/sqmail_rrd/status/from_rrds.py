"""A host of which nothing but its RRD files is here: how old they are, what waits, and what of the last hour failed."""

import math
from collections.abc import Iterable, Iterator

from sqmail_judge import volume
from sqmail_judge.delivery import DEFAULTS, VERBS
from sqmail_judge.finding import CRITICAL, WARNING, Finding
from sqmail_judge.standstill.deliveries import CHANNELS, RESULTS
from sqmail_rrd.page.model import HostGraphs
from sqmail_rrd.status.model import RRDS, UNKNOWN, HostStatus, Problem, ordered, problem
from sqmail_rrd.status.words import clock

STALE = 900
"""Seconds after which a host's last value is older than any schedule explains."""
_STEP = "look whether collectd, or sqmail-rrd update, still runs there"


def judged(host: HostGraphs, until: int) -> HostStatus:
    """Return how a host is at `until` (Unix seconds), by the defaults of the checks."""
    problems = list(_silent(host, until))
    if until - host.newest <= STALE:
        problems += [problem(finding, until) for finding in (*_waiting(host), *_shares(host))]
    return HostStatus(host.name, RRDS, min(host.newest, until), ordered(problems))


def _silent(host: HostGraphs, until: int) -> Iterator[Problem]:
    """Yield that there are no values any more, of the host or of one of its logs."""
    if until - host.newest > STALE:
        words = f"no values since {clock(host.newest, until)}"
        yield Problem(UNKNOWN, "unknown", words, host.newest, _STEP)
        return
    for instance in host.instances:
        if until - instance.rrds.newest > STALE:
            words = f"{instance.rrds.instance}: no values since {clock(instance.rrds.newest, until)}"
            yield Problem(UNKNOWN, "unknown", words, instance.rrds.newest, _STEP)


def _waiting(host: HostGraphs) -> Iterator[Finding]:
    queue, oldest = (_known(one.now for one in host.last_hour(name, (name,))) for name in ("queue", "oldest"))
    yield from volume.waiting(round(sum(queue)), round(max(oldest, default=0) / 60))


def _shares(host: HostGraphs) -> Iterator[Finding]:
    for channel in CHANNELS:
        counts = {
            result: round(sum(_known(one.total for one in host.last_hour("deliveries", (f"{result}_{channel}",)))))
            for result in RESULTS
        }
        attempts = sum(counts.values())
        if attempts < DEFAULTS.least:
            continue
        for result, verb in VERBS.items():
            share = 100 * counts[result] / attempts
            warns, alarms = DEFAULTS.judges[result]
            if state := CRITICAL if alarms(share) else WARNING if warns(share) else 0:
                words = f"{share:.4g} % of {attempts} {channel} attempts in the last hour {verb}"
                yield Finding(f"{result}-{channel}", state, words, count=counts[result])


def _known(numbers: Iterable[float]) -> list[float]:
    return [number for number in numbers if not math.isnan(number)]
