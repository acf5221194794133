"""`sqmail-rrd update` and the real collectd write the same tree, value by value."""

import pytest

from plugin.daemon import SAMPLES, Collectd, module, needs_collectd, needs_faketime
from plugin.trees import bring_up_to_date, dumps

pytest.importorskip("rrdtool", reason="the Python module rrdtool is not installed")

pytestmark = [needs_collectd, needs_faketime]

LOGS = ("send", "smtpd")
# 2026-11-22 07:30 UTC
NOW = 29922210


def test_the_same_tree(tmp_path):
    directory = tmp_path / "collectd"
    modules = "\n".join(module(name, SAMPLES / name, tmp_path / "state") for name in LOGS)
    with Collectd(directory, modules, at=NOW * 60 + 10) as daemon:
        for name in LOGS:
            daemon.until_handed_on(SAMPLES / name, tmp_path / "state", NOW)
            daemon.until_stored(name, NOW)
        assert daemon.stop() == []
    bring_up_to_date(tmp_path / "own", NOW, **{name: SAMPLES / name for name in LOGS})
    assert dumps(tmp_path / "own" / "rrd") == dumps(directory / "rrd")
