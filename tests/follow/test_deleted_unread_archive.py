"""An archive deleted before it was read is a gap: counted once, shown, and all that is left is read."""

import pytest

from follow.loggers import LOGGERS, Follower, multilog
from support import check, perfdata


@pytest.mark.parametrize("logger", LOGGERS)
def test_the_logger_keeps_too_few(logger, tmp_path):
    with logger(tmp_path / "log", keep=3) as log:
        follower = Follower(log.directory)
        log.write(10)
        assert follower.read() == log.written
        for _ in range(8):
            log.write(10)
            log.rotate()
        log.write(10)
        left = 10 * len(log.archives()) + 10
        assert follower.read() == log.written[-left:]
        assert follower.gaps == 1
        log.write(10)
        assert follower.read() == log.written[-10:]
        log.write(10)
        log.rotate()
        assert follower.read() == log.written[-10:]
        assert follower.gaps == 1


def test_gone_with_the_file_that_was_being_read(tmp_path):
    with multilog(tmp_path / "log") as log:
        follower = Follower(log.directory)
        log.write(10)
        assert follower.read() == log.written
        log.write(10)
        log.rotate()
        log.archives()[0].unlink()
        log.write(10)
        assert follower.read() == log.written[-10:]
        assert follower.gaps == 1


def test_all_of_them_and_the_live_file_too(tmp_path):
    with multilog(tmp_path / "log") as log:
        follower = Follower(log.directory)
        log.write(10)
        log.rotate()
        log.write(10)
        assert follower.read() == log.written
        log.stop()
        for path in log.directory.iterdir():
            path.unlink()
        for _ in range(3):
            assert follower.read() == []
        assert follower.gaps == 1
        log.start()
        log.write(10)
        assert follower.read() == log.written[-10:]
        assert follower.gaps == 1


def test_while_the_live_file_had_no_line_yet(tmp_path):
    with multilog(tmp_path / "log") as log:
        follower = Follower(log.directory)
        log.write(10)
        log.rotate()
        assert follower.read() == log.written
        for _ in range(3):
            log.write(10)
            log.rotate()
        for path in log.archives()[:2]:
            path.unlink()
        assert follower.read() == log.written[-20:]
        assert follower.gaps == 1


def test_a_check_shows_it(tmp_path):
    with multilog(tmp_path / "log", keep=2) as log:
        arguments = ("--log", log.directory, "--state-dir", tmp_path / "state")
        log.write(10)
        output, code = check("log", *arguments)
        assert (perfdata(output)["lines"], perfdata(output)["gaps"], code) == ("10", "0", 0)
        for _ in range(5):
            log.write(10)
            log.rotate()
        output, code = check("log", *arguments)
        assert output.startswith("QMAIL_LOG WARNING - lines lost before they were read, once in 15m; newest line ")
        assert (perfdata(output)["lines"], perfdata(output)["gaps"], code) == ("20", "1", 1)
        output, code = check("log", *arguments)
        assert (perfdata(output)["lines"], perfdata(output)["gaps"], code) == ("20", "1", 1)
