"""`sqmail-rrd update` beside files removed, torn or written from another state: each gets its own past, none waits."""

import os
import shutil
import stat
import subprocess
import sys

import pytest

from plugin.logs import Log, queued
from plugin.trees import HOST, bring_up_to_date, dumps
from rrd_files import librrd
from sqmail_log.figures.metrics import SEND
from sqmail_log.series import metrics_of
from sqmail_rrd.update import Source, Target, Update

series = pytest.importorskip("plugin.series", reason="the Python module rrdtool is not installed")

# 2026-11-20 12:00 UTC
START = 29919600
NAMES = [f"{metric.type}-{metric.name}.rrd" for metric in metrics_of({SEND})]
MESSAGES = "total_events-messages.rrd"


def said(directory, now, *, address=None, **options):
    """Bring a tree up to date; return whether it is complete, and what was said."""
    lines = []
    logs = options.pop("logs", {"send": directory / "log"})
    outcome = Update(
        [Source(name, str(log)) for name, log in logs.items()],
        Target(str(directory / "rrd"), str(directory / "state"), HOST, address),
        log=lines.append,
        clock=lambda: (now * 60 + 10) * 10**9,
        **options,
    ).run()
    return outcome.complete, lines


def folder(directory, instance="send"):
    return directory / "rrd" / HOST / f"qmail-{instance}"


def whole(directory, now, **logs):
    """Return the dumps of a tree that was written at once."""
    bring_up_to_date(directory / "whole", now, **logs)
    return dumps(directory / "whole" / "rrd")


def expected(first, last):
    return {minute: queued(minute) for minute in range(first, last + 1)}


@pytest.fixture
def log(tmp_path):
    log = Log(tmp_path / "log")
    log.write(START, START + 199)
    return log


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("names", [[MESSAGES, "queue_length-queue.rrd"], NAMES, [NAMES[0]]], ids=["two", "all", "first"])
def test_a_file_that_was_removed_gets_its_past_and_the_others_nothing_twice(tmp_path, log, names, jobs):
    assert said(tmp_path, START + 200, jobs=jobs) == (True, [])
    for name in names:
        (folder(tmp_path) / name).unlink()
    log.write(START + 200, START + 209)
    assert said(tmp_path, START + 210, jobs=jobs) == (True, [])
    assert series.counts(folder(tmp_path) / MESSAGES, START, START + 209) == expected(START, START + 209)
    assert dumps(tmp_path / "rrd") == whole(tmp_path, START + 210, send=log.directory)


def test_a_folder_that_was_removed_comes_back_without_a_new_line(tmp_path, log):
    assert said(tmp_path, START + 200) == (True, [])
    shutil.rmtree(folder(tmp_path))
    assert said(tmp_path, START + 200) == (True, [])
    assert dumps(tmp_path / "rrd") == whole(tmp_path, START + 200, send=log.directory)


def test_a_file_of_an_older_backup_gets_what_it_lacks(tmp_path, log):
    assert said(tmp_path, START + 200) == (True, [])
    shutil.copy(folder(tmp_path) / MESSAGES, tmp_path / "backup")
    log.write(START + 200, START + 259)
    assert said(tmp_path, START + 260) == (True, [])
    shutil.copy(tmp_path / "backup", folder(tmp_path) / MESSAGES)
    log.write(START + 260, START + 269)
    assert said(tmp_path, START + 270) == (True, [])
    assert series.counts(folder(tmp_path) / MESSAGES, START, START + 269) == expected(START, START + 269)
    assert dumps(tmp_path / "rrd") == whole(tmp_path, START + 270, send=log.directory)


def _torn(path):
    os.truncate(path, path.stat().st_size // 2)
    return f"torn: only {path.stat().st_size} of {2 * path.stat().st_size} bytes are there"


def _torn_head(path):
    os.truncate(path, 100)
    return "torn: only 100 bytes of it are there"


def _emptied(path):
    os.truncate(path, 0)
    return "torn: only 0 bytes of it are there"


def _text(path):
    path.write_text("no RRD" * 30000)
    return "no RRD file of this kind of machine"


def _two_series(path):
    path.unlink()
    sources = [f"DS:{name}:GAUGE:120:0:U" for name in "ab"]
    subprocess.run(["rrdtool", "create", path, "--step", "60", *sources, "RRA:AVERAGE:0.5:1:10"], check=True)
    return "no RRD file of one series"


def _fifo(path):
    path.unlink()
    os.mkfifo(path)
    return "no regular file"


def _directory(path):
    path.unlink()
    path.mkdir()
    return "no regular file"


DAMAGES = [_torn, _torn_head, _emptied, _text, _two_series, _fifo]


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("damage", [*DAMAGES, _directory])
def test_a_damaged_file_is_told_and_holds_back_nobody(tmp_path, log, damage, jobs):
    """It is the first of all series, and its log the first of two."""
    other = Log(tmp_path / "other")
    other.write(START, START + 199)
    logs = {"send": log.directory, "more": other.directory}
    assert said(tmp_path, START + 200, logs=logs) == (True, [])
    path = folder(tmp_path) / NAMES[0]
    why = damage(path)
    for now in (START + 220, START + 240):
        log.write(now - 20, now - 1)
        other.write(now - 20, now - 1)
        complete, lines = said(tmp_path, now, logs=logs, jobs=jobs)
        assert not complete
        assert lines == [
            f"send: {path}: {why}; nothing is written to it; "
            "--set-torn-aside renames it to NAME.rrd.torn and makes it anew"
        ]
    path.rename(tmp_path / "away")
    sound = whole(tmp_path, START + 240, **logs)
    del sound[f"{HOST}/qmail-send/{NAMES[0]}"]
    assert dumps(tmp_path / "rrd") == sound


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_set_aside_on_request_and_made_anew(tmp_path, log, damage):
    assert said(tmp_path, START + 200) == (True, [])
    path = folder(tmp_path) / MESSAGES
    aside = path.with_name(f"{MESSAGES}.torn")
    aside.write_text("an earlier one")
    damage(path)
    inode = path.stat().st_ino
    log.write(START + 200, START + 209)
    lines = [f"{path}: torn, set aside as {MESSAGES}.torn1"]
    assert said(tmp_path, START + 210, set_torn_aside=True) == (True, lines)
    assert aside.read_text() == "an earlier one"
    assert path.with_name(f"{MESSAGES}.torn1").stat().st_ino == inode
    assert dumps(tmp_path / "rrd") == whole(tmp_path, START + 210, send=log.directory)
    assert said(tmp_path, START + 210, set_torn_aside=True) == (True, [])


@pytest.mark.parametrize("jobs", [1, 2])
def test_another_state_goes_on_where_the_files_end(tmp_path, log, jobs):
    assert said(tmp_path, START + 200, jobs=jobs) == (True, [])
    log.write(START + 200, START + 229)
    shutil.rmtree(tmp_path / "state")
    assert said(tmp_path, START + 230, jobs=jobs) == (True, [])
    log.write(START + 230, START + 239)
    assert said(tmp_path, START + 240, jobs=jobs) == (True, [])
    assert dumps(tmp_path / "rrd") == whole(tmp_path, START + 240, send=log.directory)


def test_another_state_begins_in_the_middle_of_the_log(tmp_path, log):
    """Its totals are lower than those of the files: they go on from these, without a minute unknown."""
    assert said(tmp_path, START + 200) == (True, [])
    log.rotate(START + 199)
    (archive,) = log.directory.glob("@*.s")
    log.write(START + 200, START + 229)
    shutil.rmtree(tmp_path / "state")
    archive.rename(tmp_path / "gone")
    assert said(tmp_path, START + 230) == (True, [])
    assert series.counts(folder(tmp_path) / MESSAGES, START, START + 229) == expected(START, START + 229)


def test_a_state_that_has_counted_more_than_another_makes_no_spike(tmp_path, log):
    """The first one began late, so that the second one's totals are higher than the files'."""
    assert said(tmp_path, START + 200, history=600) == (True, [])
    log.write(START + 200, START + 204)
    shutil.rmtree(tmp_path / "state")
    assert said(tmp_path, START + 205) == (True, [])
    found = series.counts(folder(tmp_path) / MESSAGES, START + 190, START + 204)
    assert found == expected(START + 190, START + 204)


def test_another_state_reads_back_to_where_the_files_end(tmp_path, log):
    assert said(tmp_path, START + 200) == (True, [])
    log.rotate(START + 199)
    for first in range(START + 200, START + 4000, 1000):
        log.write(first, first + 999)
        log.rotate(first + 999)
    shutil.rmtree(tmp_path / "state")
    assert said(tmp_path, START + 4200, history=3600) == (True, [])
    total = sum(queued(minute) for minute in range(START, START + 4200))
    last = subprocess.run(
        ["rrdtool", "info", folder(tmp_path) / MESSAGES], capture_output=True, text=True, check=True
    ).stdout
    assert f'ds[value].last_ds = "{total}"' in last
    assert series.counts(folder(tmp_path) / MESSAGES, START + 3000, START + 4199) == expected(START + 3000, START + 4199)


def test_another_state_and_a_file_that_is_missing(tmp_path, log):
    assert said(tmp_path, START + 200) == (True, [])
    (folder(tmp_path) / MESSAGES).unlink()
    shutil.rmtree(tmp_path / "state")
    log.write(START + 200, START + 229)
    assert said(tmp_path, START + 230) == (True, [])
    assert series.counts(folder(tmp_path) / MESSAGES, START, START + 229) == expected(START, START + 229)
    assert dumps(tmp_path / "rrd") == whole(tmp_path, START + 230, send=log.directory)


def test_an_import_anew_gives_a_missing_file_its_years_and_the_others_nothing_twice(tmp_path, log):
    log.write(START + 200, START + 999)
    log.rotate(START + 999)
    # Ended weeks ago: the state has only its last days.
    log.write(START + 30000, START + 30009)
    assert said(tmp_path, START + 30010, history=10**9) == (True, [])
    sound = dumps(tmp_path / "rrd")
    (folder(tmp_path) / MESSAGES).unlink()
    shutil.rmtree(tmp_path / "state")
    assert said(tmp_path, START + 30010, history=10**9) == (True, [])
    assert dumps(tmp_path / "rrd") == sound


def test_files_through_rrdcached(tmp_path, log, rrdcached):
    address = rrdcached.address
    assert said(tmp_path, START + 200, address=address) == (True, [])
    rrdcached.flush()
    (folder(tmp_path) / MESSAGES).unlink()
    shutil.rmtree(tmp_path / "state")
    log.write(START + 200, START + 209)
    assert said(tmp_path, START + 210, address=address) == (True, [])
    rrdcached.flush()
    path = folder(tmp_path) / "queue_length-queue.rrd"
    _torn(path)
    log.write(START + 210, START + 219)
    complete, lines = said(tmp_path, START + 220, address=address)
    assert (complete, len(lines)) == (False, 1)
    assert lines[0].startswith(f"send: {path}: torn: only")
    complete, lines = said(tmp_path, START + 220, address=address, set_torn_aside=True)
    assert (complete, lines) == (True, [f"{path}: torn, set aside as {path.name}.torn"])
    rrdcached.flush()
    assert dumps(tmp_path / "rrd") == whole(tmp_path, START + 220, send=log.directory)


def test_a_log_whose_folder_is_in_the_way_holds_back_no_other(tmp_path, log):
    other = Log(tmp_path / "other")
    other.write(START, START + 199)
    folder(tmp_path).parent.mkdir(parents=True)
    folder(tmp_path).write_text("")
    logs = {"send": log.directory, "more": other.directory}
    complete, lines = said(tmp_path, START + 200, logs=logs)
    assert not complete
    assert lines == [f"send: {folder(tmp_path)}/{NAMES[0]}: Not a directory"]
    found = series.counts(folder(tmp_path, "more") / MESSAGES, START, START + 199)
    assert found == expected(START, START + 199)
    folder(tmp_path).unlink()
    assert said(tmp_path, START + 200, logs=logs) == (True, [])
    assert series.counts(folder(tmp_path) / MESSAGES, START, START + 199) == expected(START, START + 199)


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize("mask", [0o022, 0o027, 0o077, 0o002])
def test_files_and_folders_follow_the_umask(tmp_path, mask):
    before = os.umask(mask)
    try:
        assert said(tmp_path, START + 200) == (True, [])
    finally:
        os.umask(before)
    modes = {path.is_dir(): stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "rrd").rglob("*")}
    assert modes == {True: 0o777 & ~mask, False: 0o666 & ~mask}


def test_a_torn_file_of_the_spool_makes_the_exit_status_say_so(tmp_path, log):
    queue = tmp_path / "queue"
    for name in ("mess", "todo"):
        (queue / name / "0").mkdir(parents=True)
    lines = []

    def run(now):
        lines.clear()
        return Update(
            [Source("send", str(log.directory), str(queue))],
            Target(str(tmp_path / "rrd"), str(tmp_path / "state"), HOST),
            log=lines.append,
            clock=lambda: (now * 60 + 10) * 10**9,
        ).run().complete

    assert (run(START + 200), lines) == (True, [])
    path = folder(tmp_path) / "queue_length-spool.rrd"
    why = _torn(path)
    assert not run(START + 201)
    assert lines == [
        f"send: {path}: {why}; nothing is written to it; "
        "--set-torn-aside renames it to NAME.rrd.torn and makes it anew"
    ]
    # A clock that stands still gives nothing to write, and nothing to say.
    path.unlink()
    assert (run(START + 202), lines) == (True, [])
    assert (run(START + 202), lines) == (True, [])


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_file_that_another_process_holds_gets_its_values_in_the_next_run(tmp_path, log, monkeypatch, jobs):
    other = Log(tmp_path / "other")
    other.write(START, START + 199)
    logs = {"send": log.directory, "more": other.directory}
    assert said(tmp_path, START + 200, logs=logs) == (True, [])
    path = folder(tmp_path) / MESSAGES
    for one in (log, other):
        one.write(START + 200, START + 219)
    monkeypatch.setattr(librrd, "_PATIENCE", 0.1)
    code = "import fcntl, sys; file = open(sys.argv[1], 'r+b'); fcntl.lockf(file, fcntl.LOCK_EX); print(); input()"
    holder = subprocess.Popen([sys.executable, "-c", code, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    holder.stdout.readline()
    complete, lines = said(tmp_path, START + 220, logs=logs, jobs=jobs)
    holder.communicate()
    assert not complete
    assert [line for line in lines if str(path) not in line] == []
    assert any("could not lock RRD" in line for line in lines)
    for instance in logs:
        for name in NAMES[1:]:
            assert series.last(folder(tmp_path, instance) / name) == (START + 220) * 60, name
    for one in (log, other):
        one.write(START + 220, START + 229)
    assert said(tmp_path, START + 230, logs=logs, jobs=jobs) == (True, [])
    assert dumps(tmp_path / "rrd") == whole(tmp_path, START + 230, **logs)
