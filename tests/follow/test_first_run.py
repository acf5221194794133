"""The first run leaves out by name what is older than the wanted history, and never shows less than the newest."""

import time

import pytest

from follow.loggers import Follower, clock, multilog, needs_faketime
from sqmail_log import tai64n
from sqmail_log.watch import DAY, watch
from support import check, perfdata

HOUR = 3600 * tai64n.SECOND


def write_at(log, ago, *, rotated=True):
    """Have the real multilog write ten lines and finish its file some days ago."""
    if log._process is not None:
        log.stop()
    log.start(clock(f"-{ago}d") if ago else {})
    log.write(10)
    if rotated:
        log.rotate()


@pytest.fixture
def log(tmp_path):
    logger = multilog(tmp_path / "log")
    yield logger
    logger.kill()


@needs_faketime
@pytest.mark.parametrize("since", [0, 2, 4, 6])
def test_left_out_by_name(log, since):
    for ago in (5, 3, 1):
        write_at(log, ago)
    write_at(log, 0, rotated=False)
    follower = Follower(log.directory, since=time.time_ns() - since * DAY)
    follower.read()
    wanted = sum(ago < since for ago in (5, 3, 1)) * 10 + 10
    assert follower.payloads == log.written[-wanted:]
    log.write(10)
    log.rotate()
    log.write(10)
    assert follower.read() == log.written[-20:]
    assert follower.gaps == 0


@needs_faketime
def test_what_was_left_out_may_be_removed(log):
    for ago in (5, 3):
        write_at(log, ago)
    write_at(log, 0)
    follower = Follower(log.directory, since=time.time_ns() - DAY)
    assert follower.read() == log.written[-10:]
    for archive in log.archives()[:-1]:
        archive.unlink()
    log.write(10)
    assert follower.read() == log.written[-10:]
    assert follower.gaps == 0


@needs_faketime
def test_a_quiet_log_shows_its_newest_lines(log, tmp_path):
    """All is older than the history, and `current` was begun and never written to."""
    for ago in (9, 5):
        write_at(log, ago)
    assert (log.directory / "current").stat().st_size == 0
    follower = Follower(log.directory, since=time.time_ns() - DAY)
    assert follower.read() == log.written[-10:]
    output, code = check("log", "--log", log.directory, "--state-dir", tmp_path / "state")
    assert output.startswith("QMAIL_LOG WARNING - newest line 5d ago | age=43")
    assert code == 1
    output, code = check("queue", "--log", log.directory, "--state-dir", tmp_path / "state")
    assert (perfdata(output)["messages"], code) == ("0", 0)
    log.write(10)
    assert follower.read() == log.written[-10:]


@needs_faketime
def test_a_quiet_log_with_lines_in_current_needs_no_archive(log):
    write_at(log, 9)
    write_at(log, 5, rotated=False)
    follower = Follower(log.directory, since=time.time_ns() - DAY)
    assert follower.read() == log.written[-10:]


@needs_faketime
def test_what_a_first_run_remembers(log, tmp_path):
    for ago in (3, 1):
        write_at(log, ago)
    write_at(log, 0, rotated=False)
    view = watch(str(log.directory), str(tmp_path / "state"), history=2 * DAY)
    assert view.sums(7 * DAY).numbers["lines"] == 20
    view = watch(str(log.directory), str(tmp_path / "other"), history=None)
    assert view.sums(7 * DAY).numbers["lines"] == 30


def test_old_archives_are_not_opened(tmp_path):
    """They may be unreadable, and are: by being folders."""
    with multilog(tmp_path / "log") as log:
        log.write(10)
        for i in range(50):
            label = tai64n.encode(time.time_ns() - (60 + i) * HOUR).decode()
            (log.directory / f"{label}.s").mkdir()
        follower = Follower(log.directory, since=time.time_ns() - DAY)
        assert follower.read() == log.written
        log.write(10)
        log.rotate()
        log.write(10)
        assert follower.read() == log.written[10:]
