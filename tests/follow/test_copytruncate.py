"""Copy-truncate: the copy is read to its end, then the file from its beginning, and a gap is counted."""

import pytest

from follow.loggers import Follower
from follow.plain import append, lines, logrotate, needs_logrotate, payloads


@pytest.fixture
def log(tmp_path):
    (tmp_path / "logs").mkdir()
    return tmp_path / "logs" / "qmail.log"


@needs_logrotate
@pytest.mark.parametrize("packed", [[], ["compress"], ["dateext"], ["dateext", "compress"]])
def test_lines_of_the_copy_are_finished(log, packed):
    log.write_bytes(lines(0, 10))
    follower = Follower(log)
    assert follower.read() == payloads(0, 10)
    with log.open("ab") as writer:
        writer.write(lines(10, 5))
        logrotate(log, "copytruncate", *packed)
        writer.write(lines(15, 3))
        writer.flush()
        assert follower.read() == payloads(10, 8)
        assert follower.gaps == 1
        writer.write(lines(18, 2))
        writer.flush()
        assert follower.read() == payloads(18, 2)
    assert follower.gaps == 1


@needs_logrotate
def test_nothing_written_since(log):
    log.write_bytes(lines(0, 10))
    follower = Follower(log)
    follower.read()
    logrotate(log, "copytruncate")
    assert log.stat().st_size == 0
    assert follower.read() == []
    assert follower.gaps == 1
    log.write_bytes(lines(10, 5))
    assert follower.read() == payloads(10, 5)
    assert follower.gaps == 1


@needs_logrotate
def test_two_copies_between_two_reads(log):
    log.write_bytes(lines(0, 10))
    follower = Follower(log)
    follower.read()
    for first in (10, 20):
        append(log, lines(first, 10))
        logrotate(log, "copytruncate")
    log.write_bytes(lines(30, 10))
    assert follower.read() == payloads(10, 30)
    assert follower.gaps == 1
