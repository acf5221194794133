"""The real collectd, stopped and killed: no gap, no spike, exact totals."""

import random
import subprocess

import pytest

from plugin.daemon import Collectd, module, needs_collectd, needs_faketime
from plugin.logs import Log, queued
from sqmail_log.metrics import METRICS, SEND, SUM
from sqmail_log.series import metrics_of
from sqmail_log.tai64n import SECOND
from sqmail_log.watch import watch

series = pytest.importorskip("plugin.series", reason="the Python module rrdtool is not installed")

pytestmark = [needs_collectd, needs_faketime]

# 2026-11-22 12:00 UTC
START = 29922480


def run(directory, log, now, *, end):
    """Run a daemon from 10 s after a minute's begin on; `end` is what to do with it once all is handed on."""
    with Collectd(directory, module("send", log.directory, directory / "state"), at=now * 60 + 10) as daemon:
        daemon.until_handed_on(log.directory, directory / "state", now)
        if end == "stop":
            daemon.until_stored("send", now)
        getattr(daemon, end)()
    return daemon


def check_counts(daemon, log, tmp_path, first, last):
    """Compare every count of every minute with the log's own sums."""
    now = (last + 1) * 60 * SECOND
    view = watch(str(log.directory), str(tmp_path / "again"), history=None, now=now)
    sums = dict(view.minutes(first, last))
    for metric in metrics_of({SEND}):
        if metric.merge == SUM:
            counted = {m: sums[m].numbers.get(metric.name, 0) if m in sums else 0 for m in range(first, last + 1)}
            assert series.counts(rrd(daemon, metric.name), first, last) == counted, metric.name


def rrd(daemon, name):
    return daemon.rrd / "qmail-send" / f"{METRICS[name].type}-{name}.rrd"


def states(daemon, name, first, last):
    return list(series.minutes(rrd(daemon, name), first, last).values())


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_half_an_hour_without_collectd(tmp_path, end):
    log = Log(tmp_path / "log")
    log.write(START, START + 29)
    run(tmp_path, log, START + 30, end=end)
    log.write(START + 30, START + 44)
    log.rotate(START + 44)
    log.write(START + 45, START + 59)
    daemon = run(tmp_path, log, START + 60, end="stop")
    check_counts(daemon, log, tmp_path, START, START + 59)
    assert states(daemon, "queue", START, START + 59) == list(range(1, 61))
    assert states(daemon, "oldest", START, START + 59) == [60 * n - 1 for n in range(1, 61)]
    assert states(daemon, "remote", START, START + 59) == [1] * 60
    assert states(daemon, "remote_limit", START, START + 59) == [20] * 60
    assert states(daemon, "delay_p95", START, START + 59) == [2] * 60


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_half_an_hour_without_a_line(tmp_path, end):
    log = Log(tmp_path / "log")
    log.write(START, START + 9)
    run(tmp_path, log, START + 10, end=end)
    log.write(START + 40, START + 49)
    daemon = run(tmp_path, log, START + 50, end="stop")
    check_counts(daemon, log, tmp_path, START, START + 49)
    assert states(daemon, "queue", START, START + 49) == [*range(1, 11), *[10] * 30, *range(11, 21)]
    assert states(daemon, "oldest", START, START + 49) == [60 * n - 1 for n in range(1, 51)]
    assert states(daemon, "remote", START, START + 49) == [*[1] * 10, *[0] * 30, *[1] * 10]
    assert states(daemon, "delay_p50", START, START + 49) == [*[2] * 10, *[None] * 30, *[2] * 10]


@pytest.mark.parametrize("seed", range(3))
def test_killed_again_and_again(tmp_path, seed):
    moments = random.Random(seed)
    log = Log(tmp_path / "log")
    minute = START
    log.write(minute, minute + 899)
    minute += 900
    for _ in range(8):
        daemon = Collectd(tmp_path, module("send", log.directory, tmp_path / "state"), at=minute * 60 + 6)
        with daemon, pytest.raises(subprocess.TimeoutExpired):
            daemon.wait(moments.uniform(0.05, 1.5))
        step = moments.randrange(1, 20)
        log.write(minute, minute + step - 1)
        if moments.random() < 0.3:
            log.rotate(minute + step - 1)
        minute += step
    daemon = run(tmp_path, log, minute, end="stop")
    check_counts(daemon, log, tmp_path, START, minute - 1)
    total = sum(series.counts(rrd(daemon, "messages"), START, minute - 1).values())
    assert total == sum(map(queued, range(START, minute)))
