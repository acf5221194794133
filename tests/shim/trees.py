"""Writes RRD trees with the stand-in and reads what is in them."""

import contextlib
import re
import shutil
from pathlib import Path

import pytest

from collectd_shim import Host
from processes import Program, until
from rrd_files.rrdcached import Rrdcached, RrdcachedError
from rrd_files.tree import RrdTree
from shim import harness, history

rrdtool = pytest.importorskip("rrdtool", reason="the Python module rrdtool is not installed")

LATER_ROWS = re.compile(r"<secondary_value>.*</secondary_value>")
RRDCACHED = shutil.which("rrdcached")
needs_rrdcached = pytest.mark.skipif(RRDCACHED is None, reason="rrdcached is not installed")


def replay(directory, tmp_path, **options):
    """Run both runs of the history in the stand-in; return the number of values told to be late."""
    late = 0
    for run in (1, 2):
        tree = RrdTree(directory, **options)
        with Host(hostname=harness.HOSTNAME, writer=tree, log=lambda _severity, _message: None) as host:
            host.load(lambda collectd, run=run: history.register(collectd, run, tmp_path / "done"))
            assert host.read()
        assert tree.lost == 0
        late += tree.late
    return late


def dispatch_gauge(tree, times, lines, **names):
    """Dispatch a gauge p/gauge of mx1 with these times; collect the log."""
    with Host(hostname="mx1", writer=tree, log=lambda _severity, text: lines.append(text)) as host:
        values = host.collectd.Values(type="gauge", plugin="p", interval=60, **names)
        for when in times:
            values.dispatch(values=[1], time=when)


def contents(directory, tmp_path, *, scratch=True):
    """Return what every file holds: its dump, and its description but for what differs by its nature.

    Without `scratch` also but for what librrd's last update of more than two steps put into all rows but the first:
    it is kept, and set anew before it is read.

    That is the file's own name, and the row at which librrd starts to fill each archive: it draws it by
    lot, so that not all files of a host begin a new page of the disk at the same moment.
    """
    held = {}
    for path in sorted(Path(directory).rglob("*.rrd")):
        dump = tmp_path / "dump.xml"
        rrdtool.dump(str(path), str(dump))
        info = rrdtool.info(str(path))
        described = {
            key: str(value)
            for key, value in info.items()
            if key != "filename" and not key.endswith(".cur_row")
        }
        text = dump.read_text() if scratch else LATER_ROWS.sub("", dump.read_text())
        held[str(path.relative_to(directory))] = (text, described)
    return held


@contextlib.contextmanager
def rrdcached(directory, address, *options):
    """Run an rrdcached with *directory* as its base."""
    command = [RRDCACHED, "-g", "-l", address, "-b", directory, "-B", "-p", f"{directory}.pid", *options]
    process = Program(command)
    try:
        until(lambda: _answers(address), "rrdcached to answer")
        yield
    finally:
        process.terminate()
        process.wait(20)


def _answers(address):
    try:
        Rrdcached(address).__exit__(None, None, None)
    except RrdcachedError:
        return False
    return True
