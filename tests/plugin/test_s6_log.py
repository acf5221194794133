"""s6-log's labels are 27 s further ahead than multilog's: an option sets their minutes right."""

import os
import shutil
import subprocess
import sys

import pytest

from plugin.daemon import HOST, ROOT, Collectd, clock_from, module, needs_collectd, needs_faketime
from sqmail_log.tai64n import S6_OFFSET, SECOND, encode
from support import SOURCES

series = pytest.importorskip("plugin.series", reason="the Python module rrdtool is not installed")
pytestmark = needs_faketime

# 2026-11-20 12:00 UTC
START = 29919600
MESSAGE = b"new msg 5"
LATE = 40
"""Seconds into a minute; 27 more are in the next one."""
NOW = clock_from((START + 3) * 60 + 10)


def labelled(directory):
    """Write a line with the label that s6-log gives it."""
    directory.mkdir()
    (directory / "current").write_bytes(encode((START * 60 + LATE) * SECOND, S6_OFFSET) + b" " + MESSAGE + b"\n")


def logged(directory):
    """Have s6-log write a line."""
    if shutil.which("s6-log") is None:
        pytest.skip("s6-log is not installed: apt install s6")
    environment = {**os.environ, **clock_from(START * 60 + LATE)}
    subprocess.run(["s6-log", "t", directory], input=MESSAGE + b"\n", env=environment, check=True, timeout=60)


def counted(path):
    """Return in which minutes messages were counted, from START on."""
    found = series.counts(path / "qmail-send" / "total_events-messages.rrd", START, START + 1)
    return [minute - START for minute, number in found.items() if number == 1]


@pytest.mark.parametrize(("offset", "minute"), [(("--tai-offset", "37"), 0), ((), 1)], ids=["told", "not told"])
@pytest.mark.parametrize("command", ["update", "import"])
@pytest.mark.parametrize("write", [labelled, logged])
def test_sqmail_rrd_is_told_on_its_command_line(tmp_path, write, command, offset, minute):
    write(tmp_path / "log")
    places = ("--log", tmp_path / "log", "--instance", "send", "--rrd", tmp_path / "rrd", "--state-dir", tmp_path / "state")
    done = subprocess.run(
        [sys.executable, "-m", "sqmail_rrd.cli", command, *places, "--hostname", HOST, *offset],
        env={**os.environ, **NOW, "PYTHONPATH": SOURCES}, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert counted(tmp_path / "rrd" / HOST) == [minute]


@needs_collectd
@pytest.mark.parametrize(("options", "minute"), [({"TaiOffset": 37}, 0), ({}, 1)], ids=["told", "not told"])
def test_the_plugin_is_told_in_its_block(tmp_path, options, minute):
    logged(tmp_path / "log")
    state = tmp_path / "state"
    modules = module("send", tmp_path / "log", state, **options)
    with Collectd(tmp_path, modules, at=(START + 3) * 60 + 10) as daemon:
        daemon.until_handed_on(tmp_path / "log", state, START + 3)
        daemon.until_stored("send", START + 3)
        assert daemon.stop() == []
    assert counted(daemon.rrd) == [minute]
