"""The clock is set back: names and stamps no longer rise, and every line is still read once."""

import time

import pytest

from follow.loggers import Follower, clock, multilog, needs_faketime
from follow.plain import lines, payloads
from sqmail_log import tai64n

pytestmark = needs_faketime
HOUR = 3600 * tai64n.SECOND


def start_ahead(log, hours):
    """Start the real multilog with its clock running so many hours ahead."""
    log.start(clock(f"+{hours}h"))


@pytest.fixture
def log(tmp_path):
    logger = multilog(tmp_path / "log")
    yield logger
    if logger._process is not None:
        logger.kill()


@pytest.fixture
def follower(log):
    return Follower(log.directory)


def test_within_a_file(log, follower):
    start_ahead(log, 2)
    log.write(3)
    follower.read()
    log.stop()
    start_ahead(log, 0)
    log.write(3)
    follower.read()
    log.rotate()
    log.write(3)
    follower.read()
    assert follower.payloads == log.written
    assert follower.gaps == 0
    hours = [round((tai64n.nanoseconds(stamp) - time.time_ns()) / HOUR) for stamp in follower.stamps]
    assert hours == [2] * 3 + [0] * 6


def fill(log, follower, hours, *, files):
    """Write some archives and a `current`, and read them."""
    start_ahead(log, hours)
    for _ in range(files):
        log.write(5)
        log.rotate()
    log.write(5)
    follower.read()


@pytest.mark.parametrize("stopped", [True, False], ids=["stopped", "killed"])
def test_one_rotation_a_read(log, follower, stopped):
    """Archives named later than what comes now are done with."""
    fill(log, follower, 10, files=3)
    log.stop() if stopped else log.kill()
    start_ahead(log, 0)
    for _ in range(5):
        log.write(5)
        follower.read()
        log.write(5)
        log.rotate()
        follower.read()
    log.write(5)
    follower.read()
    assert follower.payloads == log.written
    assert follower.gaps == 0


def test_several_rotations_a_read(log, follower):
    """Once the first file of the new time is read, all names are known."""
    fill(log, follower, 10, files=3)
    log.stop()
    start_ahead(log, 0)
    log.write(5)
    log.rotate()
    follower.read()
    for _ in range(3):
        for _ in range(3):
            log.write(5)
            log.rotate()
        log.write(5)
        follower.read()
        assert follower.payloads == log.written
    assert follower.gaps == 0


def test_until_the_clock_has_caught_up(log, follower):
    fill(log, follower, 10, files=3)
    for hours in (0, 5, 12, 14):
        log.stop()
        start_ahead(log, hours)
        for _ in range(2):
            log.write(5)
            log.rotate()
            follower.read()
    log.write(5)
    follower.read()
    assert follower.payloads == log.written
    assert follower.gaps == 0


def test_set_back_twice(log, follower):
    fill(log, follower, 10, files=3)
    for hours in (5, 0):
        log.stop()
        start_ahead(log, hours)
        for _ in range(3):
            log.write(5)
            log.rotate()
            follower.read()
            log.write(5)
            follower.read()
    assert follower.payloads == log.written
    assert follower.gaps == 0


def test_archives_of_the_new_time_are_read_though_nobody_saw_them(log, follower):
    """Two files end after the clock was set back and before the next read."""
    fill(log, follower, 10, files=3)
    log.stop()
    start_ahead(log, 0)
    for _ in range(2):
        log.write(5)
        log.rotate()
    log.write(5)
    follower.read()
    assert follower.payloads == log.written
    assert follower.gaps == 0
    assert follower.read() == []
    log.write(5)
    log.rotate()
    log.write(5)
    assert follower.read() == log.written[-10:]
    assert follower.gaps == 0


def test_a_plain_file(tmp_path):
    log = tmp_path / "qmail.log"
    log.write_bytes(lines(1000, 5) + lines(0, 5))
    follower = Follower(log)
    assert follower.read() == payloads(1000, 5) + payloads(0, 5)
    log.rename(tmp_path / "qmail.log.1")
    log.write_bytes(lines(5, 5))
    assert follower.read() == payloads(5, 5)
    assert follower.gaps == 0
