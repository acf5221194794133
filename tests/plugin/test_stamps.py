"""Dates of another zone, syslog's lines and unknown stamps on their way to RRD files, reports and MRTG."""

import os
import subprocess
import sys
import time

import pytest

from mrtg.test_sources import run as mrtg
from plugin.daemon import HOST, Collectd, clock_from, module, needs_collectd, needs_faketime
from support import SOURCES

series = pytest.importorskip("plugin.series", reason="the Python module rrdtool is not installed")

# 2026-11-20 12:00 UTC
START = 29919600
NOW = clock_from((START + 3) * 60 + 10)
UNIX = START * 60 + 40
DENVER = -7 * 3600
BUT_KNOWN = (
    'its lines begin with no time stamp that is known here but like "new msg 5"; '
    "have multilog write them (multilog t), or see docs/stamps.md for the others that are read"
)


def dated(path, zone, unix=UNIX):
    """Write a message's line with a date of a zone; the file is as old as that."""
    path.mkdir()
    date = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(unix + zone))
    (path / "current").write_text(f"{date}.000000500 new msg 5\n")
    os.utime(path / "current", (unix, unix))
    return path


def command(name, *arguments, env=None):
    return subprocess.run(
        [sys.executable, "-m", name, *map(str, arguments)],
        env={**os.environ, **(env or {}), "PYTHONPATH": SOURCES, "TZ": "UTC"},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def update(tmp_path, *options):
    return command(
        "sqmail_rrd.cli", "update", "--instance", "send", "--rrd", tmp_path / "rrd", "--state-dir", tmp_path / "state",
        "--hostname", HOST, *options, env=NOW,
    )  # fmt: skip


def counted(path):
    """Return in which minutes messages were counted, from START on."""
    found = series.counts(path / "qmail-send" / "total_events-messages.rrd", START, START + 1)
    return [minute - START for minute, number in found.items() if number == 1]


@needs_faketime
def test_sqmail_rrd(tmp_path):
    log = dated(tmp_path / "log", DENVER)
    done = update(tmp_path, "--log", log, "--timezone", "America/Denver")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert counted(tmp_path / "rrd" / HOST) == [0]


@needs_faketime
def test_sqmail_rrd_tells_of_another_zone(tmp_path):
    log = dated(tmp_path / "log", DENVER)
    done = update(tmp_path, "--log", log)
    assert done.returncode == 1
    assert "stamps are 7h behind the file; is the log written in another time zone? see --timezone" in done.stderr


@needs_faketime
def test_sqmail_rrd_tells_of_unknown_stamps(tmp_path):
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "current").write_text("new msg 5\n")
    done = update(tmp_path, "--log", tmp_path / "log")
    assert done.returncode == 1
    assert BUT_KNOWN in done.stderr


@needs_collectd
@needs_faketime
def test_the_plugin(tmp_path):
    log, state = dated(tmp_path / "log", DENVER), tmp_path / "state"
    with Collectd(tmp_path, module("send", log, state, TimeZone="America/Denver"), at=(START + 3) * 60 + 10) as daemon:
        daemon.until_handed_on(log, state, START + 3)
        daemon.until_stored("send", START + 3)
        assert daemon.stop() == []
    assert counted(daemon.rrd) == [0]


@pytest.mark.parametrize("subcommand", ["overview", "failures", "all"])
def test_reports(tmp_path, subcommand):
    log = dated(tmp_path / "log", DENVER)
    done = command("sqmail_report.cli", subcommand, "--log", log)
    assert done.returncode == 0
    told = f"warning: {log}: stamps are 7h behind the file; is the log written in another time zone? see --timezone\n"
    assert done.stderr == told
    done = command("sqmail_report.cli", subcommand, "--log", log, "--timezone", "America/Denver")
    assert (done.returncode, done.stderr) == (0, "")
    (log / "current").write_text("new msg 5\n")
    done = command("sqmail_report.cli", subcommand, "--log", log)
    assert done.returncode == 1
    assert f"{log}: {BUT_KNOWN}" in done.stderr


def test_a_report_of_a_maillog(tmp_path):
    log = tmp_path / "maillog"
    log.write_text(
        "Nov 20 12:00:40 mx1 postfix/smtpd[9]: connect from unknown\n"
        "Nov 20 12:00:40 mx1 qmail: 1795176040.5 new msg 5\n"
        "Nov 20 12:00:40 mx1 qmail: 1795176040.5 info msg 5: bytes 9 from <a@example.org> qp 5 uid 5\n"
        "Nov 20 12:00:41 mx1 qmail: 1795176041.5 end msg 5\n"
    )
    done = command("sqmail_report.cli", "overview", "--format", "csv", "--log", log)
    assert (done.returncode, done.stderr) == (0, "")
    names, numbers = (line.split(",") for line in done.stdout.splitlines())
    row = dict(zip(names, numbers, strict=True))
    assert (row["completed_messages"], row["bytes"], row["lines"], row["unrecognised"]) == ("1", "9", "3", "0")


def test_mrtg(tmp_path):
    """`-5` counts bounces: from a log, and from standard input."""
    line = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(UNIX + DENVER)) + ".0 bounce msg 1 qp 2\n"
    (tmp_path / "current").write_text(line)
    zone = ("--at", UNIX + 1, "--timezone", "America/Denver")
    known = mrtg("-5", "--log", tmp_path, *zone)
    assert known == mrtg("-5", *zone, stdin=line.encode())
    assert known != mrtg("-5", "--at", UNIX + 1, stdin=line.encode())
    assert mrtg("-5", "--at", UNIX + 1, stdin=f"{UNIX}.5 bounce msg 1 qp 2\n".encode()) == known
    (tmp_path / "current").write_text("new msg 5\n")
    for options in ((), ("--state-dir", tmp_path / "state")):
        assert mrtg("-5", "--log", tmp_path, *options, status=1) == f"sqmail-mrtg: {tmp_path}: {BUT_KNOWN}\n"
    assert mrtg("-5", stdin=b"new msg 5\n", status=1) == f"sqmail-mrtg: standard input: {BUT_KNOWN}\n"


