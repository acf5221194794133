"""RRD files through rrdcached, from `sqmail-rrd update --rrdcached`."""

import pytest

from plugin.daemon import SAMPLES
from plugin.trees import bring_up_to_date, dumps

pytest.importorskip("rrdtool", reason="the Python module rrdtool is not installed")

# 2026-11-22 07:30 UTC
NOW = 29922210


def test_update_writes_the_same_tree(tmp_path, rrdcached):
    bring_up_to_date(tmp_path, NOW, rrdcached=rrdcached.address, send=SAMPLES / "send", pop3=SAMPLES / "pop3d")
    bring_up_to_date(tmp_path, NOW + 10, rrdcached=rrdcached.address, send=SAMPLES / "send", pop3=SAMPLES / "pop3d")
    rrdcached.flush()
    alone = tmp_path / "alone"
    bring_up_to_date(alone, NOW, send=SAMPLES / "send", pop3=SAMPLES / "pop3d")
    bring_up_to_date(alone, NOW + 10, send=SAMPLES / "send", pop3=SAMPLES / "pop3d")
    assert dumps(tmp_path / "rrd") == dumps(alone / "rrd")
