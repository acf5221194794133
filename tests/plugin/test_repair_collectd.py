"""The real collectd beside files that were removed, torn or written from another state: no minute lost, nothing false told."""

import contextlib
import os
import re
import shutil
import stat

import pytest

from plugin.daemon import Collectd, eventually, module, needs_collectd, needs_faketime
from plugin.logs import Log, queued
from plugin.trees import HOST, bring_up_to_date
from plugin.trees import dumps as plain_dumps
from rrd_files import header
from sqmail_log.figures.metrics import SEND
from sqmail_log.series import metrics_of

series = pytest.importorskip("plugin.series", reason="the Python module rrdtool is not installed")

pytestmark = [needs_collectd, needs_faketime]

# 2026-11-22 12:00 UTC
START = 29922480
MESSAGES = "total_events-messages.rrd"
NAMES = {f"{metric.type}-{metric.name}.rrd" for metric in metrics_of({SEND})}


@pytest.fixture
def log(tmp_path):
    log = Log(tmp_path / "log")
    log.write(START, START + 99)
    return log


def daemon(directory, log, now, writer=None, second=10, removing=None, speed=1, **more):
    blocks = module("send", log.directory, directory / "state", **more)
    return Collectd(
        directory, blocks, at=now * 60 + second, removing=removing, speed=speed, **(writer.options if writer else {})
    )


def run(directory, log, writer, now, **more):
    """Run a daemon until all files hold all minutes before `now`; return its folder and what it logged."""
    with daemon(directory, log, now, writer, **more) as running:
        running.until_handed_on(log.directory, directory / "state", now)
        until_whole(running, now, writer)
        return running.rrd / "qmail-send", running.stop()


def until_whole(running, now, writer=None):
    folder = running.rrd / "qmail-send"
    eventually(lambda: {path.name for path in folder.glob("*.rrd")} >= NAMES, f"all files; {running.logged()}")
    running.until_stored("send", now, writer.flush if writer else lambda: None)


def span(path):
    """Return the last update of a file and the end of the first minute that it knows, None where it is not there."""
    with contextlib.suppress(OSError):
        return header.span(path)


def reaches_back(path):
    return (span(path) or (0, None))[1] == (START + 1) * 60


def dumps(folder):
    """Return what is in the files; rrdcached's plugin writes the text of a value with another number of digits."""
    return {name: re.sub(r"<last_ds>(\d+)\.0+</", r"<last_ds>\1</", held.text()) for name, held in plain_dumps(folder).items()}


def whole(directory, log, now):
    """Return the dumps of a tree that was written at once."""
    bring_up_to_date(directory / "whole", now, send=log.directory)
    return dumps(directory / "whole" / "rrd" / HOST / "qmail-send")


@pytest.mark.parametrize("what", ["two files", "the folder"])
def test_removed_between_two_runs(tmp_path, log, writer, what):
    folder, said = run(tmp_path, log, writer, START + 100)
    assert said == []
    if what == "the folder":
        shutil.rmtree(folder)
    else:
        (folder / MESSAGES).unlink()
        (folder / "latency-oldest.rrd").unlink()
    log.write(START + 100, START + 109)
    folder, said = run(tmp_path, log, writer, START + 110)
    assert said == []
    assert dumps(folder) == whole(tmp_path, log, START + 110)


def test_removed_while_it_runs(tmp_path, log):
    with daemon(tmp_path, log, START + 100, second=48) as running:
        until_whole(running, START + 100)
        path = running.rrd / "qmail-send" / MESSAGES
        path.unlink()
        log.write(START + 100, START + 101)
        running.until_handed_on(log.directory, tmp_path / "state", START + 101)
        # Where its newest value came between, it is made anew a minute later.
        eventually(lambda: reaches_back(path), f"the past; {running.logged()}", seconds=150)
        until_whole(running, START + 101)
        assert [line for line in running.stop() if "sqmail_collectd" in line] == []
    assert series.counts(path, START, START + 100) == {m: queued(m) for m in range(START, START + 101)}


@pytest.mark.parametrize("number", [1, 2], ids=["the first value", "a later value"])
def test_removed_between_look_and_write(tmp_path, log, writer, number):
    path = (writer.options.get("tree") or tmp_path / "rrd") / HOST / "qmail-send" / MESSAGES
    with daemon(tmp_path, log, START + 100, writer, second=40, removing=(path, number), speed=8) as running:
        until_whole(running, START + 100, writer)
        log.write(START + 100, START + 103)
        running.until_handed_on(log.directory, tmp_path / "state", START + 103)
        until_whole(running, START + 103, writer)
        # The daemon has its own words on values that were lost.
        assert [line for line in running.stop() if "sqmail_collectd" in line] == []
    assert series.counts(path, START, START + 102) == {m: queued(m) for m in range(START, START + 103)}


def test_files_that_begin_late_as_they_were_told_to_are_left_alone(tmp_path, log):
    path = tmp_path / "rrd" / HOST / "qmail-send" / MESSAGES
    with daemon(tmp_path, log, START + 100, second=40, speed=8, History=60) as running:
        until_whole(running, START + 100)
        log.write(START + 100, START + 103)
        running.until_handed_on(log.directory, tmp_path / "state", START + 103)
        until_whole(running, START + 103)
        assert running.stop() == []
    assert span(path)[1] == (START + 100) * 60


def test_removed_between_look_and_write_of_a_daemon_that_ends(tmp_path, log):
    path = tmp_path / "rrd" / HOST / "qmail-send" / MESSAGES
    with daemon(tmp_path, log, START + 100, second=40, removing=(path, 2), speed=8) as running:
        until_whole(running, START + 100)
        log.write(START + 100, START + 100)
        eventually(lambda: span(path) == ((START + 101) * 60, None), "a file without a past")
        running.stop()
    with daemon(tmp_path, log, START + 101) as running:
        eventually(lambda: reaches_back(path), f"the past; {running.logged()}")
        until_whole(running, START + 101)
        assert running.stop() == []
    assert series.counts(path, START, START + 100) == {m: queued(m) for m in range(START, START + 101)}


@pytest.mark.parametrize("how", ["half", "empty"])
def test_torn_between_two_runs(tmp_path, log, how):
    folder, said = run(tmp_path, log, None, START + 100)
    assert said == []
    path = folder / MESSAGES
    size = path.stat().st_size // 2 if how == "half" else 0
    os.truncate(path, size)
    log.write(START + 100, START + 109)
    with daemon(tmp_path, log, START + 110) as running:
        running.until_handed_on(log.directory, tmp_path / "state", START + 110)
        others = [other for other in folder.glob("*.rrd") if other != path]
        eventually(lambda: all(series.last(other) >= (START + 110) * 60 for other in others), "the other files")
        said = running.stop()
    told = [line for line in said if "sqmail_collectd" in line]
    assert len(told) == 1
    assert told[0].startswith(f"sqmail_collectd: send: {path}: torn: only {size} ")
    assert told[0].endswith(f"; stop collectd, mv {path} {path}.torn and start it: the file is made anew from the state")
    assert not any("illegal attempt" in line for line in said)
    # collectd's own word on its newest value.
    assert len(said) <= 3
    path.rename(f"{path}.torn")
    folder, again = run(tmp_path, log, None, START + 110)
    assert again == said
    (folder / f"{MESSAGES}.torn").unlink()
    assert dumps(folder) == whole(tmp_path, log, START + 110)


@pytest.mark.parametrize("pause", [0, 30])
def test_another_state_between_two_runs(tmp_path, log, writer, pause):
    folder, said = run(tmp_path, log, writer, START + 100)
    assert said == []
    shutil.rmtree(tmp_path / "state")
    now = START + 101 + pause
    log.write(START + 100, now - 1)
    folder, said = run(tmp_path, log, writer, now)
    assert said == []
    assert dumps(folder) == whole(tmp_path, log, now)


def test_another_state_reads_back_to_where_the_files_end(tmp_path, log):
    run(tmp_path, log, None, START + 100)
    log.rotate(START + 99)
    for first in range(START + 100, START + 400, 100):
        log.write(first, first + 99)
        log.rotate(first + 99)
    shutil.rmtree(tmp_path / "state")
    folder, said = run(tmp_path, log, None, START + 400, History=600)
    assert said == []
    assert dumps(folder) == whole(tmp_path, log, START + 400)


def test_another_state_with_higher_totals_makes_no_spike(tmp_path, log):
    log.rotate(START + 99)
    log.write(START + 100, START + 109)
    run(tmp_path, log, None, START + 110, History=60)
    shutil.rmtree(tmp_path / "state")
    log.write(START + 110, START + 119)
    folder, said = run(tmp_path, log, None, START + 120)
    assert said == []
    found = series.counts(folder / MESSAGES, START + 109, START + 119)
    assert found == {minute: queued(minute) for minute in range(START + 109, START + 120)}


def test_a_state_removed_while_it_runs(tmp_path, log):
    with daemon(tmp_path, log, START + 100, second=48) as running:
        until_whole(running, START + 100)
        for path in (tmp_path / "state").iterdir():
            path.unlink()
        log.write(START + 100, START + 101)
        running.until_handed_on(log.directory, tmp_path / "state", START + 101)
        until_whole(running, START + 101)
        # It may have been at work on the state just then.
        told = [line for line in running.stop() if "removed or replaced while it was in use" not in line]
        assert [line for line in told if "read again" not in line] == []
        path = running.rrd / "qmail-send" / MESSAGES
    assert series.counts(path, START, START + 100) == {m: queued(m) for m in range(START, START + 101)}


@pytest.mark.parametrize("mask", [0o022, 0o027, 0o077])
def test_files_and_folders_follow_the_umask(tmp_path, log, writer, mask):
    before = os.umask(mask)
    try:
        folder, said = run(tmp_path, log, writer, START + 100)
    finally:
        os.umask(before)
    assert said == []
    modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.glob("*.rrd")}
    assert (modes, stat.S_IMODE(folder.stat().st_mode)) == ({0o666 & ~mask}, 0o777 & ~mask)
