"""librrd fails at once where another process has a file's lock; we wait."""

import fcntl
import multiprocessing
import time
from contextlib import contextmanager

import pytest

from rrd_files.librrd import patiently
from rrd_files.tree import RrdTree
from shim.trees import dispatch_gauge, rrdtool

CONTEXT = multiprocessing.get_context("fork")
LINE = ["VDEF:most=v,MAXIMUM", "PRINT:most:%lg"]


def hold(path, seconds, held):
    with path.open("r+b") as file:
        fcntl.lockf(file, fcntl.LOCK_EX)
        held.set()
        time.sleep(seconds)


@contextmanager
def locked(path, seconds):
    """Have another process hold the file's lock for so long."""
    held = CONTEXT.Event()
    process = CONTEXT.Process(target=hold, args=(path, seconds, held))
    process.start()
    assert held.wait(20)
    yield
    process.kill()
    process.join()


@pytest.fixture
def path(tmp_path):
    dispatch_gauge(RrdTree(tmp_path), [1_700_000_000], [])
    return tmp_path / "mx1/p/gauge.rrd"


def test_values_wait_for_a_reader(path, tmp_path):
    lines = []
    tree = RrdTree(tmp_path)
    with locked(path, 0.5):
        begun = time.monotonic()
        dispatch_gauge(tree, [1_700_000_060], lines)
        assert time.monotonic() - begun > 0.2
    assert (lines, tree.written, tree.lost) == ([], 1, 0)
    assert rrdtool.last(str(path)) == 1_700_000_060


def test_a_reader_waits_for_values(path):
    picture = ("-", "--start", "1699999000", "--end", "1700000000", f"DEF:v={path}:value:MAX", *LINE)
    with locked(path, 0.5):
        begun = time.monotonic()
        assert patiently(rrdtool.graphv, *picture)["print[0]"] == "-nan"
        assert time.monotonic() - begun > 0.2


def test_other_errors_are_raised_at_once(path):
    begun = time.monotonic()
    with pytest.raises(rrdtool.OperationalError, match="illegal attempt to update"):
        patiently(rrdtool.update, str(path), "1600000000:1")
    assert time.monotonic() - begun < 5
