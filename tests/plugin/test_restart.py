"""The real collectd, stopped and killed: no gap, no spike, exact totals."""

import random
import socket
import subprocess
from types import SimpleNamespace

import pytest

from plugin.daemon import Collectd, eventually, module, needs_collectd, needs_faketime
from plugin.logs import Log, queued
from sqmail_log.figures.metrics import METRICS, SEND, SUM
from sqmail_log.series import metrics_of
from sqmail_log.tai64n import SECOND
from sqmail_log.watch import watch

series = pytest.importorskip("plugin.series", reason="the Python module rrdtool is not installed")

pytestmark = [needs_collectd, needs_faketime]

# 2026-11-22 12:00 UTC
START = 29922480


def run(directory, log, writer, now, *, end, stalled=None):
    """Run a daemon from 10 s after a minute's begin on; `end` is what to do with it once all is handed on."""
    blocks = module("send", log.directory, directory / "state")
    with Collectd(directory, blocks, at=now * 60 + 10, stalled=stalled, **writer.options) as daemon:
        daemon.until_handed_on(log.directory, directory / "state", now)
        getattr(daemon, end)()
    return daemon


def finish(directory, log, writer, now):
    """Run a daemon until all is stored."""
    with Collectd(
        directory, module("send", log.directory, directory / "state"), at=now * 60 + 10, **writer.options
    ) as daemon:
        daemon.until_handed_on(log.directory, directory / "state", now)
        daemon.until_stored("send", now, writer.flush)
        daemon.stop()
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
def test_half_an_hour_without_collectd(tmp_path, writer, end):
    log = Log(tmp_path / "log")
    log.write(START, START + 29)
    run(tmp_path, log, writer, START + 30, end=end)
    log.write(START + 30, START + 44)
    log.rotate(START + 44)
    log.write(START + 45, START + 59)
    daemon = finish(tmp_path, log, writer, START + 60)
    check_counts(daemon, log, tmp_path, START, START + 59)
    assert states(daemon, "queue", START, START + 59) == list(range(1, 61))
    assert states(daemon, "oldest", START, START + 59) == [60 * n - 1 for n in range(1, 61)]
    assert states(daemon, "remote", START, START + 59) == [1] * 60
    assert states(daemon, "remote_limit", START, START + 59) == [20] * 60
    assert states(daemon, "delay_p95", START, START + 59) == [2] * 60


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_half_an_hour_without_a_line(tmp_path, writer, end):
    log = Log(tmp_path / "log")
    log.write(START, START + 9)
    run(tmp_path, log, writer, START + 10, end=end)
    log.write(START + 40, START + 49)
    daemon = finish(tmp_path, log, writer, START + 50)
    check_counts(daemon, log, tmp_path, START, START + 49)
    assert states(daemon, "queue", START, START + 49) == [*range(1, 11), *[10] * 30, *range(11, 21)]
    assert states(daemon, "oldest", START, START + 49) == [60 * n - 1 for n in range(1, 51)]
    assert states(daemon, "remote", START, START + 49) == [*[1] * 10, *[0] * 30, *[1] * 10]
    assert states(daemon, "delay_p50", START, START + 49) == [*[2] * 10, *[None] * 30, *[2] * 10]


def test_files_of_an_earlier_version_get_new_ones_beside_them(tmp_path, writer):
    log = Log(tmp_path / "log")
    log.write(START, START + 9)
    daemon = run(tmp_path, log, writer, START + 10, end="stop")
    made = [*rrd(daemon, "lines").parent.glob("*-delay_count_*"), *rrd(daemon, "lines").parent.glob("*-delay_sum_*")]
    assert len(made) == 18
    for path in made:
        path.unlink()
    log.write(START + 10, START + 19)
    daemon = finish(tmp_path, log, writer, START + 20)
    check_counts(daemon, log, tmp_path, START, START + 19)
    assert states(daemon, "delay_p95", START, START + 19) == [2] * 20
    assert states(daemon, "delay_count_5s", START, START + 19) == [queued(n) - 1 for n in range(START, START + 20)]
    assert states(daemon, "delay_sum_5s", START, START + 19) == [2 * queued(n) - 2 for n in range(START, START + 20)]
    assert states(daemon, "delay_count_1h", START, START + 19) == [0] * 20


@pytest.mark.parametrize("stalled", [0, 1, 20])
@pytest.mark.parametrize("writer", ["rrdtool", "rrdcached", "elsewhere"], indirect=True)
def test_killed_with_values_on_their_way(tmp_path, writer, stalled):
    """A minute that was handed on lies in the daemon's queue, but for some of its series."""
    log = Log(tmp_path / "log")
    minute = START
    for step in (30, 1, 2, 1, 40):
        log.write(minute, minute + step - 1)
        minute += step
        run(tmp_path, log, writer, minute, end="kill", stalled=stalled)
    log.write(minute, minute)
    daemon = finish(tmp_path, log, writer, minute + 1)
    check_counts(daemon, log, tmp_path, START, minute)
    assert states(daemon, "queue", START, minute) == list(range(1, minute + 2 - START))


def test_a_sender_killed_with_values_on_their_way(tmp_path):
    """The files lie on another host, so nothing here tells what arrived."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as chosen:
        chosen.bind(("127.0.0.1", 0))
        address = '"{}" "{}"'.format(*chosen.getsockname())
    sender, listener = (
        f"LoadPlugin network\n<Plugin network>\n  {role} {address}\n</Plugin>" for role in ("Server", "Listen")
    )
    log = Log(tmp_path / "log")
    center = Collectd(
        tmp_path / "center", "", hostname="center", at=START * 60, more=f"WriteThreads 1\n{listener}"
    )
    writer = SimpleNamespace(options={"rrdtool": False, "more": sender, "tree": tmp_path / "center" / "rrd"})
    minute = START
    with center:
        eventually(lambda: center.log.exists() and "Initialization complete" in center.log.read_text(), "the center")
        for step, stalled in ((30, 0), (1, 3), (2, 0), (1, 20), (40, 0)):
            log.write(minute, minute + step - 1)
            minute += step
            run(tmp_path, log, writer, minute, end="kill", stalled=stalled)
        log.write(minute, minute)
        daemon = run(tmp_path, log, writer, minute + 1, end="stop")
        daemon.until_stored("send", minute)
    # The last minute may be on its way when the daemon ends.
    check_counts(daemon, log, tmp_path, START, minute - 1)
    assert states(daemon, "queue", START, minute - 1) == list(range(1, minute + 1 - START))


@pytest.mark.parametrize("seed", range(3))
def test_killed_again_and_again(tmp_path, writer, seed):
    moments = random.Random(seed)
    log = Log(tmp_path / "log")
    minute = START
    log.write(minute, minute + 899)
    minute += 900
    blocks = module("send", log.directory, tmp_path / "state")
    for _ in range(8):
        daemon = Collectd(tmp_path, blocks, at=minute * 60 + 6, **writer.options)
        with daemon, pytest.raises(subprocess.TimeoutExpired):
            daemon.wait(moments.uniform(0.05, 1.5))
        step = moments.randrange(1, 20)
        log.write(minute, minute + step - 1)
        if moments.random() < 0.3:
            log.rotate(minute + step - 1)
        minute += step
    daemon = finish(tmp_path, log, writer, minute)
    check_counts(daemon, log, tmp_path, START, minute - 1)
    total = sum(series.counts(rrd(daemon, "messages"), START, minute - 1).values())
    assert total == sum(map(queued, range(START, minute)))
