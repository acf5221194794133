"""RRD trees with known numbers, in the layout that collectd's rrdtool plugin writes."""

import shutil

import pytest

from sqmail_log.figures.metrics import METRICS
from sqmail_rrd.graphs.catalogue import collectd_type

rrdtool = pytest.importorskip("rrdtool", reason="the Python module rrdtool is not installed")

END = 1784505600
"""2026-07-20 00:00:00 UTC."""
HOST = "mx1.example.org"

needs_rrdcached = pytest.mark.skipif(shutil.which("rrdcached") is None, reason="rrdcached is not installed")
needs_collectd = pytest.mark.skipif(shutil.which("collectd") is None, reason="collectd is not installed")

# Rows of 1, 8, 37 and 439 minutes: what collectd makes of an hour, a day, a week, 31 and 366 days.
_ARCHIVES = [
    f"RRA:{function}:0.1:{minutes}:{rows}"
    for minutes, rows in ((1, 1200), (1, 1440), (8, 1260), (37, 1207), (439, 1201))
    for function in ("AVERAGE", "MIN", "MAX")
]


def path_of(tree, host, instance, metric):
    """Return where a metric's file lies."""
    return tree / host / f"qmail-{instance}" / f"{collectd_type(metric)}-{metric}.rrd"


def write(tree, instance, series, *, host=HOST, end=END):
    """Write the files of an instance.

    `series` gives for each metric the values of the minutes that end at `end`: what was counted in each,
    or its state; None where nothing was reported.
    """
    for metric, values in series.items():
        path = path_of(tree, host, instance, metric)
        path.parent.mkdir(parents=True, exist_ok=True)
        counted = collectd_type(metric).startswith("total_")
        begin = end - 60 * len(values)
        data_source = f"DS:value:{'DERIVE' if counted else 'GAUGE'}:120:0:U"
        rrdtool.create(str(path), "--start", str(begin - 60), "--step", "60", data_source, *_ARCHIVES)
        updates = list(_updates(values, begin, counted=counted))
        for first in range(0, len(updates), 5000):
            rrdtool.update(str(path), *updates[first : first + 5000])


def _updates(values, begin, *, counted):
    total = 0
    if counted:
        yield f"{begin}:0"
    for number, value in enumerate(values, 1):
        if value is None:
            continue
        total += value
        yield f"{begin + 60 * number}:{total if counted else value}"


def reasons(action):
    """Return the metrics of all reasons of an action."""
    return [name for name, metric in METRICS.items() if metric.graph == action]
