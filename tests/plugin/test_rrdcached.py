"""RRD files through rrdcached: from the real collectd, and from `sqmail-rrd update --rrdcached`."""

import subprocess

import pytest

from plugin.daemon import (
    RRDCACHED,
    SAMPLES,
    Collectd,
    eventually,
    module,
    needs_collectd,
    needs_faketime,
    needs_rrdcached,
)
from plugin.logs import Log, queued
from plugin.trees import HOST, bring_up_to_date, dumps

rrdtool = pytest.importorskip("rrdtool", reason="the Python module rrdtool is not installed")
series = pytest.importorskip("plugin.series", reason="the Python module rrdtool is not installed")

pytestmark = needs_rrdcached

# 2026-11-22 07:30 UTC
NOW = 29922210


@pytest.fixture
def rrdcached(tmp_path):
    """The address of an rrdcached whose base is the folder rrd."""
    for name in ("rrd", "journal"):
        (tmp_path / name).mkdir()
    address = f"unix:{tmp_path}/rrdcached.sock"
    process = subprocess.Popen(
        [RRDCACHED, "-g", "-l", address, "-b", tmp_path / "rrd", "-B", "-j", tmp_path / "journal",
         "-w", "300", "-p", tmp_path / "rrdcached.pid"], stderr=subprocess.DEVNULL,
    )  # fmt: skip
    eventually((tmp_path / "rrdcached.sock").exists, "rrdcached's socket")
    yield address
    process.terminate()
    process.wait(60)


def flush(address, tree):
    for path in tree.rglob("*.rrd"):
        rrdtool.flushcached("--daemon", address, str(path))


def counts(tree, first, last):
    return series.counts(tree / HOST / "qmail-send" / "total_events-messages.rrd", first, last)


def expected(first, last):
    return {minute: queued(minute) for minute in range(first, last + 1)}


@needs_collectd
@needs_faketime
@pytest.mark.parametrize("end", ["stop", "kill"])
def test_collectd_without_gap_or_spike(tmp_path, rrdcached, end):
    log, state = Log(tmp_path / "log"), tmp_path / "state"
    more = (
        f'LoadPlugin rrdcached\n<Plugin rrdcached>\n  DaemonAddress "{rrdcached}"\n'
        f'  DataDir "{tmp_path}/rrd"\n</Plugin>'
    )
    for first, last in ((NOW - 400, NOW + 29), (NOW + 30, NOW + 30), (NOW + 31, NOW + 60)):
        log.write(first, last)
        blocks = module("send", log.directory, state)
        with Collectd(tmp_path, blocks, at=(last + 1) * 60 + 10, more=more, rrdtool=False) as daemon:
            daemon.until_handed_on(log.directory, state, last + 1)
            getattr(daemon, end)()
    flush(rrdcached, tmp_path / "rrd")
    assert counts(tmp_path / "rrd", NOW - 400, NOW + 59) == expected(NOW - 400, NOW + 59)


def test_update_writes_the_same_tree(tmp_path, rrdcached):
    bring_up_to_date(tmp_path, NOW, rrdcached=rrdcached, send=SAMPLES / "send", pop3=SAMPLES / "pop3d")
    bring_up_to_date(tmp_path, NOW + 10, rrdcached=rrdcached, send=SAMPLES / "send", pop3=SAMPLES / "pop3d")
    flush(rrdcached, tmp_path / "rrd")
    alone = tmp_path / "alone"
    bring_up_to_date(alone, NOW, send=SAMPLES / "send", pop3=SAMPLES / "pop3d")
    bring_up_to_date(alone, NOW + 10, send=SAMPLES / "send", pop3=SAMPLES / "pop3d")
    assert dumps(tmp_path / "rrd") == dumps(alone / "rrd")
