"""svlogd's stamps: multilog's labels, and dates in UTC wherever the machine is."""

import time

import pytest

from follow.loggers import Follower, svlogd
from sqmail_log import tai64n

SVLOGD_DIGITS = 10_000
"""Nanoseconds that the last of its digits stands for."""


@pytest.fixture(params=["UTC", "America/St_Johns"])
def _zone(request, monkeypatch):
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("_zone")
@pytest.mark.parametrize("stamp", ["-t", "-tt", "-ttt"])
def test_stamps(tmp_path, stamp):
    with svlogd(tmp_path / "log", stamp=stamp) as log:
        follower = Follower(log.directory)
        before = time.time_ns() // SVLOGD_DIGITS * SVLOGD_DIGITS
        log.write(10)
        log.rotate()
        log.write(10)
        after = time.time_ns()
        follower.read()
    assert follower.payloads == log.written
    assert follower.gaps == 0
    assert all(before <= tai64n.nanoseconds(line) <= after for line in follower.lines)
