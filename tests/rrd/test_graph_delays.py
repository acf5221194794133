"""Delays from a log to the picture's numbers, on a host that delivers a message every ten minutes."""

import subprocess
import sys

import pytest

from plugin.logs import line
from plugin.trees import HOST
from rrd.test_graph_command import sqmail_rrd
from support import check, perfdata

pytest.importorskip("rrdtool", reason="the Python module rrdtool is not installed")

# 2026-11-22 12:00 UTC
NOW = 1795348800
DAY = 86400
INCIDENT = NOW - 20 * DAY
UNITS = {"s": 1, "min": 60, "h": 3600}


def delivery(number, begin, end):
    """Return the lines of one delivery with their times."""
    return [
        (begin, f"new msg {number}"),
        (begin, f"info msg {number}: bytes 1000 from <a@example.org> qp 7 uid 1000"),
        (begin, f"starting delivery {number}: msg {number} to remote b@example.net"),
        (end, f"delivery {number}: success: did_1+0+0/"),
        (end, f"end msg {number}"),
    ]


@pytest.fixture(scope="module")
def quiet_host(tmp_path_factory):
    """A directory with log, state and RRD files of 24 days, and 5,000 deliveries that waited for half an hour."""
    directory = tmp_path_factory.mktemp("quiet")
    lines = []
    for number, second in enumerate(range(NOW - 24 * DAY, NOW - 60, 600)):
        lines += delivery(number, second, second + 3)
    for place in range(5000):
        begin = INCIDENT + 77 + place // 20
        lines += delivery(100_000 + place, begin, begin + 1800)
    lines.sort(key=lambda one: one[0])
    (directory / "log").mkdir()
    (directory / "log" / "current").write_bytes(b"".join(line(second, text) for second, text in lines))
    command = [sys.executable, "-c", "import sys; from sqmail_rrd.cli import main; sys.exit(main())"]
    where = ["--rrd", directory / "rrd", "--state-dir", directory / "state", "--hostname", HOST]
    subprocess.run(
        [*command, "import", "--log", directory / "log", "--instance", "send", *where], check=True, capture_output=True
    )
    return directory


def shown(directory, span, until):
    """Return what the legend says of the whole time and of its slowest row, by percentile, in seconds."""
    said, _ = sqmail_rrd(
        "graph", "delay", "--rrd", directory / "rrd", "--range", span, "--until", until, "-o", directory / "out.png"
    )
    found = {}
    for row in said.splitlines()[2:4]:
        # "95 % within", then now, average and maximum, each with its unit.
        *_, average, its, maximum, unit, _ = row.split()
        found[row.split()[0]] = (float(average) * UNITS[its], float(maximum) * UNITS[unit])
    return found


@pytest.mark.parametrize(("span", "days"), [("week", 2), ("month", 20), ("year", 20)])
def test_every_range_says_what_the_check_says(quiet_host, span, days):
    output, _ = check(
        "delivery", "--log", quiet_host / "log", "--at", INCIDENT + 2 * DAY, "--window", "7d",
    )  # fmt: skip
    measured = {name: float(perfdata(output)[f"delay_{name}"]) for name in ("p50", "p95")}
    assert measured == {"p50": 1800, "p95": 1800}
    found = shown(quiet_host, span, INCIDENT + days * DAY)
    assert found == {
        "95": pytest.approx((measured["p95"], 1800), rel=0.01),
        "half": pytest.approx((measured["p50"], 1800), rel=0.01),
    }


def test_a_week_without_the_incident(quiet_host):
    assert shown(quiet_host, "week", NOW - DAY) == {"95": (3, 3), "half": (3, 3)}
