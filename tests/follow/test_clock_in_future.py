"""A clock that runs ahead: its lines count, and when it is right again nothing of the present is missed."""

import time

import pytest

from follow.loggers import Follower, clock, multilog, needs_faketime
from sqmail_log.watch import watch
from support import check, perfdata, stamp

HOUR = 3600


@needs_faketime
def test_archives_named_in_the_future(tmp_path):
    with multilog(tmp_path / "log") as log:
        log.stop()
        log.start(clock("+1d"))
        follower = Follower(log.directory)
        for _ in range(3):
            log.write(5)
            log.rotate()
        follower.read()
        log.stop()
        log.start()
        for _ in range(3):
            log.write(5)
            follower.read()
            log.write(5)
            log.rotate()
        follower.read()
        assert follower.payloads == log.written
        assert follower.gaps == 0
        output, code = check("log", "--log", log.directory, "--state-dir", tmp_path / "state")
        assert (perfdata(output)["lines"], perfdata(output)["gaps"], code) == ("45", "0", 0)


@pytest.mark.parametrize("ahead", [60, 10 * HOUR, 40 * 365 * 24 * HOUR])
def test_one_stray_stamp(tmp_path, ahead):
    """The age is that of the last line, not of the one that claims to be newest."""
    now = int(time.time())
    log = tmp_path / "log"
    log.mkdir()
    texts = [(now - 600, b"end msg 1"), (now + ahead, b"end msg 2"), (now - 300, b"end msg 3")]
    (log / "current").write_bytes(b"".join(stamp(at) + b" " + text + b"\n" for at, text in texts))
    output, code = check("log", "--log", log, "--state-dir", tmp_path / "state")
    assert (perfdata(output)["lines"], code) == ("3", 0)
    assert 300 <= float(perfdata(output)["age"]) < 400
    assert "newest line 5m" in output
    view = watch(str(log), str(tmp_path / "state"))
    assert view.newest // 10**9 == now - 300


def test_an_archive_of_the_past_is_not_missed_because_of_it(tmp_path):
    now = int(time.time())
    log = tmp_path / "log"
    log.mkdir()
    current = log / "current"
    current.write_bytes(stamp(now + HOUR) + b" end msg 1\n")
    follower = Follower(log)
    follower.read()
    current.unlink()
    (log / f"{stamp(now - 5).decode()}.s").write_bytes(stamp(now - 10) + b" end msg 2\n")
    current.write_bytes(stamp(now) + b" end msg 3\n")
    assert follower.read() == [b"end msg 2", b"end msg 3"]
    assert follower.gaps == 1
