"""The stand-in's RRD tree is the one that the real daemon writes."""

import contextlib
import itertools
import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

from collectd_shim import Host
from collectd_shim.daemon.datasets import load
from rrd_files import header
from rrd_files.errors import RrdError
from rrd_files.tree import RrdTree
from shim import harness, history
from shim.record_contract import HERE
from shim.trees import contents, dispatch_gauge, replay, rrdtool

FILES = {
    f"{harness.HOSTNAME}/{name}.rrd"
    for name in (
        "probe/absolute", "probe/counter", "probe/derive-big", "probe/gauge-fast", "probe/gauge-last",
        "probe/latency-oldest", "probe/percent-over", "probe/queue_length", "qmail-net/if_octets",
        "qmail-send/total_events-success", "qmail-send/total_events-written",
    )
}  # fmt: skip


@pytest.fixture(scope="module")
def shim_tree(tmp_path_factory):
    directory = tmp_path_factory.mktemp("shim")
    assert replay(directory / "rrd", directory) == history.LATE
    return contents(directory / "rrd", directory)


def test_files(shim_tree):
    assert set(shim_tree) == FILES


@harness.needs_collectd
def test_tree_is_the_daemons(shim_tree, tmp_path):
    text = harness.configuration(tmp_path, f'ModulePath "{HERE}"\nImport "history"', interval=1)
    for run in (1, 2):
        done = tmp_path / f"done{run}"
        environment = {"HISTORY": json.dumps({"run": run, "done": str(done)})}
        code, _log = harness.run(tmp_path, text, until=done, environment=environment)
        assert code == 0
    assert contents(tmp_path / "rrd", tmp_path) == shim_tree


@pytest.mark.parametrize("batch", [1, 17])
def test_batches_do_not_show(shim_tree, tmp_path, batch):
    replay(tmp_path / "rrd", tmp_path, batch=batch)
    assert contents(tmp_path / "rrd", tmp_path) == shim_tree


def test_without_the_module_rrdtool(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "rrdtool", None)
    with pytest.raises(RrdError) as caught:
        RrdTree(tmp_path)
    assert str(caught.value) == (
        "the Python module rrdtool does not load (import of rrdtool halted; None in sys.modules): apt install "
        "python3-rrdtool (a virtual environment sees it only if it was made with --system-site-packages), or pip install "
        "'sqmail-monitoring[rrd]' in the environment (which needs a C compiler, Python's headers and librrd-dev)"
    )


@pytest.mark.parametrize("status", ["/proc/self/status", "/nowhere"])
def test_a_new_file_has_the_mode_that_the_umask_asks_for(monkeypatch, tmp_path, status):
    monkeypatch.setattr(header, "_STATUS", Path(status))
    before = os.umask(0o027)
    try:
        dispatch_gauge(RrdTree(tmp_path), [1_700_000_000], [])
        assert os.umask(0o027) == 0o027
    finally:
        os.umask(before)
    assert (tmp_path / "mx1/p/gauge.rrd").stat().st_mode == 0o100640


def test_ctrl_c_while_the_module_is_loaded(tmp_path):
    """What it imports in turn is where the interrupt would arrive, and be swallowed."""
    code = (
        "import os, signal, sys\n"
        "from rrd_files.tree import RrdTree\n"
        "class Finder:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name != 'rrdtool':\n"
        "            os.kill(os.getpid(), signal.SIGINT)\n"
        "for name in ('datetime', '_datetime'):\n"
        "    sys.modules.pop(name, None)\n"
        "sys.meta_path.insert(0, Finder())\n"
        "try:\n"
        "    RrdTree(sys.argv[1])\n"
        "except KeyboardInterrupt:\n"
        "    sys.exit(130)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code, tmp_path], env=environment, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (130, b"")


TOTALS = {
    "stands still": [7] * 9,
    "stands still for long": [*[7] * 40, 9, *[9] * 30],
    "stands unknown for long": [*[math.nan] * 40, 9, *[9] * 30],
    "even": [7] * 8,
    "nine": [7, 7, 7],
    "six": [7, 7],
    "counts": [1, 1, 2, 2, 5, 5, 5, 8, 8],
    "counts and comes back": [1, 1, 5, 5, 1, 1, 1],
    "pairs": [3, 3, 4, 4, 4, 5, 6, 6, 6, 6],
    "unknown": [math.nan, math.nan, 2, 2, math.nan, math.nan, math.nan],
    "fractions": [*[0.1] * 5, 7, 7, 7],
}


@pytest.mark.parametrize("first", [1, 2, 3])
@pytest.mark.parametrize("totals", TOTALS.values(), ids=TOTALS)
@pytest.mark.parametrize("gap", [0, 60, 6000])
@pytest.mark.parametrize("heartbeat", [None, 70], ids=["new file", "file with a short heartbeat"])
@pytest.mark.parametrize("kind", ["total_events", "gauge"])
def test_many_values_at_once_leave_the_same_file(tmp_path, totals, gap, first, heartbeat, kind):
    """The first few come in a call of their own, as do the last; after the fourth of all nothing comes for a while."""
    points = [(1_700_000_000 + 60 * n + (gap if n > 3 else 0), total) for n, total in enumerate(totals * 3)]
    if kind == "total_events" and any(total % 1 for total in totals):
        pytest.skip("totals are whole numbers")
    identity = ("mx1", "qmail", kind)
    sources = load()[kind].sources
    held = []
    for name, parts in (
        ("one by one", [[point] for point in points]),
        ("at once", [points[:first], points[first:-5], points[-5:]]),
    ):
        directory = tmp_path / name
        if heartbeat:
            path = directory / f"mx1/qmail/{kind}.rrd"
            path.parent.mkdir(parents=True)
            source = f"DS:value:{'GAUGE' if kind == 'gauge' else 'DERIVE'}:{heartbeat}:0:U"
            rrdtool.create(str(path), "--start", "1699999999", "--step", "60", source, "RRA:AVERAGE:0.5:1:50")
        tree = RrdTree(directory)
        for part in filter(None, parts):
            tree.extend(identity, sources, 60, *map(list, zip(*part, strict=True)))
        tree.flush()
        assert tree.lost == 0
        held.append((contents(directory, tmp_path, scratch=False), tree.written))
    (one_by_one, every), (at_once, written) = held
    assert at_once == one_by_one
    assert every == len(points)
    if heartbeat:
        assert written == every
    elif gap == 0 and totals[0] != 0.1:
        assert written < every


@pytest.mark.parametrize("kind", ["total_events", "gauge"])
def test_what_seldom_changes_leaves_the_same_file_with_a_value_for_many_minutes(tmp_path, kind):
    seconds = [1_700_000_000 + 60 * minute for minute in range(9000)]
    numbers = list(itertools.accumulate(second % 3540 == 0 or second % 20_040 < 180 for second in seconds))
    sources = load()[kind].sources
    one_by_one, at_once = RrdTree(tmp_path / "one by one"), RrdTree(tmp_path / "at once")
    for second, number in zip(seconds, numbers, strict=True):
        one_by_one.open(("mx1", "qmail", kind), sources)(second, 60, [number])
    for first in range(0, 9000, 2500):
        at_once.extend(("mx1", "qmail", kind), sources, 60, seconds[first : first + 2500], numbers[first : first + 2500])
        at_once.flush()
    one_by_one.flush()
    one, other = (contents(tmp_path / name, tmp_path, scratch=False) for name in ("one by one", "at once"))
    assert one == other
    assert at_once.written < one_by_one.written / 5


def test_a_heartbeat_is_longer_only_while_librrd_writes(tmp_path, monkeypatch):
    """What a run left that was killed then is put right when the file is opened again."""
    path = str(tmp_path / "mx1/qmail/gauge.rrd")
    heartbeats = []
    update = rrdtool.update

    def heartbeat():
        return rrdtool.info(path)["ds[value].minimal_heartbeat"]

    def noted(*arguments):
        heartbeats.append(heartbeat())
        update(*arguments)

    def put(first):
        seconds = [1_700_000_000 + 60 * n for n in range(first, first + 9)]
        tree = RrdTree(tmp_path)
        tree.extend(("mx1", "qmail", "gauge"), load()["gauge"].sources, 60, seconds, [7] * 9)
        tree.flush()

    monkeypatch.setattr(rrdtool, "update", noted)
    put(0)
    assert (heartbeats, heartbeat()) == ([120 + header.LONGER], 120)
    with header.patient(path):
        assert heartbeat() == 120 + header.LONGER
        put(9)
        assert (heartbeats[1:], heartbeat()) == ([120], 120)


def test_late_values_are_counted_and_told_once_a_file(tmp_path):
    lines = []
    first = RrdTree(tmp_path)
    dispatch_gauge(first, range(1_700_000_000, 1_700_000_600, 60), lines)
    assert (first.written, first.late, first.lost, lines) == (10, 0, 0, [])
    second = RrdTree(tmp_path)
    dispatch_gauge(second, range(1_700_000_000, 1_700_001_200, 60), lines)
    path = f"{tmp_path}/mx1/p/gauge.rrd"
    assert (second.written, second.late, second.lost) == (10, 10, 0)
    assert lines == [
        (
            f"rrdtool plugin: rrd_update_r ({path}) failed: {path}: illegal attempt to update using time "
            "1700000000 when last update time is 1700000540 (minimum one second step); 10 such values"
        )
    ]


def test_a_damaged_file_is_told_and_left_alone(tmp_path):
    lines = []
    path = tmp_path / "mx1/p/gauge.rrd"
    path.parent.mkdir(parents=True)
    path.write_text("no RRD" * 1000)
    dispatch_gauge(RrdTree(tmp_path), [1_700_000_000], lines)
    assert lines == [
        f"rrdtool plugin: '{path}' is not an RRD file",
        f"rrdtool plugin: rrd_info ({path}) failed.",
        (
            "Filter subsystem: Built-in target `write': Dispatching value to all write plugins failed with "
            "status -1."
        ),
    ]
    assert path.read_text() == "no RRD" * 1000


def test_a_file_in_the_way_of_a_directory(tmp_path):
    lines = []
    (tmp_path / "mx1").write_text("")
    dispatch_gauge(RrdTree(tmp_path), [1_700_000_000], lines)
    assert lines[:2] == [
        f"rrdtool plugin: cu_rrd_create_file failed: [Errno 20] Not a directory: '{tmp_path}/mx1/p'",
        f"rrdtool plugin: cu_rrd_create_file ({tmp_path}/mx1/p/gauge.rrd) failed.",
    ]


def test_a_name_that_is_no_text_makes_no_file(tmp_path):
    lines = []
    dispatch_gauge(RrdTree(tmp_path), [1_700_000_000], lines, type_instance=b"\xff")
    assert lines[0] == "rrdtool plugin: rrdtool takes only UTF-8 names"
    assert list(tmp_path.iterdir()) == []


def test_an_update_that_fails_is_counted_as_lost(tmp_path):
    lines = []
    tree = RrdTree(tmp_path)
    path = tmp_path / "mx1/p/gauge.rrd"
    with Host(hostname="mx1", writer=tree, log=lambda _severity, text: lines.append(text)) as host:
        values = host.collectd.Values(type="gauge", plugin="p", interval=60)
        for minute in range(3):
            values.dispatch(values=[1], time=1_700_000_000 + 60 * minute)
        path.unlink()
    assert (tree.written, tree.late, tree.lost) == (0, 0, 3)
    assert lines == [
        f"rrdtool plugin: rrd_update_r ({path}) failed: opening '{path}': No such file or directory; 3 values"
    ]


def test_flush_of_one_series(tmp_path):
    tree = RrdTree(tmp_path)
    host = Host(hostname="mx1", writer=tree)
    for name in "ab":
        host.collectd.Values(type="gauge", plugin=name, interval=60).dispatch(values=[1], time=1_700_000_000)
    host.collectd.flush("rrdtool")
    assert tree.written == 0
    host.collectd.flush("rrdtool", 0, "mx1/a/gauge")
    assert tree.written == 1
    assert rrdtool.info(f"{tmp_path}/mx1/a/gauge.rrd")["last_update"] == 1_700_000_000
    host.flush()
    assert tree.written == 2


@pytest.mark.parametrize("background", [False, True])
def test_a_file_that_lost_a_value_gets_none_behind_it_where_order_was_asked_for(tmp_path, background):
    lines = []
    tree = RrdTree(tmp_path, ordered=True)
    tree.attach(lambda: 1_700_000_000, lambda _severity, text: lines.append(text))
    sources = load()["gauge"].sources
    path = tmp_path / "mx1/p/gauge.rrd"
    aside = tmp_path / "aside"

    def put(first):
        tree.extend(("mx1", "p", "gauge"), sources, 60, [first], [1])
        tree.extend(("mx1", "p", "gauge-other"), sources, 60, [first], [1])
        tree.flush()

    put(1_700_000_000)
    with tree.in_background() if background else contextlib.nullcontext():
        path.rename(aside)
        put(1_700_000_060)
        while not tree.broken:
            tree.update(str(path), ["1700000060:1"])
        aside.rename(path)
        put(1_700_000_120)
    assert tree.lost >= 2
    assert tree.broken == {str(path): f"opening '{path}': No such file or directory"}
    assert rrdtool.info(str(path))["last_update"] == 1_700_000_000
    assert rrdtool.info(f"{tmp_path}/mx1/p/gauge-other.rrd")["last_update"] == 1_700_000_120
