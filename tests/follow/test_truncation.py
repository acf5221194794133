"""A file truncated in place: read from its beginning, and a gap, since nobody knows what was in it last."""

import os

from follow.loggers import Follower, multilog
from follow.plain import lines, payloads
from support import check, perfdata


def test_a_plain_file(tmp_path):
    log = tmp_path / "qmail.log"
    log.write_bytes(lines(0, 10))
    follower = Follower(log)
    assert follower.read() == payloads(0, 10)
    log.write_bytes(b"")
    assert follower.read() == []
    assert follower.gaps == 1
    assert follower.read() == []
    log.write_bytes(lines(10, 5))
    assert follower.read() == payloads(10, 5)
    assert follower.gaps == 1
    log.write_bytes(lines(15, 2))
    assert follower.read() == payloads(15, 2)
    assert follower.gaps == 2


def test_truncated_into_a_line(tmp_path):
    log = tmp_path / "qmail.log"
    log.write_bytes(lines(0, 10))
    follower = Follower(log)
    follower.read()
    os.truncate(log, 200)
    follower.read()
    assert follower.gaps == 1
    assert follower.read() == []
    assert follower.gaps == 1


def test_current_of_multilog(tmp_path):
    """Somebody "cleans up"; multilog appends, so it writes on at the new end."""
    with multilog(tmp_path / "log") as log:
        follower = Follower(log.directory)
        log.write(10)
        log.rotate()
        log.write(10)
        assert follower.read() == log.written
        os.truncate(log.directory / "current", 0)
        assert follower.read() == []
        assert follower.gaps == 1
        log.write(10)
        assert follower.read() == log.written[20:]
        log.write(5)
        log.rotate()
        log.write(5)
        assert follower.read() == log.written[30:]
    assert follower.gaps == 1


def test_an_empty_file_truncated_is_no_gap(tmp_path):
    log = tmp_path / "qmail.log"
    log.write_bytes(b"")
    follower = Follower(log)
    assert follower.read() == []
    os.truncate(log, 0)
    assert follower.read() == []
    log.write_bytes(lines(0, 3))
    assert follower.read() == payloads(0, 3)
    assert follower.gaps == 0


def test_a_check_shows_it(tmp_path):
    log = tmp_path / "qmail.log"
    log.write_bytes(lines(0, 10))
    arguments = ("--log", log, "--state-dir", tmp_path / "state", "-w", "", "-c", "")
    check("log", *arguments)
    log.write_bytes(lines(10, 2))
    output, code = check("log", *arguments)
    assert perfdata(output)["gaps"] == "1"
    assert "lines lost before they were read, once in 15m" in output
    assert code == 1
