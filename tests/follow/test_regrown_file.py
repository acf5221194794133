"""A file truncated and written again past the place that was read: its first line tells."""

import os

import pytest

from follow.loggers import Follower, multilog, until
from follow.plain import lines, payloads


@pytest.mark.parametrize("number", [9, 10, 11, 1000])
def test_regrown(tmp_path, number):
    log = tmp_path / "qmail.log"
    log.write_bytes(lines(0, 10))
    follower = Follower(log)
    assert follower.read() == payloads(0, 10)
    inode = log.stat().st_ino
    with log.open("r+b") as file:
        file.truncate(0)
        file.write(lines(10, number))
    assert log.stat().st_ino == inode
    assert follower.read() == payloads(10, number)
    assert follower.gaps == 1


def test_with_the_same_text_at_another_moment(tmp_path):
    """Daemons begin with the same words each time they start."""
    with multilog(tmp_path / "log") as log:
        follower = Follower(log.directory)
        log.give(*[b"status: local 0/10 remote 0/20"] * 10)
        until(lambda: follower.read() is None or len(follower.lines) == 10, "ten lines")
        os.truncate(log.directory / "current", 0)
        log.give(*[b"status: local 0/10 remote 0/20"] * 20)
        log.write(1)
        assert follower.read() == log.written[10:]
    assert follower.gaps == 1
